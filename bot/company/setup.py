"""How Baton is set up in Slack: who may, what was asked for, and what of it is in force.

Whoever sets an installation up first owns it. Where baton.toml names sales operations or a Head of Delivery already,
only they do. What is asked for names people and channels by their Slack ids; it is in force once they were found.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.errors import Refused
from bot.people import Person, Role, may
from bot.rights import Deed, Who
from bot.rights.whom import Known, whom
from bot.settings import Settings
from bot.settings.stored import ROLES

WANTED, TABLE, OWNER = "setup:wanted", "setup:table", "setup:owner"
NOT_YET = "Baton is not set up yet. Type /handover setup: one form, two minutes. Whoever does it first owns it."


@dataclass(frozen=True)
class Wanted:
    """One filled form. `people` are Slack ids; an empty channel asks for a new one; `office` is a table as in the file.

    `rev` counts the forms that were taken; `by` is a person's id.
    """

    rev: int = 0
    channel: str = ""
    admin: str = ""
    people: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    office: Mapping[str, Any] = field(default_factory=dict)
    by: int = 0

    def text(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of(cls, stored: str) -> "Wanted":
        """From how it is stored; the empty form when nothing is."""
        if not stored:
            return cls()
        raw = json.loads(stored)
        people = {role: tuple(raw["people"].get(role, ())) for role in ROLES}
        return cls(raw["rev"], raw["channel"], raw["admin"], people, raw["office"], raw["by"])


def owner_of(stored: str) -> int:
    """The person who owns the installation, 0 for nobody."""
    return int(stored.split(" ", 1)[0]) if stored else 0


def may_set_up(person: Person, owner: int, settings: Settings) -> bool:
    """Whether this person may change what is set in Slack."""
    named = settings.roles.get(Role.SALES_OPS) or settings.roles.get(Role.HEAD_OF_DELIVERY)
    first = not owner and not named and bool(settings.missing)  # who does it first owns it
    own = (Who.OWNER,) if person.id == owner or first else ()
    return bool(person.id) and may(person, Deed.SETUP, also=own)


def no(known: Known, owner: Person | None) -> Refused:
    """Why not, and whom to ask."""
    names = whom(known, {}, Role.SALES_OPS, Role.HEAD_OF_DELIVERY)
    if owner is None:
        return Refused(f"Only {names} can set Baton up: ask one of them.")
    return Refused(f"{owner.name} set Baton up. To change it, ask {owner.name}, {names}.")
