"""Checklists edited in Slack: a draft, its application, and the way back. Records keep the version of their start.

Two people cannot put their drafts in force over each other: a draft counts only on the version it was written on.
"""

from datetime import datetime

from bot.company.checklist import Version
from bot.errors import Refused
from bot.people import Person, Role, may
from bot.rights import Deed
from bot.rights.whom import Known, whom
from bot.terms import Said
from bot.unit import Unit

STALE = "This preview is out of date. Type /handover template to begin anew."


def may_keep(person: Person) -> bool:
    """Whether the person may change checklists."""
    return may(person, Deed.TEMPLATE)


def draft(unit: Unit, who: Person, text: str, *, name: str, version: str, base: int, now: datetime) -> int | Refused:
    """Keeps a text that can be used, for its preview; the id of the draft."""
    if not may_keep(who):
        return no(unit)
    return unit.add_checklist(Version(0, name, 0, version, text, base, who.id, now))


def draft_back(unit: Unit, who: Person, *, name: str, n: int, base: int, now: datetime) -> int | Refused:
    """Keeps an earlier version's text as a draft; 0 is the file's."""
    if not may_keep(who):
        return no(unit)
    earlier = unit.checklist_at(name, n) if n else None
    if n and earlier is None:
        return Refused(STALE)
    text, version = (earlier.text, earlier.version) if earlier else ("", "")
    return unit.add_checklist(Version(0, name, 0, version, text, base, who.id, now, back_to=n))


def apply(unit: Unit, who: Person, draft_id: int, *, now: datetime) -> Said | Refused:
    """New handovers get it from now on. Refused when something else was put in force since the draft was written."""
    if not may_keep(who):
        return no(unit)
    found = unit.checklist(draft_id)
    if found is None:
        return Refused(STALE)
    unit.locked_setting(f"checklist:{found.name}")
    found = unit.checklist(draft_id)
    if found is None:
        return Refused(STALE)
    if found.n:
        return Said(f"Version {found.n} is in force already.")
    current = unit.checklist_in_force(found.name)
    if found.base != (current.n if current else 0):
        other = unit.person(current.applied_by) if current else None
        by = other.name if other else "Somebody"
        return Refused(f"{by} put another version in force meanwhile. Type /handover template to begin anew.")
    n = unit.apply_checklist(found.id, n=(current.n if current else 0) + 1, by=who.id, at=now)
    return Said(f"Version {n} is in force: new handovers get it. Those that are open keep theirs.")


def no(known: Known) -> Refused:
    """Why not, and whom to ask."""
    names = whom(known, {}, Role.SALES_OPS, Role.HEAD_OF_DELIVERY)
    return Refused(f"Only {names} can change a checklist: ask one of them.")
