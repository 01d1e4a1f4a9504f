"""Deal ↔ JSON: decimals as text (exact), dates and moments as ISO text, enums by value.

Written from the record's own type hints. What a newer record has and an older snapshot lacks gets its default; what a
snapshot has and the record no longer knows is left out.
"""

import dataclasses
import functools
import json
import typing
from collections.abc import Callable, Hashable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any

from bot.deal import Deal
from store.text import json_ready

Read = Callable[[Any], Any]
LATELY = 256  # deals of some kilobytes


def deal_json(deal: Deal) -> dict[str, Any]:
    """The deal as JSON."""
    return typing.cast("dict[str, Any]", json_ready(deal))


def deal_of(data: dict[str, Any]) -> Deal:
    """The deal of that JSON."""
    return typing.cast("Deal", _record(Deal)(data))


@functools.lru_cache(maxsize=LATELY)
def deal_of_text(text: str) -> Deal:
    """The deal of that JSON text. A deal is never changed in place, so whoever read it lately has the same one.

    A text that is stored no more stays for long: when somebody was erased, all are let go (`Store.forget`).
    """
    return deal_of(json.loads(text))


# A card reads whole deals: each hint is looked at once, and becomes the function that reads such values.
@functools.cache
def _record(kind: Any) -> Read:
    hints = typing.get_type_hints(kind)
    reads = {field.name: _read(hints[field.name]) for field in dataclasses.fields(kind)}

    def read(data: dict[str, Any]) -> Any:
        return kind(**{name: reads[name](value) for name, value in data.items() if name in reads})

    return read


@functools.cache
def _read(hint: Any) -> Read:
    options = typing.get_args(hint)
    if NoneType in options:
        some = _read(next(option for option in options if option is not NoneType))
        return lambda value: None if value is None else some(value)
    if typing.get_origin(hint) is tuple:
        return _tuple(options)
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast("Hashable", hint))
    return _scalar(hint)


def _tuple(options: tuple[Any, ...]) -> Read:
    if options[-1] is Ellipsis:
        each = _read(options[0])
        return lambda value: tuple(each(item) for item in value)
    places = [_read(option) for option in options]
    return lambda value: tuple(read(item) for read, item in zip(places, value, strict=True))


def _scalar(hint: Any) -> Read:
    if hint in (date, datetime):
        return typing.cast("Read", hint.fromisoformat)
    if isinstance(hint, type) and issubclass(hint, (Decimal, Enum)):
        return hint
    return lambda value: value
