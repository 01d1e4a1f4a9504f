"""Deal ↔ JSON: decimals as text (exact), dates and moments as ISO text, enums by value.

Written from the record's own type hints. What a newer record has and an older snapshot lacks gets its default; what a
snapshot has and the record no longer knows is left out.
"""

import dataclasses
import functools
import typing
from collections.abc import Hashable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any

from bot.deal import Deal
from store.text import json_ready


def deal_json(deal: Deal) -> dict[str, Any]:
    """The deal as JSON."""
    return typing.cast("dict[str, Any]", json_ready(dataclasses.asdict(deal)))


def deal_of(data: dict[str, Any]) -> Deal:
    """The deal of that JSON."""
    return typing.cast("Deal", _record(Deal, data))


def _record(kind: type[Any], data: dict[str, Any]) -> Any:
    hints = _hints(typing.cast("Hashable", kind))
    return kind(**{name: _in(hints[name], value) for name, value in data.items() if name in hints})


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _in(hint: Any, value: Any) -> Any:
    options = typing.get_args(hint)
    if NoneType in options:
        return None if value is None else _in(next(option for option in options if option is not NoneType), value)
    if typing.get_origin(hint) is tuple:
        return _tuple(options, value)
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast("type[Any]", hint), value)
    return _scalar(hint, value)


def _tuple(options: tuple[Any, ...], value: list[Any]) -> tuple[Any, ...]:
    if options[-1] is Ellipsis:
        return tuple(_in(options[0], item) for item in value)
    return tuple(_in(option, item) for option, item in zip(options, value, strict=True))


def _scalar(hint: Any, value: Any) -> Any:
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, (Decimal, Enum)):
        return hint(value)
    return value
