"""The sweep: breaches, reminders and what is put off, as one working week of the small company, on both databases."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.actions import late, pause, people, remind, sweep
from bot.clock.nag import LATE, Reminder
from bot.clock.pause import question
from bot.effects import RedrawReminder, Remind, Reply
from bot.handover import Post
from bot.people import Role
from bot.worktime import working_dates_between
from tests.bot.actions.company import Company
from tests.twice import SQLITE_FIRST


@pytest.fixture
def running(company_anywhere: Company) -> Company:
    """The scope is confirmed: the clock of two working days runs."""
    company_anywhere.read()
    company_anywhere.scope()
    return company_anywhere


def swept(company: Company, at: datetime | None = None) -> None:
    """One sweep at that moment, as the scheduler makes it."""
    if at is not None:
        company.clocks.now = at
    with company.store.read() as reader:
        due = reader.due_looks(company.now)
    for handover_id in due:
        company.do(sweep.look, handover_id)
    with company.store.read() as reader:
        waiting = reader.people_due(company.now)
    told = company.do(remind.receivers, waiting)
    for receiver, held in sorted(told.items()):
        company.do(remind.remind, receiver, held)


def reminded(company: Company) -> list[tuple[str, str, int]]:
    """Whom a reminder was emitted for, with its day and number."""
    names = {company.who(name).id: name for name in ("ana", "ben", "dev", "hana")}
    return [(names[one.person_id], one.day, one.n) for one in company.effects(Remind)]


def sent(company: Company, who: str, n: int = 1) -> Reminder:
    """Marks the n-th reminder of today as delivered, showing all that waits, and returns it."""
    person = company.who(who)
    with company.store.write() as unit:
        found = unit.reminder_at(person.id, company.now.date(), n)
        assert found is not None
        rows = unit.nags(1)
        found.channel, found.ts = "D1", "1.1"
        found.shown = [(1, person.id, key) for key in rows[person.id].waits]
        unit.keep_reminder(found)
    return found


def due(company: Company) -> datetime:
    at = company.ho().due_at
    assert at is not None
    return at


def moments(company: Company) -> Iterable[datetime]:
    """Each quarter of an hour until two working days after the due time."""
    at, end = company.now, due(company) + timedelta(days=2)
    while at < end:
        at += timedelta(minutes=15)
        yield at


def test_a_look_plans_and_says_when_the_next_one_is(running: Company) -> None:
    swept(running)
    with running.store.read() as reader:
        nags = reader.nags(1)
        assert reader.due_looks(running.now) == []
        assert reader.due_looks(due(running)) == [1]
    ana, dev, hana = (running.who(name).id for name in ("ana", "dev", "hana"))
    assert "gate:first" in nags[ana].plan
    assert any(":warn:" in cause for cause in nags[dev].plan)
    assert all(cause.startswith("late:") for cause in nags[hana].plan)
    assert nags[ana].due_at == due(running)
    assert nags[hana].due_at is None, "nothing waits for her"
    swept(running)
    with running.store.read() as reader:
        assert reader.nags(1) == nags


@pytest.mark.req("R37", "R40")
@SQLITE_FIRST
def test_a_week_of_silence_tells_each_person_at_most_twice_a_day_and_the_head_once(running: Company) -> None:
    """Nobody does anything: reminders, the breach, and on each late day a word in the thread and to the head."""
    for at in moments(running):
        swept(running, at)
    told = reminded(running)
    assert len(told) == len(set(told))
    assert {n for _, _, n in told} == {1, 2}
    days = {day for who, day, _ in told if who == "hana"}
    assert [n for who, _, n in told if who == "hana"] == [1] * len(days)
    handover = running.ho()
    assert handover.breach is not None
    assert handover.breach.since == due(running)
    assert handover.breach.cause == "sales_rep:3,pm:2"
    late_days = [reply.data["day"] for reply in running.effects(Reply, "late")]
    assert len(late_days) == len(set(late_days)) >= 2
    assert len(running.events("breach")) == 1


@SQLITE_FIRST
def test_before_the_head_hears_of_it_the_delivery_manager_is_warned(running: Company) -> None:
    for at in moments(running):
        if at >= due(running):
            break
        swept(running, at)
    assert "hana" not in {who for who, _, _ in reminded(running)}
    with running.store.read() as reader:
        spent = reader.nags(1)[running.who("dev").id].spent
    assert any(":warn:" in cause for cause in spent)


def test_a_breach_ends_by_itself_and_the_thread_is_told_once(running: Company) -> None:
    swept(running, due(running))
    assert running.ho().breach is not None
    running.wait(hours=1)
    with running.store.write() as unit:
        handover = unit.handover(1)
        assert handover is not None
        handover.due_at = running.now + timedelta(days=7)
        unit.save(handover)
    swept(running)
    swept(running)
    assert running.ho().breach is None
    assert running.ho().breaches[0].until == running.now
    assert len(running.effects(Reply, "late_over")) == 1


@pytest.mark.parametrize(
    ("clock", "days", "told"),
    [("gate", 0, True), ("gate", 3, True), ("gate", -1, False), ("scope", 0, False)],
    ids=["that day", "later", "an earlier breach", "the other clock"],
)
def test_what_was_told_once_is_told_to_be_over(running: Company, clock: str, days: int, *, told: bool) -> None:
    """The last day's word was taken back before it was said: what the thread has read is in the record's posts."""
    at = due(running)
    swept(running, at)
    with running.store.write() as unit:
        handover = unit.handover(1)
        assert handover
        assert handover.breach
        handover.breach.told_on = None
        handover.posts.append(Post(f"reply:late:{clock}:{at.date() + timedelta(days=days)}", "C1", "1.1"))
        handover.due_at = at + timedelta(days=7)
        unit.save(handover)
    swept(running, at + timedelta(minutes=15))
    assert running.ho().breach is None
    assert len(running.effects(Reply, "late_over")) == told


def test_what_is_done_elsewhere_is_redrawn_in_the_reminder(running: Company) -> None:
    swept(running)
    with running.store.read() as reader:
        first = reader.nags(1)[running.who("ana").id].plan["gate:first"]
    swept(running, first)
    sent(running, "ana")
    swept(running)
    assert running.effects(RedrawReminder) == []
    running.tell()
    swept(running)
    assert [one.person_id for one in running.effects(RedrawReminder)] == [running.who("ana").id]


def test_remind_me_later_is_kept_twice_and_never_past_the_due_time(running: Company) -> None:
    swept(running)
    with running.store.read() as reader:
        first = reader.nags(1)[running.who("ana").id].plan["gate:first"]
    swept(running, first)
    reminder = sent(running, "ana")
    ana = running.who("ana")
    until = running.now + timedelta(hours=2)
    line = running.said(remind.later, ana, reminder_id=reminder.id, until=until).line
    assert line == "I remind you again Wed 11 Mar 11:00."
    swept(running, until - timedelta(minutes=15))
    assert [one for one in reminded(running) if one[0] == "ana"] == [("ana", str(running.now.date()), 1)]
    swept(running, until)
    assert [n for who, _, n in reminded(running) if who == "ana"] == [1, 2]
    too_late = due(running) + timedelta(minutes=1)
    assert "due before that" in running.refused(remind.later, ana, reminder_id=reminder.id, until=too_late)
    again = running.now + timedelta(minutes=30)
    running.said(remind.later, ana, reminder_id=reminder.id, until=again)
    assert "twice already" in running.refused(
        remind.later, ana, reminder_id=reminder.id, until=again + timedelta(minutes=30)
    )
    assert "not yours" in running.refused(remind.later, running.who("ben"), reminder_id=reminder.id, until=again)


def test_whoever_paused_is_asked_among_their_reminders(running: Company) -> None:
    """One message of the day, in their hours, about all that they paused; it counts as a reminder, and comes once."""
    ben = running.who("ben")
    expected = (running.now + timedelta(days=1)).date()
    running.said(pause.pause, 1, ben, reason="test data", expected=expected)
    opening = datetime.combine(expected, time(8), tzinfo=UTC)
    swept(running)
    swept(running, opening - timedelta(minutes=15))
    assert reminded(running) == []
    for _ in range(2):
        swept(running, opening)
    assert reminded(running) == [("ben", expected.isoformat(), 1)]
    with running.store.read() as reader:
        found = reader.reminder_at(ben.id, expected, 1)
    assert found is not None
    assert found.causes == {1: [f"{ben.id}:{question(running.ho())}"]}


@SQLITE_FIRST
@pytest.mark.parametrize("how", ["handed over", "left", "nobody manages"])
def test_whoever_paused_and_could_not_go_on_is_not_asked(running: Company, how: str) -> None:
    """Ben has no part in it any more: the delivery manager is asked, who can say that it goes on; else the head."""
    ben, dev = running.who("ben"), running.who("dev")
    expected = (running.now + timedelta(days=1)).date()
    running.said(pause.pause, 1, ben, reason="test data", expected=expected)
    if how == "left":
        running.do(people.left, ben)
        with running.store.write() as unit:
            unit.remember(replace(ben, active=False))
    else:
        running.said(people.assign, 1, dev, role=Role.PM, person=running.who("rafi"))
    if how == "nobody manages":
        running.said(people.not_mine, 1, dev, role=Role.DELIVERY_MANAGER, reason="on leave")
    asked = "hana" if how == "nobody manages" else "dev"
    for _ in range(2):
        swept(running, datetime.combine(expected, time(8), tzinfo=UTC))
    assert reminded(running) == [(asked, expected.isoformat(), 1)]
    assert "goes on" in running.said(pause.resume, 1, running.who(asked)).line


@pytest.mark.parametrize("added", [False, True], ids=["read whole", "added since it was read"])
def test_a_question_that_could_not_be_sent_is_asked_at_the_next_opening(running: Company, *, added: bool) -> None:
    ben = running.who("ben")
    expected = (running.now + timedelta(days=1)).date()
    running.said(pause.pause, 1, ben, reason="test data", expected=expected)
    opening = datetime.combine(expected, time(8), tzinfo=UTC)
    swept(running, opening)
    running.clocks.now = opening + timedelta(hours=20)
    with running.store.write() as unit:
        found = unit.reminder_at(ben.id, expected, 1)
        assert found is not None
        if added:
            found.causes = {}
        remind.fold(unit, found, ben, terms=running.terms, now=running.now)
    with running.store.read() as reader:
        assert reader.nags(1)[ben.id].plan == {question(running.ho()): opening + timedelta(days=1)}


@pytest.mark.req("R37")
@pytest.mark.parametrize("looked", [False, True], ids=["at once", "after a look"])
def test_what_is_late_for_a_manager_passes_to_the_deputy_on_the_same_day(running: Company, *, looked: bool) -> None:
    """Nothing waits for Dev himself. He goes away between the tick and the hands: Rafi is told instead, that day."""
    dev, rafi, at = running.who("dev"), running.who("rafi"), due(running)
    swept(running, at - timedelta(hours=1))
    swept(running, at)
    assert ("dev", str(at.date()), 2) in reminded(running)
    with running.store.write() as unit:
        assert unit.nags(1)[dev.id].waits == {}
        unit.keep_preferences(dev.id, away_until=at.date(), deputy=rafi.id)
        found = unit.reminder_at(dev.id, at.date(), 2)
        assert found is not None
        remind.fold(unit, found, dev, terms=running.terms, now=running.now)
        unit.look_again(1, running.now if looked else None)
    swept(running)
    with running.store.read() as reader:
        (sent,) = reader.reminders(rafi.id, at.date())
    assert sent.causes == {1: [f"{dev.id}:late:{at.date()}"]}
    sent.ts, sent.shown = "1.1", [(1, dev.id, LATE)]
    with running.store.write() as unit:
        unit.keep_reminder(sent)
    swept(running)
    assert running.effects(RedrawReminder) == []
    running.said(people.take_over, 1, rafi, role=Role.DELIVERY_MANAGER, whom=dev.id)
    swept(running)
    assert [one.person_id for one in running.effects(RedrawReminder)] == [rafi.id]


def test_a_late_day_that_is_over_gives_way_to_the_next_ones_own(running: Company) -> None:
    """After hours nothing of today is planned for tomorrow beside tomorrow's own word."""
    dev, at = running.who("dev"), due(running)
    swept(running, at - timedelta(hours=1))
    swept(running, at)
    running.clocks.now = at + timedelta(hours=10)
    with running.store.write() as unit:
        found = unit.reminder_at(dev.id, at.date(), 2)
        assert found is not None
        remind.fold(unit, found, dev, terms=running.terms, now=running.now)
    with running.store.read() as reader:
        assert list(reader.nags(1)[dev.id].plan) == [f"late:{at.date() + timedelta(days=1)}"]


def test_take_it_moves_work_but_never_a_signature_or_a_question(running: Company) -> None:
    swept(running, due(running))
    assert "Only the delivery manager (Dev) or the Head of Delivery (Hana)" in running.refused(
        late.take_it, 1, running.who("ben")
    )
    running.said(late.take_it, 1, running.who("hana"))
    taken = [item for item in running.ho().items if item.holder == running.who("hana").id]
    assert taken
    assert all(item.kind != "signoff" for item in taken)
    assert {event.data["item"] for event in running.events("taken")} == {item.key for item in taken}


@SQLITE_FIRST
def test_whoever_is_away_is_not_told_but_their_deputy_is(running: Company) -> None:
    ana, rafi = running.who("ana"), running.who("rafi")
    with running.store.write() as unit:
        unit.keep_preferences(ana.id, away_until=(running.now + timedelta(days=20)).date(), deputy=rafi.id)
        unit.look_again(1, running.now)
    for at in moments(running):
        if at >= due(running):
            break
        swept(running, at)
    told = {one.person_id for one in running.effects(Remind)}
    assert rafi.id in told
    assert ana.id not in told


def test_downtime_yields_one_reminder_not_a_burst(running: Company) -> None:
    """Down from the confirmation until a week after the due time: one message each, when it is back."""
    swept(running)
    monday = due(running) + timedelta(days=7)
    swept(running, monday.replace(hour=8))
    swept(running, monday.replace(hour=9))
    told = reminded(running)
    assert told
    assert len({who for who, _, _ in told}) == len(told)
    assert len(running.effects(Reply, "late")) == 1


@SQLITE_FIRST
def test_whoever_works_while_the_office_is_closed_is_told_each_day_of_theirs(running: Company) -> None:
    """The delivery manager's office has a week of holidays; the head works on and hears of it on each of those days."""
    first = due(running).date()
    closed = frozenset(first + timedelta(days=n) for n in range(1, 8))
    berlin = running.terms.offices["berlin"]
    running.terms = replace(running.terms, offices={"berlin": berlin, "far": replace(berlin, closed=closed)})
    with running.store.write() as unit:
        handover = unit.handover(1)
        assert handover is not None
        handover.office = "far"
        unit.save(handover)
    at = due(running)
    while at < due(running) + timedelta(days=7):
        swept(running, at)
        at += timedelta(minutes=30)
    days = [day for who, day, _ in reminded(running) if who == "hana"]
    assert days == [str(day) for day in working_dates_between(berlin, start=first, end=first + timedelta(days=7))]


def test_out_of_hours_nobody_is_told(running: Company) -> None:
    swept(running)
    night = datetime(2026, 3, 14, 23, 0, tzinfo=UTC)
    assert night > due(running)
    swept(running, night)
    assert reminded(running) == []
    assert running.effects(Reply, "late") == []
    assert running.ho().breach is not None


def test_without_a_delivery_manager_the_head_is_reminded_to_name_one(running: Company) -> None:
    with running.store.write() as unit:
        handover = unit.handover(1)
        assert handover is not None
        del handover.roles[Role.DELIVERY_MANAGER]
        unit.save(handover)
    swept(running)
    with running.store.read() as reader:
        waits = reader.nags(1)[running.who("hana").id].waits
    assert "delivery_manager:fill_roles:delivery_manager" in waits
