"""A whole company from one database to another, SQLite or PostgreSQL: every table, every id, the nonce of our markers.

Export reads one moment, also while `serve` runs. Import is one transaction into a database that is empty: what does not
fit to the last count leaves it empty.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, exists, func, insert, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from bot.errors import ConfigError, FileRefused, StoreAway
from store.engine import Db
from store.migrate import UNREADABLE, current, head, migrate
from store.sql import on_postgres
from store.tables import InstallationRow, PaceRow, table
from store.upkeep import portable
from store.upkeep.portable import TABLES, Head, Seal

BATCH = 500
MAGIC = b"SQLite format 3\x00"
# What a look at an empty database by `jobs` leaves behind, and a migration: nobody's.
OUR_OWN = (table(InstallationRow), table(PaceRow))
NOT_THERE = "There is no database of Baton at DATABASE_URL. Check the address; `app.py migrate` makes a new one."
OLD = "The database has the schema {}, this version uses {}: run `app.py migrate` first."
OTHER_VERSION = (
    "This file has the schema {}, this version of Baton uses {}. Nothing was changed. "
    "Import it with the version that wrote it, then start this one: it brings the database up to date."
)
NOT_EMPTY = (
    "The database at DATABASE_URL is not empty: {} has rows. Nothing was changed. "
    "Name a new database, one that `serve` never used."
)
A_COPY = (
    "This is a copy that `app.py backup` made of a SQLite database. Nothing was changed. Put it back with "
    "`app.py restore`; to move it to another database, use `app.py export` there, then `app.py import` here."
)
DIFFERENT = "{}: the file has {} rows, the database now {}. Nothing was changed."


class NotEmpty(FileRefused):
    """The database holds rows already."""


@dataclass(frozen=True)
class Moved:
    """What an export or import counted, table by table: on the side it came from, and where it went."""

    revision: str
    there: Mapping[str, int]
    here: Mapping[str, int]


def export_to(url: str, file: Path) -> Moved:
    """Writes the company at this address into the file. FileRefused or ConfigError leave no file."""
    portable.refuse_existing(file)
    db = opened(url)
    try:
        with db.read() as session:
            counts = counted(session)
            portable.write(file, Head(head(), counts), _rows(session))
    finally:
        db.dispose()
    return Moved(head(), counts, check(file))


def import_from(url: str, file: Path, *, replace: bool = False) -> Moved:
    """Puts the company of the file into the database at this address, which must be empty; `replace` empties it.

    A new database gets its schema first. FileRefused or ConfigError: nothing but the empty schema was changed.
    """
    wanted = _same_version(file)
    migrate(url)
    db = Db(url, pool_size=1)
    try:
        with file.open("rb") as source, db.write() as session:
            _made_empty(session, replace=replace)
            seal = Seal()
            portable.read_head(source, seal)
            for name, rows in groupby(portable.read_rows(source, wanted, seal), key=lambda one: one[0]):
                _inserted(session, TABLES[name], (row for _, row in rows))
            found = _compared(session, wanted.counts)
            _sequences(session)
    except DBAPIError as error:
        raise FileRefused(
            f"The rows of this file do not fit together: {type(error.orig).__name__}. Nothing was changed."
        ) from error
    except StoreAway as error:
        raise FileRefused(f"The database cannot be used, {error}. Nothing was changed.") from error
    finally:
        db.dispose()
    return Moved(wanted.revision, wanted.counts, found)


def check(file: Path) -> Mapping[str, int]:
    """Reads a file to its seal and returns the rows of each table. FileRefused when it is not whole."""
    seal = Seal()
    with file.open("rb") as source:
        wanted = portable.read_head(source, seal)
        for _ in portable.read_rows(source, wanted, seal):
            pass
    return {name: seal.counts[name] for name in TABLES}


def opened(url: str) -> Db:
    """The database at this address, which is up to date. ConfigError when it is not, or not there."""
    try:
        make_url(url)
        revision = current(url)
        db = Db(url, pool_size=2)
    except (ArgumentError, ValueError) as error:
        raise ConfigError((UNREADABLE,)) from error
    except SQLAlchemyError as error:
        raise ConfigError((NOT_THERE,)) from error
    if revision != head():
        db.dispose()
        raise ConfigError((OLD.format(revision, head()) if revision else NOT_THERE,))
    return db


def file_of(url: str) -> Path | None:
    """The file of a SQLite address, None for PostgreSQL. ConfigError for an address that cannot be meant."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError((UNREADABLE,)) from error
    return Path(parsed.database) if parsed.drivername.startswith("sqlite") and parsed.database else None


def counted(session: Connection) -> dict[str, int]:
    """The rows of every table."""
    return {
        name: int(session.execute(select(func.count()).select_from(target)).scalar_one())
        for name, target in TABLES.items()
    }


def _rows(session: Connection) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, source in TABLES.items():
        ordered = select(source).order_by(*source.primary_key.columns).execution_options(yield_per=BATCH)
        for row in session.execute(ordered).mappings():
            yield name, dict(row)


def _same_version(file: Path) -> Head:
    with file.open("rb") as source:
        if source.read(len(MAGIC)) == MAGIC:
            raise FileRefused(A_COPY)
        source.seek(0)
        found = portable.read_head(source, Seal())
    if found.revision != head():
        raise FileRefused(OTHER_VERSION.format(found.revision or "unknown", head()))
    return found


def _made_empty(session: Connection, *, replace: bool) -> None:
    for name, target in reversed(list(TABLES.items())):
        if target not in OUR_OWN and not replace and session.execute(select(exists(select(target)))).scalar():
            raise NotEmpty(NOT_EMPTY.format(name))
        if replace or target in OUR_OWN:  # the nonce that a migration made goes: markers outside hold the old one
            session.execute(delete(target))


def _inserted(session: Connection, target: Table, rows: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(rows, BATCH)):
        session.execute(insert(target), batch)


def _compared(session: Connection, wanted: Mapping[str, int]) -> dict[str, int]:
    found = counted(session)
    for name, count in found.items():
        if wanted.get(name, 0) != count:
            raise FileRefused(DIFFERENT.format(name, wanted.get(name, 0), count))
    return found


def _sequences(session: Connection) -> None:
    # SQLite goes on after the highest id by itself; PostgreSQL's sequences know nothing of ids that were given.
    if not on_postgres(session):
        return
    for name, target in TABLES.items():
        if "id" in target.columns and session.execute(select(func.max(target.c.id))).scalar():
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), (SELECT max(id) FROM " + name + "))"),  # noqa: S608 - our own tables' names
                {"name": name},
            )
