"""What lies ahead in business time: when the record wants the next look, and which due time comes next."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from bot.handover import State
from store.tables import HandoverRow, IntervalRow, NagRow, table

HANDOVER, INTERVAL, NAG = table(HandoverRow), table(IntervalRow), table(NagRow)
BEFORE_GATE = [State.WON.value, State.SCOPED.value, State.PROVISIONED.value]
STANDS_STILL = exists().where(INTERVAL.c.handover_id == HANDOVER.c.id, INTERVAL.c.until.is_(None))
LOOKS = (HANDOVER.c.next_look_at, NAG.c.next_at)
# One statement, built once: an idle sweep asks nothing else. By `min`, not by `exists(at <= :now)`: for a moment that
# it does not know PostgreSQL expects a third of the table to be due, and reads through it: to its end when nothing is
# (postgresql.org/docs/current/sql-prepare.html, generic plans).
_SOONEST = select(*(select(func.min(at)).where(at.is_not(None)).scalar_subquery() for at in LOOKS))


def next_look(session: Connection, now: datetime) -> datetime | None:
    """The first moment after now at which a record is to be looked at or a person is to be told."""
    return _first(session.execute(select(func.min(at)).where(at > now)).scalar() for at in LOOKS)


def looks_due(session: Connection, now: datetime) -> bool:
    """Whether a record is to be looked at, or a person to be told, by now."""
    soonest = _first(session.execute(_SOONEST).one())
    return soonest is not None and soonest <= now


def next_due(session: Connection, now: datetime) -> datetime | None:
    """The nearest due time after now that counts: of scope confirmations and gates whose clock does not stand still."""
    clocks: tuple[tuple[ColumnElement[datetime | None], ColumnElement[bool]], ...] = (
        (HANDOVER.c.scope_due_at, HANDOVER.c.state == State.WON.value),
        (HANDOVER.c.due_at, HANDOVER.c.state.in_(BEFORE_GATE)),
    )
    return _first(
        session.execute(select(func.min(at)).where(and_(counts, at > now, ~STANDS_STILL))).scalar()
        for at, counts in clocks
    )


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)
