"""What somebody says they can't do: one item goes to somebody else, or is said to be done already.

A sign-off is never handed on, and nothing happens unseen by the delivery manager.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import checklist
from bot.actions.lists import gone, settle, tick
from bot.actions.pause import managers
from bot.actions.rights import IN_CHARGE, only
from bot.effects import Direct
from bot.errors import Refused
from bot.gate import mend_of
from bot.handover import ENDED, Handover, Item
from bot.people import Person, Role, Sight, may_assign, sight
from bot.rights.whom import whom
from bot.terms import Said, Terms, manager_of
from bot.unit import Unit

# What the record must see before it ticks an item, by its check or its kind of turn.
NEEDS: Mapping[str, str] = {
    "entry:commitment": "a promise is kept, or “Nothing was promised” is clicked",
    "entry:real_deadline": "a date is kept, or “The contract date” is clicked",
    "entry:stakeholder": "it knows who pushes back and who backs you, or “Nobody that I know of” is clicked",
    "entry": "somebody has added it with “Add context”",
    "points_answered": "no point is open",
    "presale_read": "each document was opened here, or “All read” is clicked",
    "presale_done": "the presale work is signed off with its deliverable",
    "role_filled": "each role has a holder",
    "scope_confirmed": "the scope is confirmed here, with its document",
    "document": "the document is linked to the deal, or confirmed as the scope",
    "provisioned": "each step of the workspace is done, or marked as done by hand",
    "channel": "the project channel is there",
    "tasks_owned": "every task has an owner and a date in the workspace",
    "access_reviewed": "“Review and invite” was sent, or “Nobody yet” with a reason",
    "client_access": "the workspace shows the access, or it is marked as done by hand",
    "kickoff_date": "the kickoff date is set here",
    "field": "the CRM holds it",
    "signoff": "you sign off yourself, here",
    "answer_question": "the answer is written here",
    "set_task_dates": "every task has an owner and a date in the workspace",
}


@dataclass(frozen=True)
class Thing:
    """Which thing of a record it is about: the action of its turn, and the item's key where it is an item."""

    action: str
    key: str = ""


def hand_on(
    unit: Unit, handover_id: int, who: Person, *, key: str, person: Person, reason: str, terms: Terms, now: datetime
) -> Said | Refused:
    """Makes somebody else the item's holder, with a reason. They and the delivery manager are told.

    Only whose turn it is and the delivery manager may; only to somebody who sees the record and can do it.
    """
    handover = unit.handover(handover_id)
    item = handover.item(key) if handover else None
    if handover is None:
        return gone()
    problem = _cannot_hand(unit, handover, item, who, person) or ("" if reason.strip() else NO_REASON)
    if problem or item is None:
        return Refused(problem)
    before = item.holder or handover.roles.get(item.role, 0)
    if before == person.id:
        return Said(f"{person.first_name} does it already.")
    item.holder = person.id
    handover.note(
        now, "handed", person=who.id, item=item.key, text=item.text, was=before, now=person.id, why=reason.strip()
    )
    data = {"by": who.id, "whose": person.id, "key": item.key, "item": item.text, "reason": reason.strip()}
    serial = f"{handover.shown_id}:{item.key}:{now:%Y%m%dT%H%M%S%f}"
    if person.id != who.id:
        unit.emit(Direct(person.id, "item_yours", serial, handover.id, data))
    _tell(unit, handover, "item_handed", serial, data, but=(who.id, person.id))
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said(f"Thank you. {person.first_name} does it now, and is told.")


def said_done(
    unit: Unit, handover_id: int, who: Person, *, thing: Thing, where: str, terms: Terms, now: datetime
) -> Said | Refused:
    """Somebody says that it is done, and where: an item of the hand is ticked; else it is noted what the record needs.

    Nothing that the record checks is believed: the delivery manager is told, and the sentence says what it must see.
    """
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    item = handover.item(thing.key)
    problem = _cannot_say(unit, handover, item, who, where)
    if problem:
        return Refused(problem)
    text = item.text if item else thing.action.replace("_", " ")
    handover.note(now, "said_done", person=who.id, item=thing.key, text=text, why=where.strip())
    if item is not None and item.kind == "hand":
        outcome = tick(unit, handover.id, who, key=item.key, ticked=True, terms=terms, now=now)
        return outcome if isinstance(outcome, Refused) else Said(f"Ticked: {item.text}. Where it is stands beside it.")
    serial = f"{handover.shown_id}:{thing.action}:{thing.key}:{now:%Y%m%dT%H%M%S%f}"
    data = {"by": who.id, "item": text, "reason": where.strip()}
    told = _tell(unit, handover, "said_done", serial, data, but=(who.id,))
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said(f"Noted{told}. The record ticks it by itself once {need(item, thing.action)}.")


def need(item: Item | None, action: str) -> str:
    """What the record must see before this is done."""
    check = (item.check or item.kind) if item else action
    return NEEDS.get(check) or NEEDS.get(check.partition(":")[0]) or "it sees that it is done"


NO_REASON = "Say in a few words why it is not yours: the delivery manager will read it."


def _cannot_hand(unit: Unit, handover: Handover, item: Item | None, who: Person, person: Person) -> str:
    if handover.state in ENDED:
        return f"{handover.title} is closed: its people stay as they were."
    if item is None:
        return "This belongs to the role. Choose “My whole role” when the role is not yours."
    if item.kind == "signoff":
        return "A sign-off is never given for somebody else. Choose “My whole role” when the role is not yours."
    if checklist.done(handover, item):
        return "This is done already. Thank you."
    if not checklist.may_tick(handover, item, who):
        return only(unit, handover, item.role, "hand this on", taker=item.holder)
    return _not_to(unit, handover, item, person)


def _not_to(unit: Unit, handover: Handover, item: Item, person: Person) -> str:
    if sight(person, handover.roles) is not Sight.WHOLE:
        manager = whom(unit, handover.roles, Role.DELIVERY_MANAGER)
        return f"{person.first_name} has no role here and cannot see the record. Ask {manager} to name them."
    if mend_of(item) == "fill_roles" and not may_assign(person, handover.roles):
        return f"{person.first_name} cannot name people. Only {whom(unit, handover.roles, *IN_CHARGE)} can."
    if mend_of(item) == "answer_points" and handover.roles_of(person.id) == (Role.SALES_REP,):
        return f"{person.first_name} sold this: somebody else answers the points."
    return ""


def _cannot_say(unit: Unit, handover: Handover, item: Item | None, who: Person, where: str) -> str:
    if handover.state in ENDED:
        return f"{handover.title} is closed: nothing waits there any more."
    if item is not None and checklist.done(handover, item):
        return "This is done already. Thank you."
    mine = item is not None and checklist.may_tick(handover, item, who)
    if not mine and not (item is None and who.id and who.id in handover.roles.values()):
        role = item.role if item else Role.DELIVERY_MANAGER
        return only(unit, handover, role, "say that it is done", taker=item.holder if item else 0)
    return "" if where.strip() else "Say where it is done: a link, or a few words."


def _tell(
    unit: Unit,
    handover: Handover,
    name: str,
    serial: str,
    data: Mapping[str, object],
    *,
    but: tuple[int, ...],
) -> str:
    told = [person for person in managers(unit, handover) if person not in but]
    for person_id in told:
        unit.emit(Direct(person_id, name, serial, handover.id, dict(data)))
    manager = unit.person(manager_of(handover)) if told else None
    return f", and {manager.first_name} is told" if manager else ""
