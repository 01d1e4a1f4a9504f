"""The record: it moves along the protocol's arrows only, and knows everyone whom it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.context import Point
from bot.handover import (
    ALLOWED,
    ENDED,
    ORDER,
    Answer,
    ClientAccess,
    Interval,
    Override,
    Presale,
    Signature,
    State,
    Step,
)
from bot.people import Role
from tests.bot.builders import DM, NOW, PM, REP, entry, handover


@pytest.mark.parametrize("start", State)
def test_it_moves_along_the_arrows_and_writes_each_down(start: State) -> None:
    for to in State:
        made = handover(start)
        if to not in ALLOWED[start]:
            with pytest.raises(ValueError, match="HO-7 cannot go"):
                made.move(to, NOW)
            assert (made.state, made.events) == (start, [])
            continue
        made.move(to, NOW, person=DM, why="because")
        (event,) = made.events
        assert made.state is to
        assert (event.person, event.at) == (DM, NOW)
        assert event.data == {"was": start.value, "now": to.value, "why": "because"}


def test_what_nobody_did_was_done_by_baton() -> None:
    made = handover(State.WON)
    made.move(State.SCOPED, NOW)
    made.note(NOW, "read")
    assert [event.person for event in made.events] == [0, 0]


@pytest.mark.req("R39", "R242")
def test_delivery_begins_only_after_scope_or_workspace() -> None:
    before = {state for state in ORDER[: ORDER.index(State.IN_PROGRESS)] if State.IN_PROGRESS in ALLOWED[state]}
    assert before == {State.SCOPED, State.PROVISIONED}


def test_what_has_ended_stays_ended() -> None:
    assert all(not ALLOWED[state] for state in ENDED)


@given(st.sampled_from(ORDER), st.sampled_from(ORDER))
def test_a_record_has_reached_what_lies_behind_it(at: State, asked: State) -> None:
    assert handover(at).reached(asked) is (ORDER.index(at) >= ORDER.index(asked))
    assert not handover(State.CANCELLED).reached(asked)


def test_only_what_stands_is_found() -> None:
    made = handover(signatures=[Signature(Role.PM, PM, NOW, withdrawn_at=NOW)], entries=[entry(id=3)])
    assert made.signed(Role.PM) is None
    assert made.entry(3) is made.entries[0]
    made.entries[0].undone_at = NOW
    assert made.entry(3) is None
    made.intervals = [Interval("pause", NOW, "x", until=NOW), Interval("hold", NOW, "y")]
    assert made.running("pause") is None
    assert made.running("hold") is made.intervals[1]


def test_it_knows_everyone_whom_it_names() -> None:
    made = handover(
        scoped_by=11,
        entries=[entry(author=12, point=Point(answered_by=13, asked_by=14, replied_by=15))],
        signatures=[Signature(Role.PM, 16, NOW)],
        answers=[Answer("presale_read", 17, NOW)],
        intervals=[Interval("pause", NOW, "x", by=18)],
        steps=[Step("channel", "slack", "C", by=19)],
        access=[ClientAccess("k@abc.example", "K", "view", by=20)],
        presale=[Presale("discovery", by=21)],
        override=Override(22, NOW, "because"),
    )
    made.items[0].ticked_by = 23
    assert made.people == set(made.roles.values()) | set(range(11, 24))


def test_a_person_may_hold_two_roles_and_nobody_holds_none() -> None:
    made = handover()
    made.roles[Role.CSM] = REP
    assert made.roles_of(REP) == (Role.SALES_REP, Role.CSM)
    made.roles[Role.CSM] = 0
    assert made.roles_of(0) == ()


def test_the_id_people_see() -> None:
    assert handover().shown_id == "HO-7"
    assert handover().title == "ABC Fintech – Cloud Migration"
    assert handover(workspace_name="ABC Fintech – Cloud Migration – Apr2026").title.endswith("Apr2026")


def test_whatever_has_not_ended_can_be_cancelled_and_nothing_comes_back_from_an_end() -> None:
    assert {state for state in State if State.CANCELLED in ALLOWED[state]} == set(State) - ENDED
    assert {state for state in State if not ALLOWED[state]} == ENDED
