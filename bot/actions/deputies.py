"""Whoever comes to stand in for somebody who said that they are away hears of it, once in each absence.

It does not matter how it came to them: the absence began, a deputy was chosen, removed, deactivated, went away or came
back. An absence that only a status in Slack tells of is nobody's news: statuses come and go. Who was told is a row per
person, locked after the people's own rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.clock.absence import concerned, stand_in
from bot.effects import Direct
from bot.people import Person, can_hold
from bot.settings import Settings
from bot.unit import Unit

BEGUN = "0"  # of an absence: nobody was told yet; '' means that it began before this was kept
Acting = dict[int, Person | None]


def said_away(person: Person, now: datetime) -> bool:
    """Whether this colleague said of themselves that they are away at that moment."""
    return can_hold(person) and replace(person, status_until=None).away(now)


def acting(unit: Unit, person: Person, settings: Settings, now: datetime) -> Acting:
    """Who stands in at that moment for this person, and for everyone whose things may come to them, by id."""
    found = unit.people(concerned(unit, person, settings))
    return {one: stand_in(unit, found[one], settings, now) for one in sorted(found)}


def lock(unit: Unit, people: Iterable[int]) -> None:
    """Holds who was told in the absences of all these people; in one order, so that two never wait for each other."""
    for one in sorted(people):
        unit.locked_setting(_key(one))


def begins(unit: Unit, person_id: int) -> None:
    """An absence begins: nobody was told of it."""
    unit.locked_setting(_key(person_id))
    unit.keep_setting(_key(person_id), BEGUN)


def heard(unit: Unit, person_id: int, deputy_id: int) -> None:
    """The deputy hears of this absence in another way."""
    _keep(unit, person_id, _told(unit, person_id, None) | {deputy_id})


def unheard(unit: Unit, person_id: int, deputy_id: int) -> None:
    """The word was out of date when it could be sent: when it is true again, it is said."""
    _keep(unit, person_id, _told(unit, person_id, None) - {deputy_id})


def tell(unit: Unit, before: Mapping[int, Person | None], *, nonce: str, settings: Settings, now: datetime) -> None:
    """Tells whoever stands in by now for those who are away; `before` is who did so until now."""
    people = unit.people(before)
    for one in sorted(people):
        if not said_away(people[one], now):
            continue
        present, told = stand_in(unit, people[one], settings, now), _told(unit, one, before[one])
        if present and present.id not in told:
            unit.emit(Direct(present.id, "stands_in", f"{one}:{nonce}", data={"by": one}))
        _keep(unit, one, told | ({present.id} if present else set()))


def _key(person_id: int) -> str:
    return f"absence:{person_id}"


def _told(unit: Unit, person_id: int, before: Person | None) -> set[int]:
    stored = unit.locked_setting(_key(person_id))
    return {int(one) for one in stored.split()} if stored else {before.id} if before else set()


def _keep(unit: Unit, person_id: int, told: set[int]) -> None:
    unit.keep_setting(_key(person_id), " ".join(map(str, sorted(told | {int(BEGUN)}))))
