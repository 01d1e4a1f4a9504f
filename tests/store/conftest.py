"""A database with something of everything in it."""

import pytest

from tests.store import filling


@pytest.fixture
def full(db_url: str) -> str:
    """A database with three rows in every table, once SQLite, once PostgreSQL; the nonce is its own."""
    filling.filled(db_url)
    return db_url
