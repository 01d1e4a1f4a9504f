"""The outbox: jobs stored with the change that caused them, claimed by lease, in order within a lane.

There is no running state: a claim moves `run_at` to the end of its lease, so an abandoned job is due again by itself.
A lane's next job is claimed only when no earlier one is open, leased and put-off ones included, and never beside one
that is held: on PostgreSQL a job with a lower id may be committed after a higher one was claimed, and of two reads of
one deal side by side the older could be written last. A best-effort job is claimed at most once and never holds its
lane. All times here are machine seconds (`tick`), never business time.
"""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from bot.company.effects import RedrawParked
from bot.effects import Effect
from store.engine import Db
from store.jobs import ClaimedJob, JobLine, StoredStep
from store.ledger import BY_HAND, JOB, Ledger
from store.pace import leased
from store.sealed.keyring import is_sealed
from store.sql import alone, insert_new, on_postgres
from store.text import clean, key_of

CLAIM_TRIES = 3
_GAVE_UP = (JOB.c.error != BY_HAND, JOB.c.kind != "RedrawParked")


def emit(session: Connection, effect: Effect, *, run_at: float, t: float, trace: str = "") -> bool:
    """Stores an effect in the caller's transaction; False when one of that key was there already, of any cause.

    ValueError for a secret that is not sealed: no other way leads into the outbox.
    """
    if any(value and not is_sealed(value) for value in (getattr(effect, name) for name in effect.secrets)):
        raise ValueError(f"A secret of {effect.kind} is not sealed.")
    values = {
        "key": key_of(effect.key),
        "kind": effect.kind,
        "lane": key_of(effect.lane),
        "payload": clean(effect.payload()),
        "best_effort": effect.best_effort,
        "run_at": run_at,
        "emitted_at": t,
        "trace": trace,
    }
    return insert_new(session, JOB, values)


class Outbox:
    """The worker's side. Each method is a transaction of its own; `lease` is in seconds.

    The ledger's methods (renew, begin_step, finish_step, finish, retry, park) are also on the unit, for results that
    must be one transaction with what follows from them.
    """

    def __init__(self, db: Db, *, tick: Callable[[], float], lease: float) -> None:
        self.db = db
        self.tick = tick
        self.lease = lease

    def claim(self, owner: str, kinds: Collection[str] | None = None) -> ClaimedJob | None:
        """The most overdue job of these kinds (all when None), held by `owner` for one lease; None when none is due."""
        for _ in range(CLAIM_TRIES):
            if not self._due(kinds):
                return None
            with self.db.write() as session:
                row = _claimed(session, self.tick(), self.lease, owner, kinds)
            if row:
                return ClaimedJob(**{name: row[name] for name in _CLAIMED}, leased_until=row["run_at"])
        return None

    def run_on(self, seen: float) -> int:
        """Leases that ran at `seen`, the latest machine time that was kept, run on from now; how many those are.

        More than a lease has passed since then: nobody was there, or they are, and only their clock is behind ours.
        """
        since = self.tick() - seen
        if since <= self.lease:
            return 0
        ran = (JOB.c.state == "ready", JOB.c.owner != "", JOB.c.run_at > seen, JOB.c.run_at <= seen + since)
        with self.db.write() as session:
            moved = update(JOB).where(*ran).values(run_at=JOB.c.run_at + since).returning(JOB.c.id)
            return len(session.execute(moved).all())

    def renew(self, job: ClaimedJob) -> None:
        """See Ledger.renew."""
        with self.db.write() as session:
            self._ledger(session).renew(job)

    def begin_step(self, job: ClaimedJob, name: str, *, scope: str = "") -> StoredStep:
        """See Ledger.begin_step."""
        with self.db.write() as session:
            return self._ledger(session).begin_step(job, name, scope=scope)

    def finish_step(self, job: ClaimedJob, name: str, result: Any = None, *, scope: str = "") -> None:
        """See Ledger.finish_step."""
        with self.db.write() as session:
            self._ledger(session).finish_step(job, name, result, scope=scope)

    def finish(self, job: ClaimedJob, *, overtakes: bool = False) -> None:
        """See Ledger.finish. `overtakes`: what earlier jobs of its kind and lane gave up is done with it.

        Not while a later one of them waits: this one was left to that, or may have been.
        """
        with self.db.write() as session:
            ledger = self._ledger(session)
            ledger.finish(job)
            if overtakes and not self._later(session, job, job.kind) and ledger.overtake(job):
                t = self.tick()
                emit(session, RedrawParked(f"{job.id}:overtook:{t}"), run_at=t, t=t)

    def retry(self, job: ClaimedJob, at: float, error: str, *, fault: bool = False) -> None:
        """See Ledger.retry."""
        with self.db.write() as session:
            self._ledger(session).retry(job, at, error, fault=fault)

    def park(self, job: ClaimedJob, error: str) -> None:
        """See Ledger.park."""
        with self.db.write() as session:
            self._ledger(session).park(job, error)

    def later_in_lane(self, job: ClaimedJob, kind: str) -> bool:
        """Whether a later open job of that kind stands in the same lane, so that this one may be left to it."""
        with self.db.read() as session:
            return self._later(session, job, kind)

    def _later(self, session: Connection, job: ClaimedJob, kind: str) -> bool:
        return bool(session.execute(_LATER, {"lane": job.lane, "job_id": job.id, "kind": kind}).scalar())

    def jobs(self, states: Collection[str] = ("ready", "dead"), *, limit: int = 200) -> list[JobLine]:
        """Jobs in these states, newest first."""
        return self._lines(JOB.c.state.in_(states), limit=limit)

    def _lines(self, *which: ColumnElement[bool], limit: int) -> list[JobLine]:
        columns = [JOB.c[name] for name in JobLine.__dataclass_fields__]
        query = select(*columns).where(*which).order_by(JOB.c.id.desc()).limit(limit)
        with self.db.read() as session:
            return [JobLine(**row) for row in session.execute(query).mappings()]

    def revive(self, job_id: int) -> bool:
        """A parked job is due again now, with its ledger; whether there was one."""
        return bool(self._revive(JOB.c.id == job_id))

    def revive_all(self) -> int:
        """All jobs that gave up are due again now; how many there were. What was parked by hand stays."""
        return self._revive(JOB.c.error != BY_HAND)

    def _revive(self, *which: ColumnElement[bool]) -> int:
        t = self.tick()
        tried = case((JOB.c.attempts > 0, 1), else_=0)  # what an earlier try left behind is looked for
        values = {"state": "ready", "run_at": t, "attempts": tried, "faults": 0, "owner": ""}
        parked = update(JOB).where(JOB.c.state == "dead", *which).values(**values).returning(JOB.c.id)
        with self.db.write() as session:
            revived = session.execute(parked).scalars().all()
            if revived:
                emit(session, RedrawParked(f"{revived[0]}:revived:{t}"), run_at=t, t=t)
            return len(revived)

    def hurry(self, error: str) -> int:
        """What was put off with these words is due again now, as if never tried; how many jobs that were."""
        put_off = (JOB.c.state == "ready", JOB.c.owner == "", JOB.c.error == error)
        values = {"run_at": self.tick(), "attempts": 0}
        with self.db.write() as session:
            return len(session.execute(update(JOB).where(*put_off).values(**values).returning(JOB.c.id)).all())

    def set_aside(self, job_id: int) -> bool:
        """Parks a job that waits, by a person's word; its lane goes on. False when it is held right now, or not there.

        A worker that died holding it lets go with its lease.
        """
        held = and_(JOB.c.owner != "", JOB.c.run_at > self.tick())
        waits = (JOB.c.id == job_id, JOB.c.state == "ready", not_(held))
        values = {"state": "dead", "owner": "", "error": BY_HAND}
        with self.db.write() as session:
            return bool(session.execute(update(JOB).where(*waits).values(**values).returning(JOB.c.id)).first())

    def oldest(self) -> float | None:
        """When the oldest open job was put in (machine seconds); None when nothing is open."""
        with self.db.read() as session:
            return session.execute(select(func.min(JOB.c.emitted_at)).where(JOB.c.state == "ready")).scalar()

    def waiting(self) -> Counter[str]:
        """How many jobs of each kind are open (leased and put-off ones included)."""
        return self._count("ready")

    def parked(self) -> Counter[str]:
        """How many jobs of each kind wait for a person."""
        return self._count("dead")

    def gave_up(self) -> Counter[str]:
        """The same without what a person parked, and without a message about parked work."""
        return self._count("dead", *_GAVE_UP)

    def newest_gave_up(self) -> JobLine | None:
        """The newest of those."""
        found = self._lines(JOB.c.state == "dead", *_GAVE_UP, limit=1)
        return found[0] if found else None

    def next_due(self) -> float | None:
        """The earliest machine time at which an open job may be due; None when nothing is open."""
        with self.db.read() as session:
            return session.execute(select(func.min(JOB.c.run_at)).where(JOB.c.state == "ready")).scalar()

    def open_until(self, t: float) -> tuple[int, int]:
        """How many jobs are open, and how many of them may still be done by `t`: due by then, or held right now."""
        soon = case((or_(JOB.c.run_at <= t, JOB.c.owner != ""), 1), else_=0)
        query = select(func.count(), func.coalesce(func.sum(soon), 0)).where(JOB.c.state == "ready")
        with self.db.read() as session:
            row = session.execute(query).one()
            return int(row[0]), int(row[1])

    def _count(self, state: str, *which: ColumnElement[bool]) -> Counter[str]:
        query = select(JOB.c.kind, func.count()).where(JOB.c.state == state, *which).group_by(JOB.c.kind)
        with self.db.read() as session:
            return Counter({row[0]: row[1] for row in session.execute(query)})

    def _due(self, kinds: Collection[str] | None) -> bool:
        # A read-only peek first: idle polling must not take SQLite's write lock.
        with self.db.read() as session:
            return session.execute(*_first_due(kinds, self.tick())).first() is not None

    def _ledger(self, session: Connection) -> Ledger:
        return Ledger(session, t=self.tick(), lease=self.lease)


_CLAIMED = ("id", "key", "kind", "lane", "payload", "attempts", "owner", "best_effort", "faults", "trace")
_T = bindparam("t", type_=Float)


def _lane_is_free() -> ColumnElement[bool]:
    other = JOB.alias("other")
    held = and_(other.c.owner != "", other.c.run_at > _T)
    return not_(
        exists().where(
            other.c.lane == JOB.c.lane,
            other.c.state == "ready",
            other.c.id != JOB.c.id,
            not_(other.c.best_effort),
            or_(other.c.id < JOB.c.id, held),
        )
    )


# Built once: every worker asks these several times a second.
_DUE = (
    select(JOB.c.id, JOB.c.lane)
    .where(JOB.c.state == "ready", JOB.c.run_at <= _T, _lane_is_free())
    .order_by(JOB.c.run_at, JOB.c.id)
    .limit(1)
)
_LATER = select(
    exists().where(
        JOB.c.lane == bindparam("lane"),
        JOB.c.state == "ready",
        JOB.c.id > bindparam("job_id"),
        JOB.c.kind == bindparam("kind"),
    )
)
_DUE_OF_KINDS = _DUE.where(JOB.c.kind.in_(bindparam("kinds", expanding=True)))
_TAKE = (
    update(JOB)
    .where(JOB.c.id == bindparam("job_id"), _lane_is_free())
    .values(
        owner=bindparam("new_owner"),
        run_at=leased(_T, bindparam("lease", type_=Float)),
        attempts=JOB.c.attempts + 1,
        state=case((JOB.c.best_effort, "done"), else_="ready"),
    )
    .returning(*JOB.c)
)


def _first_due(kinds: Collection[str] | None, t: float) -> tuple[Select[tuple[int, str]], dict[str, Any]]:
    return (_DUE, {"t": t}) if kinds is None else (_DUE_OF_KINDS, {"t": t, "kinds": list(kinds)})


def _claimed(session: Connection, t: float, lease: float, owner: str, kinds: Collection[str] | None) -> Any:
    due, given = _first_due(kinds, t)
    if on_postgres(session):
        due = due.with_for_update(skip_locked=True, of=JOB)
    found = session.execute(due, given).first()
    if found is None:
        return None
    alone(session, f"lane:{found.lane}")  # two claims do not see each other before they commit: look again
    taken = session.execute(_TAKE, {"job_id": found.id, "t": t, "new_owner": owner, "lease": lease})
    return taken.mappings().first()
