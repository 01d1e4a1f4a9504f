"""The scheduler's wiring: which ticks there are, and that each of them really comes, late ones too."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

from bot.handover import State
from handlers import schedule
from handlers.clock import Clock
from handlers.deps import Deps
from handlers.wiring import introduce
from tests.handlers.desk import OFFICES, Desk
from tests.stories import walk
from tests.stories.stage import Stage, staged

POLL = 3600  # seconds, as the stage has it


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company with Baton at work in it."""
    with staged(tmp_path) as made:
        made.start()
        yield made


@contextmanager
def ticking(stage: Stage, wake: Any = None) -> Iterator[tuple[BackgroundScheduler, Counter[tuple[str, int]]]]:
    """The real scheduler, started, its own moments far away; and what it ran, by job and kind of event."""
    assert stage.running is not None
    with ticking_on(stage.deps, wake or stage.running.worker.wake) as ticks:
        yield ticks


@contextmanager
def ticking_on(deps: Deps, wake: Any) -> Iterator[tuple[BackgroundScheduler, Counter[tuple[str, int]]]]:
    """The same, on what it is wired from."""
    made = schedule.scheduler(deps, wake)
    seen: Counter[tuple[str, int]] = Counter()

    def note(event: JobExecutionEvent) -> None:
        seen[event.job_id, event.code] += 1

    made.add_listener(note, EVENT_JOB_EXECUTED | EVENT_JOB_MISSED | EVENT_JOB_ERROR)
    made.start(paused=True)
    later = Clock().machine_now() + timedelta(hours=1)
    for job in made.get_jobs():
        job.modify(next_run_time=later)
    made.resume()
    try:
        yield made, seen
    finally:
        made.shutdown(wait=True)


def due(scheduler: BackgroundScheduler, job_id: str, when: datetime) -> None:
    """Lets a job have been due then, and wakes the scheduler."""
    scheduler.get_job(job_id).modify(next_run_time=when)
    scheduler.wakeup()


def test_every_tick_is_registered_so_that_a_late_one_still_comes_and_comes_once(stage: Stage) -> None:
    with ticking(stage) as (made, _):
        jobs = {job.id: job for job in made.get_jobs()}
        every = {name: job.trigger.interval.total_seconds() for name, job in jobs.items()}
        assert every == {
            "reconcile:hubspot": POLL,
            "wake": 5,
            "pulse": 60,
            "database": 60,
            "machine-time": 15,
            "settings": 5,
            "sweep": 15,
            "digest": 30,
            "people": 900,
            "retention": 120,
            "erased": 10,
            "review": 900,
        }
        for job in jobs.values():
            assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1), job.id


def test_every_tick_fires_once_after_hours_in_which_nobody_ticked(stage: Stage) -> None:
    """The machine slept for five hours: each job runs, once, and none is called missed or fails."""
    long_ago = Clock().machine_now() - timedelta(hours=5)
    with ticking(stage) as (made, seen):
        names = {job.id for job in made.get_jobs()}
        for name in names:
            due(made, name, long_ago)
        stage.until(lambda: {name for name, code in seen} >= names, f"all of {names} ran")
    assert {code for _, code in seen} == {EVENT_JOB_EXECUTED}
    assert max(seen.values()) <= 2  # not once for each of the thousands of missed moments


@pytest.mark.req("R4")
def test_the_scheduled_look_at_the_crm_finds_what_webhooks_lost(stage: Stage) -> None:
    """Nobody calls anything: the scheduler's own thread does, and asks again where it stopped."""
    stage.world.hubspot.webhooks.drop_all = True
    stage.world.hubspot.win(walk.ABC)
    with ticking(stage) as (made, seen):
        due(made, "reconcile:hubspot", Clock().machine_now())
        stage.until(lambda: bool(seen), "the look at the CRM")
        stage.settle()
        assert stage.handover().state is State.WON
        stage.world.faults.down("hubspot")
        due(made, "reconcile:hubspot", Clock().machine_now())
        stage.until(lambda: sum(seen.values()) == 2, "a look while the CRM is away")
        stage.world.faults.clear()
        stage.world.hubspot.win("9002")
        due(made, "reconcile:hubspot", Clock().machine_now())
        stage.until(lambda: sum(seen.values()) == 3, "a look when it is back")
        stage.settle()
    assert stage.handover(2).state is State.WON
    assert {code for _, code in seen} == {EVENT_JOB_EXECUTED}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Monday morning, the scope of ABC just confirmed; nothing happens unless a test lets it."""
    delivery = {"poll_seconds": POLL, "rate_share": 1000, "lease_seconds": 20}
    with staged(tmp_path, delivery=delivery, offices=OFFICES, provision={"auto": False}) as made:
        at_work = Desk(made)
        at_work.begin()
        yield at_work
        at_work.close()


@pytest.mark.req("R37", "R40")
def test_the_scheduled_sweep_tells_what_time_alone_has_made_due(desk: Desk) -> None:
    """Nobody writes anything, so nobody wakes a sweep: a day passes, the tick comes, and people are reminded once."""
    desk.to(desk.at(1, 9))
    with ticking_on(desk.deps, lambda: None) as (made, seen):
        for number in (1, 2):
            due(made, "sweep", Clock().machine_now())
            desk.stage.until(lambda: seen["sweep", EVENT_JOB_EXECUTED] == number, "the sweep's tick")  # noqa: B023
            desk.work()
            assert desk.only("ana").startswith("*3 things wait for you*")
    assert sum(seen.values()) == 2


@pytest.mark.req("R61")
def test_the_scheduled_digest_is_posted_at_its_time_once(desk: Desk) -> None:
    with ticking_on(desk.deps, lambda: None) as (made, seen):
        for number, (moment, wanted) in enumerate([((0, 10), 0), ((1, 8), 0), ((1, 9), 1), ((1, 10), 1)], start=1):
            desk.to(desk.at(*moment))
            due(made, "digest", Clock().machine_now())
            desk.stage.until(lambda: seen["digest", EVENT_JOB_EXECUTED] == number, "the digest's tick")  # noqa: B023
            desk.work()
            posted = [message for message in desk.stage.channel() if message["text"].startswith("Handovers ")]
            assert len(posted) == wanted, moment


def test_the_wake_up_rings_the_hands(stage: Stage) -> None:
    rung = threading.Event()
    with ticking(stage, rung.set) as (made, _):
        due(made, "wake", Clock().machine_now())
        assert rung.wait(5)


def test_serve_starts_the_ticks_and_stop_ends_them(tmp_path: Path) -> None:
    """With a poll every half second a lost win opens by itself; after the stop no thread of the scheduler is left."""
    quick = {"poll_seconds": 0.5, "rate_share": 1000, "lease_seconds": 5}
    with staged(tmp_path, delivery=quick) as stage:
        before = schedulers()
        stage.start()
        assert schedulers() - before
        stage.world.hubspot.webhooks.drop_all = True
        stage.world.hubspot.win(walk.ABC)
        stage.until(lambda: opened(stage), "the poll finds the win")
        stage.settle()
        stage.stop()
        stage.until(lambda: not schedulers() - before, "the scheduler's thread ends")


def opened(stage: Stage) -> bool:
    """Whether there is a handover."""
    with stage.deps.store.read() as reader:
        return reader.handover(1) is not None


def schedulers() -> set[int | None]:
    """The threads in which a scheduler ticks."""
    return {thread.ident for thread in threading.enumerate() if thread.name == "APScheduler"}


def test_whom_baton_met_before_it_knew_its_own_team_is_looked_at_again(stage: Stage) -> None:
    """Before Slack said who we are a stranger could pass for a colleague: on the same day all are asked about again."""
    schedule.refresh_people(stage.deps)
    introduce(stage.deps, threading.Event())
    assert schedule.refresh_people(stage.deps) == 0, "today they were looked at"
    with stage.deps.store.write() as unit:
        unit.drop_setting("slack:team_id")
    introduce(stage.deps, threading.Event())
    assert schedule.refresh_people(stage.deps) > 0
