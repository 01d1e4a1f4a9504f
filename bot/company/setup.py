"""How Baton is set up in Slack: who may, what was asked for, and what of it is in force.

Whoever sets an installation up first owns it. Where baton.toml names sales operations or a Head of Delivery already,
only they do. What is asked for names people and channels by their Slack ids; it is in force once they were found.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.company.effects import SetUp
from bot.effects import Direct
from bot.errors import Refused
from bot.people import Person, Role
from bot.settings import NO_OFFICE, Settings
from bot.settings.stored import ROLES
from bot.terms import Said
from bot.unit import Unit

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
    if not person.id or person.guest or not person.active:
        return False
    if person.has(Role.SALES_OPS, Role.HEAD_OF_DELIVERY):
        return True
    named = settings.roles.get(Role.SALES_OPS) or settings.roles.get(Role.HEAD_OF_DELIVERY)
    return person.id == owner or (not owner and not named and bool(settings.missing))


def no(owner: Person | None) -> Refused:
    """Why not, and whom to ask."""
    if owner is None:
        return Refused("Sales operations and the Head of Delivery set Baton up: ask one of them.")
    asked = f"ask {owner.name}, sales operations or the Head of Delivery"
    return Refused(f"{owner.name} set Baton up. To change it, {asked}.")


def ask(unit: Unit, who: Person, wanted: Wanted, *, settings: Settings, now: datetime) -> Said | Refused:
    """Takes a form: who sends the first one owns the installation. It is in force when its people are found."""
    stored = Wanted.of(unit.locked_setting(WANTED))
    owner = owner_of(unit.setting(OWNER))
    if not may_set_up(who, owner, settings):
        return no(unit.person(owner))
    if wanted.rev != stored.rev:
        other = unit.person(stored.by)
        return Refused(f"{other.name if other else 'Somebody'} changed this meanwhile. Type /handover setup once more.")
    taken = replace(wanted, rev=stored.rev + 1, by=who.id)
    unit.keep_setting(WANTED, taken.text())
    if not owner:
        unit.keep_setting(OWNER, f"{who.id} {now.isoformat()}")
    unit.emit(SetUp(taken.rev))
    return Said("Saved. I look up the channel and the people now, and write to you when it is in force.")


def put_in_force(
    unit: Unit, wanted: Wanted, *, channel: str, emails: Mapping[Role, list[str]], notes: list[str]
) -> bool:
    """What was asked for holds from now on, and its author is told; False when a newer form was sent meanwhile."""
    if Wanted.of(unit.locked_setting(WANTED)).rev != wanted.rev:
        return False
    table: dict[str, Any] = {
        "slack": {"handovers_channel": channel, "admin_channel": wanted.admin},
        "people": {"roles": {role.value: found for role, found in emails.items() if found}},
    }
    if wanted.office:
        table["offices"] = {NO_OFFICE.name: dict(wanted.office)}
    unit.keep_setting(WANTED, replace(wanted, channel=channel).text())
    unit.keep_setting(TABLE, json.dumps(table, sort_keys=True))
    tell(unit, wanted, "set_up", {"channel": channel, "notes": notes})
    owner = owner_of(unit.setting(OWNER))
    if owner != wanted.by:
        unit.emit(Direct(owner, "set_up_changed", f"setup:{wanted.rev}", data={"by": wanted.by}))
    return True


def tell(unit: Unit, wanted: Wanted, name: str, data: dict[str, Any]) -> None:
    """A word to whoever sent the form, once."""
    unit.emit(Direct(wanted.by, name, f"setup:{wanted.rev}", data=data))
