"""Looking at a record by itself: breaches begin and end, and what waits for whom is planned anew.

Every save asks for a look; a look asks for the next one. It may come late or twice: what is due is in the record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import gate
from bot.actions import pause as pauses
from bot.breach import Breach
from bot.clock import counting as clock
from bot.clock import nag
from bot.clock import pause as rules
from bot.clock.absence import back_at, deputies, stand_in
from bot.clock.counting import Clock
from bot.clock.nag import REMEMBERED, Ladder, Nag, View, hours_of, late_cause, local_day, opening_after
from bot.effects import RedrawReminder, Reply
from bot.gate import Turn
from bot.handover import ENDED, LIVE, Handover
from bot.naming import moment_words
from bot.people import Person, can_hold, may
from bot.rights import Deed
from bot.terms import Terms, heads_of, manager_of
from bot.unit import Unit
from bot.worktime import Office, is_open, next_opening


@dataclass
class Look:
    """One look at one record: what it needs, and who was rung by it."""

    unit: Unit
    handover: Handover
    terms: Terms
    now: datetime
    rung: set[int] = field(default_factory=set)
    turned: bool = False  # it became late at this look: what was said of it before, "due" and "will be", is wrong now
    back: set[datetime] = field(default_factory=set)  # when those who are away are back, or a plan of late days ends

    @property
    def counting(self) -> Clock | None:
        """The clock that runs at this moment of the look."""
        return clock.running(self.handover, self.terms.settings)

    @property
    def heads(self) -> list[int]:
        """The heads of delivery whom we know, by id."""
        return heads_of(self.unit)

    def receiver(self, person_id: int) -> Person | None:
        """Who gets the reminders of that person now: their deputy while they are away."""
        person = self.unit.person(person_id)
        until = back_at(person, self.now) if person else None
        if until is not None:
            self.back.add(until)
        return stand_in(self.unit, person, self.terms.settings, self.now) or person if person else None


def look(unit: Unit, handover_id: int, *, terms: Terms, now: datetime) -> None:
    """Brings one record's clock up to date, and says when it must be looked at next."""
    handover = unit.handover(handover_id)
    if handover is None:
        return
    seeing = Look(unit, handover, terms, now)
    pauses.end_by_itself(unit, handover, terms=terms, now=now)
    _end_breach(seeing)
    _begin_breach(seeing)
    _tell_thread(seeing)
    _plan(seeing)
    moments = [next_look(handover, terms, now), *seeing.back]
    unit.look_again(handover.id, min((at for at in moments if at and at > now), default=None))


def recount(
    unit: Unit, handover_id: int, before: Mapping[str, Office], *, calendar: str, terms: Terms, now: datetime
) -> bool:
    """Moves due times out of the way of days on which nobody works after all; whether it did. Nobody is rung.

    `before` are the calendars, by office, by which they were reckoned; `calendar` names those in force now. A due time
    that these have moved already stays: another replica may do the same, or a start that was cut short may be repeated.
    """
    handover = unit.handover(handover_id)
    office = terms.office(handover) if handover else None
    if handover is None or office is None or office.name not in before:
        return False
    found = rules.recounted(handover, before=before[office.name], terms=terms)
    moved = {name: due for name, due in found.items() if not _follows(handover, name, calendar)}
    for name, due in moved.items():
        was, words = _words(getattr(handover, name), office), _words(due, office)
        handover.note(now, "due_moved", was=was, now=words, due=due.isoformat(), calendar=calendar)
        setattr(handover, name, due)
    if moved:
        unit.save(handover)
    return bool(moved)


def _follows(handover: Handover, name: str, calendar: str) -> bool:
    # Whether this due time is where that calendar put it.
    due = getattr(handover, name).isoformat()
    made = (event.data for event in handover.events if event.kind == "due_moved")
    return any((data.get("due"), data.get("calendar")) == (due, calendar) for data in made)


def _words(moment: datetime, office: Office) -> str:
    return moment_words(moment.astimezone(ZoneInfo(office.tz)))


def next_look(handover: Handover, terms: Terms, now: datetime) -> datetime | None:
    """When something may begin or end by itself: at the due time, and at each opening while it is late or paused."""
    if handover.state in ENDED or clock.of(handover, terms.settings) is None:
        return None
    office = terms.office(handover)
    counting = clock.running(handover, terms.settings)
    if counting is None:
        end = rules.ends_at(handover, terms=terms)
        return end[0] if end and not handover.running("hold") else None
    if not counting.late(now):
        return counting.due
    breach = handover.breach
    if breach is None or breach.told_on != local_day(office, now):
        return next_opening(office, now)
    return opening_after(office, local_day(office, now))


def _question(seeing: Look) -> dict[int, dict[str, datetime]]:
    # On the day on which the client should answer, whoever paused is asked, once, among their reminders.
    cause, found = rules.question(seeing.handover), {}
    for person_id in _asked(seeing) if cause else ():
        receiver = seeing.receiver(person_id)
        at = rules.ask_on(seeing.handover, hours_of(receiver, seeing.terms.offices)) if receiver else None
        if at is not None:
            found[person_id] = {cause: at}
    return found


def _asked(seeing: Look) -> list[int]:
    # Whoever paused; who left by now, or has no part in the record any more, could not say that it goes on.
    handover, pause = seeing.handover, seeing.handover.running("pause")
    setter = seeing.unit.person(pause.by) if pause else None
    if setter is not None and can_hold(setter) and may(setter, Deed.PAUSE, handover.roles):
        return [setter.id]
    manager = manager_of(handover)
    return [manager] if manager else seeing.heads


def cause_of(handover: Handover) -> str:
    """For whom the record waits, as a breach keeps it: "sales_rep:1,pm:2"."""
    counts: dict[str, int] = {}
    for turn in gate.shown(handover):
        counts[turn.role.value] = counts.get(turn.role.value, 0) + 1
    return ",".join(f"{role}:{n}" for role, n in counts.items())


def _begin_breach(seeing: Look) -> None:
    handover, counting = seeing.handover, seeing.counting
    if counting is None or not counting.late(seeing.now) or handover.breach:
        return
    cause = cause_of(handover)
    handover.breaches.append(Breach(counting.name, counting.due, cause))
    seeing.turned = True
    handover.note(seeing.now, "breach", clock=counting.name, due=counting.due.isoformat(), cause=cause)
    seeing.unit.save(handover)


def _end_breach(seeing: Look) -> None:
    handover, counting, breach = seeing.handover, seeing.counting, seeing.handover.breach
    if breach is None or (counting and counting.name == breach.clock and counting.late(seeing.now)):
        return
    breach.until = seeing.now
    handover.note(seeing.now, "breach_ended", clock=breach.clock, due=breach.since.isoformat())
    seeing.unit.save(handover)
    # The reply that it is live says that it is over; a record that ended is nobody's any more.
    if _told(seeing, breach) and handover.state not in (*LIVE, *ENDED):
        seeing.unit.emit(Reply(handover.id, "late_over", breach.end(handover.breaches)))


def _told(seeing: Look, breach: Breach) -> bool:
    # Said on an earlier day, or on its way: whether it got there, the hands see when the end is to be said.
    first = local_day(seeing.terms.office(seeing.handover), breach.since)
    return breach.told_on is not None or breach.was_told([post.name for post in seeing.handover.posts], first)


def _tell_thread(seeing: Look) -> None:
    # Once a working day, while the office is open; who is not at work now hears of it at their own opening.
    handover, breach = seeing.handover, seeing.handover.breach
    office = seeing.terms.office(handover)
    today = local_day(office, seeing.now)
    if breach is None or breach.told_on == today or not is_open(office, seeing.now):
        return
    until: dict[str, str] = {}
    for person_id in nag.waits(handover, seeing.heads):
        person = seeing.unit.person(person_id)
        if person is None or not person.slack_id or person.away(seeing.now):
            continue
        closes = nag.closing(hours_of(person, seeing.terms.offices), seeing.now)
        if closes is not None:
            until[str(person_id)] = closes.isoformat()
            seeing.rung.add(person_id)
    breach.told_on = today
    seeing.unit.save(handover)
    data = {"ring": until, "day": today.isoformat()}
    seeing.unit.emit(Reply(handover.id, "late", f"{breach.clock}:{today}", data))


def _plan(seeing: Look) -> None:
    unit, handover = seeing.unit, seeing.handover
    before = unit.nags(handover.id)
    wanted = _wanted(seeing, before)
    if wanted == before and not seeing.rung and not seeing.turned:
        if _stood_in(seeing, before):  # who is back changes nothing of this, but what their deputy was told
            _redraw(seeing, before, wanted)
        return
    # People after the record, by id: whoever reminds one of them at this moment holds their row.
    unit.lock_people({*before, *wanted})
    before = unit.nags(handover.id)
    wanted = _wanted(seeing, before)
    unit.keep_nags(handover.id, wanted.values())
    _redraw(seeing, {*before, *wanted}, wanted)


def _wanted(seeing: Look, before: dict[int, Nag]) -> dict[int, Nag]:
    handover = seeing.handover
    if clock.of(handover, seeing.terms.settings) is None:
        return {}
    counting, heads = seeing.counting, seeing.heads
    manager = manager_of(handover)
    waiting = _reachable(seeing, nag.waits(handover, heads), [manager] if manager else heads) if counting else {}
    question = _question(seeing)
    people = {*before, *waiting, *question, *heads, manager} - {0}
    wanted = {}
    for person_id in sorted(people):
        old = before.get(person_id) or Nag(handover.id, person_id)
        receiver = seeing.receiver(person_id)
        waits = nag.since(waiting.get(person_id, []), old.waits, seeing.now)
        found = Nag(handover.id, person_id, waits, {}, list(old.spent), old.deferred)
        found.due_at = counting.due if counting and waits else None
        if receiver is not None:
            view = View(
                hours_of(receiver, seeing.terms.offices),
                waits,
                manages=person_id == manager or (not manager and person_id in heads),
                heads=person_id in heads,
                reminders=receiver.reminders,
            )
            found.plan = _unspent(seeing, view, found, old)
            found.plan |= {cause: at for cause, at in question.get(person_id, {}).items() if cause not in found.spent}
        if counting and counting.late(seeing.now):
            # The office may be closed for days on which this person works: their next day is planned in time.
            seeing.back |= {max((at for why, at in found.plan.items() if why.startswith("late:")), default=seeing.now)}
        if found.waits or found.plan or found.spent:
            wanted[person_id] = found
    return wanted


def _reachable(seeing: Look, waiting: dict[int, list[Turn]], instead: list[int]) -> dict[int, list[Turn]]:
    # What waits for somebody who left the company waits for the delivery manager, who names somebody else.
    found: dict[int, list[Turn]] = {}
    for person_id, turns in waiting.items():
        person = seeing.unit.person(person_id)
        here = person is not None and person.active and not person.guest and person.slack_id
        for one in [person_id] if here else instead:
            found.setdefault(one, []).extend(turns)
    return found


def _unspent(seeing: Look, view: View, found: Nag, old: Nag) -> dict[str, datetime]:
    handover, terms = seeing.handover, seeing.terms
    if seeing.counting is None:
        # A moment that somebody was promised is kept; whether anything waits then, the hands see.
        return {c: at for c, at in old.plan.items() if c.startswith("later:") and at > seeing.now}
    if found.person in seeing.rung:
        found.spend([late_cause(view.hours, seeing.now)])
    planned = nag.plan(view, handover, seeing.counting, terms.office(handover), ladder(terms), now=seeing.now)
    # What is to be told again stands beside the plan: a warning also for who answers for it and waits for nothing.
    kept = {c: at for c, at in old.plan.items() if c.startswith(("later:", "again:"))}
    later = {c: at for c, at in kept.items() if found.waits or (view.manages and ":warn:" in c)}
    return {cause: at for cause, at in (planned | later).items() if cause not in found.spent}


def ladder(terms: Terms) -> Ladder:
    """The ladder of the settings."""
    settings = terms.settings
    return Ladder(settings.first_share, settings.last_hours, timedelta(hours=float(settings.merge_hours)))


def _redraw(seeing: Look, people: Iterable[int], wanted: dict[int, Nag]) -> None:
    # What is done elsewhere loses its button in the reminders that were sent for it; what became late says so there.
    handover = seeing.handover
    receivers = {person_id: one.id for person_id in people if (one := seeing.receiver(person_id))}
    since = (seeing.now - REMEMBERED).date()
    for reminder in seeing.unit.open_reminders({*people, *receivers.values(), *_stood_in(seeing, people)}, since):
        shown = [(person, key) for handover_id, person, key in reminder.shown if handover_id == handover.id]
        fallen = any(not _stands(seeing, person, wanted.get(person), key) for person, key in shown)
        back = any(reminder.person not in (person, receivers.get(person)) for person, _ in shown)
        if fallen or back or (shown and seeing.turned):
            nonce = f"{handover.id}:{handover.rev}{':back' if back else ''}"
            seeing.unit.emit(RedrawReminder(reminder.id, reminder.person, nonce))


def _stood_in(seeing: Look, people: Iterable[int]) -> set[int]:
    # Who may have been told instead of these people.
    known = seeing.unit.people(people).values()
    return set().union(*(deputies(seeing.unit, one, seeing.terms.settings) for one in known))


def _stands(seeing: Look, person: int, found: Nag | None, key: str) -> bool:
    if key.startswith(nag.ASKED):
        asked = {one.id for one_id in _asked(seeing) if (one := seeing.receiver(one_id))}
        return key == rules.question(seeing.handover) and person in asked
    if key in (nag.LATE, nag.WARNED):
        counting, answers = seeing.counting, person in (manager_of(seeing.handover), *seeing.heads)
        return answers and counting is not None and (key == nag.WARNED or counting.late(seeing.now))
    return found is not None and key in found.waits
