"""The database as it is found, for whoever has to say whether Baton can start: it is read and never changed."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.errors import ConfigError, StoreAway
from bot.handover import ENDED
from store.engine import Db
from store.migrate import UNREADABLE, database_file, head, known_revisions, why_not
from store.tables import HandoverRow, SettingRow, table

SETTING, HANDOVER = table(SettingRow), table(HandoverRow)
T = TypeVar("T")
SPACE = 500_000_000
"""Bytes below which a disk is too full to go on with."""

NO_FOLDER = "There is no folder {}: make it, or correct DATABASE_URL."


@dataclass(frozen=True)
class Condition:
    """`before` is the schema's revision ('' for a new database), `after` the one that the next start makes of it.

    `server_version` is PostgreSQL's major number, 0 for SQLite; `free` are bytes on the file's disk, None elsewhere.
    """

    server: str
    before: str
    after: str
    known: bool = True
    writable: bool = True
    server_version: int = 0
    free: int | None = None


def condition(url: str) -> Condition:
    """How the database is. Raises ConfigError, with the next step, when it cannot be opened."""
    try:
        file = database_file(url)
        if file is not None and not file.exists():
            folder = file.absolute().parent
            if not folder.is_dir():
                raise ConfigError((NO_FOLDER.format(folder),))
            return Condition(_sqlite(), "", head(), writable=_writable(folder), free=_free(folder))
        return _opened(Db(url, pool_size=1), file)
    except (ArgumentError, ValueError, ImportError) as error:  # the last: the driver of another kind of database
        raise ConfigError((UNREADABLE,)) from error
    except StoreAway as error:
        raise ConfigError((f"The database cannot be opened: {why_not(url, error.cause)}",)) from error
    except (SQLAlchemyError, OSError, sqlite3.Error) as error:
        raise ConfigError((f"The database cannot be opened: {why_not(url, error)}",)) from error


def stored_setting(url: str, name: str) -> str:
    """What a database of today's schema holds under that name; '' when it holds nothing, or cannot be asked."""
    setting = select(SETTING.c.value).where(SETTING.c.key == name)
    return str(asked(url, lambda session: session.execute(setting).scalar()) or "")


def open_by_connection(url: str) -> dict[str, int]:
    """How many open handovers came from which connection; none when the database cannot be asked."""
    ended = HANDOVER.c.state.in_([state.value for state in ENDED])
    counted = select(HANDOVER.c.connection, func.count()).where(~ended).group_by(HANDOVER.c.connection)
    rows = asked(url, lambda session: session.execute(counted).all()) or ()
    return {str(connection): int(count) for connection, count in rows}


def asked(url: str, question: Callable[[Connection], T]) -> T | None:
    """What a database of today's schema answers; None when it is not there, or cannot be asked."""
    try:
        file = database_file(url)
        if file is not None and not file.exists():
            return None
        db = Db(url, pool_size=1)
    except (ArgumentError, ValueError):
        return None
    try:
        with db.read() as session:
            return question(session)
    except (StoreAway, SQLAlchemyError, OSError, sqlite3.Error):
        return None
    finally:
        db.dispose()


def _opened(db: Db, file: Path | None) -> Condition:
    try:
        with db.read() as session:
            before = MigrationContext.configure(session).get_current_revision() or ""
            version = 0 if db.sqlite else int(session.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    finally:
        db.dispose()
    return Condition(
        f"PostgreSQL {version}" if version else _sqlite(),
        before,
        head(),
        known=not before or before in known_revisions(),
        writable=file is None or (os.access(file, os.W_OK) and _writable(file.absolute().parent)),
        server_version=version,
        free=_free(file.absolute().parent) if file else None,
    )


def _sqlite() -> str:
    return f"SQLite {sqlite3.sqlite_version}"


def _writable(folder: Path) -> bool:
    # SQLite writes its journal beside the file.
    return folder.is_dir() and os.access(folder, os.W_OK)


def _free(folder: Path) -> int | None:
    return shutil.disk_usage(folder).free if folder.is_dir() else None
