"""What a company decided in Slack: the versions of its checklists."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from store.tables.row import Row, long


class ChecklistRow(Row, table=True):
    """A checklist's text. `n` counts what was put in force, by name; without one it is a draft."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("name", "n"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    n: int | None = None
    version: str = ""
    text: str = long()
    base: int = 0
    made_by: int = 0
    made_at: datetime
    applied_by: int = 0
    applied_at: datetime | None = None
    back_to: int | None = None
