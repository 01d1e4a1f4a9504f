"""The rules of waiting on the client: how long, until when, and that what stood still is counted once, exactly."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import gate
from bot.clock import pause
from bot.handover import Handover, Interval, State
from bot.terms import Terms
from bot.worktime import Office, elapsed
from tests.bot.builders import BERLIN, NOW, handover, settings, template, terms

TERMS = terms()
TODAY = date(2026, 3, 10)
HOURS_8 = timedelta(hours=8)


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """UTC; in Berlin it is one hour later, two after 29 March."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def waiting(since: datetime = NOW, expected: date | None = date(2026, 3, 12), **more: object) -> Interval:
    """A pause that runs."""
    return Interval("pause", since, "test data", 2, expected, **more)  # type: ignore[arg-type]


def scoped(*intervals: Interval, scoped_at: datetime = NOW, **values: object) -> Handover:
    """A record whose clock of two working days runs, or stands still."""
    due = TERMS.due(handover(), scoped_at)
    return handover(State.SCOPED, scoped_at=scoped_at, due_at=due, intervals=list(intervals), **values)


class TestHowLong:
    """All pauses of a record together, in working time of the delivery manager's office."""

    def test_pauses_add_up_without_nights_and_weekends(self) -> None:
        made = scoped(
            waiting(at(9, 8), until=at(9, 16)),
            Interval("hold", at(9, 8), "x", until=at(9, 16)),
            waiting(at(13, 15)),  # Friday 16:00 to Monday 10:00
        )
        assert pause.paused_so_far(made, BERLIN, at(16, 9)) == timedelta(hours=8 + 2)

    @pytest.mark.parametrize(
        ("now", "latest"),
        [
            (NOW, date(2026, 3, 24)),  # Tuesday 10:00: ten days later it is Tuesday 10:00
            (at(10, 17), date(2026, 3, 24)),  # after closing: ten whole days
            (at(24, 9), date(2026, 4, 9)),  # over summer time, Good Friday and Easter Monday
        ],
    )
    def test_the_latest_date_is_the_one_on_which_the_days_are_used_up(self, now: datetime, latest: date) -> None:
        assert pause.latest_expected(scoped(), terms=TERMS, now=now) == latest

    def test_what_was_used_is_not_there_any_more(self) -> None:
        used = waiting(at(2, 8), until=at(6, 16))  # five whole days
        assert pause.latest_expected(scoped(used), terms=TERMS, now=NOW) == date(2026, 3, 17)
        whole = waiting(at(2, 8, month=2), until=at(13, 16, month=2))
        assert pause.latest_expected(scoped(whole), terms=TERMS, now=NOW) is None

    def test_an_office_that_closes_at_midnight_ends_its_own_day(self) -> None:
        late = Office("late", "Europe/Berlin", dict.fromkeys(range(5), (time(16), time(0))))
        company = Terms(settings(), {"berlin": late}, template())
        assert pause.latest_expected(scoped(), terms=company, now=at(10, 9)) == date(2026, 3, 23)

    @pytest.mark.parametrize(
        ("expected", "words"),
        [
            (date(2026, 3, 12), ""),
            (date(2026, 3, 24), ""),
            (TODAY, "Pick a date after Tue 10 Mar 2026."),
            (date(2026, 3, 9), "Pick a date after Tue 10 Mar 2026."),
            (date(2026, 3, 14), "Nobody works here on Sat 14 Mar 2026. Pick a working day."),
            (
                date(2026, 3, 25),
                "A handover may wait 10 working days in all. Pick Tue 24 Mar 2026 or earlier.",
            ),
        ],
    )
    def test_a_date_that_is_not_possible_names_one_that_is(self, expected: date, words: str) -> None:
        assert pause.date_problem(scoped(), expected, terms=TERMS, now=NOW) == words

    def test_the_days_are_a_setting_and_none_left_is_said(self) -> None:
        short = terms(clock={"pause_days": "0.5"})
        words = pause.date_problem(scoped(), date(2026, 3, 11), terms=short, now=NOW)
        assert words.startswith("A handover may wait 0.5 working days in all, and they are used up.")
        one = terms(clock={"pause_days": "1"})
        assert pause.date_problem(scoped(), date(2026, 3, 12), terms=one, now=NOW).startswith(
            "A handover may wait 1 working day in all. Pick Wed 11 Mar 2026"
        )


class TestBySelf:
    """A pause that is over ends without anybody: done, the date passed, or the days used up."""

    def test_the_date_has_passed_when_the_office_opens_on_the_next_working_date(self) -> None:
        made = scoped(waiting(expected=date(2026, 3, 13)))  # a Friday
        assert pause.ended_by_itself(made, terms=TERMS, now=at(16, 7, 59)) == ""
        assert pause.ended_by_itself(made, terms=TERMS, now=at(16, 8)) == "expected"
        assert pause.ends_at(made, terms=TERMS) == (at(16, 8), "expected")

    def test_the_days_are_used_up_before_the_date(self) -> None:
        made = scoped(waiting(expected=date(2026, 3, 24)))
        assert pause.ends_at(made, terms=TERMS) == (at(24, 9), "used_up")
        assert pause.ended_by_itself(made, terms=TERMS, now=at(24, 8, 59)) == ""
        assert pause.ended_by_itself(made, terms=TERMS, now=at(24, 9)) == "used_up"

    def test_a_pause_without_a_date_ends_with_the_days(self) -> None:
        assert pause.ends_at(scoped(waiting(expected=None)), terms=TERMS) == (at(24, 9), "used_up")

    def test_what_it_waited_for_is_done(self) -> None:
        made = scoped(waiting(subject="confirm-team"))
        assert pause.ended_by_itself(made, terms=TERMS, now=NOW) == ""
        team = made.item("confirm-team")
        assert team
        team.ticked_by, team.ticked_at = 2, NOW
        assert pause.ended_by_itself(made, terms=TERMS, now=NOW) == "done"
        assert pause.ended_by_itself(scoped(waiting()), terms=TERMS, now=NOW) == ""

    def test_nothing_ends_where_no_clock_runs_or_nothing_waits(self) -> None:
        assert pause.ended_by_itself(scoped(), terms=TERMS, now=NOW) == ""
        over = scoped(waiting(expected=date(2026, 3, 9)))
        over.state = State.CANCELLED
        assert pause.ended_by_itself(over, terms=TERMS, now=NOW) == ""
        assert pause.ends_at(scoped(), terms=TERMS) is None
        assert pause.catch_up(scoped(), terms=TERMS, now=NOW) == ""

    def test_seen_late_it_ended_when_it_was_over(self) -> None:
        # Nobody looked for a week: the clock ran again from the opening on Friday.
        made = scoped(waiting(expected=date(2026, 3, 12)))
        assert pause.catch_up(made, terms=TERMS, now=at(20, 12)) == "expected"
        assert made.intervals[0].until == at(13, 8)
        assert made.due_at == at(16, 16)
        assert [(e.kind, e.data) for e in made.events] == [("pause_ended", {"how": "expected"})]


class TestAsked:
    """The one who paused is asked at the opening of their own working day on the expected date."""

    def test_in_their_own_office(self) -> None:
        lisbon = Office("lisbon", "Europe/Lisbon", BERLIN.hours)
        made = scoped(waiting(expected=date(2026, 3, 12)))
        assert pause.ask_on(made, BERLIN) == at(12, 8)
        assert pause.ask_on(made, lisbon) == at(12, 9)

    def test_at_their_next_opening_when_they_do_not_work_on_that_date(self) -> None:
        away = Office("away", "Europe/Berlin", BERLIN.hours, holidays=frozenset({date(2026, 3, 12)}))
        assert pause.ask_on(scoped(waiting(expected=date(2026, 3, 12))), away) == at(13, 8)

    def test_nobody_is_asked_without_a_date_or_a_pause(self) -> None:
        assert pause.ask_on(scoped(), BERLIN) is None
        assert pause.ask_on(scoped(waiting(expected=None)), BERLIN) is None


MINUTES = st.integers(min_value=0, max_value=20 * 24 * 60)
# From Tuesday 24 March on: a change to summer time, Good Friday and Easter Monday lie within these four weeks.
BEGIN = at(24, 9)


def counted(start: datetime, end: datetime) -> timedelta:
    """Working time of the office."""
    return elapsed(BERLIN, start=start, end=end)


class TestCountedOnce:
    """The due time moves by exactly the working time that stood still, whatever stopped it how often."""

    @given(spans=st.lists(st.tuples(MINUTES, MINUTES), max_size=4))
    def test_due_after_all_pauses_less_what_was_paused_is_the_old_due(self, spans: list[tuple[int, int]]) -> None:
        made = scoped(scoped_at=BEGIN)
        due, moment, still = made.due_at, BEGIN, timedelta()
        assert due
        for wait, stood in spans:
            since = moment + timedelta(minutes=wait)
            moment = since + timedelta(minutes=stood)
            assert made.due_at
            if since < made.due_at:
                still += counted(since, moment)
            made.intervals.append(waiting(since))
            pause.run_on(made, made.intervals[-1], terms=TERMS, until=moment)
        assert made.due_at
        assert counted(due, made.due_at) == still
        assert counted(BEGIN, made.due_at) == 2 * HOURS_8 + still

    @given(points=st.lists(st.integers(0, 2 * 24 * 60), min_size=4, max_size=4, unique=True), crossed=st.booleans())
    def test_a_pause_and_a_hold_that_overlap_count_once(self, points: list[int], *, crossed: bool) -> None:
        first, second, third, fourth = (BEGIN + timedelta(minutes=p) for p in sorted(points))
        for outer, inner in (("pause", "hold"), ("hold", "pause")):
            made = scoped(scoped_at=BEGIN)
            due = made.due_at
            assert due
            made.intervals = [Interval(outer, first, "x", 2)]
            made.intervals.append(Interval(inner, second, "y", 2))
            order = ((0, third), (1, fourth)) if crossed else ((1, third), (0, fourth))
            for place, until in order:
                pause.run_on(made, made.intervals[place], terms=TERMS, until=until)
            stood = counted(first, fourth) if first < due else timedelta()
            assert made.due_at
            assert counted(due, made.due_at) == stood
            assert TERMS.worked(made, made.due_at) == 2 * HOURS_8

    # Without the pause the record was late when the hold began; with it, too: that hold moved nothing.
    @example(points=[0, 1, 2880, 2881], paused_still=False, held_still=False)
    @example(points=[0, 60, 4000, 4320], paused_still=False, held_still=False)
    @given(
        points=st.lists(st.integers(0, 3 * 24 * 60), min_size=4, max_size=4),
        paused_still=st.booleans(),
        held_still=st.booleans(),
    )
    def test_what_is_taken_back_leaves_the_due_time_as_if_it_had_not_been(
        self, points: list[int], *, paused_still: bool, held_still: bool
    ) -> None:
        moments = [BEGIN + timedelta(minutes=p) for p in points]
        (since, until), (held, freed) = sorted(moments[:2]), sorted(moments[2:])
        holds = [(held, 0, "hold"), (BEGIN + timedelta(days=7) if held_still else freed, 1, "hold")]
        pauses = [(since, 0, "pause"), *([] if paused_still else [(until, 1, "pause")])]
        now = max(moments)
        made, without = scoped(scoped_at=BEGIN), scoped(scoped_at=BEGIN)
        _walk(made, [one for one in [*holds, *pauses] if one[0] <= now])
        pause.take_back(made, next(one for one in made.intervals if one.kind == "pause"), terms=TERMS, now=now)
        _walk(made, [one for one in holds if one[0] > now])
        _walk(without, holds)
        assert made.due_at == without.due_at
        assert pause.paused_so_far(made, BERLIN, now) == timedelta()

    def test_taken_back_while_it_runs_and_a_hold_came_and_went(self) -> None:
        made = scoped(waiting(at(10, 9)), Interval("hold", at(10, 10), "y"))
        pause.run_on(made, made.intervals[1], terms=TERMS, until=at(10, 12))
        assert made.due_at == at(12, 9)  # the pause stops it anyway
        pause.take_back(made, made.intervals[0], terms=TERMS, now=at(10, 14))
        assert made.due_at == at(12, 11)

    def test_what_was_late_stays_late(self) -> None:
        made = scoped(waiting(at(12, 10)))
        due = made.due_at
        pause.run_on(made, made.intervals[0], terms=TERMS, until=at(13, 10))
        assert made.due_at == due
        pause.take_back(made, made.intervals[0], terms=TERMS, now=at(13, 10))
        assert made.due_at == due

    def test_what_stood_still_before_the_scope_moves_the_scope_clock_only(self) -> None:
        made = handover(State.WON, won_at=NOW, scope_due_at=at(11, 9), intervals=[waiting(NOW)])
        pause.run_on(made, made.intervals[0], terms=TERMS, until=at(11, 9))
        assert (made.scope_due_at, made.due_at) == (at(12, 9), None)

    def test_a_scope_confirmed_while_it_waited_counts_from_its_confirmation(self) -> None:
        made = scoped(waiting(at(9, 9)), scoped_at=at(10, 9))
        pause.run_on(made, made.intervals[0], terms=TERMS, until=at(11, 9))
        assert made.due_at == at(13, 9)

    def test_once_live_nothing_moves(self) -> None:
        made = scoped(waiting(), live_at=at(11, 9))
        due = made.due_at
        pause.run_on(made, made.intervals[0], terms=TERMS, until=at(12, 9))
        assert made.due_at == due


def _walk(made: Handover, steps: list[tuple[datetime, int, str]]) -> None:
    for moment, step, kind in sorted(steps):
        if step == 0:
            made.intervals.append(Interval(kind, moment, "x", 2))
        else:
            running = made.running(kind)
            assert running
            pause.run_on(made, running, terms=TERMS, until=moment)


def test_worked_time_leaves_pauses_out_over_a_weekend_and_summer_time() -> None:
    # Friday 27 March 16:00 to Monday 30 March 10:00 in Berlin: two hours of working time, the clocks change between.
    made = scoped(waiting(at(27, 15), until=at(30, 8)), scoped_at=at(27, 9))
    assert TERMS.worked(made, at(30, 9)) == timedelta(hours=6 + 1)


def test_while_it_waits_nothing_is_anybodys_turn() -> None:
    made = scoped()
    assert gate.turns(made)
    made.intervals.append(waiting())
    assert gate.turns(made) == []
    assert gate.turns_of(made, 2) == []


def test_a_pause_is_found_by_its_name() -> None:
    made = scoped(waiting(at(9, 9), until=at(9, 10)), Interval("hold", at(9, 9), "x"))
    assert pause.marked(made, "20260309T090000000000") is made.intervals[0]
    assert pause.marked(made, "20260310T090000000000") is None


MORE = replace(BERLIN, closed=frozenset({date(2026, 3, 11)}))  # the Wednesday, closed after the scope was confirmed


class TestADayOnWhichNobodyWorksAfterAll:
    """As much working time as there was is there still, whatever stood still meanwhile; nothing comes nearer."""

    @staticmethod
    def by(office: Office) -> Terms:
        return replace(TERMS, offices={"berlin": office})

    def test_the_due_time_moves_behind_it(self) -> None:
        assert pause.recounted(scoped(), before=BERLIN, terms=self.by(MORE)) == {"due_at": at(13, 9)}
        assert pause.recounted(scoped(), before=BERLIN, terms=TERMS) == {}

    def test_a_day_that_is_worked_after_all_brings_nothing_nearer(self) -> None:
        made = scoped()
        made.due_at = at(13, 9)
        assert pause.recounted(made, before=MORE, terms=TERMS) == {}

    def test_a_day_after_the_due_time_moves_nothing(self) -> None:
        later = replace(BERLIN, closed=frozenset({date(2026, 3, 13)}))
        assert pause.recounted(scoped(), before=BERLIN, terms=self.by(later)) == {}

    def test_before_the_scope_its_own_clock_moves_and_once_live_none(self) -> None:
        made = handover(State.WON, won_at=NOW, scope_due_at=at(11, 9))
        assert pause.recounted(made, before=BERLIN, terms=self.by(MORE)) == {"scope_due_at": at(12, 9)}
        assert pause.recounted(scoped(live_at=NOW), before=BERLIN, terms=self.by(MORE)) == {}

    @given(spans=st.lists(st.tuples(MINUTES, MINUTES), max_size=3), runs=st.booleans(), day=st.integers(10, 20))
    def test_it_is_what_the_calendar_would_have_given_from_the_beginning(
        self, spans: list[tuple[int, int]], *, runs: bool, day: int
    ) -> None:
        """Whatever pauses came and went, and also while one runs: as if the day had been closed all along."""
        new = replace(BERLIN, closed=frozenset({date(2026, 3, day)}))
        old, other = (self.walked(office, spans, runs=runs) for office in (BERLIN, new))
        due = old.due_at
        assert due is not None
        moved = pause.recounted(old, before=BERLIN, terms=self.by(new)).get("due_at", due)
        assert other.due_at is not None
        assert elapsed(new, start=min(moved, other.due_at), end=max(moved, other.due_at)) < timedelta(seconds=1)

    def walked(self, office: Office, spans: list[tuple[int, int]], *, runs: bool) -> Handover:
        """A record that was paused so often, by this calendar."""
        terms = self.by(office)
        made = handover(State.SCOPED, scoped_at=NOW, due_at=terms.due(handover(), NOW))
        begin = NOW
        for wait, length in spans:
            since = begin + timedelta(minutes=wait)
            interval = waiting(since)
            made.intervals.append(interval)
            begin = since + timedelta(minutes=length)
            if not (runs and len(made.intervals) == len(spans)):
                pause.run_on(made, interval, terms=terms, until=begin)
        return made
