"""Office tables of the settings file become calendars; what is wrong is said all at once."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from bot.errors import ConfigError
from bot.settings import OfficeSettings
from bot.worktime import Office, window
from store.calendars import as_it_was, days_text, first_change, public_holidays, read_office, read_offices

BERLIN = """
timezone = "Europe/Berlin"
week = ["mon", "tue", "wed", "thu", "fri"]
hours = ["09:00", "17:00"]
country = "DE"
region = "BY"
closed = [2026-12-24, "2026-12-31"]
open = [2026-10-03]
short = { "2026-12-23" = "13:00" }
"""


def read(text: str) -> tuple[Office | None, tuple[str, ...]]:
    return read_office("main", tomllib.loads(text), year=2026)


def office(text: str) -> Office:
    found, problems = read(text)
    assert problems == ()
    assert found is not None
    return found


def hours_of(where: Office, day: date) -> tuple[str, str] | None:
    """Opening and closing in UTC."""
    found = window(where, day)
    return (found[0].strftime("%H:%M"), found[1].strftime("%H:%M")) if found else None


def test_a_table_becomes_a_calendar() -> None:
    berlin = office(BERLIN)
    assert (berlin.name, berlin.tz) == ("main", "Europe/Berlin")
    assert hours_of(berlin, date(2026, 12, 22)) == ("08:00", "16:00")
    assert hours_of(berlin, date(2026, 12, 23)) == ("08:00", "12:00")
    assert [hours_of(berlin, date(2026, 12, day)) for day in (19, 24, 25, 31)] == [None] * 4
    assert hours_of(berlin, date(2026, 10, 3)) == ("07:00", "15:00")


def test_only_the_region_has_its_own_holidays() -> None:
    epiphany = date(2026, 1, 6)
    assert hours_of(office(BERLIN), epiphany) is None
    assert hours_of(office(BERLIN.replace('region = "BY"', "")), epiphany) == ("08:00", "16:00")


def test_a_zone_is_enough() -> None:
    plain = office('timezone = "America/New_York"')
    assert plain.holidays == frozenset()
    assert hours_of(plain, date(2026, 12, 25)) == ("14:00", "22:00")
    assert hours_of(plain, date(2026, 12, 26)) is None


def test_the_week_may_begin_on_sunday() -> None:
    tel_aviv = office('timezone = "Asia/Jerusalem"\nweek = ["sun", "mon", "tue", "wed", "thu"]')
    assert sorted(tel_aviv.hours) == [0, 1, 2, 3, 6]


def test_each_day_may_have_its_own_hours() -> None:
    text = 'timezone = "Europe/Berlin"\nhours = { mon = ["08:00", "16:00"], fri = ["08:00", "12:30"] }'
    assert office(text).hours == {0: (time(8), time(16)), 4: (time(8), time(12, 30))}


def test_24_00_is_midnight_and_toml_times_are_taken() -> None:
    assert office('timezone = "UTC"\nhours = ["00:00", "24:00"]').hours[0] == (time(0), time(0))
    assert office('timezone = "UTC"\nhours = [08:00:00, 12:00:00]').hours[0] == (time(8), time(12))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", 'timezone = "" is not known. Use a name like "Europe/Berlin".'),
        ('timezone = "Europe/Berlim"', 'timezone = "Europe/Berlim" is not known.'),
        ('timezone = "../etc/passwd"', 'timezone = "../etc/passwd" is not known.'),
        ('timezone = "Europe"', 'timezone = "Europe" is not known.'),
        ("timezone = 3", 'timezone = "3" is not known.'),
        ('week = ["mon", "montag"]', "week = ['mon', 'montag'] is not a list of weekdays. Use some of: mon, tue, "),
        ("week = []", "week = [] is not a list of weekdays."),
        ('week = "mon"', "week = 'mon' is not a list of weekdays."),
        ('hours = ["9", "17:00"]', "hours = ['9', '17:00'] is not an opening and a later closing time. Write: "),
        ('hours = ["17:00", "09:00"]', "hours = ['17:00', '09:00'] is not an opening and a later closing time."),
        ('hours = ["09:00"]', "hours = ['09:00'] is not an opening and a later closing time."),
        ('hours = ["24:00", "24:00"]', "hours = ['24:00', '24:00'] is not an opening and a later closing time."),
        ('hours = { mon = ["09:00", "25:00"] }', "hours.mon = ['09:00', '25:00'] is not an opening"),
        ('week = ["mon", "tue"]\nhours = { mon = ["09:00", "17:00"] }', "tue stands only in one of week and hours."),
        ('country = "ZZ"', 'country = "ZZ" is not known. Use a code of two letters, like "DE".'),
        ('country = "DE"\nregion = "XX"', 'region = "XX" is not known in DE. Regions there: BB, BE, BW, BY,'),
        ('region = "BY"', 'region = "BY" needs its country. Write for example: country = "DE".'),
        ('closed = ["24.12.2026"]', "closed: '24.12.2026' is not a date like 2026-12-24. Correct it."),
        ("closed = [2026-12-24T10:00:00]", "closed: datetime.datetime(2026, 12, 24, 10, 0) is not a date"),
        ("open = 2026-12-24", "open must be a list of dates. Write: open = [2026-12-24]."),
        ("closed = [2026-12-24]\nopen = [2026-12-24]", "2026-12-24 stands in closed and in open. Remove one of them."),
        ("short = [2026-12-24]", 'short must be a table. Write: short = { "2026-12-24" = "13:00" }.'),
        ('short = { "2026-12-24" = "noon" }', "short: 'noon' is not a closing time like 13:00. Correct it."),
        ('short = { "Friday" = "13:00" }', "short: 'Friday' is not a date like 2026-12-24. Correct it."),
        ('short = { "2026-12-24" = "08:00" }', "short: 2026-12-24 would close at 08:00, before it opens. Put the date"),
        ('short = { "2026-12-26" = "13:00" }', "short: 2026-12-26 is not in the week. Remove it, or put it into open"),
        ('zone = "UTC"', '"zone" is not known. Use one of: timezone, week, hours, '),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(text: str, problem: str) -> None:
    if "timezone" not in text and text:
        text = f'timezone = "Europe/Berlin"\n{text}'
    found, problems = read(text)
    assert found is None
    assert [each.startswith(f"[offices.main] {problem}") for each in problems] == [True], problems


def test_all_problems_of_all_offices_are_said_at_once() -> None:
    tables: list[dict[str, Any]] = [{"timezone": "X", "country": "ZZ", "week": []}, {"timezone": "UTC", "hours": 9}]
    offices = [OfficeSettings(name, table) for name, table in zip(("one", "two"), tables, strict=True)]
    with pytest.raises(ConfigError) as refused:
        read_offices(offices, year=2026)
    places = [problem.split(" = ")[0] for problem in refused.value.problems]
    assert places == ["[offices.one] week", "[offices.one] timezone", "[offices.one] country", "[offices.two] hours"]


def test_right_offices_come_by_name_in_their_order() -> None:
    offices = read_offices(
        [OfficeSettings("b", {"timezone": "UTC"}), OfficeSettings("a", tomllib.loads(BERLIN))], year=2026
    )
    assert list(offices) == ["b", "a"]
    assert offices["a"] == Office(**{**vars(office(BERLIN)), "name": "a"})


def test_holidays_are_frozen_from_the_year_before_to_four_years_ahead() -> None:
    found = public_holidays("DE", "", year=2026)
    assert type(found) is frozenset  # the package's own object would fill further years while threads read it
    assert {day.year for day in found} == set(range(2025, 2031))
    assert date(2026, 4, 3) in found


def test_a_short_day_may_be_an_open_one_outside_the_week() -> None:
    text = 'timezone = "UTC"\nopen = [2026-12-26]\nshort = { "2026-12-26" = "13:00" }'
    assert window(office(text), date(2026, 12, 26)) == (
        datetime(2026, 12, 26, 9, tzinfo=UTC),
        datetime(2026, 12, 26, 13, tzinfo=UTC),
    )


def test_a_calendar_is_known_again_by_its_single_dates() -> None:
    """They are what changes at short notice; another week or zone is another office."""
    bavaria = office(BERLIN)
    kept = days_text(bavaria)
    later = replace(bavaria, closed=frozenset(), short_days={}, holidays=frozenset())
    assert as_it_was(later, kept) == bavaria
    assert as_it_was(replace(later, tz="Europe/Lisbon"), kept) is None
    assert as_it_was(replace(later, hours={0: bavaria.hours[0]}), kept) is None
    assert as_it_was(later, "") is None


def test_the_first_date_on_which_two_calendars_differ() -> None:
    bavaria = office(BERLIN)
    day, next_day = date(2031, 1, 7), date(2031, 1, 8)
    assert first_change(bavaria, replace(bavaria, closed=bavaria.closed | {next_day, day})) == day
    assert (
        first_change(replace(bavaria, short_days={day: time(12)}), replace(bavaria, short_days={day: time(13)})) == day
    )
    assert first_change(replace(bavaria, open_days=frozenset({day})), replace(bavaria, open_days=frozenset())) == day
    holidays = frozenset({day, next_day})
    assert first_change(replace(bavaria, holidays=holidays), replace(bavaria, holidays=frozenset({day}))) == next_day
