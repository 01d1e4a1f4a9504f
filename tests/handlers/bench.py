"""One worker at a time over the real wiring, on a machine whose time a test lets pass."""

from datetime import datetime, timedelta

from bot.effects import Effect, Identify, ReadDeal
from handlers.clock import Clock
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.wiring import build
from sandbox.deals import ABC
from store.jobs import JobLine
from tests.stories import walk
from tests.stories.stage import Stage

OLGA = "olga@acme.example"


def read(deal: str = ABC) -> ReadDeal:
    """The job that reads a deal whole."""
    return ReadDeal("hubspot", deal, "webhook", nonce="test")


class Sped(Clock):
    """A machine whose time a test lets pass; business time goes its own way."""

    passed = 0.0

    def tick(self) -> float:
        """Machine seconds."""
        return super().tick() + self.passed

    def machine_now(self) -> datetime:
        """Machine time."""
        return super().machine_now() + timedelta(seconds=self.passed)


class Bench:
    """One worker over the real wiring, its jobs performed one after the other. The admin is known in Slack."""

    def __init__(self, stage: Stage, clock: Sped | None = None, **env: str) -> None:
        self.stage = stage
        self.clock = clock or Sped()
        self.deps = build(stage.settings(), stage.env | env, clock=self.clock, db=stage.db)
        self.worker = Worker(self.deps, PERFORMERS)
        self.emit(Identify("", OLGA, nonce="test"))
        self.work()

    def close(self) -> None:
        """Ends it."""
        self.deps.store.db.dispose()

    def emit(self, *effects: Effect) -> None:
        """Puts effects into the outbox."""
        with self.deps.store.write() as unit:
            for effect in effects:
                unit.emit(effect)

    def work(self) -> None:
        """Performs all that is due now."""
        while self.worker.run_one("bench"):
            continue

    def fail(self, kind: str, *, times: int = 1, effect: Effect | None = None) -> JobLine:
        """The CRM fails so when the deal is read; returns the job after its first try."""
        self.stage.world.faults.add("hubspot", "GET /crm", kind, times=times)
        wanted = effect or read()
        self.emit(wanted)
        self.work()
        return self.job(wanted.kind)

    def jobs(self, kind: str) -> list[JobLine]:
        """All jobs of that kind, whatever became of them, oldest first."""
        found = self.deps.store.outbox.jobs(("ready", "done", "dead"), limit=1000)
        return [job for job in reversed(found) if job.kind == kind]

    def job(self, kind: str) -> JobLine:
        """The only job of that kind."""
        (found,) = self.jobs(kind)
        return found

    def until_due(self, job: JobLine) -> float:
        """Seconds until its next try."""
        return job.run_at - self.clock.tick()

    def told(self) -> list[str]:
        """What the admin reads, oldest first."""
        return [message["text"] for message in walk.letters(self.stage, "olga")]
