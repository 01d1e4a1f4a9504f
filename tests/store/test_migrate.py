"""The schema: made once, the same as the models say, brought up to date or left as it was."""

import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from bot.errors import ConfigError
from store.engine import Db
from store.migrate import MIGRATIONS, Migrated, current, head, migrate
from store.tables import InstallationRow, table
from tests.store import filling
from tests.store.older import same_as_models

NEXT = '''"""A next revision."""
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{head}"
def upgrade():
    op.add_column("setting", sa.Column("colour", sa.String()))
    {more}
'''


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated database of the test's own."""
    if request.param == "postgres":
        return str(request.getfixturevalue("fresh_postgres"))
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'baton.db')}"


def later(folder: Path, more: str = "") -> Path:
    """Our migrations and one more, which adds a column and then does `more`."""
    migrations = folder / "migrations"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "versions" / "v9999_next.py").write_text(NEXT.format(head=head(), more=more))
    return migrations


def colours(url: str) -> bool:
    db = Db(url)
    with db.engine.connect() as connection:
        found = any(column["name"] == "colour" for column in inspect(connection).get_columns("setting"))
    db.dispose()
    return found


def test_an_empty_database_gets_the_schema_and_a_second_start_changes_nothing(empty_url: str) -> None:
    assert current(empty_url) == ""
    first = migrate(empty_url)
    assert first == Migrated("", head())
    assert first.changed
    assert current(empty_url) == head()
    assert migrate(empty_url) == Migrated(head(), head())


def test_the_migrations_make_exactly_what_the_models_say(db_url: str) -> None:
    same_as_models(db_url)


def test_a_new_sqlite_file_is_for_our_eyes_only(tmp_path: Path) -> None:
    file = tmp_path / "baton.db"
    migrate(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o077 == 0


def test_two_installations_have_two_nonces(tmp_path: Path) -> None:
    nonces = set()
    for n in range(3):
        url = f"sqlite:///{tmp_path / str(n)}"
        migrate(url)
        db = Db(url)
        with db.read() as session:
            nonces.add(session.execute(select(table(InstallationRow).c.nonce)).scalar_one())
        db.dispose()
    assert len(nonces) == 3


def test_before_the_schema_changes_a_sqlite_file_is_copied(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "baton.db"
    shutil.copy(sqlite_template, file)
    result = migrate(f"sqlite:///{file}", migrations=later(tmp_path))
    assert result == Migrated(head(), "9999", tmp_path / f"baton.db.bak-{head()}")
    assert result.backup is not None
    assert result.backup.stat().st_mode & 0o077 == 0
    assert colours(f"sqlite:///{file}")
    assert not colours(f"sqlite:///{result.backup}")
    assert current(f"sqlite:///{result.backup}") == head()


@pytest.mark.parametrize(
    ("more", "cause"),
    [('op.execute("SELECT * FROM nowhere")', "nowhere"), ('raise KeyError("a slip of ours")', "a slip of ours")],
)
def test_a_migration_that_fails_halfway_leaves_everything_as_it_was(
    migrated_url: str, tmp_path: Path, more: str, cause: str
) -> None:
    """It had added a column and changed rows; afterwards the version before works on, and is told how."""
    filling.filled(migrated_url)
    before = filling.everything(migrated_url)
    migrations = later(tmp_path, more='op.drop_table("pace")\n    ' + more)
    with pytest.raises(ConfigError, match="Nothing was changed") as caught:
        migrate(migrated_url, migrations=migrations)
    (told,) = caught.value.problems
    assert told.startswith(f"The database could not be brought from schema {head()} to 9999: ")
    assert cause in told
    assert "Start the version of Baton that ran before" in told
    assert current(migrated_url) == head()
    assert not colours(migrated_url)
    assert filling.everything(migrated_url) == before
    if migrated_url.startswith("sqlite"):
        copy = tmp_path / f"baton.db.bak-{head()}"
        assert str(copy) in told
        assert filling.everything(f"sqlite:///{copy}") == before
    assert migrate(migrated_url) == Migrated(head(), head())


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(migrated_url: str, tmp_path: Path) -> None:
    migrate(migrated_url, migrations=later(tmp_path))
    with pytest.raises(ConfigError, match="newer one") as caught:
        migrate(migrated_url)
    assert "Start that version" in caught.value.problems[0]
    assert current(migrated_url) == "9999"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="folder of DATABASE_URL"):
        migrate(f"sqlite:///{tmp_path}/nowhere/baton.db")


def test_a_file_that_is_no_database_is_said_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "baton.db"
    file.write_text("My holiday pictures\n" * 100)
    with pytest.raises(ConfigError, match="not a database"):
        migrate(f"sqlite:///{file}")
    assert file.read_text().startswith("My holiday pictures")


def test_a_server_that_is_not_there_is_said_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL") as caught:
        migrate(f"postgresql://baton:hunter2@/baton?host={tmp_path}")
    assert "hunter2" not in str(caught.value)


def test_replicas_that_start_together_migrate_once(empty_url: str) -> None:
    start, results = threading.Barrier(4), []

    def begin() -> None:
        start.wait(timeout=30)
        results.append(migrate(empty_url).changed)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(results) == [False, False, False, True]
