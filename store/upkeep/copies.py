"""Backup and restore by one command each.

SQLite: a copy of the file by SQLite's own online backup (sqlite.org/backup.html), while `serve` writes on; PostgreSQL:
the file of `export`. A restore is built and checked beside the database before it takes its place, and what was there
before is kept.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bot.errors import ConfigError, FileRefused
from store.engine import OURS, Db, session_name
from store.migrate import current, head, known_revisions, migrate
from store.upkeep import moving, portable
from store.upkeep.moving import MAGIC, file_of, opened
from store.upkeep.redrawn import draw_again

DAMAGED = "This copy is damaged: {}. Nothing was changed. Take an older one."
NEWER = "This copy has the schema {}, which this version of Baton does not know. Nothing was changed. {}"
USE_IT = "Restore it with the version that wrote it."
OTHER_KIND = (
    "This is a copy of a SQLite database, and DATABASE_URL is PostgreSQL. Nothing was changed. "
    "Restore it with DATABASE_URL=sqlite:///NAME.db, then use `app.py export` and `app.py import`."
)
# A role sees its own sessions whole: postgresql.org/docs/current/monitoring-stats.html, pg_stat_activity.
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name LIKE :ours AND application_name <> :own"
)
IN_USE = "The database is in use. Nothing was changed. Stop `serve`, then restore."
THERE = (
    "The database at DATABASE_URL is not empty. Nothing was changed. "
    "Add --replace to put the copy in its place; what is there now is kept beside it."
)


@dataclass(frozen=True)
class Copied:
    """A copy that was made or put back: its schema, its rows by table, and where the state before it is kept."""

    revision: str
    counts: Mapping[str, int]
    before: Path | None = None


def backup(url: str, file: Path) -> Copied:
    """Copies the database into the file, checked. FileRefused or ConfigError leave no file."""
    portable.refuse_existing(file)
    db = opened(url)
    db.dispose()
    if not db.sqlite:
        moved = moving.export_to(url, file)
        return Copied(moved.revision, moved.here)
    source = file_of(url)
    if source is None:
        raise ConfigError((moving.NOT_THERE,))
    with _beside(file) as part:
        _pages(source, part)
        found = _checked(part)
        part.replace(file)
    return found


def restore(url: str, file: Path, *, t: float, replace: bool = False) -> Copied:
    """Puts a copy back, brings it up to date and asks for every open thread to be drawn again. `t` is machine time.

    `replace` allows a database that holds something; it is kept beside, never deleted.
    """
    put = _put_back(url, file, replace=replace)
    migrate(url)
    db = opened(url)
    try:
        draw_again(db, t)
    finally:
        db.dispose()
    return put


def _put_back(url: str, file: Path, *, replace: bool) -> Copied:
    with file.open("rb") as source:
        is_sqlite = source.read(len(MAGIC)) == MAGIC
    target = file_of(url)
    if not is_sqlite:
        return _rows_restored(url, file, replace=replace)
    if target is None:
        raise FileRefused(OTHER_KIND)
    target = target.resolve()  # a link stays a link
    if target.exists() and not replace and _holds_something(url):
        raise FileRefused(THERE)
    with _beside(target) as part:
        _pages(file, part)
        found = _checked(part)
        if found.revision not in known_revisions():
            raise FileRefused(NEWER.format(found.revision or "unknown", USE_IT))
        before = _put_aside(target) if target.exists() else None
        part.replace(target)
    return Copied(found.revision, found.counts, before)


def _rows_restored(url: str, file: Path, *, replace: bool) -> Copied:
    before = None
    if replace:
        _refuse_in_use(url)
    if replace and current(url) == head():
        before = free_name(file.with_name(f"{file.name}.before-restore"))
        moving.export_to(url, before)
    try:
        moved = moving.import_from(url, file, replace=replace)
    except moving.NotEmpty as error:
        raise FileRefused(THERE) from error
    return Copied(moved.revision, moved.here, before)


def free_name(wanted: Path) -> Path:
    """This name, or with a number behind it the first that is free."""
    names = (wanted, *(wanted.with_name(f"{wanted.name}-{n}") for n in range(2, 1000)))
    return next(name for name in names if not name.exists())


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, portable.PRIVATE))
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _pages(source: Path, target: Path) -> None:
    try:
        address = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as read, closing(sqlite3.connect(target)) as write:
            read.backup(write)
            # One file that can be carried away: no journal beside it.
            write.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise FileRefused(DAMAGED.format(error)) from error


def _checked(copy: Path) -> Copied:
    try:
        with closing(sqlite3.connect(copy)) as read:
            if (verdict := read.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
                raise FileRefused(DAMAGED.format(str(verdict).splitlines()[0]))
            revision = str(read.execute("SELECT version_num FROM alembic_version").fetchone()[0])
            names = {row[0] for row in read.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            tables = sorted(names - {"alembic_version"})
            counts = {name: read.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608 - names of the file's own tables
    except (sqlite3.Error, TypeError) as error:
        raise FileRefused(DAMAGED.format(error)) from error
    return Copied(revision, counts)


def _holds_something(url: str) -> bool:
    target = file_of(url)
    if target is None or not target.stat().st_size:
        return False
    try:
        found = _checked(target)
    except FileRefused:
        return True  # damaged is not empty
    return any(count for name, count in found.counts.items() if name != "installation")


def _refuse_in_use(url: str) -> None:
    """Refuses while a process of ours works on the database: it would go on with what it remembers of the old rows."""
    target = file_of(url)
    if target is not None:
        if target.exists():
            _alone(target)
        return
    db = Db(url, pool_size=1)
    try:
        with db.read() as session:
            others = session.execute(text(OTHERS), {"ours": f"{OURS}%", "own": session_name()}).scalar_one()
    finally:
        db.dispose()
    if others:
        raise FileRefused(IN_USE)


def _alone(target: Path) -> None:
    try:
        with closing(sqlite3.connect(target, timeout=1)) as database:
            # Succeeds only while nobody else has it open, and leaves everything in the one file.
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise FileRefused(IN_USE) from error
    except sqlite3.DatabaseError:
        pass  # damaged: that is what a restore is for


def _put_aside(target: Path) -> Path:
    _alone(target)
    before = free_name(target.with_name(f"{target.name}.before-restore"))
    for end in ("-wal", "-shm"):
        beside = target.with_name(target.name + end)
        if beside.exists():
            beside.replace(before.with_name(before.name + end))
    target.replace(before)
    return before
