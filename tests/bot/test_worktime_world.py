"""Offices around the world against a count of minutes on their wall clocks, on both sides of each clock change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.worktime import (
    Office,
    add_working_days,
    day_length,
    elapsed,
    is_open,
    next_at,
    next_opening,
    subtract_working,
    window,
)
from tests.bot.test_worktime import counted, counts

MINUTE = timedelta(minutes=1)
NINE_TO_FIVE = (time(9), time(17))
WEEK = dict.fromkeys(range(5), NINE_TO_FIVE)
SUNDAY_TO_THURSDAY = dict.fromkeys((6, 0, 1, 2, 3), NINE_TO_FIVE)


@dataclass(frozen=True)
class Place:
    """An office, and the days around which something happens to its clock or its calendar."""

    office: Office
    days: tuple[date, ...]


PLACES = {
    "Berlin, with a half-day and a bridge day": Place(
        Office(
            "berlin",
            "Europe/Berlin",
            WEEK,
            frozenset({date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25)}),
            closed=frozenset({date(2026, 4, 7)}),
            open_days=frozenset({date(2026, 3, 28)}),
            short_days={date(2026, 4, 2): time(13), date(2026, 12, 24): time(12, 30)},
        ),
        (date(2026, 3, 29), date(2026, 4, 4), date(2026, 10, 25), date(2026, 12, 25)),
    ),
    "Tel Aviv, Sunday to Thursday": Place(
        Office("tlv", "Asia/Jerusalem", SUNDAY_TO_THURSDAY, frozenset({date(2026, 4, 2), date(2026, 4, 8)})),
        (date(2026, 3, 27), date(2026, 4, 5), date(2026, 10, 25)),
    ),
    "New York, short Fridays": Place(
        Office("ny", "America/New_York", WEEK | {4: (time(9), time(13))}, frozenset({date(2026, 11, 26)})),
        (date(2026, 3, 8), date(2026, 11, 1), date(2026, 11, 26)),
    ),
    "Kathmandu, a quarter to the hour": Place(
        Office("ktm", "Asia/Kathmandu", dict.fromkeys((6, 0, 1, 2, 3, 4), (time(10, 15), time(17)))),
        (date(2026, 1, 4), date(2026, 3, 29)),
    ),
    "Lord Howe, half an hour of summer": Place(
        Office("lhi", "Australia/Lord_Howe", dict.fromkeys(range(7), (time(1), time(9)))),
        (date(2026, 4, 5), date(2026, 10, 4)),
    ),
    "São Paulo, evenings to midnight, which summer skipped and repeated": Place(
        Office("sp", "America/Sao_Paulo", dict.fromkeys(range(7), (time(18), time(0)))),
        (date(2018, 11, 4), date(2019, 2, 17)),
    ),
    "São Paulo, from midnight on": Place(
        Office("sp", "America/Sao_Paulo", dict.fromkeys((5, 6, 0), (time(0), time(6)))),
        (date(2018, 11, 4), date(2019, 2, 17)),
    ),
    "London round the clock": Place(
        Office("ldn", "Europe/London", dict.fromkeys(range(7), (time(0), time(0)))),
        (date(2026, 3, 29), date(2026, 10, 25)),
    ),
    "St. John's, where a minute after midnight it was yesterday again": Place(
        Office("yyt", "America/St_Johns", dict.fromkeys(range(7), (time(0), time(0)))),
        (date(2010, 3, 14), date(2010, 11, 7)),
    ),
    "Santiago, which changes at midnight": Place(
        Office("scl", "America/Santiago", WEEK | {5: (time(16), time(0)), 6: (time(0), time(4))}),
        (date(2026, 4, 5), date(2026, 9, 6)),
    ),
}
AROUND = st.tuples(st.integers(0, 3), st.integers(-4 * 24 * 60, 4 * 24 * 60))
every_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())


def moment_of(place: Place, around: tuple[int, int]) -> datetime:
    """A minute within four days of one of the place's days."""
    index, minutes = around
    day = place.days[index % len(place.days)]
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)


def minutes_from(moment: datetime) -> Iterator[datetime]:
    while True:
        yield moment
        moment += MINUTE


@every_place
@settings(max_examples=25)
@given(around=AROUND, minutes=st.integers(0, 4 * 24 * 60))
def test_elapsed_is_the_count_of_worked_minutes(place: Place, around: tuple[int, int], minutes: int) -> None:
    start = moment_of(place, around)
    end = start + timedelta(minutes=minutes)
    assert elapsed(place.office, start=start, end=end) == counted(place.office, start, end)


@every_place
@settings(max_examples=25)
@given(around=AROUND)
def test_the_next_opening_is_the_first_minute_that_is_worked(place: Place, around: tuple[int, int]) -> None:
    moment = moment_of(place, around)
    first = next(minute for minute in minutes_from(moment) if counts(place.office, minute))
    assert next_opening(place.office, moment) == first
    assert is_open(place.office, moment) is (first == moment)


@pytest.mark.req("R37")
@every_place
@settings(max_examples=25)
@given(around=AROUND, quarters=st.integers(1, 12))
def test_days_end_with_the_minute_that_completes_them(place: Place, around: tuple[int, int], quarters: int) -> None:
    start = moment_of(place, around)
    end = add_working_days(place.office, start, Decimal(quarters) / 4)
    wanted = day_length(place.office) * quarters / 4
    assert end > start
    assert counted(place.office, start, end) == wanted - wanted % MINUTE
    assert counts(place.office, end - MINUTE)


@every_place
@settings(max_examples=25)
@given(around=AROUND, minutes=st.integers(1, 30 * 60))
def test_walking_back_begins_with_the_minute_that_completes_the_span(
    place: Place, around: tuple[int, int], minutes: int
) -> None:
    moment = moment_of(place, around)
    start = subtract_working(place.office, moment, timedelta(minutes=minutes))
    assert elapsed(place.office, start=start, end=moment) == timedelta(minutes=minutes)
    assert counted(place.office, start, moment) == timedelta(minutes=minutes)
    assert counts(place.office, start)


def test_working_time_is_walked_back_through_an_evening_that_came_twice() -> None:
    """On 7 November 2010 at 00:01 it became 23:01 of the 6th: the 7th had begun before the 6th was over."""
    office = PLACES["St. John's, where a minute after midnight it was yesterday again"].office
    twice = datetime(2010, 11, 7, 3, 0, tzinfo=UTC)  # 23:30 of the 6th, for the second time
    for minutes in range(1, 90):
        assert subtract_working(office, twice, timedelta(minutes=minutes)) == twice - timedelta(minutes=minutes)


def test_no_place_works_at_its_closing_time() -> None:
    for place in PLACES.values():
        closings = [found[1] for day in place.days if (found := window(place.office, day))]
        joined = [is_open(place.office, closing) for closing in closings]
        assert joined == [counts(place.office, closing) for closing in closings]


@every_place
@settings(max_examples=25)
@given(around=AROUND)
def test_the_next_time_of_day_is_on_a_working_date_and_none_is_left_out(place: Place, around: tuple[int, int]) -> None:
    moment, at = moment_of(place, around), time(12)
    found = next_at(place.office, moment, at)
    assert found > moment
    # Noon is never skipped nor repeated: every noon of a working date is one minute of the wall clock.
    noons = (m for m in minutes_from(moment + MINUTE) if noon_of_a_working_date(place.office, m))
    assert found == next(noons)


def noon_of_a_working_date(office: Office, minute: datetime) -> bool:
    wall = minute.astimezone(ZoneInfo(office.tz))
    day = wall.date()
    works = (day.weekday() in office.hours and day not in office.holidays) or day in office.open_days
    return wall.time() == time(12) and works and day not in office.closed
