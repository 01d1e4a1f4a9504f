"""[Take it]: what is late moves into hands that are there, without moving anybody's role or signature."""

from datetime import datetime

from bot import gate
from bot.actions import rights
from bot.actions.lists import gone, settle
from bot.errors import Refused
from bot.handover import Handover
from bot.people import Person, Role, may
from bot.rights import Deed
from bot.rights.whom import whom
from bot.terms import Said, Terms
from bot.unit import Unit

KEPT = frozenset({"sign", "answer_question"})  # only the person themselves can do these


def take_it(unit: Unit, handover_id: int, who: Person, *, terms: Terms, now: datetime) -> Said | Refused:
    """Makes the delivery manager or a head the holder of everything that can be done now and waits for others.

    Sign-offs and questions stay with whom they belong to: a signature is never given for somebody else.
    """
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    if not who.id or not may(who, Deed.LATE_TAKE, handover.roles):
        names = whom(unit, handover.roles, Role.DELIVERY_MANAGER, Role.HEAD_OF_DELIVERY)
        return Refused(f"Only {names} can take this. Ask one of them.")
    found = [turn for turn in gate.shown(handover) if turn.action not in KEPT and gate.actor(handover, turn) != who.id]
    items = [item for turn in found if (item := handover.item(turn.subject))]
    if not items:
        return Refused(_nothing(handover, who))
    for item in items:
        item.holder = who.id
        handover.note(now, "taken", person=who.id, item=item.key, text=item.text, role=item.role.value)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    n = len(items)
    return Said(f"{n} {'thing is' if n == 1 else 'things are'} yours now. /handover shows them.")


def _nothing(handover: Handover, who: Person) -> str:
    # Why there is nothing to take: what was late when the message was sent may stand still, or be done, by now.
    others = [turn for turn in gate.shown(handover) if gate.actor(handover, turn) != who.id]
    if others:
        kept = "Only sign-offs, questions and the tasks' owners and dates wait for others here"
        return f"{kept}: they stay with the people they belong to. Ask them."
    if handover.running("hold"):
        return "This handover is on hold: its clock stands still, and nothing waits for anybody."
    if handover.running("pause"):
        return "This handover waits on the client: its clock stands still, and nothing waits for anybody else."
    return rights.closed(handover) or "Nothing waits for anybody else here. /handover shows what waits for you."
