"""The ladder: what each person is told about one handover and when, in their own hours, and what tells them nothing."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from bot.clock import counting, nag
from bot.clock.nag import Ladder, View
from bot.handover import Interval, State
from bot.people import Role
from bot.worktime import Office
from tests.builders import ANA, BEN, DEV, DUE_AT, SCOPED_AT, make_handover

BERLIN = Office("berlin", "Europe/Berlin", dict.fromkeys(range(5), (time(9), time(17))))
LADDER = Ladder(Decimal("0.5"), Decimal(1), timedelta(hours=3))
GATE = counting.Clock("gate", SCOPED_AT, DUE_AT, Decimal(2))
WAITS = {"pm:sign:x": SCOPED_AT}
TUESDAY = datetime(2025, 9, 9, 7, 0, tzinfo=UTC)  # 09:00 in Berlin
LAST = "gate:last:2025-09-10T08:00"
WARN = "gate:warn:2025-09-10T08:00"


def planned(
    view: View, clock: counting.Clock | None = GATE, now: datetime = SCOPED_AT, **more: object
) -> dict[str, str]:
    handover = make_handover(State.PROVISIONED, **more)
    found = nag.plan(view, handover, clock, BERLIN, LADDER, now=now)
    return {cause: f"{at:%a %H:%M}" for cause, at in found.items()}


@pytest.mark.req("R10", "R37")
def test_the_first_reminder_is_on_the_morning_in_which_half_the_time_runs_out_the_last_an_hour_before_the_end() -> None:
    """Scope confirmed Mon 10:00, due Wed 10:00 in Berlin: Tue 09:00, and Wed 09:00."""
    found = planned(View(BERLIN, WAITS))
    assert found["gate:first"] == "Tue 07:00"
    assert found[LAST] == "Wed 07:00"


def test_only_who_answers_for_it_is_warned_and_told_each_day() -> None:
    assert set(planned(View(BERLIN, {}, manages=True))) == {WARN, "late:2025-09-10", "late:2025-09-11"}
    assert set(planned(View(BERLIN, {}, heads=True))) == {"late:2025-09-10", "late:2025-09-11"}
    assert planned(View(BERLIN, {})) == {}


def test_every_moment_is_in_the_receivers_own_hours() -> None:
    """10:00 in Berlin is 04:00 in New York: who works there hears of it at nine, when it is late already."""
    york = replace(BERLIN, tz="America/New_York")
    found = planned(View(york, WAITS, manages=True))
    assert found["gate:first"] == "Tue 13:00"
    assert LAST not in found
    assert WARN not in found
    assert found["late:2025-09-10"] == "Wed 13:00"


def test_a_warning_at_the_due_time_itself_comes_too_late() -> None:
    """The last hour begins before the manager's day, which opens when it is over: at ten in Berlin, nine in London."""
    london = replace(BERLIN, tz="Europe/London")
    at = datetime(2025, 9, 10, 8, 0, tzinfo=UTC)
    clock = counting.Clock("gate", SCOPED_AT, at, Decimal(2))
    assert WARN not in planned(View(london, {}, manages=True), clock)
    early = replace(london, hours=dict.fromkeys(range(5), (time(8, 59), time(17))))
    assert planned(View(early, {}, manages=True), clock)[WARN] == "Wed 07:59"


@pytest.mark.parametrize(("due", "told"), [((11, 0), {"gate:first"}), ((11, 30), {"gate:first", "gate:last"})])
def test_two_reminders_within_three_hours_are_one(due: tuple[int, int], told: set[str]) -> None:
    """One working day, due Wed 13:00 or 13:30 in Berlin: the morning, and the last hour at 12:00 or 12:30."""
    at = datetime(2025, 9, 10, *due, tzinfo=UTC)
    short = counting.Clock("gate", at - timedelta(days=1), at, Decimal(1))
    found = planned(View(BERLIN, {"pm:sign:x": short.start}), short)
    assert {":".join(cause.split(":")[:2]) for cause in found if not cause.startswith("late")} == told


def test_what_begins_to_wait_after_a_moment_is_not_told_of_it() -> None:
    late = {"pm:sign:x": TUESDAY + timedelta(hours=2)}
    assert set(planned(View(BERLIN, late))) == {LAST, "late:2025-09-10", "late:2025-09-11"}


def test_what_waits_from_that_very_moment_on_is_told_of_it() -> None:
    assert "gate:first" in planned(View(BERLIN, {"pm:sign:x": TUESDAY}))


def test_what_begins_to_wait_on_a_late_day_is_told_the_next_day_only() -> None:
    begun = DUE_AT + timedelta(hours=2)
    found = planned(View(BERLIN, {"pm:sign:x": begun}), now=begun)
    assert set(found) == {"late:2025-09-11"}


@pytest.mark.parametrize(
    ("choice", "told"), [("morning", {"gate:first"}), ("off", set()), ("now", {"gate:first", LAST})]
)
def test_people_choose_how_often_but_never_miss_what_is_late(choice: str, told: set[str]) -> None:
    view = View(BERLIN, WAITS, reminders=choice)
    late = {"late:2025-09-10", "late:2025-09-11"}
    wanted = told | late | ({LAST} if choice == "morning" else set())
    assert set(planned(view)) == wanted


def test_a_clock_that_stands_still_tells_nobody_anything() -> None:
    assert planned(View(BERLIN, WAITS, manages=True, heads=True), None) == {}


def test_moments_before_the_end_of_a_pause_tell_nothing() -> None:
    pause = Interval("pause", SCOPED_AT, "data", until=TUESDAY + timedelta(hours=1))
    assert "gate:first" not in planned(View(BERLIN, WAITS), intervals=[pause])


def test_the_moment_at_which_a_pause_ends_counts_again() -> None:
    pause = Interval("pause", SCOPED_AT, "data", until=TUESDAY)
    assert "gate:first" in planned(View(BERLIN, WAITS), intervals=[pause])


def test_what_waits_is_by_person_and_leaves_out_what_is_not_required_and_an_empty_roles_work() -> None:
    handover = make_handover(State.PROVISIONED)
    found = nag.waits(handover, [9])
    assert {person for person, _ in found.items()} <= {ANA.id, BEN.id, DEV.id, 3}
    team = handover.item("confirm-team")
    assert team is not None
    team.ticked_at, team.ticked_by = None, 0
    assert any(turn.subject == team.key for turn in nag.waits(handover, [9])[BEN.id])
    team.required = False
    assert not any(turn.subject == team.key for turn in nag.waits(handover, [9]).get(BEN.id, []))
    team.required = True
    del handover.roles[Role.PM]
    assert BEN.id not in nag.waits(handover, [9])


def test_without_a_delivery_manager_the_heads_name_one() -> None:
    handover = make_handover(State.WON)
    del handover.roles[Role.DELIVERY_MANAGER]
    assert [turn.subject for turn in nag.waits(handover, [9])[9]] == ["delivery_manager"]


def test_a_reminder_is_put_off_to_the_afternoon_or_the_next_morning_never_past_the_due_time() -> None:
    offers = nag.later_options(BERLIN, now=TUESDAY, due=None, sent_today=1)
    assert [f"{at:%a %H:%M}" for at in offers] == ["Tue 13:00", "Wed 07:00"]
    assert [f"{at:%a %H:%M}" for at in nag.later_options(BERLIN, now=TUESDAY, due=None, sent_today=2)] == ["Wed 07:00"]
    near = nag.later_options(BERLIN, now=TUESDAY, due=TUESDAY + timedelta(hours=4), sent_today=1)
    assert near == []
    assert nag.later_options(BERLIN, now=TUESDAY, due=offers[0], sent_today=1) == [], "at the due time it is too late"
    friday = TUESDAY + timedelta(days=3, hours=7)
    assert [f"{at:%a %H:%M}" for at in nag.later_options(BERLIN, now=friday, due=None, sent_today=1)] == ["Mon 07:00"]


@pytest.mark.parametrize(("minutes", "offered"), [(60, 2), (59, 1)])
def test_this_afternoon_is_at_least_an_hour_away(minutes: int, offered: int) -> None:
    now = TUESDAY + timedelta(hours=6) - timedelta(minutes=minutes)
    assert len(nag.later_options(BERLIN, now=now, due=None, sent_today=1)) == offered


def test_closing_time_is_outside() -> None:
    assert nag.closing(BERLIN, TUESDAY) == TUESDAY + timedelta(hours=8)
    assert nag.closing(BERLIN, TUESDAY + timedelta(hours=8)) is None
    assert nag.closing(BERLIN, TUESDAY - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("key", "turn"),
    [("pm:sign:x", True), (nag.LATE, False), (nag.WARNED, False), (f"{nag.ASKED}1:2025-09-10", False)],
)
def test_a_turn_is_neither_a_notice_nor_a_question(key: str, *, turn: bool) -> None:
    assert nag.is_turn(key) is turn
