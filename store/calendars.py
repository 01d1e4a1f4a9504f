"""Office calendars: the `[offices.NAME]` tables of baton.toml become `bot.worktime.Office`s.

Decides whether a table is right and reports all its problems at once. Public holidays come from the `holidays` package
as a frozen set, from the year before to four years ahead: its own objects fill years while they are being read, so
threads that share one get wrong answers. What the package does not know (a bridge day, an early closing, a category
that this company follows) stands in `closed`, `open` and `short`.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import TZPATH, ZoneInfo

from bot.errors import ConfigError
from bot.settings import OfficeSettings
from bot.worktime import MIDNIGHT, Hours, Office

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = ("timezone", "week", "hours", "country", "region", "closed", "open", "short")
DEFAULT_WEEK = list(WEEKDAYS[:5])
DEFAULT_HOURS = ["09:00", "17:00"]
YEARS_BACK, YEARS_AHEAD = 1, 4
DATES = ("holidays", "closed", "open_days")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

T = TypeVar("T")


def read_offices(settings: Iterable[OfficeSettings], *, year: int) -> dict[str, Office]:
    """All offices by name, with holidays around that year. Raises ConfigError with the problems of all of them."""
    offices: dict[str, Office] = {}
    problems: list[str] = []
    for each in settings:
        office, found = read_office(each.name, each.table, year=year)
        problems.extend(found)
        if office:
            offices[each.name] = office
    if problems:
        raise ConfigError(tuple(problems))
    return offices


def read_office(name: str, table: Mapping[str, Any], *, year: int) -> tuple[Office | None, tuple[str, ...]]:
    """The office in one table, or None and every problem, one sentence each with its next step.

    `timezone` is an IANA name; `week` a list like ["sun", "mon"]; `hours` one pair ["09:00", "17:00"] or a table of
    pairs by weekday (24:00 is midnight); `country` and `region` are ISO 3166 codes; `closed` and `open` are lists of
    dates, `short` a table of dates and closing times.
    """
    reader = _Reader(name, table)
    hours = reader.hours()
    days = {key: frozenset(reader.dates(key)) for key in ("closed", "open")}
    short = reader.short_days(hours, days["open"])
    reader.contradictions(days["closed"], days["open"])
    timezone = reader.timezone()
    holidays = reader.holidays(year)
    if reader.problems:
        return None, tuple(reader.problems)
    return Office(name, timezone, hours, holidays, days["closed"], days["open"], short), ()


class _Reader:
    """Reads one table and collects every problem."""

    def __init__(self, name: str, table: Mapping[str, Any]) -> None:
        self.name = name
        self.table = table
        self.problems: list[str] = []
        for key in table:
            if key not in KEYS:
                self.problem(f'"{key}" is not known. Use one of: {", ".join(KEYS)}.')

    def problem(self, sentence: str) -> None:
        self.problems.append(f"[offices.{self.name}] {sentence}")

    def timezone(self) -> str:
        zone = str(self.table.get("timezone", ""))
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):  # unknown, no name at all, or a folder of the zone files
            self.problem(f'timezone = "{zone}" is not known. Use a name like "Europe/Berlin".')
        return zone

    def hours(self) -> dict[int, Hours]:
        """Opening and closing by weekday number; days with a problem are left out."""
        raw = self.table.get("hours", DEFAULT_HOURS)
        week = self.table.get("week", list(raw) if isinstance(raw, Mapping) else DEFAULT_WEEK)
        if not isinstance(week, list) or not week or any(day not in WEEKDAYS for day in week):
            self.problem(f"week = {week!r} is not a list of weekdays. Use some of: {', '.join(WEEKDAYS)}.")
            return {}
        if not isinstance(raw, Mapping):
            pair = self.pair("hours", raw)
            return dict.fromkeys(map(WEEKDAYS.index, week), pair) if pair else {}
        for day in sorted(set(raw) ^ set(week)):
            self.problem(f"{day} stands only in one of week and hours. Add it to the other, or remove it.")
        pairs = {day: self.pair(f"hours.{day}", raw[day]) for day in week if day in raw}
        return {WEEKDAYS.index(day): pair for day, pair in pairs.items() if pair}

    def pair(self, key: str, value: object) -> Hours | None:
        if isinstance(value, list) and len(value) == len(DEFAULT_HOURS):
            opening, closing = _clock(value[0]), _clock(value[1], midnight="24:00")
            if opening is not None and closing is not None and (closing == MIDNIGHT or opening < closing):
                return opening, closing
        self.problem(f'{key} = {value!r} is not an opening and a later closing time. Write: ["09:00", "17:00"].')
        return None

    def dates(self, key: str) -> list[date]:
        values = self.table.get(key, [])
        if not isinstance(values, list):
            self.problem(f"{key} must be a list of dates. Write: {key} = [2026-12-24].")
            return []
        return self._each(key, values, _day, "a date like 2026-12-24")

    def short_days(self, hours: Mapping[int, Hours], opened: frozenset[date]) -> dict[date, time]:
        values = self.table.get("short", {})
        if not isinstance(values, Mapping):
            self.problem('short must be a table. Write: short = { "2026-12-24" = "13:00" }.')
            return {}
        days = self._each("short", values, _day, "a date like 2026-12-24")
        times = self._each("short", values.values(), _clock, "a closing time like 13:00")
        if len(days) != len(times) or len(days) != len(values):
            return {}
        for day, closing in zip(days, times, strict=True):
            opening = hours.get(day.weekday())
            if opening and closing <= opening[0]:
                self.problem(f"short: {day} would close at {closing:%H:%M}, before it opens. Put the date into closed.")
            elif hours and not opening and day not in opened:
                self.problem(f"short: {day} is not in the week. Remove it, or put it into open as well.")
        return dict(zip(days, times, strict=True))

    def contradictions(self, closed: frozenset[date], opened: frozenset[date]) -> None:
        for day in sorted(closed & opened):
            self.problem(f"{day} stands in closed and in open. Remove one of them.")

    def holidays(self, year: int) -> frozenset[date]:
        country, region = str(self.table.get("country", "")), str(self.table.get("region", ""))
        if not country:
            if region:
                self.problem(f'region = "{region}" needs its country. Write for example: country = "DE".')
            return frozenset()
        try:
            return public_holidays(country, region, year=year)
        except ValueError as unknown:
            self.problem(str(unknown))
            return frozenset()

    def _each(self, key: str, values: Iterable[object], read: Callable[[object], T | None], wanted: str) -> list[T]:
        found = []
        for value in values:
            if (one := read(value)) is None:
                self.problem(f"{key}: {value!r} is not {wanted}. Correct it.")
            else:
                found.append(one)
        return found


def days_text(office: Office) -> str:
    """The single dates of an office's calendar and, unread, its week: so that it is known later what has changed."""
    hours = sorted((day, f"{opens:%H:%M}", f"{closes:%H:%M}") for day, (opens, closes) in office.hours.items())
    dates = {kind: sorted(map(str, getattr(office, kind))) for kind in DATES}
    short = {str(day): f"{at:%H:%M}" for day, at in sorted(office.short_days.items())}
    return json.dumps({"week": [office.tz, hours], "dates": dates, "short": short})


def as_it_was(office: Office, text: str) -> Office | None:
    """The office with the single dates of that text; None when another week or zone stood there, or nothing."""
    kept, present = json.loads(text) if text else {}, json.loads(days_text(office))
    if kept.get("week") != present["week"]:
        return None
    holidays, closed, opened = (frozenset(map(date.fromisoformat, kept["dates"][kind])) for kind in DATES)
    short = {date.fromisoformat(day): time.fromisoformat(at) for day, at in kept["short"].items()}
    return replace(office, holidays=holidays, closed=closed, open_days=opened, short_days=short)


def first_change(before: Office, office: Office) -> date:
    """The first single date on which two calendars of one office differ. ValueError when none does."""
    kinds = [getattr(before, kind) ^ getattr(office, kind) for kind in DATES]
    short = {day for day, _ in before.short_days.items() ^ office.short_days.items()}
    return min(short.union(*kinds))


def public_holidays(country: str, region: str, *, year: int) -> frozenset[date]:
    """The public holidays from the year before to four years after. Raises ValueError with a sentence if unknown."""
    import holidays  # noqa: PLC0415 - the import takes 0.1 s, which --help need not wait for

    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(f'country = "{country}" is not known. Use a code of two letters, like "DE".')
    if region and region not in known[country]:
        regions = ", ".join(known[country]) or "none"
        raise ValueError(f'region = "{region}" is not known in {country}. Regions there: {regions}.')
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=years))


def country_of(zone: str) -> str:
    """The country of a time zone (two letters), as the zone database has it; '' when it names none or is not there."""
    for folder in TZPATH:
        try:
            lines = Path(folder, "zone.tab").read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        rows = (line.split("\t") for line in lines if not line.startswith("#"))
        return next((row[0] for row in rows if len(row) > 2 and row[2] == zone), "")  # noqa: PLR2004 - code, place, zone
    return ""


def _clock(value: object, midnight: str = "") -> time | None:
    """A wall-clock time as text or as TOML's own; `midnight` is how the end of the day is written."""
    if isinstance(value, time):
        return value
    if value == midnight:
        return MIDNIGHT
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    return time(int(found[1]), int(found[2])) if found else None


def _day(value: object) -> date | None:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
