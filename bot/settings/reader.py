"""Reading typed values out of baton.toml: every problem is collected, and what has a wrong shape is left out."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.settings.tables import FREE_TABLES, PEOPLE_LISTS, PEOPLE_TABLES, TABLES

NUMBERS = (
    ("clock", "working_days"),
    ("clock", "scope_days"),
    ("clock", "pause_days"),
    ("clock", "first_share"),
    ("clock", "last_hours"),
    ("clock", "merge_hours"),
    ("intake", "hold_above"),
    ("delivery", "poll_seconds"),
    ("delivery", "lease_seconds"),
    ("delivery", "request_seconds"),
    ("delivery", "silence_seconds"),
    ("delivery", "rate_share"),
    ("delivery", "workers"),
)
_WHOLE = (("intake", "hold_above"), ("delivery", "workers"))
DAYS = ("retention",)  # tables of whole days, read by `days`
MAX_DAYS = 36_500
_SHAPES = {str: 'text in "quotes"', bool: "true or false, without quotes", dict: "a table"}


class Reader:
    """Reads typed values and collects every problem; what has a wrong shape is read as if it were not there."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.problems: list[str] = []
        self.table = {section: values for section, values in table.items() if self._known(section, values)}

    def value(self, section: str, name: str) -> Any:
        """The value, or its default when there is none or it has the wrong shape."""
        default = TABLES[section][name][0]
        value = self.table.get(section, {}).get(name, default)
        if (section, name) in NUMBERS or section in DAYS or isinstance(value, type(default)):
            return value
        self.problems.append(f"[{section}] {name} = {value!r}: write {_SHAPES[type(default)]}.")
        return default

    def number(self, section: str, name: str) -> Decimal:
        """A number above 0, its default when it is none."""
        raw = self.value(section, name)
        try:
            number = Decimal(str(raw))
        except InvalidOperation:
            number = Decimal(0)
        whole = (section, name) in _WHOLE
        if not number.is_finite() or number <= 0 or (whole and number % 1):
            self.problems.append(f"[{section}] {name} = {raw!r}: write a {'whole ' if whole else ''}number above 0.")
            return Decimal(str(TABLES[section][name][0]))
        return number

    def days(self, section: str, name: str) -> int:
        """A whole number of days, 0 or more."""
        value = self.table.get(section, {}).get(name, TABLES[section][name][0])
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_DAYS:
            return value
        self.problems.append(f"[{section}] {name} = {value!r}: write a whole number of days, or 0 to keep for ever.")
        return int(TABLES[section][name][0])

    def clock(self, section: str, name: str) -> time:
        """A time of day, written like 09:00."""
        raw = self.value(section, name)
        try:
            return time.fromisoformat(raw).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            self.problems.append(f"[{section}] {name} = {raw!r}: write a time of day like 09:00.")
            return time(9)

    def tables(self, section: str, *names: str) -> Mapping[str, Any]:
        """A table within a free table, e.g. people.roles; empty when it is missing or none."""
        values: Any = self.table.get(section, {})
        for name in names:
            values = values.get(name, {})
        if isinstance(values, Mapping):
            return values
        self.problems.append(f"[{'.'.join((section, *names))}] must be a table: write the name in [brackets].")
        return {}

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts of [people], in lower case."""
        value = self.table.get("people", {}).get(name, PEOPLE_LISTS[name])
        if isinstance(value, list | tuple) and all(isinstance(one, str) and one.strip() for one in value):
            return tuple(one.strip().lower() for one in value)
        self.problems.append(f"[people] {name} must be a list of texts in quotes, e.g. {list(PEOPLE_LISTS[name][:2])}.")
        return ()

    def _known(self, section: str, values: Any) -> bool:
        if section not in TABLES and section not in FREE_TABLES:
            self.problems.append(f"[{section}] is not a table of baton.toml: remove it, or see docs/settings.md.")
            return False
        if section == "routing":
            return self._shaped(isinstance(values, list) and all(isinstance(v, Mapping) for v in values), "[[routing]]")
        if not self._shaped(isinstance(values, Mapping), f"[{section}]"):
            return False
        names = (*PEOPLE_TABLES, *PEOPLE_LISTS) if section == "people" else TABLES.get(section, values)
        self.problems.extend(
            f"[{section}] {name} is not a setting: see docs/settings.md." for name in values if name not in names
        )
        return True

    def _shaped(self, right: bool, written: str) -> bool:  # noqa: FBT001 - the answer of a check, not a switch
        if not right:
            self.problems.append(f"{written} must be a table: write {written} on a line of its own.")
        return right
