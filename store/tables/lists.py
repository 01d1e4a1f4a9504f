"""What people say and sign: items, entries with their points, signatures, intervals, answers, presale."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from store.tables.row import Row, as_json, long, part_of, place


class ItemRow(Row, table=True):
    """One line of a list."""

    __tablename__ = "item"
    __table_args__ = (Index(None, "holder", sqlite_where=text("holder <> 0"), postgresql_where=text("holder <> 0")),)

    handover_id: int = part_of()
    n: int = place()
    key: str
    role: str
    text: str = long()
    description: str = long()
    required: bool = True
    opens: str
    kind: str
    check_name: str = ""
    position: int = 0
    ticked_by: int = 0
    ticked_at: datetime | None = None
    holder: int = 0


class EntryRow(Row, table=True):
    """One thing somebody knows. `search` is folded text to search in."""

    __tablename__ = "entry"
    __table_args__ = (Index(None, "handover_id"),)

    id: int | None = Field(default=None, primary_key=True)
    handover_id: int = Field(foreign_key="handover.id", ondelete="CASCADE")
    kind: str
    text: str = long()
    author_id: int = 0
    at: datetime
    source: str
    evidence: str = long()
    evidence_words: str = long()
    details: dict[str, Any] = as_json()
    undone_at: datetime | None = None
    batch: str = ""
    search: str = long()


class PointRow(Row, table=True):
    """The answer to one entry, and the question before it."""

    __tablename__ = "point"

    entry_id: int = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    disposition: str | None = None
    answered_by: int = 0
    answered_at: datetime | None = None
    hours: str = ""
    approver: str = long()
    told_by: str = long()
    question: str = long()
    asked_by: int = 0
    asked_at: datetime | None = None
    reply: str = long()
    replied_by: int = 0
    replied_at: datetime | None = None


class SignatureRow(Row, table=True):
    """A sign-off."""

    __tablename__ = "signature"

    handover_id: int = part_of()
    n: int = place()
    role: str
    person_id: int
    at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_why: str = long()


class IntervalRow(Row, table=True):
    """A pause or a hold."""

    __tablename__ = "clock_interval"

    handover_id: int = part_of()
    n: int = place()
    kind: str
    since: datetime
    reason: str = long()
    person_id: int = 0
    expected_on: date | None = None
    until: datetime | None = None
    subject: str = ""


class AnswerRow(Row, table=True):
    """A click that answers a question of the record."""

    __tablename__ = "answer"

    handover_id: int = part_of()
    n: int = place()
    key: str
    person_id: int
    at: datetime
    text: str = long()


class PresaleRow(Row, table=True):
    """A presale artefact."""

    __tablename__ = "presale"

    handover_id: int = part_of()
    n: int = place()
    kind: str
    title: str = long()
    deliverable: str = long()
    signed_off: bool = False
    person_id: int = 0
    at: datetime | None = None
    from_crm: bool = False
    external: str = long()
