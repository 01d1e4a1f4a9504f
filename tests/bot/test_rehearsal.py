"""Where a rehearsal's jump goes, and which moments of the working day lie ahead."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.clock.rehearsal import NOTHING_DUE, USAGE, destination, opening_after, time_of_day_after
from bot.errors import Refused
from bot.worktime import Office

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # a Friday
DUE = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
NINE_TO_FIVE = (time(9), time(17))
BERLIN = Office(
    "berlin", "Europe/Berlin", dict.fromkeys(range(5), NINE_TO_FIVE), holidays=frozenset({date(2026, 11, 23)})
)


def asked(given: object, *, due: datetime | None = DUE) -> datetime | Refused:
    return destination(given, now=NOW, places={"hour": NOW + timedelta(hours=1), "due": due})


def test_a_jump_goes_to_a_moment_by_so_much_or_to_a_place() -> None:
    assert asked({"to": "2026-11-20T12:30:00+01:00"}) == NOW.replace(hour=11, minute=30)
    assert asked({"to": "2026-11-20T11:30:00Z"}) == NOW.replace(hour=11, minute=30)
    assert asked({"advance": 90}) == NOW + timedelta(seconds=90)
    assert asked({"advance": 0}) == NOW
    assert asked({"jump": "due"}) == DUE


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        "due",
        {"to": "2026-11-20T12:30:00"},
        {"to": "soon"},
        {"to": 5},
        {"advance": "5"},
        {"advance": True},
        {"advance": float("nan")},
        {"advance": float("inf")},
        {"advance": 1e300},
        {"jump": "week"},
        {"jump": ["hour"]},
        {"back": 5},
        {"advance": 5, "jump": "hour"},
    ],
)
def test_what_cannot_be_read_is_told_how(given: object) -> None:
    assert asked(given) == Refused(USAGE)


def test_time_never_goes_back_but_a_moment_may_just_have_passed() -> None:
    refused = asked({"advance": -6})
    assert isinstance(refused, Refused)
    assert "never goes back" in refused.sentence
    assert asked({"advance": -4}) == NOW


def test_a_jump_goes_a_year_ahead_at_the_most() -> None:
    assert asked({"advance": 366 * 86_400}) == NOW + timedelta(days=366)
    refused = asked({"to": "9999-12-31T00:00:00Z"})
    assert isinstance(refused, Refused)
    assert "one year" in refused.sentence


def test_without_a_due_time_there_is_nowhere_to_go() -> None:
    assert asked({"jump": "due"}, due=None) == Refused(NOTHING_DUE)


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-11-19T03:00+01:00", "2026-11-19T09:00+01:00"),
        ("2026-11-19T08:59:59+01:00", "2026-11-19T09:00+01:00"),
        ("2026-11-19T09:00+01:00", "2026-11-20T09:00+01:00"),
        ("2026-11-19T12:00+01:00", "2026-11-20T09:00+01:00"),
        ("2026-11-20T18:00+01:00", "2026-11-24T09:00+01:00"),  # a weekend and a holiday
        ("2026-03-27T12:00+01:00", "2026-03-30T09:00+02:00"),  # the clock change
    ],
)
def test_the_next_working_day_is_the_next_opening(now: str, opening: str) -> None:
    assert opening_after(BERLIN, datetime.fromisoformat(now)) == datetime.fromisoformat(opening)


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2026-11-19T08:00+01:00", "2026-11-19T08:30+01:00"),
        ("2026-11-19T08:30+01:00", "2026-11-20T08:30+01:00"),
        ("2026-11-20T08:31+01:00", "2026-11-24T08:30+01:00"),
        ("2026-11-20T23:30+00:00", "2026-11-24T08:30+01:00"),
        ("2026-03-27T12:00+01:00", "2026-03-30T08:30+02:00"),
    ],
)
def test_a_time_of_day_comes_again_on_the_next_working_date(now: str, moment: str) -> None:
    found = time_of_day_after(BERLIN, time(8, 30), datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(moment)
