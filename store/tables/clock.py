"""What the clock keeps: breaches of a record; for each person what waits for them and what they were told."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from store.tables.row import Row, as_json, long, part_of, place


class BreachRow(Row, table=True):
    """A due time that passed."""

    __tablename__ = "breach"

    handover_id: int = part_of()
    n: int = place()
    clock: str
    since: datetime
    cause: str = long()
    until: datetime | None = None
    told_on: date | None = None


class NagRow(Row, table=True):
    """What of one handover waits for one person, and what they will be told when. Guarded by the person's row.

    `waits`: what waits → since when (ISO). `plan`: what will be told → when (ISO). `spent`: what was told or let go.
    `deferred` counts "Remind me later". `next_at` is the earliest of `plan`, and only an index.
    """

    __tablename__ = "nag"
    __table_args__ = (
        Index(None, "next_at", "person_id"),
        Index(None, "person_id", "next_at"),
        Index(None, "person_id", "due_at"),
    )

    handover_id: int = part_of()
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    waits: dict[str, Any] = as_json()
    plan: dict[str, Any] = as_json()
    spent: Any = Field(default_factory=list, sa_type=JSON)
    deferred: int = 0
    due_at: datetime | None = None
    next_at: datetime | None = None


class ReminderRow(Row, table=True):
    """One reminder: the n-th direct message of a person's own day. `shown` is what it asks for, as it was sent.

    `causes` names what it was sent for, by handover id. `done_at` is set when nothing in it waits any more.
    """

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("person_id", "day", "n"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    day: date
    n: int
    at: datetime
    causes: dict[str, Any] = as_json()
    channel: str = ""
    ts: str = ""
    shown: Any = Field(default_factory=list, sa_type=JSON)
    done_at: datetime | None = None
