"""Who stands in for somebody who is away: the deputy whom they chose, else the one of the settings."""

from datetime import datetime
from typing import Protocol

from bot.people import Person
from bot.settings import Settings

CHAIN = 3  # deputies of deputies at the most


class Directory(Protocol):
    """Where people are looked up: a unit or a reader."""

    def person(self, person_id: int) -> Person | None:
        """A person by id."""

    def by_email(self, email: str) -> Person | None:
        """A person by e-mail, in any case."""


def stand_in(directory: Directory, person: Person, settings: Settings, now: datetime) -> Person | None:
    """Who gets what waits for this person now; None when they are here themselves, or nobody can stand in.

    Never somebody who is away, a guest or gone; a deputy's deputy when the deputy is away, without circles.
    """
    if not person.away(now):
        return None
    met = {person.id}
    current = person
    for _ in range(CHAIN):
        deputy = directory.person(current.deputy) if current.deputy else None
        deputy = deputy or directory.by_email(settings.deputies.get(current.email, ""))
        if deputy is None or deputy.id in met or not deputy.active or deputy.guest or not deputy.slack_id:
            return None
        if not deputy.away(now):
            return deputy
        met.add(deputy.id)
        current = deputy
    return None
