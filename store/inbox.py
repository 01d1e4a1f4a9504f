"""Webhook deliveries as they came: kept raw, an identical one within its window kept once and counted.

It verifies nothing and reads nothing: that is the connector's. What was refused is only counted, never stored.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from store.sql import alone, insert_new
from store.tables import InboxRow, RefusalRow, table
from store.text import json_ready

INBOX, REFUSAL = table(InboxRow), table(RefusalRow)
WINDOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Delivery:
    """A stored delivery; `outcome` is empty until it was read. `trace`: all that follows from it carries this id."""

    id: int
    connection: str
    received_at: datetime
    body: bytes
    headers: Mapping[str, str]
    duplicates: int = 0
    outcome: str = ""
    hints: int = 0
    ignored: int = 0
    trace: str = ""


@dataclass(frozen=True)
class Received:
    """How many deliveries of a connection were taken, and when the last one was."""

    count: int = 0
    last: datetime | None = None


class InboxReader:
    """Questions about deliveries."""

    def __init__(self, session: Connection) -> None:
        self.session = session

    def get(self, delivery_id: int) -> Delivery | None:
        """A delivery by id."""
        row = self.session.execute(select(INBOX).where(INBOX.c.id == delivery_id)).mappings().first()
        return Delivery(**{name: row[name] for name in Delivery.__dataclass_fields__}) if row else None

    def refused(self) -> dict[tuple[str, str], int]:
        """How many deliveries were refused, by connection and reason."""
        rows = self.session.execute(select(REFUSAL)).mappings()
        return {(row["connection"], row["reason"]): row["count"] for row in rows}

    def received(self) -> dict[str, Received]:
        """How many deliveries were taken, and when the last one was, by connection."""
        last = select(INBOX.c.connection, func.count(), func.max(INBOX.c.received_at)).group_by(INBOX.c.connection)
        return {row[0]: Received(int(row[1]), row[2]) for row in self.session.execute(last)}

    def duplicates(self, connection: str) -> int:
        """How many identical deliveries had no effect."""
        total = select(func.coalesce(func.sum(INBOX.c.duplicates), 0)).where(INBOX.c.connection == connection)
        return int(self.session.execute(total).scalar_one())


class Inbox(InboxReader):
    """The inbox within one write transaction. `now` is business time, `trace` the cause that it belongs to."""

    def __init__(self, session: Connection, *, now: datetime, trace: str = "") -> None:
        super().__init__(session)
        self.now = now
        self.trace = trace

    def put(
        self, connection: str, body: bytes, headers: Mapping[str, str], *, window: timedelta = WINDOW
    ) -> tuple[int, bool]:
        """Stores a delivery: its id, and True; for an identical one within the window, the first one's id and False."""
        digest = hashlib.sha256(body).hexdigest()
        alone(self.session, f"{connection}:{digest}")  # of two identical deliveries at once the second waits
        same = (
            select(INBOX.c.id)
            .where(INBOX.c.connection == connection, INBOX.c.digest == digest)
            .where(INBOX.c.received_at > self.now - window)
            .order_by(INBOX.c.id.desc())
            .limit(1)
        )
        first = self.session.execute(same).scalar()
        if first is not None:
            counted = update(INBOX).where(INBOX.c.id == first).values(duplicates=INBOX.c.duplicates + 1)
            self.session.execute(counted)
            return first, False
        values = {"connection": connection, "received_at": self.now, "digest": digest, "body": body}
        more = {"headers": json_ready(dict(headers)), "trace": self.trace}
        new = insert(INBOX).returning(INBOX.c.id)
        return self.session.execute(new, values | more).scalar_one(), True

    def mark(self, delivery_id: int, outcome: str, *, hints: int = 0, ignored: int = 0) -> None:
        """Notes what a delivery meant."""
        values = {"outcome": outcome, "hints": hints, "ignored": ignored}
        self.session.execute(update(INBOX).where(INBOX.c.id == delivery_id).values(**values))

    def refuse(self, connection: str, reason: str) -> None:
        """Counts a refused delivery."""
        insert_new(self.session, REFUSAL, {"connection": connection, "reason": reason})
        row = (REFUSAL.c.connection == connection, REFUSAL.c.reason == reason)
        self.session.execute(update(REFUSAL).where(*row).values(count=REFUSAL.c["count"] + 1))
