"""Every migration from the version before it, with rows in every table: nothing that was stored is lost or changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, inspect, select, text
from sqlalchemy.engine import Connection

from store.engine import Db
from store.migrate import MIGRATIONS, current, head, migrate
from store.tables import HandoverRow, InstallationRow, table
from tests.store import filling

HANDOVER = table(HandoverRow)
MOVED = {("handover", "next_look_at")}  # what a revision changes on purpose has a test of its own
SCRIPTS = list(reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())))
STEPS = [(str(script.down_revision), script.revision) for script in SCRIPTS if script.down_revision]


def at(revision: str, url: str) -> str:
    """The address of a database as that version left it."""
    db = Db(url)
    with db.engine.begin() as connection:
        _upgrade(connection, revision)
    db.dispose()
    return url


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def tables(connection: Connection) -> list[Table]:
    """The tables as they are in this schema, parents first."""
    found = MetaData()
    found.reflect(connection)
    return [each for each in found.sorted_tables if each.name not in ("alembic_version", "installation")]


def rows(connection: Connection, each: Table) -> list[dict[str, Any]]:
    """The rows of one table, in order."""
    ordered = select(each).order_by(*each.primary_key.columns)
    return [dict(row) for row in connection.execute(ordered).mappings()]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'baton.db'}"
    else:
        yield request.getfixturevalue("empty_postgres")


def test_revisions_follow_each_other_one_by_one() -> None:
    names = [script.revision for script in SCRIPTS]
    assert names == [f"{n:04}" for n in range(1, len(names) + 1)]
    assert [before for before, _ in STEPS] == names[:-1]


@pytest.mark.parametrize(("before", "after"), STEPS, ids=[f"{a} to {b}" for a, b in STEPS])
def test_every_row_of_the_version_before_is_still_there(url: str, before: str, after: str) -> None:
    at(before, url)
    db = Db(url)
    with db.engine.begin() as connection:
        old = tables(connection)
        assert all(count == filling.ROWS for count in filling.fill(connection, old).values())
    with db.engine.begin() as connection:
        stored = {each.name: rows(connection, each) for each in old}
        _upgrade(connection, after)
    with db.engine.connect() as connection:
        now = {each.name: rows(connection, each) for each in tables(connection)}
    db.dispose()
    for name, was in stored.items():
        kept = [column for column in was[0] if (name, column) not in MOVED]
        assert len(was) == filling.ROWS
        assert [{c: row[c] for c in kept} for row in now[name]] == [{c: row[c] for c in kept} for row in was], name


@pytest.mark.parametrize("revision", [script.revision for script in SCRIPTS])
def test_every_version_with_rows_comes_to_the_newest_and_keeps_its_nonce(url: str, revision: str) -> None:
    at(revision, url)
    db = Db(url)
    nonce = select(table(InstallationRow).c.nonce)
    with db.engine.begin() as connection:
        filling.fill(connection, tables(connection))
        known = connection.execute(nonce).scalar_one()
    migrate(url)
    assert current(url) == head()
    with db.engine.connect() as connection:
        assert connection.execute(nonce).scalar_one() == known
        assert {each.name for each in tables(connection)} | {"alembic_version", "installation"} == set(
            inspect(connection).get_table_names()
        )
    db.dispose()


def test_0002_looks_at_every_open_record_and_at_no_ended_one(url: str) -> None:
    at("0001", url)
    db = Db(url)
    with db.engine.begin() as connection:
        filling.fill(connection, tables(connection))
        for n, state in enumerate(("won", "closed", "cancelled"), start=1):
            connection.execute(
                text("UPDATE handover SET state = :state, next_look_at = NULL WHERE id = :n"), {"state": state, "n": n}
            )
    with db.engine.begin() as connection:
        _upgrade(connection, "0002")
        look = connection.execute(text("SELECT next_look_at IS NOT NULL FROM handover ORDER BY id")).scalars().all()
        person = connection.execute(text("SELECT reminders, deputy_id FROM person WHERE id = 1")).one()
    db.dispose()
    assert [bool(one) for one in look] == [True, False, False]
    assert tuple(person) == ("now", 0)
