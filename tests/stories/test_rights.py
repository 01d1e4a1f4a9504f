"""Stories of rights: what people get who click, search and write where nothing is meant for them."""

from typing import Any

import pytest

from bot.actions import admin, capture
from bot.context import Kind
from bot.deal import Deal, Standing
from bot.terms import Said
from tests.stories import walk
from tests.stories.stage import Stage

SHARED = "C0EXTABC01"  # the channel with the client's guest
GENERAL = "C0GENERAL1"


@pytest.mark.parametrize(
    ("who", "channel", "why"),
    [
        ("klein", SHARED, "for colleagues only"),
        ("nico", GENERAL, "Only people with a role in handovers can add context."),
    ],
)
def test_the_shortcut_shows_no_deal_to_whom_nothing_is_shown(
    won_stage: Stage, who: str, channel: str, why: str
) -> None:
    """A guest and a colleague without a role get no form, in which they could search all deals by name."""
    won_stage.hands.command(who, channel, "help")
    won_stage.settle()
    ts = won_stage.hands.say(who, channel, "We were promised a weekly call")
    won_stage.hands.message_shortcut(who, channel, ts, "add_to_handover")
    won_stage.settle()
    assert won_stage.world.slack.views(walk.user_id(who)) == []
    said = won_stage.world.slack.ephemerals(walk.user_id(who), channel)[-1]["text"]
    assert why in said


def test_only_deals_to_which_one_may_add_are_offered(won_stage: Stage) -> None:
    """Nico holds one role here: that deal is offered to him, whatever he types; Rafi, a sales rep, finds all."""
    walk.won(won_stage, "9002", 2)
    won_stage.hands.command("nico", GENERAL, "help")
    won_stage.settle()
    won_stage.hands.command("dev", walk.HERE, "assign ABC csm @nico")
    won_stage.settle()

    def offered(who: str, words: str) -> list[str]:
        ts = won_stage.hands.say(who, GENERAL, "We were promised a weekly call")
        won_stage.hands.message_shortcut(who, GENERAL, ts, "add_to_handover")
        view = walk.modal(won_stage, who)
        block = next(b["block_id"] for b in view["blocks"] if "deal.search" in str(b))
        options: Any = won_stage.hands.suggest(
            who, view_id=view["id"], action_id="deal.search", block_id=block, text=words
        )
        return [option["text"]["text"].split(" – ")[0] for option in options]

    assert offered("nico", "abc") == ["ABC Fintech"]
    assert offered("nico", "northwind") == []
    assert offered("rafi", "northwind") == ["Northwind"]


def test_what_others_have_does_not_hide_what_is_mine(won_stage: Stage) -> None:
    """Ana holds one of many handovers of that name: she finds hers and its words, as if there were no others."""
    won_stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    deps = won_stage.deps
    for number in range(12):
        deal = Deal("manual", f"m{number}", "ABC", f"ABC {number}", Standing.WON, project="Other")
        with deps.store.write() as unit:
            olga, now = unit.by_email("olga@acme.example"), deps.clock.now()
            made = admin.create(unit, olga, deal, terms=deps.terms, now=now)
            assert isinstance(made, Said)
            many = capture.Capture(Kind.RISK, [f"weekly risk {number}.{line}" for line in range(5)], f"b{number}")
            capture.add(unit, made.handover_id, olga, many, terms=deps.terms, now=now)
    found: Any = won_stage.hands.command("ana", walk.HERE, "find weekly").body
    assert found["text"].startswith("1 hit")
    brief: Any = won_stage.hands.command("ana", walk.HERE, "brief ABC").body
    assert brief["text"].startswith("Brief of ABC Fintech")
    everything: Any = won_stage.hands.command("olga", walk.HERE, "find weekly").body
    assert everything["text"].startswith("20 hits")


def chosen(stage: Stage, **people: str) -> str:
    """Dev names several people at once; what he reads afterwards."""
    stage.hands.choose("dev", walk.HERE, stage.post("root")["ts"], "root.menu", "people.change:1")
    walk.submit(stage, "dev", walk.fields(**{f"role:{role}": walk.user_id(who) for role, who in people.items()}))
    stage.settle()
    views = stage.world.slack.views(walk.user_id("dev"))
    if views:
        stage.hands.close("dev", views[-1]["id"], everything=True)
        return walk.shown(views[-1])
    return str(stage.world.slack.ephemerals(walk.user_id("dev"), walk.HERE)[-1]["text"])


def test_naming_several_people_saves_all_or_says_which(http_stage: Stage) -> None:
    """A form that says "Not saved" has saved nothing; a refusal after something was saved says both."""
    before = walk.won(http_stage).roles
    assert "I do not know this person yet" in chosen(http_stage, pm="mei", csm="nico")
    assert http_stage.handover().roles == before
    assert chosen(http_stage, pm="mei", csm="nico") == (
        "Mei is the project manager of ABC Fintech now. Nico is the client success of ABC Fintech now."
    )
    chosen(http_stage, pm="ben", csm="klein")
    said = chosen(http_stage, pm="ben", csm="klein")
    assert said.startswith("Ben is the project manager of ABC Fintech now. Maria is a guest in Slack.")
    with http_stage.deps.store.read() as reader:
        names = {role.value: reader.person(holder).first_name for role, holder in http_stage.handover().roles.items()}
    assert (names["pm"], names["csm"]) == ("Ben", "Nico")


def test_what_the_project_channel_hears_at_the_gate_hides_promises_from_its_guests(scoped_stage: Stage) -> None:
    """Somebody asked the client into the project channel: how many promises there were stays in the thread."""
    room = scoped_stage.handover().channel_id
    scoped_stage.hands.invite("dev", room, "klein")
    walk.signed(scoped_stage)
    walk.invited(scoped_stage)
    (there,) = [walk.shown(m) for m in scoped_stage.channel(room) if "is live" in str(m.get("text"))]
    (thread,) = [walk.shown(m) for m in scoped_stage.channel() if "is live" in str(m.get("text"))]
    assert "2 promises" in thread
    assert "promise" not in there


def test_who_takes_a_role_over_finds_the_doors_open(scoped_stage: Stage) -> None:
    """Mei becomes project manager when channel and project are there already: she is a member of both."""
    scoped_stage.hands.command("dev", walk.HERE, "assign ABC pm @mei")
    scoped_stage.settle()
    assert walk.user_id("mei") in scoped_stage.world.slack.members(scoped_stage.handover().channel_id)
    assert "mei@acme.example" in {m["email"] for m in scoped_stage.world.asana.projects()[0]["members"]}
    assert not scoped_stage.parked()
