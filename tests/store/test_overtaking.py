"""What gave up and a later job of its kind did: it is done with that one, whoever touches it at the same moment."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import update

from bot.company.effects import RedrawParked
from bot.effects import Effect, Redraw, Reply
from store.jobs import ClaimedJob, LostLease
from store.ledger import BY_HAND
from store.store import Store
from store.tables import JobRow, table
from tests.conftest import Clocks

JOB = table(JobRow)
OTHER = Reply(1, "questions", "1", {})  # of another kind, in the lane of Redraw(1, …)


def held(store: Store, effect: Effect) -> ClaimedJob:
    """The job of this effect, claimed."""
    with store.write() as unit:
        assert unit.emit(effect)
    job = store.outbox.claim("w", {effect.kind})
    assert job is not None
    assert job.effect == effect
    return job


def gave_up(store: Store, effect: Effect, words: str = "no") -> int:
    """The number of a job that is parked."""
    job = held(store, effect)
    store.outbox.park(job, words)
    return job.id


def states(store: Store, kind: str = "Redraw") -> dict[int, str]:
    """What became of the jobs of that kind, by number."""
    return {line.id: line.state for line in store.outbox.jobs(("ready", "done", "dead")) if line.kind == kind}


def stands_parked(store: Store, job: ClaimedJob) -> bool:
    with store.write() as unit:
        return unit.ledger.stands_parked(job)


def redrawn(store: Store) -> int:
    """How many times the message about parked work is to be brought up to date."""
    return len(states(store, RedrawParked.__name__))


def test_one_that_gave_up_stands_for_later_ones_of_its_kind_and_lane_alone(store: Store) -> None:
    first = held(store, Redraw(1, 1))
    assert not stands_parked(store, first)
    store.outbox.park(first, "no")
    assert not stands_parked(store, first), "not for itself"
    for effect, so in ((Redraw(2, 1), False), (OTHER, False), (Redraw(1, 2), True)):
        job = held(store, effect)
        assert stands_parked(store, job) is so, effect
        store.outbox.finish(job)


@pytest.mark.parametrize("revived", [False, True])
def test_one_that_was_put_aside_or_is_tried_again_stands_for_nobody(store: Store, *, revived: bool) -> None:
    parked = gave_up(store, Redraw(1, 1), "no" if revived else BY_HAND)
    if revived:
        assert store.outbox.revive(parked)
        again = store.outbox.claim("w", {"Redraw"})
        assert again is not None
        store.outbox.finish(again)
    assert not stands_parked(store, held(store, Redraw(1, 2)))


def test_a_later_one_that_worked_is_all_that_was_wanted(store: Store) -> None:
    """Of its kind and lane alone; the message about parked work follows, once."""
    parked = [gave_up(store, Redraw(1, 1)), gave_up(store, Redraw(1, 2))]
    others = [gave_up(store, Redraw(2, 1)), gave_up(store, Redraw(1, 3), BY_HAND)]
    other = gave_up(store, OTHER)
    later = held(store, Redraw(1, 4))
    assert later.lane == OTHER.lane
    store.outbox.finish(later, overtakes=True)
    assert states(store) == dict.fromkeys([*parked, later.id], "done") | dict.fromkeys(others, "dead")
    assert states(store, "Reply") == {other: "dead"}
    assert {line.error for line in store.outbox.jobs(("done",))} == {""}
    assert redrawn(store) == 1
    store.outbox.finish(held(store, Redraw(3, 1)), overtakes=True)
    assert redrawn(store) == 1, "there was nothing to overtake"


def test_one_that_is_left_to_a_later_one_overtakes_nothing(store: Store) -> None:
    parked = gave_up(store, Redraw(1, 1))
    job = held(store, Redraw(1, 2))
    with store.write() as unit:
        unit.emit(Redraw(1, 3))
    store.outbox.finish(job, overtakes=True)
    assert states(store)[parked] == "dead"
    assert redrawn(store) == 0


def test_whoever_lost_the_job_overtakes_nothing(store: Store, clocks: Clocks) -> None:
    parked = gave_up(store, Redraw(1, 1))
    job = held(store, Redraw(1, 2))
    clocks.move(store.outbox.lease)
    assert store.outbox.claim("other") is not None
    with pytest.raises(LostLease):
        store.outbox.finish(job, overtakes=True)
    assert states(store)[parked] == "dead"


def test_one_that_is_tried_again_at_that_moment_is_not_called_done(
    on_postgres: Store, aside: ThreadPoolExecutor
) -> None:
    """The later one saw it parked; by the time it may write, somebody wants it tried again."""
    parked = gave_up(on_postgres, Redraw(1, 1))
    job = held(on_postgres, Redraw(1, 2))
    with on_postgres.db.write() as session:
        session.execute(update(JOB).where(JOB.c.id == parked).values(state="ready"))
        finishing = aside.submit(on_postgres.outbox.finish, job, overtakes=True)
        assert not wait([finishing], timeout=0.3).done, "it waits for the row"
    finishing.result(timeout=30)
    assert states(on_postgres) == {parked: "ready", job.id: "done"}


def test_one_that_is_overtaken_at_that_moment_is_not_tried_again(on_postgres: Store, aside: ThreadPoolExecutor) -> None:
    parked = gave_up(on_postgres, Redraw(1, 1))
    job = held(on_postgres, Redraw(1, 2))
    with on_postgres.write() as unit:
        unit.finish(job)
        assert unit.ledger.overtake(job)
        reviving = aside.submit(on_postgres.outbox.revive, parked)
        assert not wait([reviving], timeout=0.3).done, "it waits for the row"
    assert reviving.result(timeout=30) is False
    assert set(states(on_postgres).values()) == {"done"}


@pytest.mark.parametrize("turn", range(5))
def test_whichever_comes_first_it_is_either_done_or_tried_again(
    store: Store, aside: ThreadPoolExecutor, turn: int
) -> None:
    parked = gave_up(store, Redraw(1, 1))
    job = held(store, Redraw(1, 2))
    start = threading.Barrier(2)

    def tried_again() -> bool:
        start.wait(timeout=30)
        time.sleep(turn / 1_000)
        return store.outbox.revive(parked)

    reviving = aside.submit(tried_again)
    start.wait(timeout=30)
    store.outbox.finish(job, overtakes=True)
    assert states(store)[parked] == ("ready" if reviving.result(timeout=30) else "done")
