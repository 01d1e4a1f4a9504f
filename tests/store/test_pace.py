"""Rate rules: bursts, waits, a vendor's closing, and that no two workers get one slot."""

import pytest

from store.pace import slot
from store.store import Store
from tests.conftest import Clocks


def test_one_call_per_interval_and_key(store: Store, clocks: Clocks) -> None:
    waits = [store.pace.reserve("slack:post:C1", 1.0) for _ in range(3)]
    assert waits == [0.0, 1.0, 2.0]
    assert store.pace.reserve("slack:post:C2", 1.0) == 0.0
    clocks.move(10)
    assert store.pace.reserve("slack:post:C1", 1.0) == 0.0


def test_a_burst_goes_at_once_then_the_interval_holds(store: Store, clocks: Clocks) -> None:
    assert [store.pace.reserve("k", 2.0, 3) for _ in range(5)] == [0.0, 0.0, 0.0, 2.0, 4.0]
    clocks.move(8)
    assert store.pace.reserve("k", 2.0, 3) == 0.0


def test_a_closed_key_waits_for_all_and_is_paced_after_it(store: Store, clocks: Clocks) -> None:
    store.pace.close("k", clocks.tick() + 30)
    store.pace.close("k", clocks.tick() + 10)
    assert [store.pace.reserve("k", 1.0) for _ in range(2)] == [30.0, 31.0]
    assert [store.pace.closed(key) for key in ("k", "other")] == [True, False]
    clocks.move(40)
    assert not store.pace.closed("k")
    assert store.pace.reserve("k", 1.0) == 0.0


def test_a_slot_beyond_ones_patience_is_not_reserved(store: Store, clocks: Clocks) -> None:
    store.pace.close("k", clocks.tick() + 30)
    assert [store.pace.reserve("k", 1.0, patience=5.0) for _ in range(3)] == [30.0, 30.0, 30.0]
    clocks.move(29)
    assert store.pace.reserve("k", 1.0, patience=5.0) == 1.0
    assert store.pace.reserve("k", 1.0, patience=5.0) == 2.0


@pytest.mark.parametrize("burst", [1, 2, 7])
def test_in_no_window_are_there_more_calls_than_the_rule_allows(burst: int) -> None:
    next_at, called, calls = 0.0, 0.0, []
    for moment in (100.0, 100.0, 100.1, 100.2, 103.0, 103.0, 103.0, 104.0, 120.0, 120.0, 140.0, 140.0, 140.0):
        t = max(moment, called)
        free = slot(t, next_at=next_at, closed_until=0, interval=1.0, burst=burst)
        next_at, called = free.next_at, t + free.wait
        calls.append(called)
    for start in calls:
        for seconds in (1.0, 5.0):
            assert sum(start <= call < start + seconds for call in calls) <= burst + seconds
