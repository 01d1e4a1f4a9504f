"""What a worker writes about its job: steps begun and made, finished, put off, parked. Each only by the lease's holder.

All functions work within the caller's transaction, so that a result and what follows from it are one.
"""

from typing import Any

from sqlalchemy import Connection, select, update

from store.jobs import ClaimedJob, LostLease, StoredStep
from store.pace import leased
from store.sql import insert_new
from store.tables import JobRow, JobStepRow, table
from store.text import clean, json_ready, key_of

JOB, STEP = table(JobRow), table(JobStepRow)
ERROR_LENGTH = 500


class Ledger:
    """The ledger within one transaction. `t` is machine time now, `lease` how long a step may take (seconds)."""

    def __init__(self, session: Connection, *, t: float, lease: float) -> None:
        self.session = session
        self.t = t
        self.lease = lease

    def renew(self, job: ClaimedJob) -> None:
        """Holds the job for another lease. LostLease when it is no longer this worker's."""
        self._write(job, {"run_at": leased(self.t, self.lease)})

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
        at = (STEP.c.scope == key_of(scope or job.key), STEP.c.name == name)
        wrote = self.session.execute(update(STEP).where(*at).values(done=True, result=json_ready(result)))
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

    def _write(self, job: ClaimedJob, values: dict[str, Any], *, states: tuple[str, ...] = ("ready",)) -> None:
        if job.best_effort:
            states = ("ready", "done")
            values = {**values, "state": "done"}
        mine = (JOB.c.id == job.id, JOB.c.owner == job.owner, JOB.c.state.in_(states))
        wrote = self.session.execute(update(JOB).where(*mine, JOB.c.attempts == job.attempts).values(**values))
        if not wrote.rowcount:
            raise LostLease(f"Job {job.id} is no longer held by {job.owner}.")
