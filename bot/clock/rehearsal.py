"""A rehearsal's jumps through business time: where one goes, and which moments of the working day lie on the way.

Rules only: it reads no clock and knows no record. All moments are aware UTC.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import Refused
from bot.worktime import DAY, Office, is_working_date, window

HOUR = timedelta(hours=1)
LONGEST = timedelta(days=366)
JUST_PASSED = timedelta(seconds=5)
"""A moment may pass while the request for it is on its way; it then means now."""
USAGE = 'Send {"to": "2026-11-20T09:00:00+00:00"}, {"advance": 3600} or {"jump": "hour", "working_day" or "due"}.'
NOTHING_DUE = "No open handover has a due time ahead: confirm a scope first, or jump by the hour."


def destination(asked: object, *, now: datetime, places: Mapping[str, datetime | None]) -> datetime | Refused:
    """The moment that was asked for: `to` (ISO 8601 with a zone), `advance` (seconds) or `jump` (one of the places).

    Refused when it cannot be read, lies in the past, or more than a year ahead. A place may be None: nothing is due.
    """
    if not isinstance(asked, dict) or len(asked) != 1:
        return Refused(USAGE)
    [(how, value)] = asked.items()
    if how == "jump":
        if not isinstance(value, str) or value not in places:
            return Refused(USAGE)
        goal = places[value]
        if goal is None:
            return Refused(NOTHING_DUE)
    else:
        goal = _moment(how, value, now)
        if goal is None:
            return Refused(USAGE)
    if goal < now - JUST_PASSED:
        return Refused(f"Business time never goes back: it is {now.isoformat()} already.")
    if goal > now + LONGEST:
        return Refused("A jump goes one year ahead at the most: take several.")
    return max(goal, now)


def opening_after(office: Office, now: datetime) -> datetime:
    """The next opening of the office, later than now also while it is open."""
    day = now.astimezone(ZoneInfo(office.tz)).date()
    while not (hours := window(office, day)) or hours[0] <= now:
        day += DAY
    return hours[0]


def time_of_day_after(office: Office, at: time, now: datetime) -> datetime:
    """The next moment, later than now, at which a working day of the office reads this time of its own clock."""
    zone = ZoneInfo(office.tz)
    day = now.astimezone(zone).date()
    while True:
        moment = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if moment > now and is_working_date(office, day):
            return moment
        day += DAY


def _moment(how: str, value: object, now: datetime) -> datetime | None:
    try:
        if how == "to" and isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else None
        if how == "advance" and isinstance(value, (int, float)) and not isinstance(value, bool):
            return now + timedelta(seconds=value)
    except (ValueError, OverflowError):
        return None
    return None
