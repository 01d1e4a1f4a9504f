"""The digest of the day is asked for once, whichever replica looks first; what is told is kept with the post."""

from datetime import date, datetime, timedelta

from bot.effects import PostDigest
from bot.unit import Unit

LAST = "digest:last"  # the last office date (ISO) whose digest was asked for, or which was past when Baton began
REASONS = "digest:reasons:"  # before a date (ISO): channel and time stamp of its digest, with words of pauses in it
TOLD = "digest:told"  # the moment (ISO) up to which the last digest told the news


def begin(unit: Unit, day: date, *, past: bool, now: datetime) -> None:
    """Before the first digest: it is the next one, today's when its time is to come, with the news from now on."""
    if not unit.setting(LAST):
        unit.keep_setting(LAST, (day if past else day - timedelta(days=1)).isoformat())
        told(unit, now)


def ask(unit: Unit, day: date) -> bool:
    """Asks for the digest of that office date; False when it was asked for already. Earlier dates are let go."""
    if unit.setting(LAST) >= day.isoformat() or not unit.emit(PostDigest(day.isoformat())):
        return False
    unit.keep_setting(LAST, day.isoformat())
    return True


def told(unit: Unit, at: datetime) -> None:
    """Keeps up to when the news was told, so that the next digest goes on from there."""
    unit.keep_setting(TOLD, at.isoformat())
