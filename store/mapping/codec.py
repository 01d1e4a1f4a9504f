"""One record and its row: how a dataclass becomes columns and comes back, and what of it differs from what is stored.

A field of a record without a column, or a column without a field, is a TypeError when the codec is made: nothing can be
forgotten by the mapping.
"""

import copy
import dataclasses
import operator
import typing
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Any

from sqlalchemy import JSON

from store.tables.row import Row, table
from store.text import clean, json_ready

Values = dict[str, Any]
Fields = tuple[Any, ...]
"""A record's fields at one moment, in the order of the codec's columns."""

PLAIN = frozenset({int, bool, type(None), datetime, date, float})
FIXED = PLAIN | {str}


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
        self.names = [field.name for field in dataclasses.fields(record) if field.name not in elsewhere]
        self.columns = [renamed.get(name, name) for name in self.names]
        # Made by place, a record costs a third of what it costs by name.
        self._by_place = self.names == [field.name for field in dataclasses.fields(record)][: len(self.names)]
        wanted, there = set(self.columns), {column.name for column in table(model).columns} - set(beside)
        if wanted != there:
            raise TypeError(f"{record.__name__} and {model.__name__} differ: {sorted(wanted ^ there)}")
        # A card decodes every part, and a save looks at each: what can be known of a field is found out here, once.
        got = operator.attrgetter(*self.names)
        self.now = got if len(self.names) > 1 else lambda record: (got(record),)
        kinds = [_enum_of(hints[name]) for name in self.names]
        self._enums = [(place, _members(kind)) for place, kind in enumerate(kinds) if kind]
        self._nested = [n for n, column in enumerate(self.columns) if isinstance(table(model).c[column].type, JSON)]

    def kept(self, record: Any) -> Fields:
        """The same, to be compared with later: what is JSON is copied."""
        fields = self.now(record)
        if not self._nested:
            return fields
        copied = list(fields)
        for place in self._nested:
            copied[place] = _copied(copied[place])
        return tuple(copied)

    def encode(self, record: Any) -> Values:
        """The record's columns."""
        return dict(zip(self.columns, map(_encoded, self.now(record)), strict=True))

    def difference(self, old: Fields, new: Fields) -> Values:
        """The columns that another spelling of `new` than of `old` is stored in."""
        pairs = zip(self.columns, old, new, strict=True)
        spelled = ((column, _encoded(was), _encoded(is_now)) for column, was, is_now in pairs if was != is_now)
        return {column: is_now for column, was, is_now in spelled if was != is_now}

    def decode(self, values: Sequence[Any], **elsewhere: Any) -> Any:
        """The record of these values, one for each column; fields kept elsewhere are given, or have their defaults."""
        given = list(values)
        for place, members in self._enums:
            given[place] = members[given[place]]
        if self._by_place:
            return self.record(*given, **elsewhere)
        return self.record(**dict(zip(self.names, given, strict=True)), **elsewhere)

    def decode_row(self, row: Mapping[Any, Any], **elsewhere: Any) -> Any:
        """The same, of a row in which they have their names."""
        return self.decode([row[column] for column in self.columns], **elsewhere)


def _encoded(value: Any) -> Any:
    if type(value) in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return clean(value)
    return json_ready(value) if isinstance(value, dict) else value


def _copied(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each if type(each) in FIXED else copy.deepcopy(each) for key, each in value.items()}


def _enum_of(hint: Any) -> type[Enum] | None:
    options = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    found = [option for option in options if isinstance(option, type) and issubclass(option, Enum)]
    return found[0] if found else None


def _members(kind: type[Enum]) -> dict[Any, Enum | None]:
    return {None: None, **{member.value: member for member in kind}}
