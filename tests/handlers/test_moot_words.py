"""Words that waited for Slack are looked at again: what is nobody's turn any more rings nobody."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.actions import access, admin, amend, lists, pause, people, signoff
from bot.effects import Direct, Reply
from bot.handover import Answer, Handover, State
from bot.people import Role
from bot.terms import Said
from tests.builders import make_handover
from tests.handlers.desk import HOLDERS, Desk
from tests.handlers.mornings import MORE
from tests.stories import walk
from tests.stories.stage import staged

SIGN, INVITE, CLOSING = "you can sign off now", "check who at the client gets access", "is about to close"


@pytest.fixture
def desk(tmp_path: Any) -> Iterator[Desk]:
    """A Monday on which the workspace of ABC is ready, and Dev is the next who can sign."""
    with staged(tmp_path, **MORE) as stage:
        made = Desk(stage)
        made.to(made.monday)
        yield made
        made.close()


def opened(desk: Desk, state: State = State.PROVISIONED, **more: Any) -> Handover:
    """The record; its thread is there."""
    roles = {role: desk.people[name].id for role, name in HOLDERS.items()}
    blank: dict[str, Any] = {"entries": [], "presale": [], "signatures": []}
    made = make_handover(state, **({"id": 0, "roles": roles, "office": "berlin"} | blank | more))
    made.due_at = desk.at(3, 12)
    with desk.deps.store.write() as unit:
        stored = unit.add(made)
    desk.run()
    return stored


def do(desk: Desk, deed: Callable[..., object], *given: Any, **more: Any) -> None:
    """Somebody's deed, by the use-case that their click calls."""
    with desk.deps.store.write() as unit:
        said = deed(unit, 1, *given, **more, now=desk.clock.now())
    assert isinstance(said, Said), said


def held(desk: Desk, *, into: int = 0) -> None:
    """The deal was reopened in the CRM, or merged into that of another record."""
    with desk.deps.store.write() as unit:
        handover = unit.handover(1)
        assert handover is not None
        amend.hold(unit, handover, "the deal was reopened in the CRM", now=desk.clock.now(), into=into)
        unit.save(handover)


def away(desk: Desk) -> None:
    desk.stage.world.faults.down("slack")


def back(desk: Desk) -> None:
    """Slack answers again, and all that waited is done."""
    desk.stage.world.faults.clear()
    desk.to(desk.clock.now() + timedelta(minutes=20))
    desk.run()
    assert desk.jobs("Direct", "ready", "dead") == []


def told(desk: Desk, name: str, words: str) -> int:
    return sum(words in walk.shown(letter) for letter in walk.letters(desk.stage, name))


def kickoff(desk: Desk) -> None:
    """What makes Baton see that Dev can sign."""
    day = desk.at(10, 9).date()
    do(desk, access.set_kickoff, desk.people["chloe"], day=day, terms=desk.deps.terms)


def paused(desk: Desk) -> None:
    expected = desk.at(4, 9).date()
    do(desk, pause.pause, desk.people["ben"], reason="test data", expected=expected, terms=desk.deps.terms)


def changed(desk: Desk) -> None:
    """The scope document is another one in the CRM: what was signed about it counts no longer."""
    with desk.deps.store.write() as unit:
        handover = unit.handover(1)
        assert handover is not None
        amend.changed(unit, handover, [amend.Change("Scope document", "SOW 1", "SOW 2")], desk.clock.now())
        lists.settle(unit, handover, terms=desk.deps.terms, now=desk.clock.now())
    desk.run()


def seen_in_slack(desk: Desk, name: str, *, active: bool) -> None:
    with desk.deps.store.write() as unit:
        unit.remember(replace(desk.people[name], active=active))


def planned(desk: Desk) -> None:
    """All that Ben signs for is done."""
    with desk.deps.store.write() as unit:
        handover = unit.handover(1)
        assert handover is not None
        handover.tasks = [replace(task, owner="rafi@acme.example", due=desk.at(9, 9).date()) for task in handover.tasks]
        for item in handover.items:
            if item.role is Role.PM and item.kind == "hand":
                item.ticked_by, item.ticked_at = desk.people["ben"].id, desk.clock.now()
        handover.answers.append(Answer("presale_read", desk.people["ben"].id, desk.clock.now()))
        unit.save(handover)


ENDS: dict[str, Callable[[Desk], None]] = {
    "hold": lambda desk: do(desk, admin.end_hold, desk.people["ana"], terms=desk.deps.terms),
    "pause": lambda desk: do(desk, pause.resume, desk.people["ben"], terms=desk.deps.terms),
}
STOPS: dict[str, Callable[[Desk], None]] = {"hold": held, "pause": paused}


@pytest.mark.req("R37")
@pytest.mark.parametrize("stop", ["hold", "pause"])
def test_ready_to_sign_is_not_said_while_the_clock_stands_still_but_once_it_runs_again(desk: Desk, stop: str) -> None:
    opened(desk)
    away(desk)
    kickoff(desk)
    desk.work()
    STOPS[stop](desk)
    back(desk)
    assert told(desk, "dev", SIGN) == 0
    ENDS[stop](desk)
    desk.run()
    assert told(desk, "dev", SIGN) == 1
    kickoff(desk)
    desk.run()
    assert told(desk, "dev", SIGN) == 1


def test_what_went_on_before_slack_came_back_is_said_once(desk: Desk) -> None:
    opened(desk)
    away(desk)
    kickoff(desk)
    desk.work()
    held(desk)
    ENDS["hold"](desk)
    back(desk)
    assert told(desk, "dev", SIGN) == 1


@pytest.mark.parametrize("how", ["signed", "cancelled", "handed over"])
def test_ready_to_sign_is_not_said_once_there_is_nothing_to_sign(desk: Desk, how: str) -> None:
    opened(desk)
    away(desk)
    kickoff(desk)
    desk.work()
    dev, hana = desk.people["dev"], desk.people["hana"]
    if how == "signed":
        do(desk, signoff.sign, dev, role=Role.DELIVERY_MANAGER, terms=desk.deps.terms)
    elif how == "cancelled":
        do(desk, admin.cancel, dev, reason="Opened by mistake")
    else:
        do(desk, people.assign, dev, role=Role.DELIVERY_MANAGER, person=hana, terms=desk.deps.terms)
    back(desk)
    assert told(desk, "dev", SIGN) == 0


def test_who_signed_before_it_was_said_is_rung_once_when_the_signature_is_asked_for_again(desk: Desk) -> None:
    """By the reply that says what changed; what waited for Slack was for the signature that they gave."""
    opened(desk)
    away(desk)
    kickoff(desk)
    desk.work()
    do(desk, signoff.sign, desk.people["dev"], role=Role.DELIVERY_MANAGER, terms=desk.deps.terms)
    back(desk)
    changed(desk)
    (said,) = thread(desk, "The deal changed in the CRM")
    assert f"<@{walk.user_id('dev')}> look and sign again" in said
    assert told(desk, "dev", SIGN) == 0


def test_who_signed_while_it_waited_on_the_client_is_rung_once_when_it_is_asked_for_again(desk: Desk) -> None:
    opened(desk)
    away(desk)
    kickoff(desk)
    desk.work()
    paused(desk)
    back(desk)
    do(desk, signoff.sign, desk.people["dev"], role=Role.DELIVERY_MANAGER, terms=desk.deps.terms)
    ENDS["pause"](desk)
    desk.run()
    changed(desk)
    assert len(thread(desk, "The deal changed in the CRM")) == 1
    assert told(desk, "dev", SIGN) == 0


def test_who_cannot_be_reached_now_is_rung_once_they_can(desk: Desk) -> None:
    """An account that is closed for a while; the role stays theirs."""
    opened(desk)
    away(desk)
    kickoff(desk)
    desk.work()
    seen_in_slack(desk, "dev", active=False)
    back(desk)
    kickoff(desk)
    desk.run()
    assert told(desk, "dev", SIGN) == 0
    seen_in_slack(desk, "dev", active=True)
    kickoff(desk)
    desk.run()
    assert told(desk, "dev", SIGN) == 1


def test_who_invites_the_client_is_asked_once_it_goes_on(desk: Desk) -> None:
    opened(desk)
    away(desk)
    do(desk, signoff.sign, desk.people["dev"], role=Role.DELIVERY_MANAGER, terms=desk.deps.terms)
    desk.work()
    held(desk)
    back(desk)
    assert told(desk, "chloe", INVITE) == 0
    ENDS["hold"](desk)
    desk.run()
    assert told(desk, "chloe", INVITE) == 1


def test_the_ticket_of_a_deal_that_closes_soon_comes_once_somebody_says_that_it_goes_on(desk: Desk) -> None:
    made = opened(desk, State.PRESALE, deal=replace(make_handover().deal, closing=True))
    away(desk)
    with desk.deps.store.write() as unit:
        lists.ring_closing(unit, made)
    desk.work()
    held(desk)
    back(desk)
    assert told(desk, "ben", CLOSING) == 0
    ENDS["hold"](desk)
    desk.run()
    assert told(desk, "ben", CLOSING) == 1


def thread(desk: Desk, words: str) -> list[str]:
    """The replies with these words."""
    return [text for message in desk.stage.channel() if words in (text := walk.shown(message))]


def reply(desk: Desk, name: str, **data: Any) -> None:
    desk.stage.world.faults.down("slack")
    with desk.deps.store.write() as unit:
        unit.emit(Reply(1, name, "1", data))
    desk.work()


def direct(desk: Desk, name: str, **data: Any) -> None:
    """A word to Dev that waits for Slack."""
    desk.stage.world.faults.down("slack")
    with desk.deps.store.write() as unit:
        unit.emit(Direct(desk.people["dev"].id, name, "1", 1, data))
    desk.work()


def test_the_workspace_is_ready_rings_nobody_on_hold_and_those_who_sign_once_it_goes_on(desk: Desk) -> None:
    opened(desk)
    reply(desk, "ready", signers=["delivery_manager"])
    held(desk)
    back(desk)
    (said,) = thread(desk, "The workspace is ready")
    assert "<@" not in said
    ENDS["hold"](desk)
    desk.run()
    assert told(desk, "dev", SIGN) == 1


def test_a_change_asks_nobody_to_sign_again_while_it_is_on_hold(desk: Desk) -> None:
    opened(desk)
    reply(desk, "changed", changes=[["Close date", "1", "2", False]], roles=["delivery_manager"])
    held(desk)
    back(desk)
    (said,) = thread(desk, "The deal changed in the CRM")
    assert "<@" not in said
    assert "Dev look and sign again" in said


def test_a_change_asks_nobody_who_signed_again_before_it_was_told(desk: Desk) -> None:
    """Neither in the words nor in what a phone shows of them."""
    opened(desk)
    kickoff(desk)
    desk.run()
    reply(desk, "changed", changes=[["Close date", "1", "2", False]], roles=["delivery_manager"])
    do(desk, signoff.sign, desk.people["dev"], role=Role.DELIVERY_MANAGER, terms=desk.deps.terms)
    back(desk)
    (told_them,) = [one for one in desk.stage.channel() if "The deal changed in the CRM" in walk.shown(one)]
    assert "again" not in walk.shown(told_them) + str(told_them["text"])


def test_a_change_that_does_not_touch_the_plan_rings_no_project_manager_anew(desk: Desk) -> None:
    opened(desk)
    planned(desk)
    kickoff(desk)
    desk.run()
    assert told(desk, "ben", SIGN) == 1
    reply(desk, "changed", changes=[["Amount", "1", "2", False]], roles=["delivery_manager"])
    held(desk)
    back(desk)
    ENDS["hold"](desk)
    desk.run()
    assert (told(desk, "ben", SIGN), told(desk, "dev", SIGN)) == (1, 2)


@pytest.mark.parametrize("data", [{"signers": ["delivery_manager"]}, {"roles": ["delivery_manager"], "changes": []}])
def test_who_cannot_read_the_thread_is_rung_to_sign_once_it_goes_on(desk: Desk, data: dict[str, Any]) -> None:
    opened(desk)
    kickoff(desk)
    desk.run()
    assert told(desk, "dev", SIGN) == 1
    direct(desk, "ring", **data)
    held(desk)
    back(desk)
    assert (told(desk, "dev", "It is your turn"), told(desk, "dev", SIGN)) == (0, 1)
    ENDS["hold"](desk)
    desk.run()
    assert told(desk, "dev", SIGN) == 2


@pytest.mark.parametrize("into", [0, 7])
def test_who_cannot_read_the_thread_hears_why_it_is_on_hold_and_what_ends_that(desk: Desk, into: int) -> None:
    """After a merge the CRM says nothing any more: a person carries over what was captured."""
    opened(desk)
    asked = "dev" if into else "ana"
    desk.stage.world.slack.leave(walk.HERE, walk.user_id(asked))
    held(desk, into=into)
    desk.run()
    (letter,) = [walk.shown(one) for one in walk.letters(desk.stage, asked) if "is on hold" in walk.shown(one)]
    assert ("right in the CRM again" in letter, "Copy to HO-7" in letter) == (not into, bool(into))


def test_that_it_goes_on_is_not_said_once_it_stopped_again(desk: Desk) -> None:
    opened(desk)
    reply(desk, "resumed")
    paused(desk)
    back(desk)
    assert thread(desk, "The clock runs again") == []


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("brief", {"role": "pm"}, "you are project manager now"),
        ("empty_role", {"role": "pm"}, "has no project manager"),
        ("hold", {"why": "the deal was reopened"}, "is on hold"),
        ("cancelled", {"why": "a mistake"}, "is cancelled"),
        ("item_yours", {"key": "confirm-team", "item": "Team"}, "hands this to you"),
        ("ring", {}, "It is your turn"),
        ("closing", {}, CLOSING),
    ],
)
def test_what_is_so_no_more_is_not_said(desk: Desk, name: str, data: dict[str, Any], words: str) -> None:
    """Dev is the delivery manager, the project manager is somebody else, and nothing waits for anybody."""
    opened(desk, State.IN_PROGRESS)
    direct(desk, name, **data)
    back(desk)
    assert told(desk, "dev", words) == 0


def test_a_question_that_needs_no_answer_any_more_is_not_asked(desk: Desk) -> None:
    opened(desk)
    direct(desk, "question", entries=[])
    do(desk, admin.cancel, desk.people["dev"], reason="Opened by mistake")
    back(desk)
    assert told(desk, "dev", "question") == 0


def test_a_role_that_was_handed_back_is_filled_once(desk: Desk) -> None:
    """Ben gives it back while Slack is away, and Rafi is named before Dev hears of it: the reason stands alone."""
    opened(desk)
    away(desk)
    do(desk, people.not_mine, desk.people["ben"], role=Role.PM, reason="On leave", terms=desk.deps.terms)
    desk.work()
    do(desk, people.assign, desk.people["dev"], role=Role.PM, person=desk.people["rafi"], terms=desk.deps.terms)
    back(desk)
    (letter,) = [one for one in walk.letters(desk.stage, "dev") if "On leave" in walk.shown(one)]
    assert "Pick" not in str(letter)


@pytest.mark.parametrize("named", [False, True])
def test_who_left_a_role_that_is_filled_by_now_is_no_news(desk: Desk, *, named: bool) -> None:
    opened(desk)
    away(desk)
    with desk.deps.store.write() as unit:
        ben = unit.remember(replace(desk.people["ben"], active=False))
        people.left(unit, ben, terms=desk.deps.terms, now=desk.clock.now())
    desk.work()
    if named:
        do(desk, people.assign, desk.people["dev"], role=Role.PM, person=desk.people["rafi"], terms=desk.deps.terms)
    back(desk)
    assert told(desk, "dev", "Ben Ortiz") == (not named)
