"""Working time against a minute-by-minute count, and the examples people reckon with."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.worktime import (
    Office,
    add_work_dates,
    add_working_days,
    day_length,
    elapsed,
    is_open,
    next_opening,
    subtract_working,
    window,
    working_dates_between,
)

NINE_TO_FIVE = (time(9), time(17))
WEEK = dict.fromkeys(range(5), NINE_TO_FIVE)
EASTER = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
BERLIN = Office("Berlin", "Europe/Berlin", WEEK, EASTER)
OFFICES = (
    BERLIN,
    Office("New York", "America/New_York", WEEK | {4: (time(9, 30), time(13, 15))}, frozenset({date(2026, 7, 3)})),
    Office("Tel Aviv", "Asia/Jerusalem", dict.fromkeys((6, 0, 1, 2, 3), NINE_TO_FIVE)),
    Office("Round the clock", "Europe/London", dict.fromkeys(range(7), (time(0), time(0)))),
    Office("Cairo round the clock", "Africa/Cairo", dict.fromkeys(range(7), (time(0), time(0)))),
    Office("Lord Howe", "Australia/Lord_Howe", dict.fromkeys(range(7), (time(1), time(9)))),
    Office(
        "Short days",
        "Europe/Berlin",
        WEEK,
        EASTER,
        closed=frozenset({date(2026, 3, 31)}),
        open_days=frozenset({date(2026, 3, 28), date(2026, 4, 3)}),
        short_days={date(2026, 4, 2): time(12, 30), date(2026, 4, 3): time(11)},
    ),
)
# Around the clock changes of all these zones in 2026, Easter, and a plain summer month.
MOMENTS = st.one_of(
    *(
        st.datetimes(middle - timedelta(days=4), middle + timedelta(days=4)).map(
            lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
        )
        for middle in (
            datetime(2026, 3, 8),  # noqa: DTZ001 - hypothesis wants naive bounds
            datetime(2026, 3, 28),  # noqa: DTZ001
            datetime(2026, 4, 4),  # noqa: DTZ001
            datetime(2026, 4, 24),  # noqa: DTZ001
            datetime(2026, 7, 5),  # noqa: DTZ001
            datetime(2026, 10, 4),  # noqa: DTZ001
            datetime(2026, 10, 26),  # noqa: DTZ001
        )
    )
)


def local(office: Office, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(office.tz))  # type: ignore[misc,arg-type]


def counts(office: Office, minute: datetime) -> bool:
    """Whether the minute that begins here is worked, by looking at the office's wall clock."""
    wall = minute.astimezone(ZoneInfo(office.tz))
    day = wall.date()
    regular = day.weekday() in office.hours and day not in office.holidays
    if day in office.closed or not (regular or day in office.open_days):
        return False
    opening, closing = office.hours.get(day.weekday(), NINE_TO_FIVE)
    closing = office.short_days.get(day, closing)
    return opening <= wall.time() and (closing == time(0) or wall.time() < closing)


def counted(office: Office, start: datetime, end: datetime) -> timedelta:
    minutes = int((end - start) / timedelta(minutes=1))
    return timedelta(minutes=sum(counts(office, start + timedelta(minutes=i)) for i in range(minutes)))


@settings(max_examples=60)
@given(office=st.sampled_from(OFFICES), start=MOMENTS, minutes=st.integers(0, 3 * 24 * 60))
def test_elapsed_is_what_a_minute_by_minute_count_gives(office: Office, start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    assert elapsed(office, start=start, end=end) == counted(office, start, end)


@settings(max_examples=150)
@given(office=st.sampled_from(OFFICES), start=MOMENTS, quarters=st.integers(0, 40))
def test_adding_days_and_counting_them_back_agree(office: Office, start: datetime, quarters: int) -> None:
    days = Decimal(quarters) / 4
    end = add_working_days(office, start, days)
    assert elapsed(office, start=start, end=end) == day_length(office) * (quarters / 4)


@settings(max_examples=300)
@given(office=st.sampled_from(OFFICES), moment=MOMENTS, minutes=st.integers(0, 40 * 60))
def test_walking_back_finds_the_latest_start_of_a_span(office: Office, moment: datetime, minutes: int) -> None:
    span, minute = timedelta(minutes=minutes), timedelta(minutes=1)
    start = subtract_working(office, moment, span)
    assert elapsed(office, start=start, end=moment) == counted(office, start, moment) == span
    assert span == timedelta() or is_open(office, start)
    assert elapsed(office, start=start + minute, end=moment) == max(span - minute, timedelta())


@settings(max_examples=150)
@given(office=st.sampled_from(OFFICES), moment=MOMENTS)
def test_the_next_opening_is_open_and_nothing_is_worked_before_it(office: Office, moment: datetime) -> None:
    opening = next_opening(office, moment)
    assert is_open(office, opening)
    assert counts(office, opening)
    assert is_open(office, moment) == counts(office, moment) == (opening == moment)
    assert elapsed(office, start=moment, end=opening) == timedelta()


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        pytest.param((2026, 4, 2, 15), 2, (2026, 4, 8, 15), id="over Easter"),
        pytest.param((2026, 3, 27, 16), 2, (2026, 3, 31, 16), id="over the change to summer time"),
        pytest.param((2025, 9, 8, 10), 2, (2025, 9, 10, 10), id="within a week"),
        pytest.param((2025, 9, 5, 16), 1, (2025, 9, 8, 16), id="over a weekend"),
        pytest.param((2025, 9, 6, 3), 1, (2025, 9, 8, 17), id="a start at the weekend counts from Monday's opening"),
        pytest.param((2025, 9, 8, 17), 1, (2025, 9, 9, 17), id="a start at closing time counts from the next opening"),
        pytest.param((2025, 9, 8, 9), 1, (2025, 9, 8, 17), id="a whole day ends at its closing time"),
        pytest.param((2025, 9, 8, 20), 0, (2025, 9, 9, 9), id="no days at all: the next opening"),
    ],
)
@pytest.mark.req("R10", "R37")
def test_working_days_end_where_people_expect_them(start: tuple[int, ...], days: int, end: tuple[int, ...]) -> None:
    assert add_working_days(BERLIN, local(BERLIN, *start), days) == local(BERLIN, *end)


def test_two_working_days_are_sixteen_hours_and_a_short_day_counts_for_its_own() -> None:
    office = Office("B", "Europe/Berlin", WEEK, short_days={date(2026, 12, 23): time(13)})
    start = local(office, 2026, 12, 22, 9)
    assert day_length(office) == timedelta(hours=8)
    assert add_working_days(office, start, 2) == local(office, 2026, 12, 24, 13)


def test_an_early_closing_counts_where_the_day_else_ends_at_midnight() -> None:
    short = {date(2026, 7, 1): time(12)}
    office = Office("Round the clock", "UTC", dict.fromkeys(range(7), (time(0), time(0))), short_days=short)
    assert window(office, date(2026, 7, 1)) == (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC))


def test_the_nominal_day_is_the_most_frequent_one() -> None:
    office = Office("NY", "America/New_York", {0: NINE_TO_FIVE, 1: NINE_TO_FIVE, 4: (time(8), time(20))})
    assert day_length(office) == timedelta(hours=8)
    even = Office("NY", "America/New_York", {0: NINE_TO_FIVE, 4: (time(9), time(13))})
    assert day_length(even) == timedelta(hours=8)


def test_closing_time_is_outside_and_opening_time_inside() -> None:
    assert is_open(BERLIN, local(BERLIN, 2026, 7, 1, 9))
    assert not is_open(BERLIN, local(BERLIN, 2026, 7, 1, 17))


def test_an_opening_in_the_hour_that_is_skipped_is_the_change_itself() -> None:
    early = Office("Early", "Europe/Berlin", dict.fromkeys(range(7), (time(2, 30), time(5))))
    assert window(early, date(2026, 3, 29)) == (
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 3, 29, 3, tzinfo=UTC),
    )


def test_an_hour_that_is_repeated_means_its_first_pass() -> None:
    early = Office("Early", "Europe/Berlin", dict.fromkeys(range(7), (time(2, 30), time(5))))
    assert window(early, date(2026, 10, 25)) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 4, tzinfo=UTC),
    )


def test_hours_that_a_change_skips_altogether_are_no_working_time() -> None:
    night = Office("Night", "Europe/Berlin", dict.fromkeys(range(7), (time(2), time(3))))
    assert window(night, date(2026, 3, 29)) is None
    apia = Office("Apia", "Pacific/Apia", dict.fromkeys(range(7), NINE_TO_FIVE))
    assert window(apia, date(2011, 12, 30)) is None


def test_a_closed_day_wins_over_an_open_one_and_an_open_one_over_a_holiday() -> None:
    friday, saturday = date(2026, 4, 3), date(2026, 4, 4)
    office = Office("B", "Europe/Berlin", WEEK, EASTER, open_days=frozenset({friday, saturday}))
    assert window(office, friday) is not None
    assert window(office, saturday) == (
        datetime(2026, 4, 4, 7, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC),
    )
    shut = Office("B", "Europe/Berlin", WEEK, closed=frozenset({friday}), open_days=frozenset({friday}))
    assert window(shut, friday) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_opening(BERLIN, datetime(2026, 7, 1, 12))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("moment", "hours", "start"),
    [
        pytest.param((2026, 4, 8, 15), 16, (2026, 4, 2, 15), id="over Easter"),
        pytest.param((2025, 9, 8, 10), 1, (2025, 9, 8, 9), id="an opening, not the closing time before it"),
        pytest.param((2025, 9, 8, 10), 2, (2025, 9, 5, 16), id="over a weekend"),
        pytest.param((2025, 9, 8, 17), 8, (2025, 9, 8, 9), id="from closing time, a whole day"),
        pytest.param((2025, 9, 7, 12), 1, (2025, 9, 5, 16), id="from a Sunday"),
        pytest.param((2025, 9, 7, 12), 0, (2025, 9, 7, 12), id="no span: the moment itself"),
    ],
)
def test_a_span_before_a_deadline_begins_where_people_expect_it(
    moment: tuple[int, ...], hours: int, start: tuple[int, ...]
) -> None:
    assert subtract_working(BERLIN, local(BERLIN, *moment), timedelta(hours=hours)) == local(BERLIN, *start)


def test_a_span_before_a_deadline_is_not_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        subtract_working(BERLIN, local(BERLIN, 2026, 7, 1, 12), -timedelta(minutes=1))


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(BERLIN, local(BERLIN, 2026, 7, 1, 12), -1)


@pytest.mark.parametrize("hours", [{}, {0: (time(9), time(9))}, {0: NINE_TO_FIVE, 1: (time(17), time(9))}])
def test_an_office_without_working_time_is_refused(hours: dict[int, tuple[time, time]]) -> None:
    with pytest.raises(ValueError, match="opening time before its closing time"):
        Office("Never", "UTC", hours)


def test_nothing_has_elapsed_when_the_end_comes_first() -> None:
    noon = local(BERLIN, 2026, 7, 1, 12)
    assert elapsed(BERLIN, start=noon, end=noon - timedelta(hours=2)) == timedelta()


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 4, 2), 0, date(2026, 4, 2)),
        (date(2026, 4, 3), 0, date(2026, 4, 7)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
        (date(2026, 4, 4), 1, date(2026, 4, 7)),
        (date(2026, 4, 4), -1, date(2026, 4, 2)),
        (date(2026, 4, 7), -2, date(2026, 4, 1)),
    ],
)
def test_working_dates_skip_weekends_and_holidays_both_ways(day: date, n: int, expected: date) -> None:
    assert add_work_dates(BERLIN, day, n) == expected


@settings(max_examples=100)
@given(day=st.dates(date(2026, 1, 1), date(2026, 12, 31)), n=st.integers(1, 60))
@example(day=date(2026, 4, 2), n=1)
def test_the_nth_working_date_has_n_working_dates_up_to_it(day: date, n: int) -> None:
    last = add_work_dates(BERLIN, day, n)
    dates = working_dates_between(BERLIN, start=day + timedelta(days=1), end=last)
    assert (len(dates), dates[-1]) == (n, last)


def test_there_are_no_working_dates_when_the_end_comes_first() -> None:
    assert working_dates_between(BERLIN, start=date(2026, 7, 2), end=date(2026, 7, 1)) == ()
