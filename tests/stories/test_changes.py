"""Stories of change in the CRM: reopened, lost, deleted, merged, edited after a signature; too many wins, old wins."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.handover import State
from bot.people import Role
from handlers.schedule import reconcile
from sandbox import company
from tests.stories import walk
from tests.stories.stage import Stage, staged
from tests.stories.walk import letters

pytestmark = pytest.mark.slow  # many deals, read many times over

NORTHWIND = "9002"
OWNER = company.owner_id("Ana Ruiz")
ALL_THREE = {Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP}
ADMIN = "olga"


def replies(stage: Stage, name: str, number: int = 1) -> list[str]:
    """The names of our replies of that kind, in the order of their posting."""
    return [post.name for post in stage.handover(number).posts if post.name.startswith(f"reply:{name}")]


def count(stage: Stage) -> int:
    """How many handovers there are."""
    with stage.deps.store.read() as reader:
        return len(reader.open_all(limit=100))


def whispered(stage: Stage, who: str) -> str:
    """The latest word that only this person saw, in the channel of the handovers or beside the admin's message."""
    rooms = [walk.HERE, *(room["id"] for room in stage.world.slack.dms(walk.user_id(who)))]
    said = [m for room in rooms for m in stage.world.slack.ephemerals(walk.user_id(who), room)]
    assert said, f"nothing was whispered to {who}"
    return str(max(said, key=lambda m: float(m["ts"]))["text"])


def reopened(stage: Stage) -> None:
    """Back to an open stage."""
    stage.world.hubspot.reopen(walk.ABC)


def lost(stage: Stage) -> None:
    """Closed, not won."""
    stage.world.hubspot.lose(walk.ABC)


def deleted(stage: Stage) -> None:
    """Into the bin."""
    stage.world.hubspot.delete(walk.ABC)


def restored(stage: Stage) -> None:
    """Out of the bin, still won."""
    stage.world.hubspot.restore(walk.ABC)


def won_again(stage: Stage) -> None:
    """Back to Closed Won."""
    stage.world.hubspot.win(walk.ABC)


@pytest.mark.parametrize(
    ("leave", "back", "why"),
    [
        (reopened, won_again, "the deal was reopened in the CRM"),
        (lost, won_again, "the deal was lost in the CRM"),
        (deleted, restored, "the deal was deleted in the CRM"),
    ],
)
def test_a_deal_that_is_not_won_any_more_waits_and_goes_on_where_it_stopped(
    bare_stage: Stage, leave: Callable[[Stage], None], back: Callable[[Stage], None], why: str
) -> None:
    """On hold, told once, nothing deleted, nobody's turn; won again: the same record, the clock moved by the hold."""
    before = bare_stage.handover()
    assert before.due_at is not None
    leave(bare_stage)
    bare_stage.settle()
    bare_stage.world.hubspot.webhooks.duplicate = 1
    reconcile(bare_stage.deps, "hubspot")
    bare_stage.settle()
    (reply,) = replies(bare_stage, "hold")
    assert why in walk.shown(bare_stage.post(reply))
    assert f"<@{walk.user_id('ana')}>" in walk.shown(bare_stage.post(reply))
    assert f"⏸ *On hold* · {why}" in walk.shown(bare_stage.post("root"))
    assert bare_stage.handover().running("hold") is not None
    assert "gate.sign" not in str(bare_stage.post("list:delivery_manager")["blocks"])
    assert "Nothing waits for you" in str(bare_stage.hands.command("ben", walk.HERE, "mine").body)

    bare_stage.clock.advance(timedelta(days=7))
    back(bare_stage)
    bare_stage.settle()
    after = bare_stage.handover()
    assert after.running("hold") is None
    assert after.id == before.id
    assert after.state is State.PROVISIONED
    assert after.due_at is not None
    moved = after.due_at - before.due_at
    assert timedelta(days=6) < moved < timedelta(days=8)
    assert len(replies(bare_stage, "resumed")) == 1
    assert "✓ On hold until" in walk.shown(bare_stage.post(reply))
    assert "hold.end" not in str(bare_stage.post(reply)["blocks"])
    assert count(bare_stage) == 1


def test_a_person_may_say_that_it_goes_on_and_the_next_read_does_not_undo_it(won_stage: Stage) -> None:
    """Ana presses [It goes on], Ben may not; the deal stays open in the CRM, and Baton asks no second time."""
    won_stage.world.hubspot.reopen(walk.ABC)
    won_stage.settle()
    (reply,) = replies(won_stage, "hold")
    walk.click(won_stage, "ben", reply, "hold.end")
    won_stage.settle()
    assert won_stage.handover().running("hold") is not None
    assert "Only the sales rep (Ana) or the delivery manager (Dev)" in whispered(won_stage, "ben")
    walk.click(won_stage, "ana", reply, "hold.end")
    won_stage.settle()
    won_stage.world.hubspot.edit(walk.ABC, description="Talks go on.")
    won_stage.settle()
    assert won_stage.handover().running("hold") is None
    assert replies(won_stage, "hold") == [reply]


def standing(stage: Stage) -> set[Role]:
    """Whose signatures stand now."""
    return {s.role for s in stage.handover().signatures if s.stands}


@pytest.mark.req("R220")
def test_what_changes_after_the_signatures_re_opens_those_that_it_touches(signed_stage: Stage) -> None:
    """The close date is the project manager's; the amount that of delivery manager and rep. Old → new is shown."""
    assert signed_stage.handover().state is State.PROVISIONED
    assert standing(signed_stage) == ALL_THREE
    old = signed_stage.handover().deal.close_date
    day = "2027-06-30"
    signed_stage.world.hubspot.edit(walk.ABC, closedate=f"{day}T00:00:00Z")
    signed_stage.settle()
    assert standing(signed_stage) == {Role.DELIVERY_MANAGER, Role.SALES_REP}
    (first,) = replies(signed_stage, "changed")
    assert f"Close date: {old} → {day}" in walk.shown(signed_stage.post(first))
    assert f"<@{walk.user_id('ben')}>" in walk.shown(signed_stage.post(first))
    assert walk.user_id("ana") not in walk.shown(signed_stage.post(first))
    walk.click(signed_stage, "ben", "list:pm", "gate.sign")
    signed_stage.settle()
    assert standing(signed_stage) == ALL_THREE

    signed_stage.clock.advance(timedelta(minutes=1))
    signed_stage.world.hubspot.edit(walk.ABC, amount="72000")
    signed_stage.settle()
    assert standing(signed_stage) == {Role.PM}
    second = replies(signed_stage, "changed")[-1]
    assert second != first
    message = signed_stage.post(second)
    assert "Amount: 84,000.00 EUR → 72,000.00 EUR" in walk.shown(message)
    assert "72,000" not in message["text"]
    assert message["text"].endswith("amount changed in the CRM. Dev and Ana must sign again.")
    assert "1 of 3 signed" in walk.shown(signed_stage.post("root"))
    with signed_stage.deps.store.read() as reader:
        events = reader.events(1)
    changed = [(e.data["old"], e.data["new"]) for e in events if e.kind == "deal_changed"]
    assert changed == [(str(old), day), ("84,000.00 EUR", "72,000.00 EUR")]
    withdrawn = [e.data["role"] for e in events if e.kind == "signature_withdrawn"]
    assert withdrawn == ["pm", "delivery_manager", "sales_rep"]

    signed_stage.world.hubspot.edit(walk.ABC, description="A word more.")
    signed_stage.settle()
    assert len(replies(signed_stage, "changed")) == 2
    walk.click(signed_stage, "dev", "list:delivery_manager", "gate.sign")
    walk.click(signed_stage, "ana", "list:sales_rep", "gate.sign")
    signed_stage.settle()
    assert signed_stage.handover().state is State.PROVISIONED
    walk.invited(signed_stage)
    assert signed_stage.handover().state is State.IN_PROGRESS


def many(stage: Stage, number: int) -> list[str]:
    """So many new deals, each won, one after the other."""
    hub = stage.world.hubspot
    deals = [
        hub.create(dealname=f"Client {n} – Project {n}", amount="1000", hubspot_owner_id=OWNER) for n in range(number)
    ]
    for deal in deals:
        hub.win(deal["id"])
        stage.settle()
    return [deal["id"] for deal in deals]


def held_message(stage: Stage) -> dict[str, Any]:
    """The one message that asks the admin."""
    found = [m for m in letters(stage, ADMIN) if "held" in m["text"]]
    assert len(found) == 1, found
    return found[0]


def decide(stage: Stage, who: str, verdict: str) -> None:
    """Clicks a verdict below the admin's message, wherever that person sees it."""
    message = held_message(stage)
    reaction = stage.hands.click(who, walk.room_of(stage, who, message), message["ts"], "held.verdict", value=verdict)
    assert reaction.error is None, reaction
    stage.settle()


@pytest.mark.parametrize(("verdict", "opened"), [("open", 12), ("ignore", 10)])
def test_twelve_wins_within_an_hour_open_ten_and_ask_about_two(http_stage: Stage, verdict: str, opened: int) -> None:
    """An import rings nobody: one question to the admin; Show names them, Open opens them, Ignore leaves them alone."""
    deals = many(http_stage, 12)
    assert count(http_stage) == 10
    assert held_message(http_stage)["text"] == "2 wins are held and wait for your word."
    decide(http_stage, ADMIN, "show")
    said = [m["text"] for m in letters(http_stage, ADMIN)] + [whispered(http_stage, ADMIN)]
    names = "Client 10 – Project 10, Client 11 – Project 11"
    assert f"Held: {names}. Open or ignore them." in said
    assert count(http_stage) == 10

    decide(http_stage, ADMIN, verdict)
    assert count(http_stage) == opened
    http_stage.world.hubspot.edit(deals[11], description="Edited later.")
    http_stage.settle()
    reconcile(http_stage.deps, "hubspot")
    http_stage.settle()
    assert count(http_stage) == opened
    assert held_message(http_stage)["text"] == "No win is held any more."
    assert "held.verdict" not in str(held_message(http_stage)["blocks"])


def test_the_question_grows_and_shrinks_with_what_is_held_and_ends_with_its_answer(http_stage: Stage) -> None:
    """One message in all: edited with each win, with one that is lost again, and with the answer, which takes all."""
    hub = http_stage.world.hubspot
    deals = many(http_stage, 11)
    first = held_message(http_stage)
    assert first["text"] == "1 win is held and waits for your word."
    deals += many(http_stage, 2)
    assert held_message(http_stage)["text"] == "3 wins are held and wait for your word."
    held = ("Client 10 – Project 10", "Client 0 – Project 0", "Client 1 – Project 1")
    assert all(f"• {name}" in walk.shown(held_message(http_stage)) for name in held)
    hub.lose(deals[11])
    http_stage.settle()
    assert held_message(http_stage)["text"] == "2 wins are held and wait for your word."
    assert held_message(http_stage)["ts"] == first["ts"]

    decide(http_stage, ADMIN, "open")
    assert count(http_stage) == 12
    over = held_message(http_stage)
    assert "✓ 2 held wins were opened by Olga" in walk.shown(over)
    assert "held.verdict" not in str(over["blocks"])
    many(http_stage, 1)
    asked = [m["text"] for m in letters(http_stage, ADMIN) if "held" in m["text"]]
    assert asked == ["No win is held any more.", "1 win is held and waits for your word."]
    assert not http_stage.parked()


def test_the_question_ends_by_itself_when_nothing_is_won_any_more(http_stage: Stage) -> None:
    """All that was held left the won stages: nobody has anything to decide."""
    deals = many(http_stage, 11)
    http_stage.world.hubspot.lose(deals[10])
    http_stage.settle()
    assert "✓ No win is held any more." in walk.shown(held_message(http_stage))
    assert "held.verdict" not in str(held_message(http_stage)["blocks"])


@pytest.mark.parametrize("merged", [False, True])
def test_in_the_admins_channel_the_question_is_edited_too(tmp_path: Path, *, merged: bool) -> None:
    """The same where a channel is named for it; a held deal that is merged away is held no longer."""
    slack = {"handovers_channel": walk.HERE, "admin_channel": walk.HERE}
    with staged(tmp_path, slack=slack) as stage:
        stage.start()
        deals = many(stage, 12)
        if merged:
            stage.world.hubspot.merge(deals[0], deals[11])
            stage.settle()
        asked = [m["text"] for m in stage.channel() if "held" in m["text"]]
        assert asked == [
            "1 win is held and waits for your word." if merged else "2 wins are held and wait for your word."
        ]


def test_an_hour_later_a_win_opens_again_by_itself(http_stage: Stage) -> None:
    """Ten are many within an hour, not within a day."""
    many(http_stage, 10)
    http_stage.clock.advance(timedelta(minutes=61))
    many(http_stage, 1)
    assert count(http_stage) == 11
    assert not [m for m in letters(http_stage, ADMIN) if "held" in m["text"]]


@pytest.mark.req("R4")
def test_at_the_first_start_older_wins_are_one_report_and_new_ones_open(tmp_path: Path) -> None:
    """What was won before Baton came rings nobody; it is told once, also after a restart, and can be tracked."""
    with staged(tmp_path) as stage:
        stage.world.hubspot.win(NORTHWIND)
        stage.start()
        reconcile(stage.deps, "hubspot")
        stage.settle()
        assert count(stage) == 0
        (report,) = letters(stage, ADMIN)
        assert report["text"].startswith("First start: ")
        assert "Northwind – Data Platform" in walk.shown(report)
        walk.won(stage)
        reconcile(stage.deps, "hubspot")
        stage.settle()
        assert count(stage) == 1
        stage.stop()
        stage.start()
        reconcile(stage.deps, "hubspot")
        stage.settle()
        assert count(stage) == 1
        assert len(letters(stage, ADMIN)) == 1
