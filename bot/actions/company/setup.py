"""Setting Baton up in Slack: a form is taken once, and in force when its people and its channel were found.

Who sends the first form owns the installation. Of two forms that were open at once the later one is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.company.effects import SetUp
from bot.company.setup import OWNER, TABLE, WANTED, Wanted, may_set_up, no, owner_of
from bot.effects import Direct, Home
from bot.errors import Refused
from bot.people import Person, Role
from bot.settings import NO_OFFICE, Settings
from bot.terms import Said
from bot.unit import Unit


def ask(unit: Unit, who: Person, wanted: Wanted, *, settings: Settings, now: datetime) -> Said | Refused:
    """Takes a form: who sends the first one owns the installation. It is in force when its people are found."""
    stored = Wanted.of(unit.locked_setting(WANTED))
    owner = owner_of(unit.setting(OWNER))
    if not may_set_up(who, owner, settings):
        return no(unit, unit.person(owner))
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
    for person_id in unit.home_seen([wanted.by]):
        unit.emit(Home(person_id, nonce=f"setup:{wanted.rev}"))
    owner = owner_of(unit.setting(OWNER))
    if owner != wanted.by:
        unit.emit(Direct(owner, "set_up_changed", f"setup:{wanted.rev}", data={"by": wanted.by}))
    return True


def tell(unit: Unit, wanted: Wanted, name: str, data: dict[str, Any]) -> None:
    """A word to whoever sent the form, once."""
    unit.emit(Direct(wanted.by, name, f"setup:{wanted.rev}", data=data))
