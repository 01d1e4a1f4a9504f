"""What a worker writes about its job: steps begun and made, finished, put off, parked. Each only by the lease's holder.

All functions work within the caller's transaction, so that a result and what follows from it are one.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, bindparam, select, update

from store.jobs import ClaimedJob, LostLease, StoredStep
from store.pace import leased
from store.sql import insert_new
from store.tables import JobRow, JobStepRow, table
from store.text import clean, json_ready, key_of

JOB, STEP = table(JobRow), table(JobStepRow)
ERROR_LENGTH = 500
BY_HAND = "parked by hand"


class Ledger:
    """The ledger within one transaction. `t` is machine time now, `lease` how long a step may take (seconds)."""

    def __init__(self, session: Connection, *, t: float, lease: float) -> None:
        self.session = session
        self.t = t
        self.lease = lease

    def renew(self, job: ClaimedJob) -> None:
        """Holds the job for another lease. LostLease when it is no longer this worker's."""
        self._write(job, {"t": self.t, "lease": self.lease}, renewing=True)

    def begin_step(self, job: ClaimedJob, name: str, *, scope: str = "") -> StoredStep:
        """Writes down that this outside call is about to be made, and says what is known of it.

        `scope` (the job's key by default) is what the call belongs to: with a scope of its own, a later job for the
        same thing knows of the calls of the earlier one.
        """
        self.renew(job)
        scope = key_of(scope or job.key)
        values = {"scope": scope, "name": name, "started": self.t}
        if insert_new(self.session, STEP, values):
            return StoredStep(done=False, repeated=False, started=self.t)
        row = self.session.execute(select(STEP).where(STEP.c.scope == scope, STEP.c.name == name)).mappings().one()
        return StoredStep(row["done"], repeated=True, started=row["started"], result=row["result"])

    def finish_step(self, job: ClaimedJob, name: str, result: Any = None, *, scope: str = "") -> None:
        """Keeps the result (JSON) of an outside call."""
        self.renew(job)
        step = {"which": key_of(scope or job.key), "called": name}
        wrote = self.session.execute(_STEP, {**step, "done": True, "result": json_ready(result)})
        if not wrote.rowcount:
            raise LookupError(f"The step {name} was never begun.")

    def finish(self, job: ClaimedJob) -> None:
        """The job is done."""
        self._write(job, {"state": "done", "error": ""}, states=("ready", "done"))

    def retry(self, job: ClaimedJob, at: float, error: str, *, fault: bool = False) -> None:
        """The job is due again at that machine time; its lane waits for it. `error` is safe to show.

        `fault`: it was tried and failed; else it only had to wait, and costs it nothing.
        """
        values = {"run_at": at, "owner": "", "error": clean(error)[:ERROR_LENGTH], "faults": job.faults + fault}
        self._write(job, values)

    def park(self, job: ClaimedJob, error: str) -> None:
        """The job waits for a person (dead); its lane goes on. `error` is safe to show."""
        self._write(job, {"state": "dead", "owner": "", "error": clean(error)[:ERROR_LENGTH]})

    def stands_parked(self, job: ClaimedJob) -> bool:
        """Whether an earlier job of the same kind and lane gave up, and waits for a person."""
        return self.session.execute(select(JOB.c.id).where(*_gave_up_before(job)).limit(1)).first() is not None

    def overtake(self, job: ClaimedJob) -> bool:
        """What earlier jobs of the same kind and lane gave up is done with this one; whether there were any."""
        if not self.stands_parked(job):
            return False
        self.session.execute(update(JOB).where(*_gave_up_before(job)).values(state="done", error=""))
        return True

    def _write(
        self, job: ClaimedJob, values: dict[str, Any], *, states: tuple[str, ...] = ("ready",), renewing: bool = False
    ) -> None:
        if job.best_effort:
            states = ("ready", "done")
            values = {**values, "state": "done"}
        mine = {"which": job.id, "holder": job.owner, "tries": job.attempts, "states": states}
        wrote = self.session.execute(_RENEWED if renewing else _MINE, {**mine, **values})
        if not wrote.rowcount:
            raise LostLease(f"Job {job.id} is no longer held by {job.owner}.")


def _gave_up_before(job: ClaimedJob) -> tuple[ColumnElement[bool], ...]:
    same = (JOB.c.lane == job.lane, JOB.c.kind == job.kind, JOB.c.id < job.id)
    return (*same, JOB.c.state == "dead", JOB.c.error != BY_HAND)


# Built once: every outside call writes thrice. Which columns they set is said by what they are given.
_MINE = update(JOB).where(
    JOB.c.id == bindparam("which"),
    JOB.c.owner == bindparam("holder"),
    JOB.c.attempts == bindparam("tries"),
    JOB.c.state.in_(bindparam("states", expanding=True)),
)
_RENEWED = _MINE.values(run_at=leased(bindparam("t", type_=Float), bindparam("lease", type_=Float)))
_STEP = update(STEP).where(STEP.c.scope == bindparam("which"), STEP.c.name == bindparam("called"))
