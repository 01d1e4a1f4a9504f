"""The clock: two working days of the delivery manager's office, standing still while the handover does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handover import Handover, Interval, State
from bot.terms import Terms, manager_of
from bot.worktime import Office, elapsed
from tests.bot.builders import BERLIN, DM, NOW, handover, settings, template, terms


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """UTC; in Berlin it is one hour later, two after 29 March."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.req("R37")
@pytest.mark.parametrize(
    ("start", "due"),
    [
        (at(10, 9), at(12, 9)),  # Tuesday to Thursday
        (at(13, 9), at(17, 9)),  # Friday to Tuesday: no weekend
        (at(14, 12), at(17, 16)),  # Saturday counts from Monday's opening to Tuesday's closing
        (at(27, 9), at(31, 8)),  # over the change to summer time: the same wall clock
        (at(2, 9, month=4), at(8, 9, month=4)),  # over Good Friday and Easter Monday
        (at(10, 17), at(12, 16)),  # after closing: the next two days whole
    ],
)
def test_two_working_days_pass_over_weekends_and_holidays(start: datetime, due: datetime) -> None:
    assert terms().due(handover(), start) == due


@pytest.mark.req("R10")
def test_the_scope_is_wanted_a_working_day_after_the_win() -> None:
    assert terms().scope_due(handover(), at(13, 9)) == at(16, 9)


def test_the_days_are_a_setting() -> None:
    assert terms(clock={"working_days": "0.5"}).due(handover(), at(10, 9)) == at(10, 13)


def test_the_delivery_managers_office_counts_and_the_first_one_else() -> None:
    lisbon = Office("lisbon", "Europe/Lisbon", BERLIN.hours)
    made = Terms(settings(), {"berlin": BERLIN, "lisbon": lisbon}, template())
    assert made.office(handover(office="lisbon")) is lisbon
    assert made.office(handover(office="gone")) is BERLIN


def test_today_is_the_offices_own_date() -> None:
    assert terms().today(handover(), at(10, 23, 30)) == date(2026, 3, 11)


MINUTES = st.integers(min_value=0, max_value=14 * 24 * 60)


@given(stopped=MINUTES, stood=MINUTES)
def test_after_a_stop_exactly_as_much_time_is_left_as_before(stopped: int, stood: int) -> None:
    due = terms().due(handover(), NOW)
    stop = NOW + timedelta(minutes=stopped)
    resumed = stop + timedelta(minutes=stood)
    again = terms().resumed(handover(), due, stopped=stop, now=resumed)
    if stop >= due:
        assert again == due  # what was late stays late
        return
    left = elapsed(BERLIN, start=stop, end=due)
    assert abs(elapsed(BERLIN, start=resumed, end=again) - left) < timedelta(seconds=1)


def scoped(*intervals: Interval) -> Handover:
    return handover(State.SCOPED, scoped_at=at(10, 8), intervals=list(intervals))


@pytest.mark.parametrize(
    ("intervals", "hours"),
    [
        ([], 8),
        ([Interval("pause", at(10, 10), "x", until=at(10, 12))], 6),
        ([Interval("hold", at(10, 14), "x")], 6),
        (
            [Interval("pause", at(10, 10), "x", until=at(10, 12)), Interval("hold", at(10, 11), "y", until=at(10, 13))],
            5,
        ),
        ([Interval("hold", at(10, 9), "x", until=at(10, 15)), Interval("pause", at(10, 10), "y", until=at(10, 11))], 2),
        ([Interval("hold", at(9, 9), "x", until=at(10, 9))], 7),
        ([Interval("hold", at(9, 9), "x")], 0),
    ],
)
def test_worked_time_leaves_out_what_stood_still_and_once_only(intervals: list[Interval], hours: int) -> None:
    assert terms().worked(scoped(*intervals), at(10, 18)) == timedelta(hours=hours)


def test_worked_time_ends_with_the_gate_and_begins_with_the_scope() -> None:
    made = scoped()
    made.live_at = at(10, 10)
    assert terms().worked(made, at(12, 10)) == timedelta(hours=2)
    assert terms().worked(handover(), NOW) == timedelta()


def test_the_manager_of_a_handover() -> None:
    assert manager_of(handover()) == DM
    assert manager_of(handover(roles={})) == 0
