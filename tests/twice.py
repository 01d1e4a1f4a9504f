"""Marks for tests that run on both databases and take long: on SQLite in each run, on PostgreSQL with the slow ones."""

import pytest

SQLITE_FIRST = pytest.mark.parametrize(
    "db_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)], indirect=True
)
