"""Rows that belong to a record, as one column of it: a statement costs far more than the few rows it brings.

A record has rows in fifteen tables, most of them in a few. One statement brings all, each table's as one JSON text.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    ScalarSelect,
    String,
    Text,
    TypeDecorator,
    cast,
    select,
)
from sqlalchemy.types import TypeEngine

from store.sql import as_json
from store.tables.row import Row, table

Read = Callable[[Any], Any]


def moment(text: str) -> datetime:
    """A moment as a database writes it into JSON: without an offset it is UTC (SQLite)."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


READ: Mapping[type[TypeEngine[Any]], Read | None] = {
    DateTime: moment,
    Date: date.fromisoformat,
    Boolean: bool,
    JSON: json.loads,  # JSON within JSON stays text, so that neither database touches it
    Integer: None,
    String: None,
}
"""How a value of such a column comes out of JSON; None: as it is."""


def _read(column: ColumnElement[Any]) -> Read | None:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    for known, read in READ.items():
        if isinstance(kind, known):
            return read
    raise TypeError(f"{column} is of a type that is not known in JSON.")


class Gathered:
    """These columns of a table, for each row of a record; `key` tells the rows apart, and they are in its order.

    TypeError for a column of a type that is not known here.
    """

    def __init__(self, model: type[Row], names: Sequence[str], *, key: str) -> None:
        self._columns = [table(model).c[name] for name in (key, *names)]
        self._reads = [(place, read) for place, column in enumerate(self._columns) if (read := _read(column))]

    def column(self, which: ColumnElement[bool], *, postgres: bool) -> ScalarSelect[Any]:
        """The rows of which this is true, for a statement about the record they belong to."""
        plain = [cast(c, Text) if isinstance(c.type, JSON) else c for c in self._columns]
        return select(as_json(plain, postgres=postgres)).where(which).scalar_subquery()

    def rows(self, text: str | None) -> list[tuple[Any, list[Any]]]:
        """The rows of that column by their keys, in order: a value for each name."""
        if not text or text == "[]":  # most tables hold nothing of a record
            return []
        found = json.loads(text)
        found.sort(key=itemgetter(0))
        for row in found:
            for place, read in self._reads:
                if row[place] is not None:
                    row[place] = read(row[place])
        return [(row[0], row[1:]) for row in found]
