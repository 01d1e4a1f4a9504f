"""Who is told, and who is let go: reminders beside the sweep, on one database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.actions import pause, prefs, remind, sweep
from bot.clock.absence import back_at
from bot.clock.nag import Reminder
from bot.effects import Direct, Remind
from bot.people import Person
from tests.bot.actions.company import Company


@pytest.fixture
def due(company: Company) -> Company:
    """The moment of Ana's first reminder."""
    company.read()
    company.scope()
    company.do(sweep.look, 1)
    company.clocks.now = planned(company, "ana")["gate:first"]
    return company


def test_the_record_is_looked_at_again_when_somebody_is_back(company: Company) -> None:
    company.read()
    company.scope()
    chosen = prefs.Preferences("now", away_until=company.now.date())
    company.said(prefs.keep, company.who("ana"), chosen, nonce="n", settings=company.terms.settings)
    back = back_at(company.who("ana"), company.now)
    assert back is not None
    company.do(sweep.look, 1)
    with company.store.read() as reader:
        assert reader.due_looks(back - timedelta(seconds=1)) == []
        assert reader.due_looks(back) == [1]


def planned(company: Company, who: str) -> dict[str, datetime]:
    """What that person will be told about the record."""
    with company.store.read() as reader:
        return reader.nags(1)[company.who(who).id].plan


def shown_to(due: Company, person: Person) -> Reminder:
    """Their first reminder of the day, with all that waits for them in it."""
    with due.store.write() as unit:
        reminder = unit.reminder_at(person.id, due.now.date(), 1)
        assert reminder is not None
        reminder.shown = [(1, person.id, key) for key in unit.nags(1)[person.id].waits]
        unit.keep_reminder(reminder)
    return reminder


def told(company: Company, who: str) -> bool:
    """Whether a message goes out to that person by now."""
    person = company.who(who).id
    return bool(company.do(remind.remind, person, [person]))


def test_whoever_is_due_is_told_once(due: Company) -> None:
    assert told(due, "ana")
    assert not told(due, "ana")
    assert [one.person_id for one in due.effects(Remind)] == [due.who("ana").id]


def test_a_due_time_is_for_whom_something_waits(due: Company) -> None:
    with due.store.read() as reader:
        rows = reader.nags(1)
    ana, hana = rows[due.who("ana").id], rows[due.who("hana").id]
    assert (bool(ana.waits), ana.due_at) == (True, due.ho().due_at)
    assert (bool(hana.waits), hana.due_at) == (False, None)


@pytest.mark.parametrize("gone", [{"active": False}, {"guest": True}])
def test_whoever_is_gone_is_not_told_and_not_asked_for_again(due: Company, gone: dict[str, Any]) -> None:
    ana = due.who("ana")
    with due.store.write() as unit:
        unit.remember(replace(ana, **gone))
    assert not due.do(remind.remind, ana.id, [ana.id])
    assert due.effects(Remind) == []
    with due.store.read() as reader:
        assert reader.nags(1)[ana.id].due(due.now) == []


def test_what_is_put_off_leaves_out_what_would_have_come_before_and_never_a_late_day(due: Company) -> None:
    ana, end = due.who("ana"), due.ho().due_at
    assert end is not None
    assert told(due, "ana")
    reminder = shown_to(due, ana)
    until = end - timedelta(minutes=5)
    before = planned(due, "ana")
    assert any(cause.startswith("gate:last") and at < until for cause, at in before.items())
    due.said(remind.later, ana, reminder_id=reminder.id, until=until)
    late = {cause for cause in before if cause.startswith("late:")}
    assert planned(due, "ana").keys() == late | {f"later:{until.isoformat()}"}
    assert late
    due.tell()
    due.do(sweep.look, 1)
    assert planned(due, "ana") == {}, "nothing waits any more, so nothing is asked for again"


def test_a_manager_who_puts_off_own_work_is_warned_all_the_same(company: Company) -> None:
    """Dev is told that it will be late before Hana hears of it, whatever he does about what waits for himself."""
    company.read()
    end, dev = company.ho().scope_due_at, company.who("dev")
    assert end is not None
    company.do(sweep.look, 1)
    warned = next(cause for cause in planned(company, "dev") if ":warn:" in cause)
    with company.store.write() as unit:
        row = unit.nags(1)[dev.id]
        unit.add_reminder(dev.id, company.now.date(), 1, at=company.now, causes={1: [f"{dev.id}:scope:first"]})
        reminder = unit.reminder_at(dev.id, company.now.date(), 1)
        assert reminder is not None
        reminder.shown = [(1, dev.id, key) for key in row.waits]
        unit.keep_reminder(reminder)
    until = end - timedelta(minutes=5)
    company.said(remind.later, dev, reminder_id=reminder.id, until=until)
    kept = planned(company, "dev")
    assert kept[warned] < until
    assert not [cause for cause in kept if cause.startswith("scope:last")]


def test_what_became_due_while_a_message_waited_is_told_in_it(due: Company) -> None:
    """It waits no longer for a message of its own."""
    assert told(due, "ana")
    ana = due.who("ana").id
    with due.store.write() as unit:
        row = unit.nags(1)[ana]
        row.plan["gate:more"] = due.now
        unit.keep_nag(row)
        waiting = unit.reminder_at(ana, due.now.date(), 1)
        assert waiting is not None
        remind.gather(unit, waiting, now=due.now)
    with due.store.read() as reader:
        kept = reader.reminder_at(ana, due.now.date(), 1)
        assert kept is not None
        assert kept.causes == {1: [f"{ana}:gate:first", f"{ana}:gate:more"]}
        assert "gate:more" in reader.nags(1)[ana].spent


def test_only_what_still_waits_is_put_off(due: Company) -> None:
    """Ana did all of it meanwhile; of whoever is named no more there is no row."""
    assert told(due, "ana")
    ana, nobody = due.who("ana"), 999
    with due.store.write() as unit:
        sent = unit.reminder_at(ana.id, due.now.date(), 1)
        assert sent is not None
        sent.shown = [(1, ana.id, "sales_rep:x"), (1, nobody, "pm:x")]
        unit.keep_reminder(sent)
        row = unit.nags(1)[ana.id]
        row.waits.clear()
        unit.keep_nag(row)
    until = due.now + timedelta(hours=1)
    assert "It is due before that" in due.refused(remind.later, ana, reminder_id=sent.id, until=until)


@pytest.mark.parametrize("resumed", [True, False])
def test_what_was_put_off_comes_although_the_clock_stood_still_meanwhile(due: Company, *, resumed: bool) -> None:
    """She was promised the moment; a pause that is over by then takes nothing of it back."""
    ana = due.who("ana")
    assert told(due, "ana")
    reminder = shown_to(due, ana)
    until = due.now + timedelta(hours=6)
    due.said(remind.later, ana, reminder_id=reminder.id, until=until)
    expected = due.now.date() + timedelta(days=1)
    due.said(pause.pause, 1, due.who("ben"), reason="test data", expected=expected)
    due.do(sweep.look, 1)
    due.wait(hours=1)
    if resumed:
        due.said(pause.resume, 1, due.who("ben"))
    due.do(sweep.look, 1)
    assert planned(due, "ana") | {f"later:{until.isoformat()}": until} == planned(due, "ana")
    due.clocks.now = until
    assert told(due, "ana") is resumed, "while it waits on the client it rings nobody"
    assert not told(due, "ana")


def nudged(company: Company, whom: str = "ana", *, by: str = "dev") -> str:
    """What Dev reads after [Remind Ana]."""
    return str(company.said(remind.nudge, 1, company.who(by), whom=company.who(whom).id).line)


def test_a_reminder_that_somebody_asks_for_is_one_of_the_two_of_that_day(due: Company) -> None:
    """Two rings a day, whatever they are about: what comes third is added to the last message."""
    assert nudged(due) == "Ana is reminded."
    assert told(due, "ana")
    ana = due.who("ana")
    with due.store.write() as unit:
        row = unit.nags(1)[ana.id]
        row.plan["gate:more"] = due.now
        unit.keep_nag(row)
    assert not told(due, "ana")
    assert [(one.person_id, one.n) for one in due.effects(Remind)] == [(ana.id, 1)]
    assert "reminded today already" in due.refused(remind.nudge, 1, due.who("ben"), whom=ana.id)


def test_who_was_told_twice_today_is_not_reminded_once_more(due: Company) -> None:
    ana = due.who("ana")
    with due.store.write() as unit:
        for n in (1, 2):
            unit.add_reminder(ana.id, due.now.date(), n, at=due.now, causes={})
    assert "reminded today already" in due.refused(remind.nudge, 1, due.who("dev"), whom=ana.id)
    due.wait(days=1)
    assert nudged(due) == "Ana is reminded."


def test_after_work_it_comes_when_their_day_begins_and_counts_there(due: Company) -> None:
    """It is evening in Berlin, or a holiday: the reminder is one of the next working day's."""
    due.wait(hours=12)
    assert "comes when their day begins" in nudged(due)
    assert "for their next day already" in due.refused(remind.nudge, 1, due.who("ben"), whom=due.who("ana").id)
    due.wait(hours=12)
    assert "reminded today already" in due.refused(remind.nudge, 1, due.who("ben"), whom=due.who("ana").id)


def test_a_reminder_that_rang_nobody_may_be_asked_for_again(due: Company) -> None:
    """It was done by the morning, or she was away: the next one is a message of its own."""
    ana = due.who("ana")
    assert nudged(due) == "Ana is reminded."
    with due.store.write() as unit:
        unit.not_nudged(ana.id, due.now.date())
    due.wait(minutes=5)
    assert nudged(due) == "Ana is reminded."
    assert len(due.effects(Direct, "remind")) == 2


@pytest.mark.parametrize("deputy", ["rafi", ""])
def test_who_is_away_is_left_in_peace(due: Company, deputy: str) -> None:
    away = prefs.Preferences("now", due.now.date() + timedelta(days=2), due.who(deputy) if deputy else None)
    due.said(prefs.keep, due.who("ana"), away, nonce="n", settings=due.terms.settings)
    no = due.refused(remind.nudge, 1, due.who("dev"), whom=due.who("ana").id)
    assert no == (
        "Ana is away. Rafi stands in and gets the reminders meanwhile."
        if deputy
        else "Ana is away, and nobody stands in. Ask the delivery manager (Dev) to name somebody."
    )


@pytest.mark.parametrize("gone", [{"active": False}, {"guest": True}])
def test_what_waits_for_somebody_who_left_waits_for_the_delivery_manager(due: Company, gone: dict[str, Any]) -> None:
    ana, dev = due.who("ana"), due.who("dev")
    with due.store.read() as reader:
        mine = reader.nags(1)[ana.id].waits
    with due.store.write() as unit:
        unit.remember(replace(ana, **gone))
    due.do(sweep.look, 1)
    with due.store.read() as reader:
        rows = reader.nags(1)
    assert mine.keys() <= rows[dev.id].waits.keys()
    assert ana.id not in rows or not rows[ana.id].waits
