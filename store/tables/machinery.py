"""What Baton needs to work: outbox and ledger, pace, inbox, what was seen, what is known of deals and connections.

`run_at`, `started`, `next_at` and `closed_until` are machine seconds; they never hold business time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, Text
from sqlmodel import Field

from store.tables.row import Row, as_json, long


class JobRow(Row, table=True):
    """Something to do outside. `state`: ready, done or dead; a leased job is ready with `run_at` in the future.

    `attempts` counts claims. `faults` counts tries that failed by a fault, not those that had to wait: only they end.
    `trace` is the cause it follows from.
    """

    __tablename__ = "job"
    __table_args__ = (Index(None, "state", "run_at"), Index(None, "lane", "state", "id"))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    lane: str
    payload: str = long()
    best_effort: bool = False
    state: str = "ready"
    run_at: float
    emitted_at: float
    attempts: int = 0
    faults: int = 0
    owner: str = ""
    error: str = long()
    trace: str = ""


class JobStepRow(Row, table=True):
    """The ledger: one outside call, written before it is made, with its result after it."""

    __tablename__ = "job_step"

    scope: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    started: float
    done: bool = False
    result: Any = Field(default=None, sa_type=JSON, nullable=True)


class PaceRow(Row, table=True):
    """When the next call under a rate rule may be made, and until when the vendor closed it."""

    __tablename__ = "pace"

    key: str = Field(primary_key=True)
    next_at: float = 0.0
    closed_until: float = 0.0


class SeenRow(Row, table=True):
    """A click, submission or event that took effect."""

    __tablename__ = "seen"

    key: str = Field(primary_key=True)
    at: datetime


class SettingRow(Row, table=True):
    """A small stored value."""

    __tablename__ = "setting"

    key: str = Field(primary_key=True)
    value: str = long()


class InstallationRow(Row, table=True):
    """One row: what tells this installation's markers from those of another."""

    __tablename__ = "installation"

    id: int | None = Field(default=None, primary_key=True)
    nonce: str


class DealStateRow(Row, table=True):
    """What is known of a deal. An empty standing means: locked for its first read, not read yet."""

    __tablename__ = "deal_state"
    __table_args__ = (Index(None, "connection", "standing"),)

    connection: str = Field(primary_key=True)
    deal_id: str = Field(primary_key=True)
    standing: str = ""
    won_epoch: datetime | None = None
    held: bool = False


class ConnectionRow(Row, table=True):
    """How a connection does. `cursor_text` is the vendor's own and opaque."""

    __tablename__ = "connection_state"

    connection: str = Field(primary_key=True)
    cursor_text: str = long()
    ok_at: datetime | None = None
    broken_since: datetime | None = None
    words: str = long()


class InboxRow(Row, table=True):
    """A webhook delivery as it came. `outcome` is empty until it was read. `trace` is the cause that it began."""

    __tablename__ = "inbox"
    __table_args__ = (Index(None, "connection", "digest", "received_at"),)

    id: int | None = Field(default=None, primary_key=True)
    connection: str
    received_at: datetime
    digest: str
    body: bytes = Field(sa_type=LargeBinary)
    headers: dict[str, Any] = as_json()
    duplicates: int = 0
    outcome: str = Field(default="", sa_type=Text)
    hints: int = 0
    ignored: int = 0
    trace: str = ""


class RefusalRow(Row, table=True):
    """How many deliveries of a connection were refused for one reason."""

    __tablename__ = "refusal"

    connection: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    count: int = 0
