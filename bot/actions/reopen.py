"""A new point after a signature: what was signed is not what is there now, so project manager and rep sign again."""

from collections.abc import Mapping
from datetime import datetime

from bot.context import POINT_KINDS, Kind
from bot.effects import Reply
from bot.handover import Handover
from bot.people import Person, Role
from bot.unit import Unit

NOUNS = {
    Kind.COMMITMENT: ("promise", "promises"),
    Kind.REAL_DEADLINE: ("date", "dates"),
    Kind.STAKEHOLDER: ("person", "people"),
    Kind.DISCOUNT: ("discount", "discounts"),
    Kind.SCOPE_AMBIGUITY: ("unclear scope point", "unclear scope points"),
}


def reopen(
    unit: Unit, handover: Handover, counts: Mapping[Kind, int], who: Person, *, serial: str, now: datetime
) -> list[Role]:
    """Withdraws the signatures that new points touch, and rings who gave them, once per batch; returns their roles.

    After the gate nobody could sign again; there the point is answered and the signatures stay. Whoever added it is
    not rung for their own deed.
    """
    points = {kind: count for kind, count in counts.items() if kind in POINT_KINDS and count}
    if not points or handover.live_at is not None:
        return []
    added = " and ".join(f"a new {NOUNS[kind][0]}" for kind in points)
    roles = []
    for role in (Role.PM, Role.SALES_REP):
        signature = handover.signed(role)
        if signature:
            signature.withdrawn_at, signature.withdrawn_why = now, f"{added} was added"
            handover.note(now, "signature_withdrawn", role=role.value, why=signature.withdrawn_why)
            roles.append(role)
    if roles:
        data = {"counts": {kind.value: count for kind, count in points.items()}, "by": who.id}
        unit.emit(Reply(handover.id, "reopened", serial, {**data, "roles": [role.value for role in roles]}))
    return roles


def count_of(kind: Kind, count: int) -> str:
    """`1 promise`, `2 unclear scope points`; what has no word of its own is a note."""
    one, many = NOUNS.get(kind, ("note", "notes"))
    return f"1 {one}" if count == 1 else f"{count} {many}"
