"""Databases and clocks for tests: each test that asks for `store` or `db_url` runs on SQLite and on PostgreSQL.

Models are imported here, before any test freezes the time: a model defined in frozen time is broken.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from bot.people import Role
from store.engine import Db
from store.migrate import migrate
from store.sealed.keyring import Keyring
from store.store import Store
from store.tables import Row
from tests import servers

pytest_plugins = ["tests.longest_first", "tests.strict_skips"]

# How long an example takes says more about the machine than about the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ROLE_MAP = {
    Role.DELIVERY_MANAGER: ("dev@baton.example",),
    Role.HEAD_OF_DELIVERY: ("hana@baton.example",),
    Role.SALES_OPS: ("sam@baton.example",),
}
MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own there, as it would in /tmp
ENOUGH = 8 << 30  # bytes: three PostgreSQL servers write their logs there as well
_numbers = count(1)

# A commit to SQLite waits for the disk, 2 to 5 ms; a third of the suite's time was that. No power cut is tested here.
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    tempfile.tempdir = str(MEMORY)


@dataclass
class Clocks:
    """Business time and machine time, both standing still until a test moves them."""

    now: datetime = START
    machine: float = field(default=1_000_000.0)

    def clock(self) -> datetime:
        return self.now

    def tick(self) -> float:
        return self.machine

    def move(self, seconds: float) -> None:
        """Lets both clocks run."""
        self.now += timedelta(seconds=seconds)
        self.machine += seconds


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Address]:
    """A PostgreSQL server of this session's own, with a migrated template database."""
    with servers.postgres() as address:
        # Nothing here must outlive a power cut.
        _execute(address, "ALTER SYSTEM SET fsync = off")
        _execute(address, "SELECT pg_reload_conf()")
        _execute(address, "CREATE DATABASE template_baton")
        migrate(address("template_baton"))
        yield address


@pytest.fixture
def empty_postgres(postgres: servers.Address) -> Iterator[str]:
    """The address of a PostgreSQL database without a schema."""
    yield from _database(postgres, "template0")


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
    else:
        yield request.getfixturevalue("empty_postgres")


@pytest.fixture
def fresh_postgres(postgres: servers.Address) -> Iterator[str]:
    """The address of a migrated PostgreSQL database whose schema a test may spoil."""
    yield from _database(postgres, "template_baton")


@pytest.fixture(scope="session")
def shared_postgres(postgres: servers.Address) -> Iterator[str]:
    """The address of the one PostgreSQL database that most tests use, each after the other."""
    yield from _database(postgres, "template_baton")


@pytest.fixture(params=["sqlite", "postgres"])
def db_url(request: pytest.FixtureRequest, empty_sqlite: Callable[[int], Db]) -> Iterator[str]:
    """The address of a migrated database without rows: once SQLite, once PostgreSQL. Its schema stays as it is."""
    if request.param == "sqlite":
        yield empty_sqlite(0).url
    else:
        url = request.getfixturevalue("shared_postgres")
        yield url
        emptied(url)


@pytest.fixture
def db(db_url: str, engines: dict[str, Db]) -> Iterator[Db]:
    """A database with its engine."""
    db = engines.setdefault(db_url, Db(db_url))
    yield db
    db.dispose()


@pytest.fixture(scope="session")
def engines() -> dict[str, Db]:
    """Engines by address. A new one for each test would write the SQL of every statement anew: a sixth of the time."""
    return {}


@pytest.fixture
def empty_sqlite(engines: dict[str, Db], sqlite_template: Path) -> Iterator[Callable[[int], Db]]:
    """Opens the n-th SQLite database of a test, migrated and without rows; it is closed afterwards."""
    opened = []

    def open_one(n: int) -> Db:
        file = sqlite_template.with_name(f"baton-{n}.db")
        for beside in ("-wal", "-shm"):
            Path(f"{file}{beside}").unlink(missing_ok=True)
        shutil.copy(sqlite_template, file)
        url = f"sqlite:///{file}"
        opened.append(engines.setdefault(url, Db(url)))
        return opened[-1]

    yield open_one
    for db in opened:
        db.dispose()


@pytest.fixture
def clocks() -> Clocks:
    """Clocks that stand still."""
    return Clocks()


@pytest.fixture
def store(db: Db, clocks: Clocks) -> Store:
    """A store on an empty database."""
    store = Store(db, clock=clocks.clock, tick=clocks.tick, role_map=ROLE_MAP, office_of=lambda _: "main")
    store.keyring = Keyring(made_of=("a secret of the tests",))
    return store


def _database(address: servers.Address, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    _execute(address, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield address(name)
    _execute(address, f"DROP DATABASE {name} WITH (FORCE)")


def emptied(url: str) -> None:
    """Takes all rows out: sixty times quicker than a database for each test. Who is still connected is cut off."""
    tables = [table for table in reversed(Row.metadata.sorted_tables) if table.name != "installation"]
    numbered = ", ".join(f"setval('{table.name}_id_seq', 1, false)" for table in tables if "id" in table.columns)
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    rows = (f"DELETE FROM {table.name}" for table in tables)  # noqa: S608 - our own tables' names
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "; ".join((f"SELECT pg_terminate_backend(pid) {others}", *rows, f"SELECT {numbered}")).encode()
        )


def _execute(address: servers.Address, statement: str) -> None:
    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
