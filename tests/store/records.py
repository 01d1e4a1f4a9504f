"""Records to store: a small one by hand, and one in which every field of every part has a value of its own."""

import dataclasses
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import count
from types import NoneType
from typing import Any

from bot.context import Entry, Kind
from bot.deal import Deal, Standing
from bot.handover import Handover, State
from bot.people import Person, Role
from store.unit import StoreUnit

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def deal(deal_id: str = "d1", **values: Any) -> Deal:
    """A won deal."""
    given = {"name": "Cloud Migration", "client": "ABC Fintech", "standing": Standing.WON, **values}
    return Deal(connection="hubspot", id=deal_id, **given)


def handover(deal_id: str = "d1", **values: Any) -> Handover:
    """A record of a won deal."""
    given = {"state": State.WON, "client": "ABC Fintech", "project": "Cloud Migration", "opened_at": NOW, **values}
    return Handover(id=0, connection="hubspot", deal_id=deal_id, deal=deal(deal_id), **given)


def entry(text: str, *, author: int = 1, kind: Kind = Kind.COMMITMENT, at: datetime = NOW, **values: Any) -> Entry:
    """Something somebody said."""
    return Entry(id=0, kind=kind, text=text, author=author, at=at, **values)


def people(unit: StoreUnit, *names: str) -> dict[str, int]:
    """These people, stored: name → id."""
    return {name: unit.remember(person(name)).id for name in names}


def person(name: str, **values: Any) -> Person:
    """Somebody with e-mail and Slack id."""
    lower = name.lower()
    given = {"email": f"{lower}@baton.example", "slack_id": f"U{name.upper()}", "tz": "Europe/Berlin", **values}
    return Person(id=0, name=name, **given)


def full(unit: StoreUnit) -> Handover:
    """A record with a distinct value in every field, and two rows in every list."""
    record: Handover = _filled(Handover, count(1))
    record.id, record.rev = 0, 0
    for item in record.entries:
        item.id = 0
    ids = [unit.remember(person(f"P{n}")).id for n, _ in enumerate(Role)]
    record.roles = dict(zip(Role, ids, strict=True))
    return record


def _filled(hint: Any, numbers: Iterator[int]) -> Any:
    if dataclasses.is_dataclass(hint):
        kind = typing.cast("type[Any]", hint)
        hints = typing.get_type_hints(kind)
        return kind(**{f.name: _filled(hints[f.name], numbers) for f in dataclasses.fields(kind)})
    options = typing.get_args(hint)
    if NoneType in options:
        return _filled(options[0], numbers)
    return _collection(hint, options, numbers) if options else _scalar(hint, next(numbers))


def _collection(hint: Any, options: tuple[Any, ...], numbers: Iterator[int]) -> Any:
    kind = typing.get_origin(hint)
    if kind is dict:
        return {_filled(options[0], numbers): _filled(options[1], numbers)}
    if kind is tuple and options[-1] is not Ellipsis:
        return tuple(_filled(option, numbers) for option in options)
    return kind(_filled(options[0], numbers) for _ in range(2))


def _scalar(hint: Any, n: int) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[n % len(hint)]
    values = {
        bool: True,
        int: n,
        Decimal: Decimal(n) / 100,
        datetime: NOW + timedelta(minutes=n, microseconds=n),
        date: date(2026, 1, 1) + timedelta(days=n),
    }
    return values.get(hint, f"text {n}")
