"""Databases as an older version of Baton left them: its schema, rows as it wrote them, and what they become."""

from datetime import UTC, date, datetime
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table, insert
from sqlalchemy.engine import Connection

from store.engine import Db
from store.mapping.deal import deal_json
from store.migrate import MIGRATIONS
from store.tables import Row
from tests.store.records import deal

OPENED = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SCOPED = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


def at(revision: str, url: str) -> str:
    """The address of a database as that version left it."""
    db = Db(url)
    with db.engine.begin() as connection:
        upgrade(connection, revision)
    db.dispose()
    return url


def upgrade(connection: Connection, revision: str) -> None:
    """Brings the schema to that revision, and no further."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def tables(connection: Connection) -> list[Table]:
    """The tables as they are in this schema, parents first."""
    found = MetaData()
    found.reflect(connection)
    return [each for each in found.sorted_tables if each.name not in ("alembic_version", "installation")]


def put(url: str, name: str, *rows: dict[str, Any]) -> None:
    """Rows as an older version of Baton wrote them: the columns are those of the database, not of the models."""
    db = Db(url)
    found = MetaData()
    found.reflect(db.engine, only=[name])
    table = found.tables[name]
    with db.write() as session:
        for row in rows:
            # A column that is not named and has no default is a text without words.
            blank = {c.name: "" for c in table.columns if not (c.nullable or c.server_default or c.name in row)}
            session.execute(insert(table).values({**blank, **row}))
    db.dispose()


def people(url: str) -> None:
    """Ana sells, Ben delivers."""
    flags = {"guest": False, "active": True, "home_seen": True, "tz": "Europe/Berlin"}
    put(
        url,
        "person",
        {"id": 1, "name": "Ana Ruiz", "email": "ana@baton.example", "slack_id": "UANA", **flags},
        {"id": 2, "name": "Ben Ortiz", "email": "ben@baton.example", "slack_id": "UBEN", **flags},
    )


def records(url: str) -> None:
    """One record on the clock, one open deal, one that is closed."""
    blank = {"connection": "hubspot", "opened_at": OPENED, "rehearsal": False, "scoped_by": 0, "worked_seconds": 0}
    on_clock = {"won_at": OPENED, "scoped_at": SCOPED, "due_at": DUE, "client": "ABC Fintech", "rev": 3}
    put(
        url,
        "handover",
        {**blank, **on_clock, "id": 1, "deal_id": "d1", "state": "scoped"},
        {**blank, "id": 2, "deal_id": "d2", "state": "presale", "rev": 0},
        {**blank, "id": 3, "deal_id": "d3", "state": "closed", "rev": 9},
    )
    put(url, "handover_deal", *({"handover_id": n, "data": deal_json(deal(f"d{n}"))} for n in (1, 2, 3)))
    put(url, "role_holder", {"handover_id": 1, "role": "sales_rep", "person_id": 1},
        {"handover_id": 1, "role": "pm", "person_id": 2})  # fmt: skip
    item = {"handover_id": 1, "required": True, "position": 0, "ticked_by": 0}
    promised = {"text": "Say what was promised", "check_name": "entry:commitment", "opens": "presale", "kind": "record"}
    team = {"text": "Confirm that the team is available", "opens": "scoped", "kind": "hand"}
    put(url, "item", {**item, **promised, "n": 0, "key": "promises", "role": "sales_rep"},
        {**item, **team, "n": 1, "key": "confirm-team", "role": "pm", "ticked_by": 2, "ticked_at": SCOPED})  # fmt: skip
    pause = {"handover_id": 1, "n": 0, "kind": "pause", "since": OPENED, "until": SCOPED, "reason": "test data"}
    put(url, "clock_interval", {**pause, "person_id": 2, "expected_on": date(2026, 3, 9)})


def same_as_models(url: str) -> None:
    """The schema is the one that the models name, to the last index."""
    db = Db(url)
    with db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Row.metadata)
    db.dispose()
    assert differences == []
