"""Every migration from the version before it, with rows in every table: nothing that was stored is lost or changed."""

from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Table, inspect, select
from sqlalchemy.engine import Connection

from store.engine import Db
from store.migrate import MIGRATIONS, current, head, migrate
from store.tables import InstallationRow, table
from tests.store import filling
from tests.store.older import at, tables, upgrade

MOVED = {("handover", "next_look_at")}  # what a revision changes on purpose has a test of its own
SCRIPTS = list(reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())))
STEPS = [(str(script.down_revision), script.revision) for script in SCRIPTS if script.down_revision]


def rows(connection: Connection, each: Table) -> list[dict[str, Any]]:
    """The rows of one table, in order."""
    ordered = select(each).order_by(*each.primary_key.columns)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def test_revisions_follow_each_other_one_by_one() -> None:
    names = [script.revision for script in SCRIPTS]
    assert names == [f"{n:04}" for n in range(1, len(names) + 1)]
    assert [before for before, _ in STEPS] == names[:-1]


@pytest.mark.parametrize(("before", "after"), STEPS, ids=[f"{a} to {b}" for a, b in STEPS])
def test_every_row_of_the_version_before_is_still_there(empty_url: str, before: str, after: str) -> None:
    at(before, empty_url)
    db = Db(empty_url)
    with db.engine.begin() as connection:
        old = tables(connection)
        assert all(count == filling.ROWS for count in filling.fill(connection, old).values())
    with db.engine.begin() as connection:
        stored = {each.name: rows(connection, each) for each in old}
        upgrade(connection, after)
    with db.engine.connect() as connection:
        now = {each.name: rows(connection, each) for each in tables(connection)}
    db.dispose()
    for name, was in stored.items():
        kept = [column for column in was[0] if (name, column) not in MOVED]
        assert len(was) == filling.ROWS
        assert [{c: row[c] for c in kept} for row in now[name]] == [{c: row[c] for c in kept} for row in was], name


@pytest.mark.parametrize("revision", [script.revision for script in SCRIPTS])
def test_every_version_with_rows_comes_to_the_newest_and_keeps_its_nonce(empty_url: str, revision: str) -> None:
    at(revision, empty_url)
    db = Db(empty_url)
    nonce = select(table(InstallationRow).c.nonce)
    with db.engine.begin() as connection:
        filling.fill(connection, tables(connection))
        known = connection.execute(nonce).scalar_one()
    migrate(empty_url)
    assert current(empty_url) == head()
    with db.engine.connect() as connection:
        assert connection.execute(nonce).scalar_one() == known
        assert {each.name for each in tables(connection)} | {"alembic_version", "installation"} == set(
            inspect(connection).get_table_names()
        )
    db.dispose()
