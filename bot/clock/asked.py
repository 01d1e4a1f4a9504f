"""Whether a word to one person that waited for Slack is still to be said when it can be.

What asks for a deed is said while it can be done, and to whoever it is asked of; what says how something stands, while
it stands so. A word that is not named here is true whenever it comes, or is drawn from what is so by then.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot import checklist, gate
from bot.handover import ENDED, Handover, State, merged_into
from bot.people import Role

Rule = Callable[[Handover, Mapping[str, Any], int], bool]


def stands(name: str, handover: Handover, data: Mapping[str, Any], person_id: int) -> bool:
    """Whether the direct message of that name still holds for this person."""
    rule = _RULES.get(name)
    return rule is None or rule(handover, data, person_id)


def stopped(handover: Handover) -> bool:
    """Whether it is on hold or waits on the client: then it is nobody's turn."""
    return handover.running("hold") is not None or handover.running("pause") is not None


def closing_for(handover: Handover) -> int:
    """Who gets the ticket of a deal that closes soon: project manager, else delivery manager; 0 while it has none."""
    if handover.state is not State.PRESALE or not handover.deal.closing or handover.running("hold"):
        return 0
    return handover.roles.get(Role.PM) or handover.roles.get(Role.DELIVERY_MANAGER, 0)


def _role(data: Mapping[str, Any]) -> Role | None:
    found = str(data.get("role", ""))
    return Role(found) if found in list(Role) else None


def _signs(handover: Handover, data: Mapping[str, Any], person_id: int) -> bool:
    found = [turn for turn in gate.turns_of(handover, person_id) if turn.action == "sign"]
    return any(turn.role is _role(data) and turn.person == person_id for turn in found)


def _invites(handover: Handover, _: Mapping[str, Any], person_id: int) -> bool:
    return any(turn.action == "review_access" for turn in gate.turns_of(handover, person_id))


def _empty(handover: Handover, data: Mapping[str, Any], _: int) -> bool:
    role = _role(data)
    return handover.state not in ENDED and role is not None and not handover.roles.get(role)


def _questions(handover: Handover, data: Mapping[str, Any], _: int) -> bool:
    asked = [entry for one in data.get("entries", []) if (entry := handover.entry(int(one)))]
    waiting = any(entry.open and entry.point and entry.point.waits_for_rep for entry in asked)
    return handover.state not in ENDED and (waiting or not asked)


def _theirs(handover: Handover, data: Mapping[str, Any], person_id: int) -> bool:
    item = handover.item(str(data.get("key", "")))
    if handover.state in ENDED or item is None:
        return False
    return item.holder == person_id and not checklist.done(handover, item)


def _holds(handover: Handover, data: Mapping[str, Any], person_id: int) -> bool:
    role = _role(data)
    return handover.state not in ENDED and role is not None and handover.roles.get(role) == person_id


_RULES: Mapping[str, Rule] = {
    "ready_to_sign": _signs,
    "invite": _invites,
    "ring": lambda handover, _, person_id: bool(gate.turns_of(handover, person_id)),
    "closing": lambda handover, _, person_id: closing_for(handover) == person_id,
    "empty_role": _empty,
    "question": _questions,
    "item_yours": _theirs,
    "brief": _holds,
    "hold": lambda handover, _data, _person: handover.state not in ENDED and handover.running("hold") is not None,
    "merged": lambda handover, _data, _person: handover.state not in ENDED and merged_into(handover) != 0,
    "cancelled": lambda handover, _data, _person: handover.state is State.CANCELLED,
}
