"""A few at a time: in order, never more, and nobody for ever."""

import threading

from store.turns import Turns

LONG = 60.0


def test_so_many_go_at_once_and_the_others_in_the_order_in_which_they_came() -> None:
    turns, came, done = Turns(1), [], threading.Semaphore(0)

    def go(name: int) -> None:
        with turns.taken() as mine:
            assert mine
            came.append(name)
        done.release()

    with turns.taken():
        for name in range(3):
            threading.Thread(target=go, args=(name,)).start()
            while len(turns._waiting) <= name:
                pass
        assert came == []
    assert all(done.acquire(timeout=LONG) for _ in range(3))
    assert came == [0, 1, 2]
    with turns.taken() as mine:
        assert mine, "the turn came back"


def test_whoever_waited_long_enough_goes_without_a_turn_and_keeps_nobody_from_theirs() -> None:
    turns = Turns(1)
    with turns.taken() as first, turns.taken(0.01) as second:
        assert (first, second) == (True, False)
    with turns.taken() as mine:
        assert mine
