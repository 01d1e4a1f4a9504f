"""One family of parts of a handover: its record, its row, and which differences are written.

Decides nothing about meaning. A field of a record without a column, or a column without a field, is a TypeError when
the family is declared: nothing can be forgotten by the mapping.
"""

import copy
import dataclasses
import operator
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Table,
    and_,
    delete,
    insert,
    update,
)

from bot.handover import Handover
from store.mapping.gathered import Gathered
from store.tables.row import Row, table
from store.text import clean, json_ready

Values = dict[str, Any]
Kept = dict[Any, Values]
"""What the database holds of one family: the part's key → its columns."""

OWNER = "handover_id"
PLAIN = frozenset({int, bool, type(None), datetime, date, float})


class Codec:
    """Turns a dataclass into columns and back. Texts lose what no database stores; enums are kept by value.

    `renamed` maps fields to columns; `beside` names columns without a field, `apart` fields kept elsewhere.
    """

    def __init__(
        self,
        record: type[Any],
        model: type[Row],
        renamed: Mapping[str, str],
        *,
        beside: Iterable[str] = (),
        apart: Iterable[str] = (),
    ) -> None:
        hints, elsewhere = typing.get_type_hints(record), set(apart)
        self.record = record
        names = [field.name for field in dataclasses.fields(record) if field.name not in elsewhere]
        self.columns = {name: renamed.get(name, name) for name in names}
        self.enums = {name: kind for name in self.columns if (kind := _enum_of(hints[name]))}
        wanted, there = set(self.columns.values()), {column.name for column in table(model).columns} - set(beside)
        if wanted != there:
            raise TypeError(f"{record.__name__} and {model.__name__} differ: {sorted(wanted ^ there)}")
        # A save encodes every part twice: what can be known of a field's type is found out here, once.
        got = operator.attrgetter(*self.columns)
        self._read = got if len(self.columns) > 1 else lambda record: (got(record),)
        self._spelled = [column for name, column in self.columns.items() if _may_differ(hints[name])]
        self._nested = [c.name for c in table(model).columns if isinstance(c.type, JSON) and c.name in wanted]

    def encode(self, record: Any) -> Values:
        """The record's columns."""
        values = dict(zip(self.columns.values(), self._read(record), strict=True))
        for column in self._spelled:
            values[column] = _encoded(values[column])
        return values

    def held(self, row: Mapping[str, Any]) -> Values:
        """The columns as the database holds them: what `encode` gives for the record of this row."""
        values = {column: row[column] for column in self.columns.values()}
        for column in self._nested:
            # The record of the row may change its JSON in place; what is held must not follow.
            values[column] = copy.deepcopy(values[column])
        return values

    def decode(self, values: Mapping[Any, Any], **elsewhere: Any) -> Any:
        """The record of these columns; fields kept elsewhere are given, or have their defaults."""
        given = {name: values[column] for name, column in self.columns.items()}
        for name, kind in self.enums.items():
            if given[name] is not None:
                given[name] = kind(given[name])
        return self.record(**given, **elsewhere)


def _encoded(value: Any) -> Any:
    if type(value) in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return clean(value)
    return json_ready(value) if isinstance(value, dict) else value


def _may_differ(hint: Any) -> bool:
    # Whether a field of this type may be spelled differently in a column: all but numbers, moments and days.
    options = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return any(option not in PLAIN for option in options)


def _enum_of(hint: Any) -> type[Enum] | None:
    options = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    found = [option for option in options if isinstance(option, type) and issubclass(option, Enum)]
    return found[0] if found else None


@dataclass(frozen=True)
class Family:
    """A list of a handover, kept row by row under (handover_id, `key`); `key` "n" is the place in the list.

    `get` and `put` read and fill the list of a handover. A family that only grows refuses changes of what is stored.
    """

    record: type[Any]
    model: type[Row]
    get: Callable[[Handover], Sequence[Any]]
    put: Callable[[Handover, list[Any]], None]
    renamed: Mapping[str, str] = field(default_factory=dict)
    key: str = "n"
    only_grows: bool = False
    codec: Codec = field(init=False)
    gathered: Gathered = field(init=False)

    def __post_init__(self) -> None:
        beside = (OWNER, "n") if self.key == "n" else (OWNER,)
        codec = Codec(self.record, self.model, self.renamed, beside=beside)
        object.__setattr__(self, "codec", codec)
        object.__setattr__(self, "gathered", Gathered(self.model, codec.columns.values(), first=self.key))

    @property
    def table(self) -> Table:
        """Where it is kept."""
        return table(self.model)

    def kept(self, handover: Handover) -> Kept:
        """What the database should hold of this handover."""
        return self.by_key([self.codec.encode(record) for record in self.get(handover)])

    def by_key(self, rows: Iterable[Values]) -> Kept:
        """These rows of one handover, in order, by their keys."""
        return {(row[self.key] if self.key != "n" else n): row for n, row in enumerate(rows)}

    def save(self, connection: Connection, handover_id: int, *, old: Kept, new: Kept) -> bool:
        """Writes the differences; whether there were any. ValueError when a family that only grows would change."""
        gone = [key for key in old if key not in new]
        changed = {key: _difference(old[key], row) for key, row in new.items() if key in old and old[key] != row}
        added = [{OWNER: handover_id, self.key: key, **row} for key, row in new.items() if key not in old]
        if self.only_grows and (gone or changed):
            raise ValueError(f"HO-{handover_id}: {self.table.name} only grows; what is stored stays as it is.")
        for key in gone:
            connection.execute(delete(self.table).where(self._at(handover_id, key)))
        for key, values in changed.items():
            connection.execute(update(self.table).where(self._at(handover_id, key)).values(values))
        if added:
            connection.execute(insert(self.table), added)
        return bool(gone or changed or added)

    def _at(self, handover_id: int, key: Any) -> Any:
        return and_(self.table.c[OWNER] == handover_id, self.table.c[self.key] == key)


def listed(record: type[Any], model: type[Row], attribute: str, **options: Any) -> Family:
    """A family which is an ordinary list attribute of the handover."""
    return Family(
        record,
        model,
        get=lambda handover: getattr(handover, attribute),
        put=lambda handover, records: setattr(handover, attribute, records),
        **options,
    )


def _difference(old: Values, new: Values) -> Values:
    return {column: value for column, value in new.items() if old[column] != value}
