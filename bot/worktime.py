"""Working time of one office: its zone, week, hours, holidays. Decides when work counts; knows no deadline.

A day's working time is half-open, [opening, closing): closing time is outside. A closing time of 00:00 means midnight
at the end of the day. What a day is: `closed` wins over `open_days`, which win over holidays and the week. A working
day is the office's nominal day (`day_length`), so 2 working days of an 8-hour office are 16 hours; a short day counts
for the hours that it has. It refuses to guess: moments are aware datetimes, and no clock is read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

Hours = tuple[time, time]


@dataclass(frozen=True)
class Office:
    """An office's calendar. `tz` is an IANA key; `hours` maps weekdays (Monday is 0) to opening and closing time.

    `short_days` give an earlier closing time for one date. All dates and times are the office's own. Raises
    ValueError for a week without working time: there, no deadline would ever come.
    """

    name: str
    tz: str
    hours: Mapping[int, Hours]
    holidays: frozenset[date] = frozenset()
    closed: frozenset[date] = frozenset()
    open_days: frozenset[date] = frozenset()
    short_days: Mapping[date, time] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.hours or not all(_length(hours) > timedelta() for hours in self.hours.values()):
            raise ValueError(f"Office {self.name}: each working day needs an opening time before its closing time.")

    @cached_property
    def usual(self) -> Hours:
        """The hours that most days of the week have; of equals, the longer. Each drawing asks for them."""
        often = Counter(map(_length, self.hours.values()))
        return max(self.hours.values(), key=lambda hours: (often[_length(hours)], _length(hours)))


def window(office: Office, day: date) -> tuple[datetime, datetime] | None:
    """Opening and closing of one date of the office, in UTC; None when it does not work on that date.

    An hour that a clock change repeats means its first pass; one that the change skips means the change itself.
    """
    hours = _hours(office, day)
    if hours is None:
        return None
    opening, closing = hours
    zone = ZoneInfo(office.tz)
    opens = _instant(zone, day, opening)
    closes = _instant(zone, day + DAY if closing == MIDNIGHT else day, closing)
    return (opens, closes) if opens < closes else None


def day_length(office: Office) -> timedelta:
    """The nominal working day: the length that most days of the week have; of equals, the longer."""
    return _length(office.usual)


def is_open(office: Office, moment: datetime) -> bool:
    """Whether work counts at that moment; at closing time it does not."""
    return next_opening(office, moment) == moment


def next_opening(office: Office, moment: datetime) -> datetime:
    """The first moment at which work counts (UTC): the given one itself while the office is open."""
    return next(_windows(office, moment))[0]


def add_working_days(office: Office, start: datetime, days: Decimal | float) -> datetime:
    """The moment (UTC) at which so many nominal working days have been worked since `start`.

    A start outside the hours counts from the next opening. A day's full length ends at its closing time.
    """
    if days < 0:
        raise ValueError("Working days are counted forward: give 0 or more.")
    left = timedelta(seconds=float(days) * day_length(office).total_seconds())
    windows = _windows(office, start)
    opens, closes = next(windows)
    while left > closes - opens:
        left -= closes - opens
        opens, closes = next(windows)
    return opens + left


def subtract_working(office: Office, moment: datetime, span: timedelta) -> datetime:
    """The latest moment (UTC) from which `span` of working time passes until `moment`.

    So elapsed() from it to `moment` is `span`. It is an opening rather than the closing time before it. No span gives
    the moment itself, even outside the hours.
    """
    if span < timedelta():
        raise ValueError("Working time is walked back by a span of 0 or more.")
    if not span:
        return _utc(moment)
    left = span
    windows = _windows_back(office, moment)
    opens, closes = next(windows)
    while left > closes - opens:
        left -= closes - opens
        opens, closes = next(windows)
    return closes - left


def elapsed(office: Office, *, start: datetime, end: datetime) -> timedelta:
    """The working time between two moments; zero when the end is not after the start."""
    total = timedelta()
    for opens, closes in _windows(office, start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def is_working_date(office: Office, day: date) -> bool:
    """Whether the office works on that date at all."""
    return _hours(office, day) is not None


def add_work_dates(office: Office, day: date, n: int) -> date:
    """The n-th working date after `day` (before it, when n is negative); for 0, `day` or the next working date."""
    if n == 0:
        return day if is_working_date(office, day) else add_work_dates(office, day, 1)
    step = DAY if n > 0 else -DAY
    left = abs(n)
    while left:
        day += step
        left -= is_working_date(office, day)
    return day


def next_at(office: Office, moment: datetime, at: time) -> datetime:
    """The first moment (UTC) after the given one at which a working date of the office shows that time of day."""
    zone = ZoneInfo(office.tz)
    day = _utc(moment).astimezone(zone).date()
    while not is_working_date(office, day) or _instant(zone, day, at) <= moment:
        day += DAY
    return _instant(zone, day, at)


def working_dates_between(office: Office, *, start: date, end: date) -> tuple[date, ...]:
    """The working dates from `start` to `end`, both included."""
    days = (start + timedelta(days=i) for i in range((end - start).days + 1))
    return tuple(day for day in days if is_working_date(office, day))


def _windows(office: Office, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What is left of working time from a moment on: the rest of its day first, then day by day, without end."""
    moment = _utc(moment)
    day = moment.astimezone(ZoneInfo(office.tz)).date()
    while True:
        hours = window(office, day)
        if hours and hours[1] > moment:
            yield max(hours[0], moment), hours[1]
        day += DAY


def _windows_back(office: Office, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Working time up to a moment, the latest first, without end.

    A clock set back at midnight repeats part of a date, so the walk starts at the date after the moment's own.
    """
    moment = _utc(moment)
    day = moment.astimezone(ZoneInfo(office.tz)).date() + DAY
    while True:
        hours = window(office, day)
        if hours and hours[0] < moment:
            yield hours[0], min(hours[1], moment)
        day -= DAY


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("Working time needs a moment with its time zone.")
    return moment.astimezone(UTC)


def _hours(office: Office, day: date) -> Hours | None:
    if day in office.closed:
        return None
    hours = office.hours.get(day.weekday())
    if day in office.open_days:
        hours = hours or office.usual
    elif hours is None or day in office.holidays:
        return None
    opening, closing = hours
    short = office.short_days.get(day, closing)
    return opening, short if closing == MIDNIGHT else min(closing, short)


def _length(hours: Hours) -> timedelta:
    opening, closing = (timedelta(hours=at.hour, minutes=at.minute, seconds=at.second) for at in hours)
    return (closing or DAY) - opening


def _instant(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The moment of a wall clock's reading. Python maps a skipped reading past the change; here it is the change."""
    local = datetime.combine(day, at, tzinfo=zone)
    late = local.astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return late
    early = local.replace(fold=1).astimezone(UTC)
    while late - early > SECOND:
        middle = early + (late - early) // SECOND // 2 * SECOND
        if middle.astimezone(zone).replace(tzinfo=None) < local.replace(tzinfo=None):
            early = middle
        else:
            late = middle
    return late
