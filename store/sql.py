"""The few statements that SQLite and PostgreSQL spell differently."""

import functools
import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Text, cast, func, select
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
    return session.execute(_inserting(target, postgres=on_postgres(session)), values).rowcount == 1


@functools.cache
def _inserting(target: Table, *, postgres: bool) -> Any:
    insert = postgresql.insert(target) if postgres else sqlite.insert(target)
    # The database says how many rows came; asked for the row itself, it costs half as much again.
    return insert.on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)


def as_json(columns: Sequence[ColumnElement[Any]], *, postgres: bool) -> ColumnElement[str]:
    """All rows as one JSON text: an array for each, in no order; no text at all where there are none (PostgreSQL)."""
    if postgres:
        return cast(func.json_agg(func.json_build_array(*columns)), Text)
    return cast(func.json_group_array(func.json_array(*columns)), Text)
