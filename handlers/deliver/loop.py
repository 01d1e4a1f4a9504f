"""The loop: claim, perform, and decide what a failure means. Dead work is never silent: the admin is told once."""

import logging
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from bot.effects import Effect, InviteClient, LinkWorkspace, PromiseTasks, Provision, load
from bot.errors import (
    BatonError,
    Conflict,
    NeedsReauth,
    Pending,
    RateLimited,
    StoreAway,
    Surprise,
    Unavailable,
    VendorError,
)
from handlers import trace
from handlers.company import looked
from handlers.deliver.company import gave_up, parked
from handlers.deliver.ledger import Later, Ledger, Uncertain, Unfinished
from handlers.deps import Deps
from handlers.health import pulse
from store.jobs import ClaimedJob, LostLease

log = logging.getLogger("baton.deliver")
Performer = Callable[[Effect, Ledger], None]
BACKOFF_CAP = 120.0  # seconds between two tries at the most
OUTAGE_TRIES = 10_080  # between half the cap and the cap apart: an outage is waited out for a week at least
FAULT_TRIES = 6  # our own or the vendor's fault: a person is asked sooner; what only had to wait does not count
LANDING = 45.0  # what a vendor was sent and did not answer may still be done: until then it is not looked for
REAUTH_WAIT = 300.0
SETUP_WAIT = 60.0  # work waits until Baton is set up, and is due the moment it is
# What is done also while nobody has said where handovers are opened and who answers for them.
BEFORE_SETUP = frozenset({"SetUp", "Identify", "Whisper", "Direct", "Home", "ReadInbox"})


class Worker:
    """Threads that empty the outbox. `wake` is called after each commit; else they look once a second."""

    def __init__(self, deps: Deps, performers: Mapping[str, Performer]) -> None:
        self._deps = deps
        self._performers = performers
        self._wake = threading.Condition()
        self._rung = 0
        self._hands = 0
        self._away = False
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Starts the threads."""
        for number in range(self._deps.settings.delivery.workers):
            thread = threading.Thread(target=self._run, args=(f"w{number}-{self._deps.new_id()}",), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 10.0) -> None:
        """Lets the jobs at work end, for so many seconds in all, and claims no more."""
        self._stopping.set()
        self.wake()
        until = self._deps.clock.tick() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - self._deps.clock.tick()))

    def wake(self) -> None:
        """Something may be due now."""
        with self._wake:
            self._rung += 1
            self._wake.notify_all()

    def run_one(self, owner: str) -> bool:
        """Performs one due job. False when nothing is due."""
        with self._at_work():
            job = self._deps.store.outbox.claim(owner)
            if job is None:
                return False
            with trace.begun(job.trace):
                self._perform(job)
            return True

    @property
    def busy(self) -> bool:
        """Whether a job is being claimed or performed right now."""
        return self._hands > 0

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        with self._wake:
            self._hands += 1
        try:
            yield
        finally:
            with self._wake:
                self._hands -= 1

    def _run(self, owner: str) -> None:
        while not self._stopping.is_set():
            with self._wake:
                rung = self._rung
            try:
                looked(self._deps)
                self._deps.askers.let_go_first()
                busy = self.run_one(owner)
            except Exception as error:  # noqa: BLE001 - the database may be away: the loop must outlive it
                self._outlive(error)
                busy = False
            else:
                self._outlive(None)
            if busy:
                continue
            with self._wake:
                if self._rung == rung and not self._stopping.is_set():
                    self._wake.wait(1.0)

    def _outlive(self, error: Exception | None) -> None:
        """Told once when it begins and once when it is over: a disk that is full must not be filled with our lines."""
        with self._wake:
            news, self._away = self._away is not (error is not None), error is not None
        if news and error is not None:
            why = str(error) if isinstance(error, StoreAway) else type(error).__name__
            log.error("could not claim work", extra={"why": why}, exc_info=error)
        elif news:
            log.info("work is claimed again")

    def _perform(self, job: ClaimedJob) -> None:
        store = self._deps.store
        try:
            effect = load(job.kind, job.payload)
            # A retry by hand is a new job on the same page of the ledger: it finds what the earlier one began.
            scope = effect.lane if isinstance(effect, (Provision, InviteClient, PromiseTasks, LinkWorkspace)) else ""
            self._performer(job.kind)(effect, Ledger(self._deps, job, scope))
            store.outbox.finish(job, overtakes=job.kind in gave_up.DRAWN)
            log.info("job done", extra={"job": job.id, "kind": job.kind})
        except LostLease:
            log.info("lease lost", extra={"job": job.id, "kind": job.kind})
        except Exception as error:  # noqa: BLE001 - whatever it is, the job must not vanish
            self._failed(job, error)

    def _performer(self, kind: str) -> Performer:
        if self._deps.settings.missing and kind not in BEFORE_SETUP:
            raise Unfinished(SETUP_WAIT)
        return self._performers[kind]

    def _failed(self, job: ClaimedJob, error: Exception) -> None:
        store = self._deps.store
        wait = self._wait(job, error)
        words = str(error) if isinstance(error, BatonError) else type(error).__name__
        level = logging.DEBUG if isinstance(error, Later) else logging.WARNING
        log.log(level, "job failed", extra={"job": job.id, "kind": job.kind, "why": words}, exc_info=not words)
        if job.best_effort and not isinstance(error, Later):
            store.outbox.finish(job)
        elif wait is None:
            gave_up.park(self._deps, job, error, words)
            if job.kind in parked.UNTOLD:
                log.error("the admin cannot be told", extra={"job": job.id, "why": words})
        else:
            store.outbox.retry(job, self._deps.clock.tick() + wait, words, fault=_is_fault(error))
        if isinstance(error, NeedsReauth):
            pulse.refused(self._deps, error)

    def _wait(self, job: ClaimedJob, error: Exception) -> float | None:
        """Seconds until the next try, or None: park it."""
        tries = job.faults + 1 if _is_fault(error) else job.attempts
        backoff = min(BACKOFF_CAP, 2.0 ** min(tries, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        match error:
            case Later(seconds=seconds):
                return seconds
            case RateLimited(after=after):
                return after
            case NeedsReauth():
                return REAUTH_WAIT
            case Pending() if job.attempts < OUTAGE_TRIES:
                return max(backoff, LANDING)
            case Unavailable() | StoreAway() | Conflict():
                return backoff if job.attempts < OUTAGE_TRIES else None
            case Uncertain():
                return None
            case VendorError() if not isinstance(error, Surprise):
                return None
        return backoff if tries < FAULT_TRIES else None


def _is_fault(error: Exception) -> bool:
    # Neither a limit, an outage, our own database's included, nor a broken credential says anything against the job.
    return not isinstance(error, (Later, RateLimited, Unavailable, StoreAway, Conflict, NeedsReauth))
