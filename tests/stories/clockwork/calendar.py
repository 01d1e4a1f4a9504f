"""Office hours by brute force: a row of open minutes, counted one by one. Nothing here knows Baton's calendar."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.stories.clockwork.company import END, START, Place

MINUTE = timedelta(minutes=1)
MARGIN = timedelta(days=14)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hours:
    """The open minutes of an office's week in one zone, as whole minutes since 1970."""

    tz: str
    minutes: tuple[int, ...]

    @staticmethod
    @cache
    def of(place: Place, tz: str) -> "Hours":
        """That office's hours, lived in that zone."""
        zone, found = ZoneInfo(tz), []
        short = dict(place.short)
        moment = START - MARGIN
        while moment < END + 2 * MARGIN:
            local = moment.astimezone(zone)
            day, closes = local.date(), min(place.hours[1], short.get(local.date(), place.hours[1]))
            works = day.weekday() in place.week and day not in place.holidays and day not in place.closed
            if works and place.hours[0] <= local.time() < closes:
                found.append(_number(moment))
            moment += MINUTE
        return Hours(tz, tuple(found))

    def open(self, moment: datetime) -> bool:
        """Whether they work at that minute."""
        place = bisect_left(self.minutes, _number(moment))
        return place < len(self.minutes) and self.minutes[place] == _number(moment)

    def next_open(self, moment: datetime) -> datetime:
        """That moment, or the next opening."""
        if self.open(moment):
            return moment
        return _moment(self.minutes[bisect_left(self.minutes, _number(moment))])

    def after(self, moment: datetime, worked: int) -> datetime:
        """When so many minutes have been worked since then: the end of the last of them."""
        start = self.next_open(moment)
        first = bisect_left(self.minutes, _number(start))
        rest = start - _moment(_number(start))
        return _moment(self.minutes[first + worked - 1]) + MINUTE if not rest else self._rest(first, worked, rest)

    def _rest(self, first: int, worked: int, rest: timedelta) -> datetime:
        return _moment(self.minutes[first + worked]) + rest

    def before(self, moment: datetime, worked: int) -> datetime:
        """The latest moment from which so many minutes are worked until then."""
        rest = moment - _moment(_number(moment))
        end = bisect_left(self.minutes, _number(moment))
        if rest and not self.open(moment):
            rest = timedelta()
        return _moment(self.minutes[end - worked]) + rest

    def between(self, start: datetime, end: datetime) -> int:
        """How many open minutes lie between."""
        return max(0, bisect_left(self.minutes, _number(end)) - bisect_left(self.minutes, _number(start)))

    def day(self, moment: datetime) -> date:
        """The date there."""
        return moment.astimezone(ZoneInfo(self.tz)).date()

    def opening(self, day: date) -> datetime | None:
        """When that date opens; None when nobody works on it."""
        zone = ZoneInfo(self.tz)
        start = _number(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC))
        place = bisect_left(self.minutes, start)
        if place == len(self.minutes):
            return None
        found = _moment(self.minutes[place])
        return found if self.day(found) == day else None

    def opening_after(self, day: date) -> datetime:
        """The opening of the first working date after that one."""
        return self.opening(self.next_day(day)) or EPOCH

    def next_day(self, day: date) -> date:
        """The first working date after that one."""
        zone = ZoneInfo(self.tz)
        following = day + timedelta(days=1)
        start = _number(datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC))
        return self.day(_moment(self.minutes[bisect_left(self.minutes, start)]))

    def days(self, start: datetime, end: datetime) -> list[date]:
        """The working dates that have an open minute between."""
        rows = self.minutes[bisect_left(self.minutes, _number(start)) : bisect_right(self.minutes, _number(end))]
        return sorted({self.day(_moment(row)) for row in rows})


def _number(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds() // 60)


def _moment(number: int) -> datetime:
    return EPOCH + number * MINUTE
