"""Stories of who reads along: a client comes into a channel, and amounts, promises and quotes leave it at once."""

import json
from typing import cast

import pytest

from blocks import ids
from bot.handover import Override
from handlers import channel_facts
from handlers.deliver.channels import open_to_amounts
from handlers.deliver.ledger import Ledger
from handlers.schedule import REFRESHED, refresh_people
from store.jobs import ClaimedJob
from tests.stories import walk
from tests.stories.stage import Stage

SECRETS = ("84,000", "72,000", "Weekly call", "Free training", "help desk", "does the weekly call", "board meets")


def told(stage: Stage, channel: str) -> str:
    """Everything that stands in a channel, blocks and notification texts."""
    return json.dumps([[m.get("text"), m.get("blocks")] for m in stage.channel(channel)], ensure_ascii=False)


def found(stage: Stage, channel: str) -> set[str]:
    """Which of the record's secrets can be read there."""
    whole = told(stage, channel).lower()
    return {secret for secret in SECRETS if secret.lower() in whole}


def signed(stage: Stage) -> None:
    """From the scope up to a signature, with a question, an answer, and a changed amount in the thread."""
    walk.tick_team(stage, "ben")
    walk.click(stage, "dev", "list:delivery_manager", "gate.sign")
    stage.settle()
    stage.world.hubspot.edit(walk.ABC, amount="72000")
    stage.settle()


def test_a_client_comes_into_the_handovers_channel_and_the_words_leave_it(scoped_stage: Stage) -> None:
    """Root, "What we know", the question and the change in the thread are edited; who works here still has all."""
    signed(scoped_stage)
    assert found(scoped_stage, walk.HERE) >= {"72,000", "84,000", "Weekly call", "does the weekly call"}
    scoped_stage.hands.invite("dev", walk.HERE, "klein")
    scoped_stage.settle()
    assert found(scoped_stage, walk.HERE) == set()
    assert "amount hidden here" in walk.shown(scoped_stage.post("root"))
    scoped_stage.hands.command("ana", walk.HERE, "commit ABC free parking for all")
    scoped_stage.settle()
    assert "parking" not in told(scoped_stage, walk.HERE)
    scoped_stage.hands.choose("ben", walk.HERE, scoped_stage.post("root")["ts"], "root.menu", f"{ids.BRIEF}:1")
    assert "free parking" in walk.shown(walk.modal(scoped_stage, "ben"))
    assert not scoped_stage.parked()


def test_a_channel_that_becomes_shared_is_cleared_too(scoped_stage: Stage) -> None:
    """Another company is connected to the channel: Slack tells, and the faces follow."""
    signed(scoped_stage)
    scoped_stage.hands.share("dev", walk.HERE)
    scoped_stage.settle()
    assert found(scoped_stage, walk.HERE) == set()


def test_no_notification_ever_holds_an_amount_or_a_promise(whole_stage: Stage) -> None:
    """What shows on a lock screen, whoever reads it: of every message and in every channel of the whole road."""
    whole_stage.world.hubspot.edit(walk.ABC, amount="72000")
    whole_stage.settle()
    rooms = [room["id"] for room in whole_stage.world.slack.channels()]
    texts = [str(m.get("text")) for room in rooms for m in whole_stage.channel(room) if m.get("bot_id")]
    assert len(texts) > 15
    assert [t for t in texts if any(secret.lower() in t.lower() for secret in SECRETS)] == []


def test_a_client_in_the_project_channel_sees_the_outline_of_the_brief(whole_stage: Stage) -> None:
    """The pinned brief and the news of the gate lose the record's words; the thread keeps them."""
    room = whole_stage.handover().channel_id
    assert "Weekly call" in told(whole_stage, room)
    assert "2 promises" in told(whole_stage, room)
    whole_stage.hands.invite("dev", room, "klein")
    whole_stage.settle()
    assert found(whole_stage, room) == set()
    assert "2 promises" not in told(whole_stage, room)
    assert "2 promises" in told(whole_stage, walk.HERE)


def test_the_brief_in_the_project_channel_follows_the_record(scoped_stage: Stage) -> None:
    """What is added after the workspace was set up stands in the pinned brief."""
    scoped_stage.hands.command("ana", walk.HERE, "commit ABC free parking for all")
    scoped_stage.settle()
    (pinned,) = scoped_stage.world.slack.pins(scoped_stage.handover().channel_id)
    assert "free parking" in json.dumps(pinned)


def test_a_project_channel_that_is_gone_holds_nothing_up(scoped_stage: Stage) -> None:
    """Somebody archived it: the thread is still drawn, and no job gives up. A new holder gets into the project."""
    scoped_stage.world.slack.rooms.leave(scoped_stage.handover().channel_id, scoped_stage.deps.identity.bot_user)
    scoped_stage.hands.command("ana", walk.HERE, "commit ABC free parking for all")
    scoped_stage.settle()
    assert "free parking" in told(scoped_stage, walk.HERE)
    assert not scoped_stage.parked()
    scoped_stage.hands.command("dev", walk.HERE, "assign ABC pm @mei")
    scoped_stage.settle()
    assert "Ben is still in the project's channel and the workspace." in told(scoped_stage, walk.HERE)
    assert "mei@acme.example" in {m["email"] for m in scoped_stage.world.asana.projects()[0]["members"]}
    assert [(job.kind, job.error) for job in scoped_stage.parked()] == [
        ("JoinTeam", "Slack conversations.invite: channel_not_found")
    ]


def test_the_reason_of_an_override_leaves_with_the_rest(scoped_stage: Stage) -> None:
    """A written reason may hold what was promised: outsiders read only that there is one."""
    scoped_stage.hands.click("hana", walk.HERE, scoped_stage.post("root")["ts"], "gate.missing")
    view = walk.modal(scoped_stage, "hana")
    scoped_stage.hands.click_view("hana", view["id"], "gate.override")
    walk.submit(scoped_stage, "hana", walk.fields(reason="The weekly call begins on Monday, whatever it takes"))
    scoped_stage.settle()
    assert isinstance(scoped_stage.handover().override, Override)
    assert "whatever it takes" in told(scoped_stage, walk.HERE)
    scoped_stage.hands.invite("dev", walk.HERE, "klein")
    scoped_stage.settle()
    assert "whatever it takes" not in told(scoped_stage, walk.HERE)
    assert "the reason is hidden here" in told(scoped_stage, walk.HERE)


def test_the_reason_of_a_cancellation_leaves_too_also_when_it_was_won_again(won_stage: Stage) -> None:
    """Hana has no part in the record: her name stays, what she typed goes."""
    won_stage.hands.command("hana", walk.HERE, "cancel HO-1")
    walk.submit(won_stage, "hana", walk.fields(reason="They want 12 % more"))
    won_stage.settle()
    won_stage.world.hubspot.lose(walk.ABC)
    won_stage.settle()
    won_stage.world.hubspot.win(walk.ABC)
    won_stage.settle()
    assert told(won_stage, walk.HERE).count("12 %") == 2
    before = told(won_stage, walk.HERE).count("Hana")
    won_stage.hands.invite("dev", walk.HERE, "klein")
    won_stage.settle()
    assert "12 %" not in told(won_stage, walk.HERE)
    assert told(won_stage, walk.HERE).count("Hana") == before
    assert not won_stage.parked()


def test_a_colleague_who_becomes_a_guest_is_an_outsider_from_then_on(scoped_stage: Stage) -> None:
    """Rafi sits in the channel; his account becomes a guest's. From another one Baton was removed meanwhile."""
    signed(scoped_stage)
    scoped_stage.world.slack.rooms.leave(scoped_stage.handover().channel_id, scoped_stage.deps.identity.bot_user)
    scoped_stage.hands.invite("dev", walk.HERE, "rafi")
    scoped_stage.settle()
    assert "72,000" in told(scoped_stage, walk.HERE)
    scoped_stage.world.slack.change_user(walk.user_id("rafi"), is_restricted=True)
    scoped_stage.settle()
    assert found(scoped_stage, walk.HERE) == set()
    assert not scoped_stage.parked()
    with scoped_stage.deps.store.read() as reader:  # by this name its channel is found again
        assert reader.setting(f"channel:{scoped_stage.handover().channel_name}") == "HO-1"


def test_colleagues_and_other_channels_cost_nothing_more(scoped_stage: Stage) -> None:
    """A colleague changes no message; a channel that is not ours is not even asked about."""
    signed(scoped_stage)
    edits = len(scoped_stage.world.slack.call_log("chat.update"))
    scoped_stage.hands.invite("dev", walk.HERE, "nico")
    scoped_stage.settle()
    assert len(scoped_stage.world.slack.call_log("chat.update")) == edits
    asked = len(scoped_stage.world.slack.call_log("conversations.members"))
    scoped_stage.hands.invite("dev", "C0GENERAL1", "klein")
    scoped_stage.settle()
    assert len(scoped_stage.world.slack.call_log("conversations.members")) == asked


def test_what_was_seen_before_somebody_came_is_not_kept(http_stage: Stage) -> None:
    """While one replica asks Slack, a guest comes and another replica hears of it: the old answer counts no more."""
    deps, t = http_stage.deps, http_stage.deps.clock.tick()
    with deps.store.write() as unit:
        assert channel_facts.keep(unit, "C1", seen=True, before="", t=t)
    with deps.store.read() as reader:
        before = channel_facts.stored(reader, "C1")
        assert channel_facts.Fact.of(before).fresh(t + 29)
        assert not channel_facts.Fact.of(before).fresh(t + 31)
    with deps.store.write() as unit:
        channel_facts.forget(unit, "C1", "event:1")
        assert not channel_facts.keep(unit, "C1", seen=True, before=before, t=t)
    with deps.store.read() as reader:
        assert not channel_facts.Fact.of(channel_facts.stored(reader, "C1")).fresh(t)


@pytest.mark.parametrize("change", ["public", "lost"])
def test_what_nobody_told_us_is_seen_and_everything_follows(
    scoped_stage: Stage, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """No event tells that a channel was made public, and one that somebody came may be lost."""
    monkeypatch.setattr(channel_facts, "FRESH", 0.0)
    signed(scoped_stage)
    assert found(scoped_stage, walk.HERE) >= {"72,000", "Weekly call"}
    rooms = scoped_stage.world.slack.rooms
    if change == "public":
        rooms.change(walk.HERE, is_private=False)
    else:
        rooms.enter(walk.HERE, walk.user_id("klein"))
    with scoped_stage.deps.store.write() as unit:
        unit.keep_setting(REFRESHED, "")
    refresh_people(scoped_stage.deps)
    scoped_stage.settle()
    assert found(scoped_stage, walk.HERE) == set()


def test_whoever_sees_first_that_outsiders_read_along_has_all_of_it_drawn(
    scoped_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another record's message is drawn, or the digest is posted: ours follows."""
    signed(scoped_stage)
    monkeypatch.setattr(channel_facts, "FRESH", 0.0)
    scoped_stage.world.slack.rooms.enter(walk.HERE, walk.user_id("klein"))
    assert not open_to_amounts(Ledger(scoped_stage.deps, cast(ClaimedJob, None)), walk.HERE)
    scoped_stage.settle()
    assert found(scoped_stage, walk.HERE) == set()
