"""What exists outside: provisioning steps, our messages, the workspace's tasks, the client's access."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index

from store.tables.row import Row, as_json, long, part_of, place


class StepRow(Row, table=True):
    """One step of provisioning."""

    __tablename__ = "provisioning_step"

    handover_id: int = part_of()
    n: int = place()
    key: str
    side: str
    title: str = long()
    state: str
    remote_id: str = ""
    url: str = long()
    words: str = long()
    person_id: int = 0
    at: datetime | None = None
    position: int = 0


class PostRow(Row, table=True):
    """A message of ours in Slack."""

    __tablename__ = "post"
    __table_args__ = (Index(None, "channel", "ts"),)

    handover_id: int = part_of()
    n: int = place()
    name: str
    channel: str
    ts: str
    digest: str = ""
    generation: int = 1
    data: dict[str, Any] = as_json()


class TaskCopyRow(Row, table=True):
    """A task of the workspace as it was last read."""

    __tablename__ = "task_copy"

    handover_id: int = part_of()
    n: int = place()
    task_id: str
    name: str = long()
    url: str = long()
    section: str = long()
    due_on: date | None = None
    owner: str = ""
    completed: bool = False
    milestone: bool = False


class ClientAccessRow(Row, table=True):
    """Access of one of the client's people."""

    __tablename__ = "client_access"

    handover_id: int = part_of()
    n: int = place()
    email: str
    name: str = long()
    access_right: str = ""
    state: str
    words: str = long()
    person_id: int = 0
    at: datetime | None = None
