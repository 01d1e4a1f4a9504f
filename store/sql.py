"""The few statements that SQLite and PostgreSQL spell differently."""

import functools
import hashlib
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite


def on_postgres(session: Connection) -> bool:
    """Whether this session speaks to PostgreSQL."""
    return session.dialect.name == "postgresql"


def alone(session: Connection, name: str) -> None:
    """Until this transaction ends nobody else is here under this name; who comes second waits.

    On SQLite every writer is alone anyway.
    """
    if on_postgres(session):
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def insert_new(session: Connection, target: Table, values: dict[str, Any]) -> bool:
    """Inserts a row unless one with the same unique key is there; whether it was inserted.

    On PostgreSQL it waits for another transaction which is inserting the same key right now.
    """
    return session.execute(_inserting(target, postgres=on_postgres(session)), values).first() is not None


@functools.cache
def _inserting(target: Table, *, postgres: bool) -> Any:
    insert = postgresql.insert(target) if postgres else sqlite.insert(target)
    return insert.on_conflict_do_nothing().returning(next(iter(target.primary_key.columns)))
