"""The step ledger: each outside call has a row before it and its result after it, and is looked for before a repeat."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import BatonError, Pending, RateLimited, Unavailable
from handlers.deps import Deps
from store.jobs import ClaimedJob
from store.unit import StoreUnit

Result = dict[str, str]
NOT_SET_UP = "Baton is not set up yet"  # by these words the work that waits for it is found again
PATIENCE = 3.0  # seconds that a hand waits for its slot before it gives the job back


@dataclass
class Later(BatonError):
    """Not now: the rate rules have no slot yet. The job goes back and costs no attempt."""

    seconds: float


class Unfinished(Later):
    """Not before Baton is set up."""

    def __str__(self) -> str:
        return NOT_SET_UP


class Uncertain(BatonError):
    """The call may have happened and cannot be looked up: a person decides."""


@dataclass(frozen=True)
class Pace:
    """A rate rule: one slot each `every` seconds, `burst` at once, for all threads and replicas together."""

    key: str
    every: float
    burst: int = 1


@dataclass
class Ledger:
    """One claimed job at work. `scope` names the ledger's page: jobs of one scope see each other's steps."""

    deps: Deps
    job: ClaimedJob
    scope: str = ""

    def step(
        self,
        name: str,
        do: Callable[[], Result],
        *,
        find: Callable[[float], Result | None] | None = None,
        again: bool = False,
        pace: Pace | None = None,
        keep: Callable[[StoreUnit, Result], None] | None = None,
    ) -> Result:
        """Does it once. `find(oldest)` looks for an earlier attempt's effect; `again` says that a repeat is harmless.

        `keep` writes the result into the record in the same transaction as the ledger. Raises LostLease, Later,
        Uncertain, Pending, or what the call raises.
        """
        with self.deps.store.write() as unit:
            stored = unit.begin_step(self.job, name, scope=self.scope)
        if stored.done:
            return dict(stored.result or {})
        self.take_slot(pace)
        result = None
        if stored.repeated and not again:
            if find is None:
                raise Uncertain(f"{self.job.kind} {name}")
            result = find(stored.started)
            if result is None:
                self.renew()  # it was a long search: whoever has the job by now may be doing it
        if result is None:
            result = self._done(do, pace, again=again)
        with self.deps.store.write() as unit:
            unit.finish_step(self.job, name, result, scope=self.scope)
            if keep is not None:
                keep(unit, result)
        return result

    def renew(self) -> None:
        """Holds the job for another lease, before a call that has no step of its own; raises LostLease."""
        self.deps.store.outbox.renew(self.job)

    def take_slot(self, pace: Pace | None) -> None:
        """Waits for a slot of the rate rule, a little; raises Later when it is far."""
        if pace is None:
            return
        every, rules = pace.every / self.deps.settings.delivery.rate_share, self.deps.store.pace
        left = PATIENCE  # all in all: the job's lease runs meanwhile, and after it somebody else has the job
        while (wait := rules.reserve(pace.key, every, pace.burst, patience=left)) > 0:
            if wait > left:
                raise Later(wait)
            self.deps.clock.sleep(wait)
            if not rules.closed(pace.key):
                return
            left -= wait  # somebody else was told to wait meanwhile: this slot is no slot any more

    def _done(self, do: Callable[[], Result], pace: Pace | None, *, again: bool) -> Result:
        try:
            return self._paced(do, pace)
        except Unavailable as error:
            if error.late and not again:
                raise Pending(error.vendor, error.call, error.words) from error
            raise

    def _paced(self, do: Callable[[], Result], pace: Pace | None) -> Result:
        try:
            return do()
        except RateLimited as limited:
            if pace is not None:
                self.deps.store.pace.close(pace.key, self.deps.clock.tick() + limited.after)
            raise
