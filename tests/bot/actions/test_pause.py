"""Waiting on the client: who may, within which limits, and how the clock runs again, by hand or by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import gate
from bot.actions import admin, pause, people, signoff, sweep
from bot.clock import pause as rules
from bot.deal import Standing
from bot.effects import Direct, Reply
from bot.handover import State
from bot.people import Role
from bot.terms import Said
from tests.bot.actions.company import Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import deal

THURSDAY = date(2026, 3, 12)
WAITS = {"reason": " test data ", "expected": THURSDAY}


@pytest.fixture
def running(company: Company) -> Company:
    """The scope is confirmed on Tuesday 10:00: due on Thursday 10:00."""
    company.read()
    company.scope()
    assert company.ho().due_at == datetime(2026, 3, 12, 9, tzinfo=UTC)
    return company


def paused(company: Company, name: str = "ben", **more: Any) -> Said:
    """Somebody says that it waits."""
    return company.said(pause.pause, 1, company.who(name), **{**WAITS, **more})


def name_of(company: Company) -> str:
    """The name of the pause that was begun last."""
    return rules.mark([one for one in company.ho().intervals if one.kind == "pause"][-1])


def swept(company: Company) -> bool:
    """What the sweep does with this record."""
    with company.store.write() as unit:
        handover = unit.handover(1)
        assert handover
        return pause.end_by_itself(unit, handover, terms=company.terms, now=company.now)


class TestPause:
    """The clock stands still until a date; the delivery manager hears of it."""

    @pytest.mark.parametrize("name", ["ana", "ben", "chloe", "dev", "olga", "hana"])
    def test_role_holders_managers_operations_and_heads_may(self, running: Company, name: str) -> None:
        said = paused(running, name)
        (interval,) = running.ho().intervals
        assert (interval.kind, interval.since, interval.by) == ("pause", running.now, running.who(name).id)
        assert (interval.reason, interval.expected, interval.subject) == ("test data", THURSDAY, "")
        assert said.line.startswith("ABC Fintech waits on the client until Thu 12 Mar 2026.")
        assert gate.turns(running.ho()) == []
        (event,) = running.events("paused")
        assert event.data == {"why": "test data", "day": "2026-03-12", "item": ""}

    def test_the_delivery_manager_is_told_once_unless_it_is_he_who_pauses(self, running: Company) -> None:
        assert paused(running).line.endswith("Dev is told.")
        (told,) = running.effects(Direct, "paused")
        assert told.person_id == running.who("dev").id
        assert told.data == {"by": running.who("ben").id, "pause": name_of(running)}

    def test_he_is_not_told_what_he_does_himself(self, running: Company) -> None:
        assert paused(running, "dev").line == "ABC Fintech waits on the client until Thu 12 Mar 2026."
        assert running.effects(Direct, "paused") == []

    def test_without_a_delivery_manager_a_head_is_told_and_may_take_it_back(self, running: Company) -> None:
        running.said(people.not_mine, 1, running.who("dev"), role=Role.DELIVERY_MANAGER, reason="On leave")
        paused(running)
        assert [told.person_id for told in running.effects(Direct, "paused")] == [running.who("hana").id]
        running.said(pause.undo, 1, running.who("hana"), name=name_of(running))
        assert running.ho().running("pause") is None

    def test_somebody_without_a_role_here_may_not(self, running: Company) -> None:
        sentence = running.refused(pause.pause, 1, running.who("rafi"), **WAITS)
        assert sentence == "Only people of this handover can pause it. Ask the delivery manager (Dev) to name you."
        paused(running)
        assert "can let it go on" in running.refused(pause.resume, 1, running.who("rafi"))
        assert "can change this" in running.refused(pause.extend, 1, running.who("rafi"), expected=date(2026, 3, 13))

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"reason": "  "}, "Say in a few words what the client owes you."),
            ({"reason": "x" * 301}, "at most 300 characters"),
            ({"expected": date(2026, 3, 10)}, "Pick a date after Tue 10 Mar 2026."),
            ({"expected": date(2026, 3, 15)}, "Nobody works here on Sun 15 Mar 2026."),
            ({"expected": date(2026, 3, 25)}, "Pick Tue 24 Mar 2026 or earlier."),
        ],
    )
    def test_words_and_a_possible_date_are_asked_for(self, running: Company, given: Any, words: str) -> None:
        assert words in running.refused(pause.pause, 1, running.who("ben"), **{**WAITS, **given})

    def test_one_pause_at_a_time(self, running: Company) -> None:
        paused(running)
        sentence = running.refused(pause.pause, 1, running.who("ana"), **WAITS)
        assert "waits on the client already, until Thu 12 Mar 2026." in sentence

    def test_what_is_on_hold_stands_still_already(self, running: Company) -> None:
        running.read(deal(standing=Standing.LOST, won_epoch=None))
        assert "is on hold: its clock" in running.refused(pause.pause, 1, running.who("ben"), **WAITS)

    def test_an_open_deal_has_no_clock(self, company: Company) -> None:
        company.read(deal(standing=Standing.OPEN, won_epoch=None), cause="track", by="ana")
        assert "not won yet" in company.refused(pause.pause, 1, company.who("ana"), **WAITS)

    def test_once_live_or_closed_there_is_no_clock(self, company: Company) -> None:
        company.live()
        assert "The gate is open" in company.refused(pause.pause, 1, company.who("ben"), **WAITS)
        company.said(admin.cancel, 1, company.who("dev"), reason="A mistake")
        assert "is closed" in company.refused(pause.pause, 1, company.who("ben"), **WAITS)

    def test_what_is_done_waits_for_nobody(self, running: Company) -> None:
        sentence = running.refused(pause.pause, 1, running.who("dev"), **WAITS, subject="confirm-scope")
        assert sentence == "This is done already, so it waits for nobody."

    def test_what_is_not_there_says_the_next_step(self, running: Company) -> None:
        ben = running.who("ben")
        assert "Type /handover" in running.refused(pause.pause, 99, ben, **WAITS)
        assert "Type /handover" in running.refused(pause.extend, 99, ben, expected=THURSDAY)
        assert "Type /handover" in running.refused(pause.resume, 99, ben)
        assert "Type /handover" in running.refused(pause.undo, 99, ben, name="x")


class TestResume:
    """By hand: the due time moves by the working time that stood still."""

    def test_the_clock_goes_on_where_it_stopped(self, running: Company) -> None:
        running.wait(hours=2)  # Tuesday 12:00
        paused(running)
        running.wait(hours=23)  # Wednesday 11:00: 5 + 2 hours of work
        assert running.ho().due_at == datetime(2026, 3, 12, 9, tzinfo=UTC)
        assert running.said(pause.resume, 1, running.who("chloe")).line == "It goes on. The clock runs again."
        assert running.ho().due_at == datetime(2026, 3, 12, 16, tzinfo=UTC)
        assert running.ho().running("pause") is None
        assert len(running.effects(Reply, "resumed")) == 1
        (event,) = running.events("pause_ended")
        assert (event.person, event.data) == (running.who("chloe").id, {"how": "hand"})
        assert running.terms.worked(running.ho(), running.now) == timedelta(hours=2)

    def test_the_scope_clock_stands_still_as_well(self, company: Company) -> None:
        company.read()
        paused(company)
        company.wait(days=1)
        company.said(pause.resume, 1, company.who("dev"))
        assert company.ho().scope_due_at == datetime(2026, 3, 12, 9, tzinfo=UTC)

    def test_a_second_resume_changes_nothing(self, running: Company) -> None:
        paused(running)
        running.wait(hours=1)
        running.said(pause.resume, 1, running.who("ben"))
        before = running.ho()
        assert (
            running.said(pause.resume, 1, running.who("ben")).line
            == "ABC Fintech does not wait on the client any more."
        )
        assert running.ho() == before

    def test_a_hold_meanwhile_counts_once_and_keeps_the_clock_still(self, running: Company) -> None:
        paused(running)
        running.wait(hours=1)
        running.read(deal(standing=Standing.LOST, won_epoch=None))
        running.wait(hours=1)
        assert running.said(pause.resume, 1, running.who("ben")).line == "Noted. It is on hold still."
        assert running.effects(Reply, "resumed") == []
        running.wait(hours=1)
        running.read(deal())
        assert len(running.effects(Reply, "resumed")) == 1
        assert running.ho().due_at == datetime(2026, 3, 12, 12, tzinfo=UTC)

    def test_it_is_looked_at_when_it_ends_by_itself_unless_it_is_on_hold(self, running: Company) -> None:
        paused(running)
        made, terms = running.ho(), running.terms
        end = rules.ends_at(made, terms=terms)
        assert end is not None
        assert sweep.next_look(made, terms, running.now) == end[0]
        running.read(deal(standing=Standing.LOST, won_epoch=None))
        assert sweep.next_look(running.ho(), terms, running.now) is None

    def test_a_hold_that_ends_while_it_waits_says_nothing_of_a_running_clock(self, running: Company) -> None:
        paused(running)
        running.wait(hours=1)
        running.read(deal(standing=Standing.LOST, won_epoch=None))
        running.wait(hours=1)
        running.read(deal())
        assert running.effects(Reply, "resumed") == []
        assert running.ho().due_at == datetime(2026, 3, 12, 9, tzinfo=UTC)
        running.wait(hours=1)
        running.said(pause.resume, 1, running.who("ben"))
        assert running.ho().due_at == datetime(2026, 3, 12, 12, tzinfo=UTC)

    def test_the_workspace_waits_for_nothing_once_it_goes_on(self, companies: Opens) -> None:
        company = companies(provision={"auto": False})
        company.read()
        company.scope()
        paused(company)
        company.said(pause.resume, 1, company.who("ben"))
        assert company.ho().steps == []


class TestUndo:
    """The delivery manager takes it back: the clock counts as if the pause had not been."""

    def test_while_it_runs_the_due_time_is_what_it_was(self, running: Company) -> None:
        paused(running)
        running.wait(hours=3)
        said = running.said(pause.undo, 1, running.who("dev"), name=name_of(running))
        assert said.line == "Taken back. The clock of ABC Fintech counts as if it had not stood still."
        assert running.ho().due_at == datetime(2026, 3, 12, 9, tzinfo=UTC)
        assert running.terms.worked(running.ho(), running.now) == timedelta(hours=3)
        assert gate.turns(running.ho()) != []
        (event,) = running.events("pause_undone")
        assert (event.person, event.data) == (running.who("dev").id, {"why": "test data"})
        (told,) = running.effects(Direct, "pause_undone")
        assert (told.person_id, told.data) == (running.who("ben").id, {"by": running.who("dev").id})

    def test_also_when_it_is_over(self, running: Company) -> None:
        paused(running)
        name = name_of(running)
        running.wait(hours=3)
        running.said(pause.resume, 1, running.who("ben"))
        assert running.ho().due_at == datetime(2026, 3, 12, 12, tzinfo=UTC)
        running.said(pause.undo, 1, running.who("dev"), name=name)
        assert running.ho().due_at == datetime(2026, 3, 12, 9, tzinfo=UTC)
        assert running.said(pause.undo, 1, running.who("dev"), name=name).line == "That was taken back already."
        assert running.ho().due_at == datetime(2026, 3, 12, 9, tzinfo=UTC)
        assert len(running.effects(Direct, "pause_undone")) == 1

    @pytest.mark.parametrize("name", ["ana", "ben", "hana", "olga"])
    def test_nobody_else_takes_it_back(self, running: Company, name: str) -> None:
        paused(running)
        sentence = running.refused(pause.undo, 1, running.who(name), name=name_of(running))
        assert sentence == "Only Dev can take this back. Ask Dev."

    def test_his_own_pause_tells_nobody(self, running: Company) -> None:
        paused(running, "dev")
        running.said(pause.undo, 1, running.who("dev"), name=name_of(running))
        assert running.effects(Direct, "pause_undone") == []

    def test_after_the_gate_nothing_is_left_to_take_back(self, company: Company) -> None:
        company.provisioned()
        paused(company)
        name = name_of(company)
        company.wait(hours=1)
        company.said(pause.resume, 1, company.who("ben"))
        company.sign("dev", Role.DELIVERY_MANAGER)
        company.nobody_yet()
        company.sign("ben", Role.PM)
        company.sign("ana", Role.SALES_REP)
        assert company.ho().state is State.IN_PROGRESS
        assert "No clock runs here" in company.refused(pause.undo, 1, company.who("dev"), name=name)


class TestExtend:
    """The client needs longer: another date, within the same limits."""

    def test_another_date_and_other_words(self, running: Company) -> None:
        paused(running)
        running.wait(days=2)
        said = running.said(
            pause.extend, 1, running.who("ben"), expected=date(2026, 3, 17), reason="Test data, second part"
        )
        assert said.line == "ABC Fintech waits on the client until Tue 17 Mar 2026. Dev is told."
        (interval,) = running.ho().intervals
        assert (interval.expected, interval.reason) == (date(2026, 3, 17), "Test data, second part")
        (event,) = running.events("pause_extended")
        assert event.data == {"was": "2026-03-12", "now": "2026-03-17", "why": "Test data, second part"}
        assert len(running.effects(Direct, "paused")) == 2
        assert not swept(running)

    def test_without_words_the_old_ones_stay_and_the_same_again_is_nothing(self, running: Company) -> None:
        paused(running)
        friday = date(2026, 3, 13)
        running.said(pause.extend, 1, running.who("ben"), expected=friday)
        assert running.ho().intervals[0].reason == "test data"
        assert "already" in running.said(pause.extend, 1, running.who("ben"), expected=friday).line
        assert len(running.events("pause_extended")) == 1

    def test_what_was_waited_counts_towards_the_limit(self, running: Company) -> None:
        paused(running)
        running.wait(days=2)
        sentence = running.refused(pause.extend, 1, running.who("ben"), expected=date(2026, 3, 25))
        assert sentence == "A handover may wait 10 working days in all. Pick Tue 24 Mar 2026 or earlier."

    def test_what_does_not_wait_cannot_wait_longer(self, running: Company) -> None:
        sentence = running.refused(pause.extend, 1, running.who("ben"), expected=THURSDAY)
        assert "does not wait on the client any more" in sentence


class TestBySelf:
    """The sweep ends what is over, once, and the thread reads the new due time."""

    def test_the_morning_after_the_expected_date(self, running: Company) -> None:
        paused(running)
        running.wait(days=2, hours=10)
        assert not swept(running)
        running.wait(days=1)  # Friday 20:00; it was over at Friday 09:00
        assert swept(running)
        assert running.ho().due_at == datetime(2026, 3, 16, 16, tzinfo=UTC)
        assert not swept(running)
        assert len(running.effects(Reply, "resumed")) == 1
        assert running.events("pause_ended")[0].data == {"how": "expected"}

    def test_when_the_item_that_waits_is_done(self, company: Company) -> None:
        company.read()
        paused(company, "ana", subject="say-promises")
        company.wait(hours=1)
        company.add("ana", "Weekly call")
        assert swept(company)
        assert company.events("pause_ended")[0].data == {"how": "done"}
        assert company.ho().scope_due_at == datetime(2026, 3, 11, 10, tzinfo=UTC)

    def test_when_all_days_are_used_up(self, running: Company) -> None:
        paused(running, expected=date(2026, 3, 24))
        running.wait(days=14)
        assert swept(running)
        assert running.events("pause_ended")[0].data == {"how": "used_up"}
        sentence = running.refused(pause.pause, 1, running.who("ben"), reason="More", expected=date(2026, 3, 26))
        assert "they are used up" in sentence

    def test_a_hold_that_ends_later_finds_the_pause_over_when_it_was(self, running: Company) -> None:
        # Nobody looked on Friday; on Monday the deal was lost, on Tuesday it was won again.
        paused(running)
        running.wait(days=6)
        running.read(deal(standing=Standing.LOST, won_epoch=None))
        running.wait(days=1)
        running.read(deal())
        # Two days from Friday 09:00 end on Monday 17:00; a day on hold moves that to Tuesday.
        assert running.ho().due_at == datetime(2026, 3, 17, 16, tzinfo=UTC)
        assert running.events("pause_ended")[0].data == {"how": "expected"}
        assert running.ho().running("pause") is None


def test_the_gate_that_opens_ends_the_waiting(company: Company) -> None:
    company.provisioned()
    company.sign("dev", Role.DELIVERY_MANAGER)
    company.nobody_yet()
    company.sign("ben", Role.PM)
    paused(company)
    company.wait(hours=2)
    company.sign("ana", Role.SALES_REP)
    made = company.ho()
    assert made.state is State.IN_PROGRESS
    assert made.running("pause") is None
    assert company.events("pause_ended")[0].data == {"how": "live"}
    assert made.worked_seconds == 0  # all of it happened at ten o'clock, and then it waited


def test_an_override_ends_it_too(running: Company) -> None:
    paused(running)
    running.said(signoff.override, 1, running.who("hana"), reason="The client starts on Monday, come what may.")
    assert running.ho().running("pause") is None
    assert running.effects(Reply, "resumed") == []


def test_on_either_database_a_pause_is_found_by_its_name(company_anywhere: Company) -> None:
    company_anywhere.clocks.now += timedelta(microseconds=123_456)
    company_anywhere.read()
    paused(company_anywhere)
    assert name_of(company_anywhere) == "20260310T090000123456"
    company_anywhere.said(pause.undo, 1, company_anywhere.who("dev"), name=name_of(company_anywhere))
    assert company_anywhere.ho().running("pause") is None
