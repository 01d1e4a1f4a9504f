"""The outbox: leases, lanes, the ledger, and what becomes of a job."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from bot.company.effects import RedrawParked
from bot.effects import Effect, Identify, ReadInbox, Redraw, Reply, SearchCrm, TellAdmin, Whisper
from store.jobs import ClaimedJob, LostLease
from store.store import Store
from tests.conftest import Clocks

LEASE = 60.0


def emit(store: Store, *effects: Effect) -> None:
    with store.write() as unit:
        for effect in effects:
            assert unit.emit(effect)


def claim(store: Store, owner: str = "w") -> ClaimedJob:
    job = store.outbox.claim(owner)
    assert job is not None
    return job


def test_one_key_is_one_job_for_ever(store: Store) -> None:
    emit(store, TellAdmin("parked", "1"))
    with store.write() as unit:
        assert not unit.emit(TellAdmin("parked", "1"))
    store.outbox.finish(claim(store))
    with store.write() as unit:
        assert not unit.emit(TellAdmin("parked", "1"))
    assert store.outbox.claim("w") is None


def test_a_job_comes_back_as_the_effect_it_was(store: Store) -> None:
    effect = Reply(1, "questions", "1", {"entries": [1, 2], "by": 3})
    emit(store, effect)
    job = claim(store)
    assert job.effect == effect
    assert isinstance(job.effect, Reply)
    assert job.effect.data == effect.data
    assert (job.attempts, job.owner, job.kind) == (1, "w", "Reply")


def test_a_long_or_hostile_key_is_still_unique(store: Store) -> None:
    long = SearchCrm("x" * 9_000 + "\x00\ud83d", 1, "", "n1")
    emit(store, long, SearchCrm("x" * 9_000 + "\x00\ud83d", 1, "", "n2"))
    with store.write() as unit:
        assert not unit.emit(long)
    assert claim(store).effect == long


def test_a_lease_expires_and_the_job_is_due_again_by_itself(store: Store, clocks: Clocks) -> None:
    emit(store, TellAdmin("parked", "1"))
    first = claim(store, "dies")
    clocks.move(LEASE - 1)
    assert store.outbox.claim("other") is None
    clocks.move(1)
    second = claim(store, "other")
    assert (second.id, second.attempts) == (first.id, 2)
    for write in (
        lambda: store.outbox.finish(first),
        lambda: store.outbox.retry(first, 0, "late"),
        lambda: store.outbox.park(first, "late"),
        lambda: store.outbox.begin_step(first, "post"),
    ):
        with pytest.raises(LostLease):
            write()
    store.outbox.finish(second)


def test_the_same_worker_does_not_take_its_old_claim_for_the_new_one(store: Store, clocks: Clocks) -> None:
    emit(store, TellAdmin("parked", "1"))
    first = claim(store)
    clocks.move(LEASE)
    claim(store)
    with pytest.raises(LostLease):
        store.outbox.finish(first)


def test_renewing_keeps_the_job(store: Store, clocks: Clocks) -> None:
    emit(store, TellAdmin("parked", "1"))
    job = claim(store)
    clocks.move(LEASE - 1)
    store.outbox.renew(job)
    clocks.move(LEASE - 1)
    assert store.outbox.claim("other") is None
    store.outbox.finish(job)
    with pytest.raises(LostLease):
        store.outbox.renew(job)


def test_a_lane_keeps_its_order_and_lanes_do_not_wait_for_each_other(store: Store) -> None:
    emit(store, Redraw(1, 1), Reply(1, "win", "1"), Redraw(2, 1))
    first = claim(store)
    assert first.effect == Redraw(1, 1)
    other = claim(store)
    assert other.effect == Redraw(2, 1)
    assert store.outbox.claim("w") is None, "the reply waits for the leased redraw of its thread"
    store.outbox.finish(first)
    assert claim(store).kind == "Reply"


def test_a_job_that_waits_for_its_time_holds_its_lane(store: Store, clocks: Clocks) -> None:
    emit(store, Redraw(1, 1), Redraw(1, 2))
    job = claim(store)
    store.outbox.retry(job, clocks.tick() + 5, "Slack is down")
    assert store.outbox.claim("w") is None
    assert store.outbox.next_due() == clocks.tick()
    clocks.move(5)
    again = claim(store)
    assert (again.id, again.attempts) == (job.id, 2)


def test_a_parked_job_lets_its_lane_go_on_and_can_be_revived(store: Store) -> None:
    emit(store, Redraw(1, 1), Redraw(1, 2))
    job = claim(store)
    store.outbox.begin_step(job, "post")
    store.outbox.park(job, "An answer that Slack does not document.")
    later = claim(store)
    assert later.effect == Redraw(1, 2)
    assert dict(store.outbox.parked()) == {"Redraw": 1}
    line = store.outbox.jobs(["dead"])[0]
    assert (line.id, line.error) == (job.id, "An answer that Slack does not document.")
    assert store.outbox.revive(job.id)
    assert not store.outbox.revive(job.id)
    assert claim(store, "other").kind == "RedrawParked", "the message that counts what is parked"
    assert store.outbox.claim("other") is None, "the one that went on is still at work"
    store.outbox.finish(later)
    revived = claim(store, "other")
    assert (revived.id, revived.attempts) == (job.id, 2), "it may have begun: what it left is looked for"
    with pytest.raises(LostLease):
        store.outbox.finish(job)
    assert store.outbox.begin_step(revived, "post").repeated, "the ledger is kept"


def test_what_gave_up_is_counted_and_revived_all_at_once_and_what_a_person_parked_is_left(store: Store) -> None:
    emit(store, *(ReadInbox(number) for number in range(1, 5)))
    for _ in range(3):
        store.outbox.park(claim(store), "An answer that Slack does not document.")
    assert store.outbox.set_aside(4)
    newest = store.outbox.newest_gave_up()
    assert (dict(store.outbox.gave_up()), newest and newest.id) == ({"ReadInbox": 3}, 3)
    assert store.outbox.revive_all() == 3
    assert (store.outbox.revive_all(), store.outbox.newest_gave_up()) == (0, None)
    assert [job.id for job in store.outbox.jobs(["dead"])] == [4]
    assert dict(store.outbox.waiting()) == {"ReadInbox": 3, "RedrawParked": 1}


def test_a_best_effort_job_is_tried_once_and_never_parked(store: Store, clocks: Clocks) -> None:
    emit(store, Whisper("U1", "n1"), Whisper("U1", "n2"))
    first = claim(store, "dies")
    clocks.move(LEASE * 2)
    second = claim(store)
    assert (first.best_effort, second.key) == (True, "Whisper:U1:n2")
    assert store.outbox.claim("w") is None
    store.outbox.begin_step(second, "post")
    store.outbox.park(second, "no such channel")
    assert store.outbox.jobs(["ready", "dead"]) == []


def test_the_message_about_what_gave_up_is_not_counted_in_itself(store: Store) -> None:
    emit(store, RedrawParked("n"))
    store.outbox.park(claim(store), "Slack said no")
    assert store.outbox.parked().total() == 1
    assert (store.outbox.gave_up().total(), store.outbox.newest_gave_up()) == (0, None)


@dataclass(frozen=True)
class Hint(Effect):
    """A best-effort effect whose lane has others."""

    best_effort: ClassVar[bool] = True
    n: int

    @property
    def lane(self) -> str:
        return "hints"


def test_a_best_effort_job_never_holds_its_lane(store: Store, clocks: Clocks) -> None:
    with store.write() as unit:
        unit.emit(Hint(1), at=clocks.now.replace(hour=12))
        unit.emit(Hint(2))
    assert claim(store).key == "Hint:2"


def test_a_worker_can_ask_for_some_kinds_only(store: Store) -> None:
    emit(store, Redraw(1, 1), Identify("U1", "", "n"))
    job = store.outbox.claim("w", ["Identify", "Home"])
    assert job is not None
    assert job.kind == "Identify"
    assert store.outbox.claim("w", ["Identify"]) is None
    assert store.outbox.claim("w", []) is None
    assert dict(store.outbox.waiting()) == {"Redraw": 1, "Identify": 1}


def test_the_ledger_knows_what_was_begun_and_what_came_of_it(store: Store, clocks: Clocks) -> None:
    emit(store, Redraw(1, 1))
    job = claim(store)
    begun = store.outbox.begin_step(job, "root")
    assert (begun.done, begun.repeated, begun.started) == (False, False, clocks.tick())
    clocks.move(3)
    again = store.outbox.begin_step(job, "root")
    assert (again.done, again.repeated, again.started) == (False, True, begun.started)
    store.outbox.finish_step(job, "root", {"ts": "1.2"})
    done = store.outbox.begin_step(job, "root")
    assert (done.done, done.result) == (True, {"ts": "1.2"})
    assert not store.outbox.begin_step(job, "list").repeated
    with pytest.raises(LookupError):
        store.outbox.finish_step(job, "never begun")


def test_a_later_job_of_the_same_scope_knows_what_an_earlier_one_began(store: Store) -> None:
    emit(store, TellAdmin("parked", "1"), TellAdmin("parked", "2"))
    first = claim(store)
    store.outbox.begin_step(first, "project", scope="provision:1:tool")
    store.outbox.park(first, "no answer")
    second = claim(store)
    assert store.outbox.begin_step(second, "project", scope="provision:1:tool").repeated
    assert not store.outbox.begin_step(second, "project").repeated


def test_a_result_and_what_follows_from_it_are_one_transaction(store: Store) -> None:
    emit(store, Redraw(1, 1))
    job = claim(store)
    store.outbox.begin_step(job, "root")

    def fails() -> None:
        with store.write() as unit:
            unit.finish_step(job, "root", "x")
            unit.finish(job)
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert not store.outbox.begin_step(job, "root").done


def test_an_effect_for_later_waits_as_long_as_business_time_says(store: Store, clocks: Clocks) -> None:
    with store.write() as unit:
        unit.emit(TellAdmin("parked", "1"), at=clocks.now.replace(hour=10))
        unit.emit(TellAdmin("other", "1"), at=clocks.now.replace(hour=1))
    assert store.outbox.claim("w") is None, "the admin lane keeps its order"
    clocks.move(3_599)
    assert store.outbox.claim("w") is None
    clocks.move(1)
    assert claim(store).effect == TellAdmin("parked", "1")


def test_what_is_being_done_is_not_put_aside_and_what_waits_is(store: Store, clocks: Clocks) -> None:
    """Whoever does it would finish what a person believes to be stopped."""
    emit(store, Redraw(1, 1))
    job = claim(store)
    assert not store.outbox.set_aside(job.id)
    assert not store.outbox.set_aside(job.id + 1)
    clocks.move(LEASE)
    assert store.outbox.set_aside(job.id), "who held it died"
    assert not store.outbox.set_aside(job.id)
    assert store.outbox.claim("w") is None
    with pytest.raises(LostLease):
        store.outbox.finish(job)
    assert store.outbox.revive(job.id)
    assert claim(store).id == job.id


def test_leases_are_machine_time_which_a_moved_business_clock_does_not_touch(store: Store, clocks: Clocks) -> None:
    emit(store, Redraw(1, 1))
    claim(store)
    clocks.now = clocks.now.replace(year=2027)
    assert store.outbox.claim("w") is None


def test_a_redraw_may_be_left_to_a_later_one_of_its_thread(store: Store) -> None:
    emit(store, Redraw(1, 1), Reply(1, "win", "1"), Redraw(2, 1), Redraw(1, 2))
    job = claim(store)
    assert store.outbox.later_in_lane(job, "Redraw")
    assert not store.outbox.later_in_lane(job, "Home")
    store.outbox.finish(job)
    store.outbox.finish(claim(store))
    assert claim(store).effect == Redraw(2, 1)
    last = claim(store)
    assert not store.outbox.later_in_lane(last, "Redraw")


def test_the_listing_shows_no_content(store: Store) -> None:
    emit(store, SearchCrm("a secret deal", 1, "https://hooks.example/secret", "n1"))
    assert "secret" not in repr(store.outbox.jobs())


def test_what_is_held_or_due_soon_may_still_be_done_and_what_was_put_off_may_not(store: Store, clocks: Clocks) -> None:
    soon, later = clocks.tick() + 30, clocks.now.replace(hour=10)
    assert store.outbox.open_until(soon) == (0, 0)
    with store.write() as unit:
        unit.emit(Redraw(1, 1), at=later)
    assert store.outbox.open_until(soon) == (1, 0)
    emit(store, Redraw(2, 1))
    assert store.outbox.open_until(soon) == (2, 1)
    job = claim(store)
    assert store.outbox.open_until(soon) == (2, 1), "its lease ends later, and it is being done"
    store.outbox.finish(job)
    assert store.outbox.open_until(soon) == (1, 0)
