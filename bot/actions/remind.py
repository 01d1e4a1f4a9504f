"""Telling people: one message over all their handovers, at most two on a day of theirs, in their own hours.

What was planned for somebody who is away goes to their deputy. Everything is looked at again when it is sent: what was
done meanwhile is left out, and a message that would come on another day than its own is planned anew.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot import gate
from bot.actions import rights
from bot.actions.lists import gone
from bot.clock.absence import Known, stand_in
from bot.clock.nag import ASKED, DEFERRALS, PER_DAY, Nag, Reminder, hours_of, late_cause, local_day, nudge_key
from bot.effects import Direct, RedrawReminder, Remind
from bot.errors import Refused
from bot.handover import Handover
from bot.naming import moment_words
from bot.people import Person, may
from bot.rights import Deed, Who
from bot.terms import Said, Terms
from bot.unit import Unit
from bot.worktime import Office, is_open, next_opening


class Crowd(Known, Protocol):
    """Where many people are found at once: a unit or a reader of the store."""

    def people(self, ids: Iterable[int]) -> dict[int, Person]:
        """Several people by id."""


def receivers(known: Crowd, people: Iterable[int], *, terms: Terms, now: datetime) -> dict[int, list[int]]:
    """Who is told what is due for these people: receiver → for whom, in their order. It only reads."""
    found: dict[int, list[int]] = {}
    wanted = list(people)
    those = known.people(wanted)
    for person in (those[person_id] for person_id in wanted if person_id in those):
        receiver = stand_in(known, person, terms.settings, now) or person
        found.setdefault(receiver.id, []).append(person.id)
    return found


def remind(unit: Unit, receiver_id: int, people: Iterable[int], *, terms: Terms, now: datetime) -> bool:
    """Tells one receiver what is due for these people; whether a message goes out.

    Outside the receiver's hours it waits for their next opening. What comes when the day's messages are used up is
    added to the last of them, without ringing.
    """
    those = list(people)
    locked = unit.lock_people({receiver_id, *those})
    receiver = locked.get(receiver_id)
    rows = unit.nags_due(those, now)
    if receiver is None or not rows:
        return False
    if not receiver.active or receiver.guest or not receiver.slack_id:
        _drop(unit, rows, now)
        return False
    # What was put off and stands still by now rings nobody.
    idle = [row for row in rows if not row.waits and all(cause.startswith("later:") for cause in row.due(now))]
    _drop(unit, idle, now)
    rows = [row for row in rows if row not in idle]
    hours = hours_of(receiver, terms.offices)
    if rows and not is_open(hours, now):
        _put_off(unit, rows, next_opening(hours, now), now)
        return False
    return bool(rows) and _tell(unit, receiver, rows, now, hours=hours)


def _tell(unit: Unit, receiver: Person, rows: list[Nag], now: datetime, *, hours: Office) -> bool:
    day = local_day(hours, now)
    ever = unit.reminders(receiver.id, day)
    # One that had nothing to say when it should have been sent rang nobody, so it uses nothing up.
    sent = [reminder for reminder in ever if reminder.ts or not reminder.done_at]
    causes = _spent(unit, rows, now)
    # One that somebody asked for rang as well.
    most = PER_DAY - unit.nudged(receiver.id, day)
    if len(sent) < most and not _only_late_again(sent, causes, rows):
        n = ever[-1].n + 1 if ever else 1
        unit.add_reminder(receiver.id, day, n, at=now, causes=causes)
        unit.emit(Remind(receiver.id, day.isoformat(), n))
        return True
    last = sent[-1]
    _add(last, causes)
    last.done_at = None  # what it said is done, and here is something new: it is edited once more
    unit.keep_reminder(last)
    unit.emit(RedrawReminder(last.id, receiver.id, now.isoformat()))
    return False


def _spent(unit: Unit, rows: list[Nag], now: datetime) -> dict[int, list[str]]:
    causes: dict[int, list[str]] = {}
    for row in rows:
        named = row.due(now)
        causes.setdefault(row.handover_id, []).extend(f"{row.person}:{cause}" for cause in named)
        row.spend(named)
        unit.keep_nag(row)
    return causes


def _add(reminder: Reminder, causes: dict[int, list[str]]) -> None:
    for handover_id, named in causes.items():
        mine = reminder.causes.setdefault(handover_id, [])
        mine.extend(cause for cause in named if cause not in mine)


def _only_late_again(sent: list[Reminder], causes: dict[int, list[str]], rows: list[Nag]) -> bool:
    # Heads hear of late ones once a day: what becomes late after that is added to the message that is there.
    told = any(is_late(cause) for reminder in sent for named in reminder.causes.values() for cause in named)
    only_late = all(is_late(cause) for named in causes.values() for cause in named)
    return told and only_late and not any(row.waits for row in rows)


def is_late(cause: str) -> bool:
    """Whether a reminder's cause ("17:late:2025-09-10") is that something is late."""
    return cause.partition(":")[2].startswith("late:")


def is_warning(cause: str) -> bool:
    """Whether a reminder's cause is that something will be late soon."""
    return ":warn:" in cause


def is_question(cause: str) -> bool:
    """Whether a reminder's cause is the question whether the client's answer is here."""
    return cause.partition(":")[2].startswith(ASKED)


def held(unit: Unit, reminder: Reminder) -> Reminder:
    """The reminder as it is by now: nobody adds to it or plans for those whom it names until the transaction ends."""
    unit.lock_people({reminder.person, *_whom(reminder)})
    found = unit.reminder(reminder.id) or reminder
    added = _whom(found) - _whom(reminder)
    if added:
        unit.lock_people(added)
    return found


def fold(unit: Unit, reminder: Reminder, receiver: Person, *, terms: Terms, now: datetime) -> None:
    """A reminder that could not be sent: what it was for is planned for the next opening, as one message.

    The opening is the receiver's, or that of whoever stands in for them by now.
    """
    hours = hours_of(stand_in(unit, receiver, terms.settings, now) or receiver, terms.offices)
    at = now if is_open(hours, now) else next_opening(hours, now)
    reminder = held(unit, reminder)
    for handover_id, named in reminder.causes.items():
        rows = unit.nags(handover_id)
        for cause in named:
            person_id, _, why = cause.partition(":")
            row = rows.get(int(person_id))
            if row is None:
                continue
            if is_question(cause) or why == late_cause(hours, at):
                _unspend(row, why, at)
                unit.keep_nag(row)
            # A late day is over with its day; the day on which it is told now has a cause of its own.
            elif row.waits or not why.startswith("late:"):
                row.plan[f"again:{why}"] = at
                unit.keep_nag(row)
    let_go(unit, reminder, now)


def heard(unit: Unit, handover_id: int, deputy: Person, whom: int, *, terms: Terms, now: datetime) -> None:
    """What a deputy was told today for whomever they take over from is not told once more as their own."""
    hours = hours_of(deputy, terms.offices)
    late, today = late_cause(hours, now), unit.reminders(deputy.id, local_day(hours, now))
    if not any(f"{whom}:{late}" in reminder.causes.get(handover_id, ()) for reminder in today):
        return
    unit.lock_people({deputy.id, whom})
    rows = unit.nags(handover_id)
    rows.setdefault(deputy.id, Nag(handover_id, deputy.id)).spend([late])
    unit.keep_nags(handover_id, rows.values())


def merge(unit: Unit, reminder: Reminder, later: Reminder, *, now: datetime) -> None:
    """Two reminders of one day that both wait to be sent are one. The caller holds them."""
    _add(later, reminder.causes)
    unit.keep_reminder(later)
    let_go(unit, reminder, now)


def let_go(unit: Unit, reminder: Reminder, now: datetime) -> None:
    """It is never sent. Its row stays, so that no later reminder of that day has its number, by which it is found."""
    reminder.done_at = now
    unit.keep_reminder(reminder)


def gather(unit: Unit, reminder: Reminder, *, now: datetime) -> None:
    """What became due while the reminder waited to be sent is told with it, and by no message of its own.

    The caller holds it.
    """
    causes = _spent(unit, unit.nags_due({reminder.person, *_whom(reminder)}, now), now)
    if causes:
        _add(reminder, causes)
        unit.keep_reminder(reminder)


def later(unit: Unit, who: Person, *, reminder_id: int, until: datetime, terms: Terms, now: datetime) -> Said | Refused:
    """[Remind me later]: what the message asks for is asked for again at that moment, not before; twice at the most."""
    reminder = unit.reminder(reminder_id)
    own = reminder is not None and reminder.person == who.id
    if reminder is None or not may(who, Deed.REMINDER_LATER, also=(Who.SELF,) if own else ()):
        return Refused("This reminder is not yours, so you cannot put it off.")
    if until <= now:
        return Refused("This time has passed. Please choose another one.")
    reminder = held(unit, reminder)
    rows = [row for row in _rows(unit, reminder) if row.due_at and until < row.due_at]
    if not rows:
        return Refused("It is due before that. Do it now, or say that you can't: the button is beside it.")
    if any(row.deferred >= DEFERRALS for row in rows):
        return Refused("It was put off twice already. Do it now, or say that you can't.")
    for row in rows:
        row.deferred += 1
        # What a manager is told of others is not put off with what waits for the manager.
        row.spend([cause for cause, at in row.plan.items() if at <= until and not _notice(cause)])
        row.plan[f"later:{until.isoformat()}"] = until
        unit.keep_nag(row)
    unit.emit(RedrawReminder(reminder.id, who.id, now.isoformat()))
    return Said(f"I remind you again {_when(until, hours_of(who, terms.offices))}.")


def nudge(unit: Unit, handover_id: int, who: Person, *, whom: int, terms: Terms, now: datetime) -> Said | Refused:
    """[Remind Ana]: a reminder like any other, asked for by somebody else; once on a day of theirs, whoever asks.

    It counts among those of that day, comes in their own hours, and leaves in peace who is away.
    """
    handover, person = unit.handover(handover_id), unit.person(whom)
    if handover is None:
        return gone()
    if person is None:
        return Refused("There is nobody to remind any more.")
    problem = rights.to_see(unit, handover, who, Deed.REMIND, "remind others")
    if not problem and not gate.turns_of(handover, person.id):
        problem = f"{person.first_name} has nothing to do here right now."
    hours = hours_of(person, terms.offices)
    at = next_opening(hours, now)
    day = local_day(hours, at)
    problem = problem or _left_in_peace(unit, handover, person, terms=terms, at=at)
    if problem:
        return Refused(problem)
    unit.lock_people([person.id])  # what is sent by itself at this moment counts, too
    told = [one for one in unit.reminders(person.id, day) if one.ts or not one.done_at]
    if len(told) >= PER_DAY or not unit.seen(nudge_key(person.id, day)):
        return Refused(f"{person.first_name} was reminded {'today' if at == now else 'for their next day'} already.")
    handover.note(now, "reminded", person=who.id, whom=person.id)
    unit.save(handover)
    data = {"by": who.id, "day": day.isoformat()}
    unit.emit(Direct(person.id, "remind", f"{handover.shown_id}:{now.isoformat()}", handover.id, data))
    if at != now:
        return Said(f"{person.first_name} is not at work now: the reminder comes when their day begins.")
    return Said(f"{person.first_name} is reminded.")


def _left_in_peace(unit: Unit, handover: Handover, person: Person, *, terms: Terms, at: datetime) -> str:
    if not person.away(at):
        return ""
    deputy = stand_in(unit, person, terms.settings, at)
    if deputy is not None:
        return f"{person.first_name} is away. {deputy.first_name} stands in and gets the reminders meanwhile."
    return f"{person.first_name} is away, and nobody stands in. Ask {rights.manager(unit, handover)} to name somebody."


def _rows(unit: Unit, reminder: Reminder) -> list[Nag]:
    found = []
    for handover_id in sorted({line[0] for line in reminder.shown}):
        rows = unit.nags(handover_id)
        whom = {line[1] for line in reminder.shown if line[0] == handover_id}
        found += [rows[person_id] for person_id in sorted(whom) if person_id in rows and rows[person_id].waits]
    return found


def _notice(cause: str) -> bool:
    return cause.startswith("late:") or is_warning(cause)


def _whom(reminder: Reminder) -> set[int]:
    causes = {int(cause.partition(":")[0]) for named in reminder.causes.values() for cause in named}
    return causes | {line[1] for line in reminder.shown}


def _when(moment: datetime, hours: Office) -> str:
    return moment_words(moment.astimezone(ZoneInfo(hours.tz)))


def _put_off(unit: Unit, rows: list[Nag], at: datetime, now: datetime) -> None:
    for row in rows:
        for cause in row.due(now):
            row.plan[cause] = at
        unit.keep_nag(row)


def _unspend(row: Nag, why: str, at: datetime) -> None:
    row.spent = [one for one in row.spent if one != why]
    row.plan[why] = at


def _drop(unit: Unit, rows: list[Nag], now: datetime) -> None:
    # Nobody reads it: the delivery manager and the heads have causes of their own.
    for row in rows:
        row.spend(row.due(now))
        unit.keep_nag(row)
