"""People, as rows of their own: everything else names them by id."""

from datetime import date, datetime

from sqlmodel import Field

from store.tables.row import Row, long


class PersonRow(Row, table=True):
    """Somebody. `email` is lower case; it and `slack_id` are NULL when unknown, else unique."""

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    name: str = long()
    email: str | None = Field(default=None, unique=True)
    slack_id: str | None = Field(default=None, unique=True)
    tz: str = "UTC"
    guest: bool = False
    active: bool = True
    home_seen: bool = False
    reminders: str = "now"
    away_until: date | None = None
    status_until: datetime | None = None
    deputy_id: int = 0
