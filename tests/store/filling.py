"""Rows for every table there is, in any schema: each column gets a value of its own, hard ones among them."""

import base64
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    insert,
    select,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from store.engine import Db
from store.tables import Row

ROWS = 3
HARD = 'Zoë "Q" O\'Neill\n\u2028\u202e🙂 \\ %_ <!channel> '
MOMENT = datetime(2026, 3, 10, 9, 0, 0, 123456, tzinfo=UTC)


def fill(connection: Connection, tables: Iterable[Table]) -> dict[str, int]:
    """Three rows in each of these tables, which come in an order that foreign keys allow; how many are in each."""
    numbers = count(1)
    made = {}
    for table in tables:
        if table.name != "alembic_version":
            connection.execute(insert(table), [row(table, n, numbers) for n in range(1, ROWS + 1)])
            made[table.name] = ROWS
    return made


def filled(url: str) -> None:
    """The same in every table of today's schema; the installation keeps its own nonce."""
    db = Db(url)
    with db.engine.begin() as connection:
        fill(connection, [each for each in Row.metadata.sorted_tables if each.name != "installation"])
    db.dispose()


def everything(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in order."""
    db = Db(url)
    with db.read() as session:
        found = {
            each.name: [
                dict(row) for row in session.execute(select(each).order_by(*each.primary_key.columns)).mappings()
            ]
            for each in Row.metadata.sorted_tables
        }
    db.dispose()
    return found


def row(table: Table, n: int, numbers: Any) -> dict[str, Any]:
    """The n-th row of a table; what points to another table points to its n-th row."""
    return {column.name: _value(column, n, numbers) for column in table.columns}


def _value(column: Column[Any], n: int, numbers: Any) -> Any:
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    number = next(numbers)
    if column.foreign_keys or column.name in ("id", "handover_id"):
        return n
    for cls, value in (
        (JSON, {"words": f"{HARD}{number}", "list": [number, 0.1, None, True], "none": None}),
        (LargeBinary, bytes(range(256)) + base64.b64encode(str(number).encode())),
        (Boolean, bool(number % 2)),
        (DateTime, MOMENT + timedelta(minutes=number)),
        (Date, date(2026, 1, 1) + timedelta(days=number)),
        (Float, number / 7),
        (Integer, number),
    ):
        if isinstance(kind, cls):
            return value
    return f"{HARD}{number}"
