"""What a person chooses for themselves: when reminders come, until when they are away, and who stands in.

Whatever changes here changes for whom things wait: the records concerned are looked at again, theirs and those of
everyone for whom they stand in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.actions import deputies, people
from bot.clock.absence import back_at, concerned, deputy_of, stand_in
from bot.clock.nag import REMEMBERED
from bot.effects import Direct, Home, RedrawReminder
from bot.errors import Refused
from bot.naming import WEEKDAYS, moment_words, short_day_words
from bot.people import Person, can_hold
from bot.settings import Settings
from bot.terms import Said, Terms
from bot.unit import Unit

REMINDERS = {
    "now": "Reminders come in the moment.",
    "morning": "Reminders come in the morning, late ones in the moment.",
    "off": "No reminders, except for what is late.",
}


@dataclass(frozen=True)
class Preferences:
    """What somebody chose. `away_until` is the last day away in their own zone, None when they are here."""

    reminders: str
    away_until: date | None = None
    deputy: Person | None = None


def keep(
    unit: Unit, who: Person, chosen: Preferences, *, nonce: str, settings: Settings, now: datetime
) -> Said | Refused:
    """Saves it and says what is in force now. A new deputy is told once, and so is whoever stands in by now."""
    problem = _problem(who, chosen, now)
    if problem:
        return Refused(problem)
    deputy = chosen.deputy.id if chosen.deputy else 0
    wanted = (chosen.reminders, chosen.away_until, deputy)
    before = deputies.acting(unit, who, settings, now)
    if (who.reminders, who.away_until, who.deputy) != wanted:
        _look_again(unit, who, settings, now)
        unit.keep_preferences(who.id, reminders=chosen.reminders, away_until=chosen.away_until, deputy=deputy)
        _redraw_homes(unit, who.id, before, nonce=nonce, settings=settings, now=now)
    deputies.lock(unit, before)
    kept = unit.person(who.id) or who
    away = deputies.said_away(kept, now)
    if away and not deputies.said_away(who, now):
        deputies.begins(unit, who.id)
    if chosen.deputy and deputy != who.deputy:
        unit.emit(Direct(deputy, "deputy", f"{who.id}:{nonce}", data={"by": who.id}))
        if away:  # which this word says as well
            deputies.heard(unit, who.id, deputy)
    deputies.tell(unit, before, nonce=nonce, settings=settings, now=now)
    return Said(f"{standing(unit, kept, settings, now)} {REMINDERS[kept.reminders]}")


def noticed(
    unit: Unit, person: Person, away_until: datetime | None, *, nonce: str, terms: Terms, now: datetime
) -> Person:
    """Slack says who somebody is and, by their status, until when they are away; the person as stored.

    A guest, a deactivated account, an absence, another zone or address change for whom things wait: the records are
    looked at again. Who can hold no role any more gives them all back. Whoever stands in by now is told, also where
    only time has passed: everybody is looked up once a day.
    """
    before = unit.by_slack(person.slack_id)
    was = (before.status_until, before.active, before.guest, before.tz) if before else (None, True, False, person.tz)
    moved = bool(before and person.email and person.email.lower() != before.email)
    settings, stood_in = terms.settings, deputies.acting(unit, before, terms.settings, now) if before else {}
    changed = moved or was != (away_until, person.active, person.guest, person.tz)
    if before and changed:
        if can_hold(before) and not can_hold(replace(person, id=before.id)):
            people.left(unit, before, terms=terms, now=now)
        _look_again(unit, before, settings, now)
    if moved:
        unit.look_at_all(now)  # offices, company roles and deputies are given by address
    kept = unit.remember(person)
    if changed:
        unit.keep_status(kept.id, away_until)
        _redraw_homes(unit, kept.id, stood_in, nonce=nonce, settings=settings, now=now)
    deputies.tell(unit, stood_in, nonce=nonce, settings=settings, now=now)
    return unit.person(kept.id) or kept


def standing(unit: Unit, person: Person, settings: Settings, now: datetime) -> str:
    """Whether the person is away, and who stands in, in one or two sentences."""
    deputy, back = deputy_of(unit, person, settings), back_at(person, now)
    named = f"{deputy.first_name} is your deputy." if deputy else "You have no deputy."
    if back is None:
        return f"You are not away. {named}"
    present = stand_in(unit, person, settings, now)
    if present is None:
        named = f"{deputy.first_name} is away too. " if deputy else ""
        named += "Nobody stands in for you: choose a deputy."
    elif deputy and present.id != deputy.id:
        named = f"{deputy.first_name} is away too, so {present.first_name} stands in."
    return f"You are away until {_until(person, back)}. {named}"


def _until(person: Person, back: datetime) -> str:
    if person.away_until and (person.status_until is None or person.status_until < back):
        return f"{WEEKDAYS[person.away_until.weekday()]} {short_day_words(person.away_until)}"
    return moment_words(back.astimezone(ZoneInfo(person.tz)))


def _problem(who: Person, chosen: Preferences, now: datetime) -> str:
    if chosen.reminders not in REMINDERS:
        return "Choose when reminders come: in the moment, in the morning, or off."
    if chosen.away_until and chosen.away_until < now.astimezone(ZoneInfo(who.tz)).date():
        return "This day is over. Pick your last day away, or leave it empty when you are here."
    deputy = chosen.deputy
    if deputy and deputy.id == who.id:
        return "You cannot stand in for yourself: choose a colleague."
    if deputy and deputy.guest:
        return f"{deputy.first_name} is a guest in Slack. Guests cannot stand in: choose a colleague."
    if deputy and not can_hold(deputy):
        return f"{deputy.first_name} has no active Slack account here: choose somebody else."
    return ""


def _look_again(unit: Unit, person: Person, settings: Settings, now: datetime) -> None:
    # Before any row of a person is written: records are locked first, by ascending id.
    for handover_id in unit.open_of(concerned(unit, person, settings)):
        unit.look_again(handover_id, now)


def _redraw_homes(
    unit: Unit, person_id: int, before: Mapping[int, Person | None], *, nonce: str, settings: Settings, now: datetime
) -> None:
    # Theirs, and that of whoever stood in or does so now, also for others: it shows what can be taken over.
    wanted = {person_id}
    for away in unit.people({person_id, *before}).values():
        then, present = before.get(away.id), stand_in(unit, away, settings, now)
        if away.id == person_id or (then and then.id) != (present and present.id):
            wanted |= {one.id for one in (then, present) if one}
        if then and (present is None or present.id != then.id):
            _redraw_reminders(unit, then, away, nonce=nonce, now=now)
    for home in unit.home_seen(wanted):
        unit.emit(Home(home, nonce=f"prefs:{nonce}"))


def _redraw_reminders(unit: Unit, deputy: Person, away: Person, *, nonce: str, now: datetime) -> None:
    # What a deputy was told is no longer theirs: a later look would find no deputy there who could have been told.
    for reminder in unit.open_reminders([deputy.id], (now - REMEMBERED).date()):
        if any(person == away.id for _, person, _ in reminder.shown):
            unit.emit(RedrawReminder(reminder.id, deputy.id, f"prefs:{nonce}:{away.id}"))
