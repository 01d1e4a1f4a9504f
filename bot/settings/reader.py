"""Reading typed values out of baton.toml: every problem is collected, and what has a wrong shape is left out."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.settings.tables import FREE_TABLES, PEOPLE_LISTS, PEOPLE_TABLES, TABLES

# The most that somebody can mean: what is counted with more of it fails later, at a deal.
_MOST: Mapping[tuple[str, str], int] = {
    ("clock", "working_days"): 366,
    ("clock", "scope_days"): 366,
    ("clock", "pause_days"): 366,
    ("clock", "first_share"): 1,
    ("clock", "last_hours"): 1_000,
    ("clock", "merge_hours"): 1_000,
    ("intake", "hold_above"): 100_000,
    ("delivery", "poll_seconds"): 86_400,
    ("delivery", "lease_seconds"): 3_600,
    ("delivery", "request_seconds"): 3_600,
    ("delivery", "silence_seconds"): 86_400,
    ("delivery", "rate_share"): 1_000,
    ("delivery", "workers"): 100,
}
# (least, most) where real vendors answer. A second hand must not take up what the first may still be doing: that one
# waits 3 s for its slot, 10 s for the answer, 45 s for what was sent without one. Slack waits 3 s for us, and lets a
# line of Socket Mode be opened once a minute. A CRM counts our questions as its own people's.
_REAL: Mapping[tuple[str, str], tuple[Decimal, int]] = {
    ("delivery", "poll_seconds"): (Decimal(10), 86_400),
    ("delivery", "lease_seconds"): (Decimal(60), 3_600),
    ("delivery", "request_seconds"): (Decimal(3), 3_600),
    ("delivery", "silence_seconds"): (Decimal(60), 86_400),
    ("delivery", "rate_share"): (Decimal("0.1"), 1),
}
NUMBERS = tuple(_MOST)
_WHOLE = (("intake", "hold_above"), ("delivery", "workers"))
DAYS = ("retention",)  # tables of whole days, read by `days`
MAX_DAYS = 36_500
_SHAPES = {str: 'text in "quotes"', bool: "true or false, without quotes", dict: "a table"}


class Reader:
    """Reads typed values and collects every problem; what has a wrong shape is read as if it were not there.

    `rehearsed`: stand-ins answer at once, so that any time above 0 will do.
    """

    def __init__(self, table: Mapping[str, Any], *, rehearsed: bool = False) -> None:
        self.problems: list[str] = []
        self._real = {} if rehearsed else _REAL
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
        """A number within its bounds, its default when it is none."""
        raw = self.value(section, name)
        least, most = self._real.get((section, name), (Decimal(0), _MOST[section, name]))
        try:
            number = Decimal(str(raw))
        except InvalidOperation:
            number = Decimal(0)
        whole = (section, name) in _WHOLE
        what = f"a {'whole ' * whole}number {f'not below {least}' if least else 'above 0'}"
        if number.is_finite() and number > most:
            self.problems.append(f"[{section}] {name} = {raw!r}: write {what} and not above {most:,}.")
        elif not number.is_finite() or number <= 0 or number < least or (whole and number % 1):
            self.problems.append(f"[{section}] {name} = {raw!r}: write {what}.")
        else:
            return number
        return Decimal(str(TABLES[section][name][0]))

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

    def names(self, section: str, name: str) -> dict[str, str]:
        """A table of names of playbooks."""
        found = self.value(section, name)
        self.problems.extend(
            f'[{section}.{name}] {key} = {one!r}: write the name of one playbook in "quotes".'
            for key, one in found.items()
            if not isinstance(one, str)
        )
        return {str(key): one for key, one in found.items() if isinstance(one, str)}

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
