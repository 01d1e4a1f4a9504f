"""Rate rules that hold across threads and replicas: a slot is reserved in the database before the call is made.

GCRA (the leaky bucket as a time): `next_at` is when the bucket would be empty. A vendor's 429 closes the key for all.
Times are machine seconds. A slot whose caller dies is lost, which costs time and nothing else.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, func, select, update

from store.engine import Db
from store.sql import insert_new, on_postgres
from store.tables import PaceRow, table

PACE = table(PaceRow)
SEEN = "seen:machine-seconds"  # no rule: how far machine time had come


def leased(t: Any, lease: Any) -> ColumnElement[float]:
    """When a lease ends that begins at machine time `t`, in SQL.

    Somebody may be ahead of us until we take their time up: to them, too, it lasts a whole lease.
    """
    seen = select(PACE.c.closed_until).where(PACE.c.key == SEEN).scalar_subquery()
    ends: ColumnElement[float] = case((seen > t, seen), else_=t) + lease
    return ends


class Slot(NamedTuple):
    """A reserved slot: how long to wait for it, and the bucket's time after it."""

    wait: float
    next_at: float


def slot(t: float, *, next_at: float, closed_until: float, interval: float, burst: int) -> Slot:
    """The next free slot: `burst` calls at once, then one per `interval`; none before `closed_until`."""
    begins = max(t, next_at, closed_until)
    allowed = max(begins - (burst - 1) * interval, closed_until)
    return Slot(max(0.0, allowed - t), begins + interval)


class Pace:
    """The rules' state, shared by all workers on one database."""

    def __init__(self, db: Db, *, tick: Callable[[], float]) -> None:
        self.db = db
        self.tick = tick

    def reserve(self, key: str, interval: float, burst: int = 1, *, patience: float | None = None) -> float:
        """Reserves the next slot and returns the seconds to wait for it; then call, unless it was `closed` meanwhile.

        With `patience`, a slot farther away than that is not reserved: put the job off for the seconds returned.
        """
        with self.db.write() as session:
            t = self.tick()
            insert_new(session, PACE, {"key": key})
            row = session.execute(_HELD, {"which": key}).mappings().one()
            free = slot(t, next_at=row["next_at"], closed_until=row["closed_until"], interval=interval, burst=burst)
            if patience is None or free.wait <= patience:
                session.execute(_KEPT, {"which": key, "next_at": free.next_at})
            return free.wait

    def seen(self) -> float:
        """The latest machine time that anybody on this database has seen; 0 when nobody has."""
        return self._closed_until(SEEN)

    def closed(self, key: str) -> bool:
        """Whether nobody may call under this key now: a slot of before the 429 is none any more."""
        return self._closed_until(key) > self.tick()

    def latest(self, t: float) -> float:
        """The latest machine time that anybody on this database has seen, this one included, which is kept."""
        self.close(SEEN, t)
        return self.seen()

    def server_time(self) -> float | None:
        """The clock that all replicas share, in seconds since the epoch: the server's; None with SQLite."""
        if self.db.sqlite:
            return None
        with self.db.read() as session:
            return float(session.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())

    def close(self, key: str, until: float) -> None:
        """No call under this key before that machine time (a 429); an earlier end never shortens a later one."""
        with self.db.write() as session:
            insert_new(session, PACE, {"key": key})
            latest = func.greatest if on_postgres(session) else func.max
            later = latest(PACE.c.closed_until, until)
            session.execute(update(PACE).where(PACE.c.key == key).values(closed_until=later))

    def _closed_until(self, key: str) -> float:
        with self.db.read() as session:
            return session.execute(_CLOSED_UNTIL, {"which": key}).scalar() or 0.0


# Built once: each call to a vendor asks these.
_HELD = select(PACE).where(PACE.c.key == bindparam("which")).with_for_update()
_KEPT = update(PACE).where(PACE.c.key == bindparam("which"))
_CLOSED_UNTIL = select(PACE.c.closed_until).where(PACE.c.key == bindparam("which"))
