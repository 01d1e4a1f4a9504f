"""One database, SQLite or PostgreSQL: how a transaction begins and ends.

SQLite: the driver never begins by itself; writers take the write lock at once (BEGIN IMMEDIATE), one at a time within
the process, because a deferred transaction that read first fails with "database is locked" (sqlite.org/isolation.html).
PostgreSQL: writers lock the rows they change; readers see one moment (REPEATABLE READ). It refuses nested
transactions, writes in a read transaction, and, through `assert_outside`, any call to the outside while one is open.

A `session` is one transaction on one connection of SQLAlchemy's Core; nothing here maps objects, so the ORM's session,
which costs as much as two statements more, is not used.
"""

import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from bot.errors import Conflict, StoreAway
from store.turns import Turns

POOL = 20
PATIENCE = 10.0  # seconds that a write waits for SQLite's lock when nobody is waiting for its answer
READERS = 2  # at once: SQLite reads within this process, where one thread runs at a time, and many slow each other down
GRACE = 1.0  # seconds that a connection in use has to come back before all are closed
TURN = 0.5  # seconds until a read no longer waits for its turn: others read a long report
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={PATIENCE * 1000:.0f}", "foreign_keys=ON")
# What a replica that vanished (power, network) holds must be let go, by the server and by us, within a minute or two.
SESSION = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'"
CONNECT = {
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
OURS = "baton "  # how the name of each of our sessions begins
RETRYABLE = frozenset({"40001", "40P01", "55P03"})
"""Serialization failure, deadlock, lock not available: postgresql.org/docs/current/errcodes-appendix.html."""

# SQLite's primary result codes (sqlite.org/rescode.html) and PostgreSQL's classes and states
# (postgresql.org/docs/current/errcodes-appendix.html) that speak of the database and not of what was asked of it.
READ_ONLY = "it is read-only"
_SQLITE = {
    8: READ_ONLY,
    10: "the disk fails",
    11: "its file is damaged",
    13: "the disk is full",
    14: "its file cannot be opened",
    26: "its file is no database",
}
_POSTGRES = {"53100": "the disk is full", "25006": READ_ONLY}
_CLASSES = ("08", "53", "57", "58", "XX")
SILENT = "it does not answer"

_open: ContextVar[str] = ContextVar("open_transaction", default="")
_until: ContextVar[float] = ContextVar("until", default=0.0)
_turn: ContextVar[float | None] = ContextVar("turn", default=None)  # what is left of TURN for who is hurried


class Db:
    """Engines with the rules above, `reader` only for reading. `url` is SQLAlchemy's; SQLite must be a file."""

    def __init__(self, url: str, *, pool_size: int = POOL) -> None:
        self.url = engine_url(url)
        self.sqlite = self.url.startswith("sqlite")
        self.file = Path(make_url(self.url).database or "") if self.sqlite else None
        self.engine = _engine(self.url, pool_size)
        self._writer = Turns(1)
        self._readers = Turns(READERS)
        if self.sqlite:
            self.reader = _engine(self.url, pool_size)
            _sqlite(self.engine, begin="BEGIN IMMEDIATE")
            _sqlite(self.reader, begin="BEGIN", read_only=True)
        else:
            event.listen(self.engine, "connect", _session)
            self.reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @staticmethod
    @contextmanager
    def hurried(seconds: float) -> Iterator[None]:
        """What this thread does within waits for SQLite's lock no longer than this, all in all.

        Its reads together wait no longer for their turn than one does otherwise.
        """
        until, turn = _until.set(time.monotonic() + seconds), _turn.set(TURN)
        try:
            yield
        finally:
            _until.reset(until)
            _turn.reset(turn)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: committed at the end, rolled back by an exception.

        Raises Conflict when the database chose this transaction to give way (deadlock, lock timeout), StoreAway when
        it is gone, full or read-only.
        """
        if _open.get():
            raise RuntimeError(f"A write transaction inside a {_open.get()} transaction.")
        with self._alone():
            token = _open.set("write")
            try:
                with self.engine.begin() as session:
                    yield session
            except (DBAPIError, PoolTimeout) as error:
                if isinstance(error, DBAPIError) and gives_way(error):
                    raise Conflict("The database was busy with the same rows.") from error
                _raise_away(error)
                raise
            finally:
                _open.reset(token)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only transaction which sees one moment. A write in it is an error of the database.

        Raises StoreAway when the database does not answer.
        """
        if _open.get() == "write":
            raise RuntimeError("A read transaction inside a write transaction: ask the unit instead.")
        with self._in_turn():
            token = _open.set("read")
            try:
                with self.reader.begin() as session:
                    yield session
            except (DBAPIError, PoolTimeout) as error:
                if why_away(error) != READ_ONLY:  # here that is our own mistake
                    _raise_away(error)
                raise
            finally:
                _open.reset(token)

    def assert_outside(self) -> None:
        """Raises RuntimeError while a transaction of this thread is open: a slow vendor must not hold our rows."""
        if _open.get():
            raise RuntimeError(f"A call to the outside inside a {_open.get()} transaction.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self.sqlite:
            yield
            return
        with self._writer.taken(_left() if _until.get() else None) as alone:
            if not alone:
                raise StoreAway("it is busy")
            yield

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self.sqlite or _open.get():  # who reads already has their turn
            yield
            return
        left, began = _turn.get(), time.monotonic()
        with self._readers.taken(TURN if left is None else left):
            if left is not None:
                _turn.set(max(0.0, left - (time.monotonic() - began)))
            yield

    def forget(self) -> None:
        """Lets go of the SQL that was written before: SQLAlchemy keeps each statement with the first values it had."""
        for each in (self.engine, self.reader):
            each.clear_compiled_cache()

    def dispose(self) -> None:
        """Closes all connections: those in use once they come back, for which it waits a second at most."""
        until = time.monotonic() + GRACE
        for each in (self.engine, self.reader):
            while isinstance(each.pool, QueuePool) and each.pool.checkedout() and time.monotonic() < until:
                time.sleep(0.01)
            each.dispose()


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


def why_away(error: SQLAlchemyError) -> str:
    """What is wrong with the database itself, in words that are safe to show; '' when it is what was asked of it."""
    if isinstance(error, PoolTimeout):
        return "too many wait for it"
    if not isinstance(error, DBAPIError):
        return ""
    if error.connection_invalidated:
        return SILENT
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, "")
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # no answer of the server's: psycopg could not reach it
        return SILENT if type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout") else ""
    return _POSTGRES.get(state, SILENT if state.startswith(_CLASSES) else "")


def _raise_away(error: SQLAlchemyError) -> None:
    why = why_away(error)
    if why:
        raise StoreAway(why) from error


def _left() -> float:
    return max(0.0, _until.get() - time.monotonic()) if _until.get() else PATIENCE


def _engine(url: str, pool_size: int) -> Engine:
    # Parameters are words of the record: an error that quotes them would carry them into the log.
    if url.startswith("sqlite"):
        return create_engine(url, pool_size=pool_size, max_overflow=0, hide_parameters=True)
    named = make_url(url).query  # what the address itself says holds
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=5,
        connect_args={name: value for name, value in CONNECT.items() if name not in named}
        | {"fallback_application_name": session_name()},
        hide_parameters=True,
    )


def session_name() -> str:
    """How PostgreSQL lists our sessions (pg_stat_activity), unless DATABASE_URL names them: one name a process."""
    return f"{OURS}{socket.gethostname()[:40]} {os.getpid()}"


def _pragma(dbapi: Any, pragma: str) -> None:
    # Several who open a new file at once all want to switch it to WAL. Whoever reads already while another takes the
    # lock is refused at once, whatever the timeout: so they try again.
    until = time.monotonic() + PATIENCE
    while True:
        try:
            dbapi.execute(f"PRAGMA {pragma}").close()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _sqlite(engine: Engine, *, begin: str, read_only: bool = False) -> None:
    def connected(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver must never BEGIN by itself
        for pragma in (*PRAGMAS, f"query_only={int(read_only)}"):
            _pragma(dbapi, pragma)

    def begun(dbapi_connection: Any) -> None:
        wait = round(_left() * 1000)
        if dbapi_connection.info.get("wait", PATIENCE * 1000) != wait:
            dbapi_connection.execute(f"PRAGMA busy_timeout={wait}").close()
            dbapi_connection.info["wait"] = wait
        dbapi_connection.execute(begin).close()

    event.listen(engine, "connect", connected)
    # Not the engine's event "begin": an engine with events asks for them around every statement.
    engine.dialect.do_begin = begun  # type: ignore[method-assign]


def _session(dbapi: Any, _record: Any) -> None:
    dbapi.autocommit = True
    dbapi.execute(SESSION).close()
    dbapi.autocommit = False
