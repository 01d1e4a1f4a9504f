"""The schema, brought up to date when Baton starts: all of it, or nothing.

One transaction on one connection, under the write lock (SQLite) or an advisory lock (PostgreSQL), so that two replicas
which start together migrate once. A SQLite file is copied beside itself before its schema changes.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.errors import ConfigError
from store.engine import Db

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x6261746F6E
"""The number of our advisory lock; any will do, as long as it stays the same."""
PRIVATE = 0o600
UNREADABLE = "DATABASE_URL cannot be read: write it as sqlite:///baton.db or postgresql://user:password@host/database."
UNKNOWN = (
    "The database has the schema {}, which this version of Baton does not know: it is from a newer one. "
    "Start that version, or restore the backup made before it."
)
OLDER = (
    "The database has the schema {}, this version of Baton uses {}: "
    "a `serve` of the version before may be at work on it. "
    "Stop that and start this version, which brings the database up to date; then do this again."
)
FAILED = (
    "The database could not be brought from schema {} to {}: {} Nothing was changed.{} "
    "Start the version of Baton that ran before, it works on as it did; then report this."
)


@dataclass(frozen=True)
class Migrated:
    """What a migration did: the revision before ('' for a new database) and after, and where the copy is."""

    before: str
    after: str
    backup: Path | None = None

    @property
    def changed(self) -> bool:
        """Whether the schema changed."""
        return self.before != self.after


def migrate(url: str, *, migrations: Path = MIGRATIONS) -> Migrated:
    """Brings the database to the newest revision. ConfigError, with what to do, leaves it as it was."""
    try:
        db = Db(url, pool_size=2)
    except (ArgumentError, ValueError) as error:
        # Not its words: they may quote a part of the password.
        raise ConfigError((UNREADABLE,)) from error
    try:
        _private(url)
        with db.engine.begin() as connection:
            if not db.sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            return _upgrade(connection, url, migrations)
    except (SQLAlchemyError, OSError, sqlite3.Error) as error:
        raise ConfigError((f"The database could not be prepared: {why_not(url, error)}",)) from error
    finally:
        db.dispose()


def refuse_older(url: str) -> None:
    """ConfigError for a database that a migration would change; a new one, and one that cannot be read, are let be."""
    try:
        before = current(url)
    except (SQLAlchemyError, ArgumentError, ValueError, OSError, sqlite3.Error):
        return  # the migration says why
    if before != head() and before in known_revisions():
        raise ConfigError((OLDER.format(before, head()),))


def current(url: str) -> str:
    """The revision of a database, '' for a new one. It changes nothing."""
    file = database_file(url)
    if file and not file.exists():
        return ""
    db = Db(url, pool_size=1)
    try:
        with db.engine.connect() as connection:
            return _revision(connection)
    finally:
        db.dispose()


def head(migrations: Path = MIGRATIONS) -> str:
    """The newest revision that this version of Baton knows."""
    return max(known_revisions(migrations), default="")


def known_revisions(migrations: Path = MIGRATIONS) -> frozenset[str]:
    """Every revision that this version of Baton can start from."""
    return frozenset(file.name[1:5] for file in (migrations / "versions").glob("v*.py"))


def why_not(url: str, error: Exception) -> str:
    """What the database said, and what to do. Never a part of the address."""
    return f"{_cause(error)} {_advice(url)}"


def _upgrade(connection: Connection, url: str, migrations: Path) -> Migrated:
    before, after = _revision(connection), head(migrations)
    if before == after:
        return Migrated(before, after)
    if before and before not in known_revisions(migrations):
        raise ConfigError((UNKNOWN.format(before),))
    from alembic import command  # noqa: PLC0415 - a start with nothing to migrate does not wait for it

    backup = _copied(database_file(url), before) if before else None
    config = _config(migrations)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except Exception as error:  # whatever a revision does wrong: the transaction takes all of it back
        copied = f" A copy of the old state is {backup}." if backup else ""
        raise ConfigError((FAILED.format(before or "nothing", after, _cause(error), copied),)) from error
    return Migrated(before, after, backup)


def _config(migrations: Path) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def database_file(url: str) -> Path | None:
    """The file of a SQLite database; None for any other."""
    parsed = make_url(url)
    return Path(parsed.database) if url.startswith("sqlite") and parsed.database else None


def _private(url: str) -> None:
    # The file holds promises and margins: only Baton's own account reads it.
    file = database_file(url)
    if file and not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, PRIVATE))


def _copied(file: Path | None, revision: str) -> Path | None:
    if file is None:
        return None
    backup = file.with_name(f"{file.name}.bak-{revision}")
    backup.unlink(missing_ok=True)
    os.close(os.open(backup, os.O_CREAT | os.O_WRONLY, PRIVATE))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    return backup


def _cause(error: Exception) -> str:
    words = str(getattr(error, "orig", None) or error).strip().splitlines()
    return (words[0] if words else type(error).__name__).rstrip(".") + "."


def _advice(url: str) -> str:
    if url.startswith("sqlite"):
        return "Nothing was changed. Check the disk and the folder of DATABASE_URL, then start again."
    return "Nothing was changed. Check DATABASE_URL and the rights of its user, then start again."
