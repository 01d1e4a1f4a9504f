"""The record itself: handover, its roles, deal, timeline and override."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlmodel import Field

from store.tables.row import Row, as_json, long, part_of, place

ENDS = String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


class HandoverRow(Row, table=True):
    """One handover. `next_look_at` only indexes what the record decides; `search` is folded text to search in."""

    __tablename__ = "handover"
    __table_args__ = (
        UniqueConstraint("connection", "deal_id", "workstream"),
        Index(None, "state", "due_at"),
        Index(None, "won_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    connection: str
    deal_id: str
    workstream: str = ""
    state: str
    client: str = long()
    project: str = long()
    opened_at: datetime
    start_on: date | None = None
    end_on: date | None = None
    office: str = ""
    template_version: str = ""
    rehearsal: bool = False
    won_at: datetime | None = None
    won_epoch: datetime | None = None
    scope_due_at: datetime | None = Field(default=None, index=True)
    scoped_at: datetime | None = None
    scoped_by: int = 0
    scope_document: str = long()
    due_at: datetime | None = Field(default=None, index=True)
    initiated_at: datetime | None = None
    provisioned_at: datetime | None = None
    live_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = long()
    kickoff_on: date | None = None
    repository: str = long()
    workspace_name: str = long()
    workspace_id: str = ""
    workspace_url: str = long()
    channel_id: str = Field(default="", index=True)
    channel_name: str = ""
    worked_seconds: int = 0
    rev: int = 0
    next_look_at: datetime | None = Field(default=None, index=True)
    search: str = long()


class NameEndRow(Row, table=True):
    """An end of a word of `handover.search`, by which a part of a name is found; compared byte by byte."""

    __tablename__ = "name_end"
    __table_args__ = ({"sqlite_with_rowid": False},)

    name_end: str = Field(primary_key=True, sa_type=ENDS)
    handover_id: int = Field(primary_key=True, foreign_key="handover.id", ondelete="CASCADE", index=True)


class HandoverDealRow(Row, table=True):
    """The deal of a handover as the record has it now."""

    __tablename__ = "handover_deal"

    handover_id: int = part_of()
    data: dict[str, Any] = as_json()


class DealSnapshotRow(Row, table=True):
    """The deal as it was read at one moment, kept for old → new."""

    __tablename__ = "deal_snapshot"

    handover_id: int = part_of()
    n: int = place()
    at: datetime
    data: dict[str, Any] = as_json()


class RoleHolderRow(Row, table=True):
    """Who holds a role of a handover."""

    __tablename__ = "role_holder"
    __table_args__ = (Index(None, "person_id", "role"),)

    handover_id: int = part_of()
    role: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id")


class EventRow(Row, table=True):
    """A line of the timeline; rows are only ever added."""

    __tablename__ = "timeline"

    handover_id: int = part_of()
    n: int = place()
    at: datetime
    person_id: int = 0
    kind: str
    data: dict[str, Any] = as_json()


class OverrideRow(Row, table=True):
    """The gate was opened against its rules."""

    __tablename__ = "gate_override"

    handover_id: int = part_of()
    n: int = place()
    person_id: int
    at: datetime
    reason: str = long()
