"""`python -m benchmarks.intake [--rounds 7] [--deliveries 100]`: signed webhook events a second, each durable.

Deliveries of 100 signed events go through Baton's real door over HTTP (checked, parsed, kept raw, the work that
follows put into the outbox, answered after the commit); beside it, in alternating rounds, raw inserts of one row and
one commit each through the same driver with the same pragmas. Exits 1 when the door takes less than half as many events
a second as the driver takes rows. Deliveries of one event are printed, not gated.
"""

import argparse
import http.client
import json
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, time
from typing import Any

import psycopg
from sqlalchemy import func, select

from bot.settings import read
from handlers.wiring import wire
from sandbox.hubspot.webhooks import signature_v3
from store.engine import PRAGMAS, engine_url
from store.tables import InboxRow, table
from tests import servers
from tests.stories.stage import HUBSPOT_SECRET, SECRET, BotServer, free_port
from tests.stories.stage import table as settings_table

ROUNDS, DELIVERIES, BATCH = 7, 100, 100
LEAST = 0.5
PATH = "/webhooks/hubspot"
INSERT = "INSERT INTO raw_event (body) VALUES ({})"


@dataclass
class Rates:
    """Events a second in batches, events a second one by one, and raw rows a second: one of each per round."""

    batches: list[float] = field(default_factory=list)
    singles: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Events in batches to raw rows, of the same round."""
        return median(mine / theirs for mine, theirs in zip(self.batches, self.raw, strict=True))

    @property
    def within(self) -> bool:
        """Whether the door keeps up."""
        return self.ratio >= LEAST

    def told(self) -> str:
        """The line that is printed."""
        single = median(mine / theirs for mine, theirs in zip(self.singles, self.raw, strict=True))
        return (
            f"{median(self.batches):,.0f} events/s in batches of {BATCH}, {median(self.raw):,.0f} raw rows/s ="
            f" {self.ratio:.2f}; one by one {median(self.singles):,.0f} events/s = {single:.2f}"
            f"{'' if self.within else '  PAST ITS FIGURE'}"
        )


class Door:
    """Baton's port over one database, with nobody at work behind it; and a line to it."""

    def __init__(self, url: str) -> None:
        port = free_port()
        self.public = f"http://127.0.0.1:{port}"
        env = {
            "SLACK_BOT_TOKEN": "xoxb-sandbox", "SLACK_SIGNING_SECRET": SECRET, "HUBSPOT_TOKEN": "token",
            "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET, "ASANA_TOKEN": "token", "DATABASE_URL": url,
            "BATON_PUBLIC_URL": self.public, "SLACK_API_URL": "http://127.0.0.1:1/",
        }  # fmt: skip
        self.running = wire(read(env, settings_table()), env)
        self.server = BotServer(self.running, port)
        self.server.start()
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.sent = 0

    def deliver(self, count: int) -> None:
        """One signed delivery of so many events that were never sent before."""
        body = json.dumps([event(self.sent + n) for n in range(count)])
        self.sent += count
        stamp = str(int(time() * 1000))
        signed = signature_v3(HUBSPOT_SECRET, method="POST", uri=self.public + PATH, body=body, timestamp=stamp)
        headers = {
            "content-type": "application/json",
            "x-hubspot-request-timestamp": stamp,
            "x-hubspot-signature-v3": signed,
        }
        self.line.request("POST", PATH, body.encode(), headers)
        answer = self.line.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"The door answered {answer.status}.")

    @property
    def kept(self) -> int:
        """How many deliveries are durable."""
        with self.running.deps.store.db.read() as session:
            return session.execute(select(func.count()).select_from(table(InboxRow))).scalar_one()

    def close(self) -> None:
        """Ends the server."""
        self.line.close()
        self.server.stop()


def event(number: int) -> dict[str, Any]:
    """An event as HubSpot sends it."""
    return {
        "eventId": 1_000_000 + number, "subscriptionId": 2, "portalId": 3, "appId": 4,
        "occurredAt": int(time() * 1000), "subscriptionType": "deal.propertyChange", "attemptNumber": 0,
        "objectId": 9_000_000 + number, "propertyName": "dealstage", "propertyValue": "closedwon",
        "changeSource": "CRM_UI", "sourceId": "userId:123456",
    }  # fmt: skip


class Raw:
    """One row and one commit at a time, with nothing between us and the driver."""

    def __init__(self, url: str, folder: Path) -> None:
        self.sqlite = url.startswith("sqlite")
        if self.sqlite:
            self.line: Any = sqlite3.connect(folder / "raw.db", isolation_level=None)
            for pragma in PRAGMAS:
                self.line.execute(f"PRAGMA {pragma}")
        else:
            self.line = psycopg.connect(engine_url(url).replace("+psycopg", ""), autocommit=True)
        self.line.execute("CREATE TABLE raw_event (body TEXT)")

    def insert(self, number: int) -> None:
        """One durable row."""
        self.line.execute(INSERT.format("?" if self.sqlite else "%s"), (json.dumps(event(number)),))


def measure(url: str, folder: Path, *, rounds: int = ROUNDS, deliveries: int = DELIVERIES) -> Rates:
    """Alternates between the door and the driver; everything that was answered is then there."""
    found, door, raw = Rates(), Door(url), Raw(url, folder)
    try:
        for _ in range(rounds):
            found.batches.append(BATCH * rate(deliveries, lambda _: door.deliver(BATCH)))
            found.raw.append(rate(deliveries * 4, raw.insert))
            found.singles.append(rate(deliveries, lambda _: door.deliver(1)))
        if door.kept != 2 * rounds * deliveries:
            raise RuntimeError(f"{door.kept} deliveries are kept of {2 * rounds * deliveries}.")
    finally:
        door.close()
        raw.line.close()
    return found


def rate(times: int, deed: Any) -> float:
    """How often a second it is done."""
    began = perf_counter()
    for number in range(times):
        deed(number)
    return times / (perf_counter() - began)


def main(arguments: Sequence[str] | None = None) -> int:
    """Both databases."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--deliveries", type=int, default=DELIVERIES)
    asked = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="baton-intake-"))
    kept = True
    with servers.postgres() as address:
        for name, url in (("SQLite", f"sqlite:///{folder}/baton.db"), ("PostgreSQL", address("postgres"))):
            found = measure(url, folder, rounds=asked.rounds, deliveries=asked.deliveries)
            print(f"{name}: {found.told()}", flush=True)
            kept = kept and found.within
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
