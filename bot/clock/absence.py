"""Who is away, and who stands in for them.

A person is away by their own word (through a date of their own zone) or by their status in Slack (until a moment). The
deputy whom they chose stands in, else the one whom the settings name; a deputy who is away hands on to their own.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.people import Person, can_hold
from bot.settings import Settings

CHAIN = 3  # how often a deputy who is away may hand on
SKIN = re.compile(r"::skin-tone-\d:")
WORD = re.compile(r"\w+")


class Known(Protocol):
    """Where people are found: a unit or a reader of the store."""

    def person(self, person_id: int) -> Person | None:
        """A person by id."""

    def by_email(self, email: str) -> Person | None:
        """A person by e-mail."""


class Everybody(Known, Protocol):
    """Where it is found as well who chose whom as deputy: a unit or a reader of the store."""

    def people(self, ids: Iterable[int]) -> dict[int, Person]:
        """Several people by id."""

    def represented(self, person_ids: Iterable[int]) -> list[int]:
        """Ids of everyone who chose one of these people as deputy."""


def missing(person: Person, now: datetime) -> bool:
    """Whether nothing can be asked of this person now: away, a guest by now, or without an active Slack account."""
    return not can_hold(person) or person.away(now)


def back_at(person: Person, now: datetime) -> datetime | None:
    """When the absence of that moment ends (UTC); None when the person is not away."""
    if not person.away(now):
        return None
    ends = [person.status_until] if person.status_until else []
    if person.away_until:
        midnight = datetime.combine(person.away_until + timedelta(days=1), time(), tzinfo=ZoneInfo(person.tz))
        ends.append(midnight.astimezone(UTC))
    return max(ends)


def deputy_of(known: Known, person: Person, settings: Settings) -> Person | None:
    """The deputy, here or not: the chosen one, else the configured one; nobody who could not hold a role."""
    return next(iter(_deputies(known, person, settings)), None)


def stand_in(known: Known, person: Person, settings: Settings, now: datetime) -> Person | None:
    """Who acts for a missing person at that moment; None when they are here, or when nobody can.

    Never somebody who is away or cannot hold a role. A deputy who is away hands on to their own, at most three times,
    so that a circle ends; when the chosen deputy's line ends with nobody, the configured one's is followed.
    """
    return _present(known, person, settings, now) if missing(person, now) else None


def deputies(known: Known, person: Person, settings: Settings, left: int = CHAIN) -> set[int]:
    """Everyone who may ever stand in for this person: their deputies, here or not, and those of their deputies."""
    found: set[int] = set()
    for deputy in _deputies(known, person, settings) if left else ():
        found |= {deputy.id} | deputies(known, deputy, settings, left - 1)
    return found


def acts_for(known: Known, deputy: Person, person: Person, settings: Settings, now: datetime) -> bool:
    """Whether the one stands in for the other at that moment."""
    present = stand_in(known, person, settings, now)
    return present is not None and present.id == deputy.id


def concerned(known: Everybody, person: Person, settings: Settings) -> set[int]:
    """The person, and whoever's things may come to them: as their deputy, or as the deputy of their deputy."""
    found = layer = {person.id}
    for _ in range(CHAIN):
        emails = {one.email for one in known.people(layer).values() if one.email}
        configured = [known.by_email(email) for email, deputy in settings.deputies.items() if deputy in emails]
        layer = {*known.represented(layer), *(one.id for one in configured if one)} - found
        if not layer:
            break
        found = found | layer
    return found


def stands_for(known: Everybody, deputy: Person, settings: Settings, now: datetime) -> list[Person]:
    """Everyone who is away at that moment and for whom this person acts, by id."""
    others = known.people(concerned(known, deputy, settings) - {deputy.id})
    acting = {one.id: stand_in(known, one, settings, now) for one in others.values() if one.away(now)}
    return [others[one] for one, who in sorted(acting.items()) if who and who.id == deputy.id]


def by_status(emoji: str, text: str, until: datetime | None, *, settings: Settings, now: datetime) -> datetime | None:
    """Until when a status in Slack says that somebody is away; None when it says no such thing.

    It must end in the future, and show one of the agreed emojis or, as whole words, one of the agreed texts. Without an
    end nobody knows when to ask again, so such a status is no absence.
    """
    if until is None or until <= now:
        return None
    plain = SKIN.sub(":", emoji.lower())
    said = _words(text)
    agreed = plain in settings.away_emojis or any(_words(one) in said for one in settings.away_words)
    return until if agreed else None


def _present(known: Known, person: Person, settings: Settings, now: datetime, left: int = CHAIN) -> Person | None:
    for deputy in _deputies(known, person, settings) if left else ():
        found = _present(known, deputy, settings, now, left - 1) if deputy.away(now) else deputy
        if found:
            return found
    return None


def _deputies(known: Known, person: Person, settings: Settings) -> list[Person]:
    chosen = known.person(person.deputy) if person.deputy else None
    address = settings.deputies.get(person.email.lower(), "")
    configured = known.by_email(address) if address else None
    return [one for one in (chosen, configured) if one and can_hold(one)]


def _words(text: str) -> str:
    return f" {' '.join(WORD.findall(text.lower()))} "
