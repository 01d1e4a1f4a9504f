"""Waiting on the client: the clock stands still until an expected date, never unseen by the delivery manager."""

from collections.abc import Sequence
from datetime import date, datetime

from bot import checklist
from bot.actions import rights
from bot.actions.lists import gone, settle
from bot.actions.provision import begin_when_ready
from bot.actions.rights import only
from bot.clock import pause as rules
from bot.effects import Direct, Reply
from bot.errors import Refused
from bot.handover import ENDED, Handover, Interval, State
from bot.naming import day_words
from bot.people import Person, Role, may
from bot.rights import Deed
from bot.rights.whom import Known
from bot.terms import Said, Terms, heads_of, manager_of
from bot.unit import Unit

MAX_REASON = 300  # characters


def pause(
    unit: Unit,
    handover_id: int,
    who: Person,
    *,
    reason: str,
    expected: date,
    subject: str = "",
    terms: Terms,
    now: datetime,
) -> Said | Refused:
    """Stops the clock until the client's answer; `subject` is the item that waits, '' for the whole record.

    Role holders, delivery managers, sales operations and heads may. The delivery manager is told, with [Undo].
    """
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = cannot(unit, handover, who, subject=subject)
    problem = problem or _words_problem(reason) or date_problem(unit, handover, expected, terms=terms, now=now)
    if problem:
        return Refused(problem)
    interval = Interval(rules.KIND, now, reason.strip(), who.id, expected, subject=subject)
    handover.intervals.append(interval)
    handover.note(now, "paused", person=who.id, why=interval.reason, day=expected.isoformat(), item=subject)
    told = _tell_manager(unit, handover, who, interval)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said(f"{handover.client} waits on the client until {day_words(expected)}.{told}")


def extend(
    unit: Unit, handover_id: int, who: Person, *, expected: date, reason: str = "", terms: Terms, now: datetime
) -> Said | Refused:
    """The client needs longer: another expected date, within the same limits. Without a reason the old one stays."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    interval = handover.running(rules.KIND) if handover.state in rules.CLOCKED else None
    problem = rights.to_pause(unit, handover, who, "change this")
    if not problem and interval is None:
        problem = f"{handover.title} does not wait on the client any more. If it must, pause it anew."
    problem = problem or date_problem(unit, handover, expected, terms=terms, now=now)
    if problem or interval is None:
        return Refused(problem)
    if interval.expected == expected and reason.strip() in ("", interval.reason):
        return Said(f"{handover.client} waits until {day_words(expected)} already.")
    was, interval.expected = interval.expected, expected
    interval.reason = reason.strip()[:MAX_REASON] or interval.reason
    handover.note(
        now,
        "pause_extended",
        person=who.id,
        was=was.isoformat() if was else "",
        now=expected.isoformat(),
        why=interval.reason,
    )
    told = _tell_manager(unit, handover, who, interval)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said(f"{handover.client} waits on the client until {day_words(expected)}.{told}")


def cannot(known: Known, handover: Handover, who: Person, *, subject: str = "", waiting: bool = False) -> str:
    """Why this person cannot pause it, or with `waiting` say that it still waits, before anything is written."""
    if waiting:
        return rights.to_pause(known, handover, who, "change this")
    return rights.to_pause(known, handover, who) or _cannot_pause(handover, subject)


def date_problem(known: Known, handover: Handover, expected: date, *, terms: Terms, now: datetime) -> str:
    """Why the answer cannot be expected on that date, with the way out; '' when it can."""
    return rules.date_problem(handover, expected, terms=terms, now=now, asked=rights.manager(known, handover))


def resume(unit: Unit, handover_id: int, who: Person, *, terms: Terms, now: datetime) -> Said | Refused:
    """The answer is here: the clock runs again, and the due time has moved by the working time that stood still."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_pause(unit, handover, who, "let it go on")
    if problem:
        return Refused(problem)
    if handover.running(rules.KIND) is None or handover.state not in rules.CLOCKED:
        return Said(f"{handover.client} does not wait on the client any more.")
    rules.finish(handover, "hand", terms=terms, now=now, person=who.id)
    _onwards(unit, handover, terms=terms, now=now, actor=who.id)
    on_hold = handover.running("hold") is not None
    return Said("Noted. It is on hold still." if on_hold else "It goes on. The clock runs again.")


def undo(unit: Unit, handover_id: int, who: Person, *, name: str, terms: Terms, now: datetime) -> Said | Refused:
    """The delivery manager takes a pause back, also one that is over: the due time is what it was before it.

    `name` is the pause's (`bot.pause.mark`). Where nobody is the delivery manager, a head may.
    """
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    if not who.id or not may(who, Deed.PAUSE_UNDO, handover.roles):
        return Refused(only(unit, handover, Role.DELIVERY_MANAGER, "take this back"))
    interval = rules.marked(handover, name)
    if interval is None or interval.until == interval.since:
        return Said("That was taken back already.")
    if handover.state not in rules.CLOCKED:
        return Refused("No clock runs here any more, so there is nothing to take back.")
    rules.take_back(handover, interval, terms=terms, now=now)
    handover.note(now, "pause_undone", person=who.id, why=interval.reason)
    if interval.by and interval.by != who.id:
        serial = f"{handover.shown_id}:{name}"
        unit.emit(Direct(interval.by, "pause_undone", serial, handover.id, {"by": who.id}))
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    if terms.settings.provision_auto:
        begin_when_ready(unit, handover, terms=terms, now=now)
    return Said(f"Taken back. The clock of {handover.client} counts as if it had not stood still.")


def end_by_itself(unit: Unit, handover: Handover, *, terms: Terms, now: datetime) -> bool:
    """Ends the pause that is over without anybody, at the moment at which it was; one reply says the new due time."""
    if not rules.catch_up(handover, terms=terms, now=now):
        return False
    _onwards(unit, handover, terms=terms, now=now)
    return True


def managers(known: Known, handover: Handover) -> Sequence[int]:
    """Who must hear of it: the delivery manager, or the heads while nobody is."""
    told = manager_of(handover)
    return [told] if told else heads_of(known)


def _onwards(unit: Unit, handover: Handover, *, terms: Terms, now: datetime, actor: int = 0) -> None:
    settle(unit, handover, terms=terms, now=now, actor=actor)
    if handover.running("hold") is None and handover.live_at is None:
        unit.emit(Reply(handover.id, "resumed", f"{now:%Y%m%dT%H%M%S%f}"))
    if terms.settings.provision_auto:
        begin_when_ready(unit, handover, terms=terms, now=now)


def _tell_manager(unit: Unit, handover: Handover, who: Person, interval: Interval) -> str:
    data = {"by": who.id, "pause": rules.mark(interval)}
    serial = f"{handover.shown_id}:{data['pause']}:{interval.expected}"
    told = [person for person in managers(unit, handover) if person != who.id]
    for person_id in told:
        unit.emit(Direct(person_id, "paused", serial, handover.id, data))
    manager = unit.person(told[0]) if told else None
    return f" {manager.first_name} is told." if manager else ""


def _cannot_pause(handover: Handover, subject: str) -> str:
    if handover.state in ENDED:
        return f"{handover.title} is closed: no clock runs any more."
    if handover.state is State.PRESALE:
        return "The deal is not won yet, so no clock runs that could wait."
    if handover.state not in rules.CLOCKED:
        return "The gate is open: no clock runs any more. The project plan is the place for what delivery waits for."
    if handover.running("hold"):
        return "This handover is on hold: its clock stands still already."
    running = handover.running(rules.KIND)
    if running:
        until = f", until {day_words(running.expected)}" if running.expected else ""
        return f"{handover.title} waits on the client already{until}. “Still waiting” changes the date."
    item = handover.item(subject)
    if item is not None and checklist.done(handover, item):
        return "This is done already, so it waits for nobody."
    return ""


def _words_problem(reason: str) -> str:
    if not reason.strip():
        return "Say in a few words what the client owes you."
    if len(reason.strip()) > MAX_REASON:
        return f"Write it in at most {MAX_REASON} characters: it is read on a phone."
    return ""
