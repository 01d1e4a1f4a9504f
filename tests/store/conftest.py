"""A database with something of everything in it, and one of PostgreSQL with hands beside the test's own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.engine import Db
from store.store import Store
from tests.conftest import Clocks, emptied
from tests.store import filling


@pytest.fixture
def full(db_url: str) -> str:
    """A database with three rows in every table, once SQLite, once PostgreSQL; the nonce is its own."""
    filling.filled(db_url)
    return db_url


@pytest.fixture
def on_postgres(shared_postgres: str, clocks: Clocks) -> Iterator[Store]:
    """A store on PostgreSQL, where two transactions may write at once; on SQLite one waits for the other."""
    db = Db(shared_postgres)
    yield Store(db, clock=clocks.clock, tick=clocks.tick, role_map={}, office_of=lambda _: "main")
    db.dispose()
    emptied(shared_postgres)


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """Hands beside the test's own, each with a transaction of its own."""
    with ThreadPoolExecutor(4) as pool:
        yield pool
