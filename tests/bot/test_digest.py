"""The digest's groups, order and counts, and whose role a shown row names."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.context import Disposition, Kind, Point
from bot.digest import Detail, Notes, OpenRow, Wait, detail, digest, page, role_of
from bot.gate import Turn
from bot.handover import Interval, Signature, State
from bot.people import Role
from tests.bot import builders

BERLIN = "Europe/Berlin"
NOW = datetime(2025, 9, 10, 7, 0, tzinfo=UTC)  # Wednesday 09:00 in Berlin
SINCE = NOW - timedelta(days=1)
HOUR = timedelta(hours=1)


def row(number: int, state: State = State.SCOPED, **values: Any) -> OpenRow:
    return OpenRow(number, f"Client {number}", "Project", state, **values)


def made(*rows: OpenRow, tz: str = BERLIN, **values: Any) -> Any:
    given: dict[str, Any] = {"now": NOW, "since": SINCE, "tz": tz} | values
    return digest(rows, Notes(), **given)


def ids(rows: tuple[OpenRow, ...]) -> list[int]:
    return [one.id for one in rows]


def test_each_row_stands_in_one_group_what_hurts_most_first() -> None:
    paused = Wait("pause", NOW - 30 * HOUR)
    found = made(
        row(1, due=NOW - HOUR),
        row(2, due=NOW - 25 * HOUR),
        row(3, due=NOW + 8 * HOUR),
        row(4, due=NOW + HOUR),
        row(5, due=NOW + 30 * HOUR),
        row(6, due=NOW + 20 * HOUR),
        row(7),
        row(8, due=NOW - HOUR, wait=replace(paused, since=NOW - HOUR)),
        row(9, due=NOW + HOUR, wait=paused),
        row(11, State.IN_PROGRESS, live_at=NOW - 2 * HOUR),
        row(10, State.MAINTENANCE, live_at=NOW - HOUR, due=NOW - 5 * HOUR),
    )
    assert ids(found.late) == [2, 1]
    assert ids(found.due_today) == [4, 3]
    assert ids(found.waiting) == [9, 8]
    assert ids(found.on_track) == [6, 5, 7]
    assert ids(found.live) == [10, 11]
    assert ids(found.rows) == [2, 1, 4, 3, 9, 8, 6, 5, 7, 10, 11]
    assert found.day == date(2025, 9, 10)
    assert not found.quiet


def test_what_is_due_this_very_moment_is_due_today_and_a_moment_later_late() -> None:
    assert ids(made(row(1, due=NOW)).due_today) == [1]
    assert ids(made(row(1, due=NOW - timedelta(seconds=1))).late) == [1]


def test_today_is_a_date_of_the_digests_office() -> None:
    late_evening = row(1, due=datetime(2025, 9, 10, 21, 30, tzinfo=UTC))  # 23:30 in Berlin, tomorrow in Tokyo
    assert ids(made(late_evening).due_today) == [1]
    assert ids(made(late_evening, tz="Asia/Tokyo").on_track) == [1]


def test_news_is_what_went_live_after_the_last_digest_and_up_to_now() -> None:
    """What the last digest told is not told again; what comes after this one is left to the next."""
    moments = (SINCE, SINCE + timedelta(seconds=1), NOW, NOW + timedelta(seconds=1), None)
    rows = [row(n, State.IN_PROGRESS, live_at=moment) for n, moment in enumerate(moments)]
    assert ids(made(*rows).live) == [2, 1]


def test_quiet_is_without_late_and_due_empty_without_anything_to_say() -> None:
    assert made().empty
    assert made(row(1)).quiet
    assert not made(row(1)).empty
    assert not digest([], Notes(points=1), now=NOW, since=SINCE, tz=BERLIN).empty
    assert not made(row(1, due=NOW - HOUR)).quiet
    assert not made(row(1, due=NOW + HOUR)).quiet


def test_only_a_real_delay_is_said() -> None:
    assert made(late_by=timedelta(minutes=14)).late_by == timedelta()
    for real in (timedelta(minutes=15), 2 * HOUR):
        assert made(late_by=real).late_by == real


def test_only_the_shown_rows_ask_their_records() -> None:
    late = [row(n, due=NOW - n * HOUR) for n in range(1, 9)]
    soon = [row(n, due=NOW + HOUR) for n in range(11, 19)]
    assert ids(made(*late, *soon).detailed) == [8, 7, 6, 5, 4, 11, 12, 13, 14, 15]


def test_a_title_and_a_name_are_never_blank() -> None:
    assert row(1).title == "Client 1 – Project"
    assert OpenRow(7, " ABC ", " Portal ", State.WON).title == "ABC – Portal"
    assert OpenRow(7, " ", "", State.WON).title == OpenRow(7, " ", "", State.WON).short == "HO-7"


def test_a_late_scope_waits_for_the_delivery_manager() -> None:
    won = builders.handover(State.WON)
    due = builders.NOW - 26 * HOUR  # Monday 08:00 in Berlin; now it is Tuesday 10:00
    found = detail(won, office=builders.BERLIN, now=builders.NOW, due=due)
    assert (found.role, found.person, found.action) == (Role.DELIVERY_MANAGER, builders.DM, "confirm_scope")
    assert (found.days, found.hours) == (1, 1)
    assert found.others == 2


def test_lateness_is_working_time() -> None:
    """Due on Friday at closing time: on Tuesday at 10:00 that is one working day and one hour."""
    friday = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    found = detail(builders.handover(), office=builders.BERLIN, now=builders.NOW, due=friday)
    assert (found.days, found.hours) == (1, 1)


def test_what_stood_still_after_the_due_time_makes_nothing_later() -> None:
    """Due on Thursday at 09:00; it waited on Friday from 10:00, and was on hold from 14:00 to Monday, 11:00."""
    late = builders.handover()
    friday = datetime(2026, 3, 6, tzinfo=UTC)
    late.intervals = [
        Interval("pause", friday + 9 * HOUR, "data", until=friday + 14 * HOUR),
        Interval("hold", friday + 13 * HOUR, "reopened", until=friday + 82 * HOUR),
        Interval("pause", friday - 90 * HOUR, "before it was due", until=friday - 80 * HOUR),
    ]
    found = detail(late, office=builders.BERLIN, now=builders.NOW, due=friday - 16 * HOUR)
    assert (found.days, found.hours) == (2, 0)


def test_a_question_is_the_reps_turn_and_signatures_are_counted() -> None:
    asked = builders.complete()
    asked.entries.append(builders.entry(id=9, point=Point(Disposition.ASK, question="Until when?")))
    asked.signatures = [Signature(Role.DELIVERY_MANAGER, builders.DM, builders.NOW)]
    found = detail(asked, office=builders.BERLIN, now=builders.NOW)
    assert (found.role, found.action, found.signed) == (Role.SALES_REP, "answer_question", 1)


def test_an_empty_role_is_waited_for_as_the_delivery_manager_and_a_taken_item_as_its_taker() -> None:
    assert role_of(builders.handover(roles={}), Turn(Role.PM, 0, "tick")) is Role.DELIVERY_MANAGER

    taken = builders.complete()
    team = taken.item("confirm-team")
    assert team is not None
    team.ticked_at, team.holder = None, builders.CSM
    taken.signatures = [s for s in taken.signatures if s.role is not Role.PM]
    assert detail(taken, office=builders.BERLIN, now=builders.NOW).role is Role.CSM
    team.holder = 99
    assert detail(taken, office=builders.BERLIN, now=builders.NOW).role is Role.PM


def test_nobodys_turn_names_nobody() -> None:
    waiting = builders.complete()
    waiting.kickoff = date(2026, 4, 8)
    assert detail(waiting, office=builders.BERLIN, now=builders.NOW) == Detail(signed=3)


@pytest.mark.parametrize(("asked", "shown"), [(0, [1, 2]), (1, [3, 4]), (2, [5]), (3, [5]), (-1, [1, 2])])
def test_pages_end_at_the_last_one(asked: int, shown: list[int]) -> None:
    number, rows = page([row(n) for n in range(1, 6)], asked, 2)
    assert ids(tuple(rows)) == shown
    assert number == min(max(asked, 0), 2)
    assert page([], 3, 20) == (0, [])


rows_of = st.builds(
    OpenRow,
    st.integers(1, 10_000),
    st.just("Client"),
    st.just("Project"),
    st.sampled_from([State.WON, State.SCOPED, State.PROVISIONED, State.IN_PROGRESS]),
    due=st.none() | st.integers(-200, 200).map(lambda hours: NOW + hours * HOUR),
    live_at=st.none() | st.integers(-48, 48).map(lambda hours: NOW + hours * HOUR),
    wait=st.none() | st.just(Wait("hold", NOW)),
)


@given(st.lists(rows_of, unique_by=lambda one: one.id, max_size=40))
def test_nothing_open_is_lost_or_told_twice(rows: list[OpenRow]) -> None:
    found = made(*rows)
    before_gate = {one.id for one in rows if one.state is not State.IN_PROGRESS}
    told = ids(found.rows)
    assert len(told) == len(set(told))
    assert before_gate <= set(told)
    assert all(a.due <= b.due for a, b in zip(found.late, found.late[1:], strict=False) if a.due and b.due)


def test_a_point_is_what_it_is_in_the_record() -> None:
    """The store counts what the rules call an open point: this fixes the words that it looks for."""
    assert builders.entry(point=Point()).open
    assert builders.entry(point=Point(Disposition.ASK, reply="Yes")).open
    assert not builders.entry(Kind.DISCOUNT, point=Point(Disposition.DECLINED)).open
