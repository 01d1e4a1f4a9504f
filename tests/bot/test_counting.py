"""Which clock counts for a record, and what stands still."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import counting
from bot.handover import Interval, State
from tests.bot.builders import NOW, handover, settings

SOON = NOW + timedelta(days=1)
WON = {"won_at": NOW, "scope_due_at": SOON}
SCOPED = {"scoped_at": NOW, "due_at": SOON}


@pytest.mark.parametrize(
    ("state", "values", "name"),
    [
        (State.PRESALE, WON, ""),
        (State.WON, WON, counting.SCOPE),
        (State.WON, {"won_at": NOW}, ""),
        (State.WON, {"scope_due_at": SOON}, ""),
        (State.WON, SCOPED, ""),
        (State.SCOPED, SCOPED, counting.GATE),
        (State.PROVISIONED, SCOPED, counting.GATE),
        (State.SCOPED, {"scoped_at": NOW}, ""),
        (State.SCOPED, {"due_at": SOON}, ""),
        (State.SCOPED, WON, ""),
        (State.IN_PROGRESS, WON | SCOPED, ""),
        (State.CANCELLED, WON | SCOPED, ""),
    ],
)
def test_a_clock_counts_from_its_beginning_to_its_end(state: State, values: dict[str, Any], name: str) -> None:
    found = counting.of(handover(state, **values), settings())
    assert (found.name if found else "") == name
    assert found is None or (found.start, found.due) == (NOW, SOON)


@pytest.mark.parametrize("kind", ["pause", "hold"])
def test_a_clock_that_stands_still_still_counts(kind: str) -> None:
    made = handover(State.SCOPED, intervals=[Interval(kind, NOW, "x")], **SCOPED)
    assert counting.of(made, settings()) is not None
    assert counting.running(made, settings()) is None
    assert counting.last_stop(made) is None
    made.intervals[0].until = SOON
    assert counting.running(made, settings()) is not None
    made.intervals.insert(0, Interval(kind, NOW, "x", until=NOW))
    assert counting.last_stop(made) == SOON


def test_at_the_due_time_itself_it_is_late() -> None:
    clock = counting.of(handover(State.WON, **WON), settings())
    assert clock is not None
    assert clock.days == settings().scope_days
    assert [clock.late(SOON + timedelta(seconds=n)) for n in (-1, 0, 1)] == [False, True, True]
