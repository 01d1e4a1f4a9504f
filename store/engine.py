"""One database, SQLite or PostgreSQL: how a transaction begins and ends.

SQLite: the driver never begins by itself; writers take the write lock at once (BEGIN IMMEDIATE), one at a time within
the process, because a deferred transaction that read first fails with "database is locked" (sqlite.org/isolation.html).
PostgreSQL: writers lock the rows they change; readers see one moment (REPEATABLE READ). It refuses nested
transactions, writes in a read transaction, and, through `assert_outside`, any call to the outside while one is open.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.errors import Conflict

POOL = 20
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON")
RETRYABLE = frozenset({"40001", "40P01", "55P03"})
"""Serialization failure, deadlock, lock not available: postgresql.org/docs/current/errcodes-appendix.html."""

_open: ContextVar[str] = ContextVar("open_transaction", default="")


class Db:
    """Engines with the rules above, `reader` only for reading. `url` is SQLAlchemy's; SQLite must be a file."""

    def __init__(self, url: str, *, pool_size: int = POOL) -> None:
        self.url = engine_url(url)
        self.sqlite = self.url.startswith("sqlite")
        self.engine = _engine(self.url, pool_size)
        self._writer: AbstractContextManager[Any] = threading.Lock() if self.sqlite else nullcontext()
        if self.sqlite:
            self.reader = _engine(self.url, pool_size)
            _sqlite(self.engine, begin="BEGIN IMMEDIATE")
            _sqlite(self.reader, begin="BEGIN", read_only=True)
        else:
            self.reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A write transaction: committed at the end, rolled back by an exception.

        Raises Conflict when the database chose this transaction to give way (deadlock, lock timeout).
        """
        if _open.get():
            raise RuntimeError(f"A write transaction inside a {_open.get()} transaction.")
        with self._writer, Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            token = _open.set("write")
            try:
                with session.begin():
                    yield session
            except DBAPIError as error:
                if gives_way(error):
                    raise Conflict("The database was busy with the same rows.") from error
                raise
            finally:
                _open.reset(token)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only transaction which sees one moment. A write in it is an error of the database."""
        if _open.get() == "write":
            raise RuntimeError("A read transaction inside a write transaction: ask the unit instead.")
        with Session(self.reader, expire_on_commit=False, autoflush=False) as session:
            token = _open.set("read")
            try:
                with session.begin():
                    yield session
            finally:
                _open.reset(token)

    def assert_outside(self) -> None:
        """Raises RuntimeError while a transaction of this thread is open: a slow vendor must not hold our rows."""
        if _open.get():
            raise RuntimeError(f"A call to the outside inside a {_open.get()} transaction.")

    def dispose(self) -> None:
        """Closes all connections."""
        self.engine.dispose()
        self.reader.dispose()


def engine_url(url: str) -> str:
    """The address with our driver: PostgreSQL through psycopg 3. ValueError for SQLite without a file."""
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg://{rest}"
    if scheme.startswith("sqlite") and (not rest.strip("/") or ":memory:" in rest or "mode=memory" in rest):
        raise ValueError("DATABASE_URL: SQLite needs a file here, e.g. sqlite:///baton.db.")
    return url


def gives_way(error: DBAPIError) -> bool:
    """Whether the same transaction may well succeed when it is tried again."""
    state = getattr(error.orig, "sqlstate", None)
    return state in RETRYABLE or "database is locked" in str(error.orig)


def _engine(url: str, pool_size: int) -> Engine:
    # Parameters are words of the record: an error that quotes them would carry them into the log.
    if url.startswith("sqlite"):
        return create_engine(url, pool_size=pool_size, max_overflow=0, hide_parameters=True)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5},
        hide_parameters=True,
    )


def _sqlite(engine: Engine, *, begin: str, read_only: bool = False) -> None:
    def connected(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver must never BEGIN by itself
        for pragma in (*PRAGMAS, f"query_only={int(read_only)}"):
            dbapi.execute(f"PRAGMA {pragma}").close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
