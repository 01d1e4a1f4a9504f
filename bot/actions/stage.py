"""The stages after the gate: mitigation, maintenance, back in progress, closed. The deal stays visible to the rep."""

from datetime import datetime

from bot.actions import rights
from bot.actions.lists import gone
from bot.effects import WriteStage
from bot.errors import Refused
from bot.handover import ALLOWED, ENDED, LIVE, Handover, State
from bot.people import Person, Role, may
from bot.rights import Deed
from bot.rights.whom import Known, whom
from bot.terms import Said, manager_of
from bot.unit import Unit

WORDS = {
    State.IN_PROGRESS: "in progress",
    State.MITIGATION: "in mitigation",
    State.MAINTENANCE: "in maintenance",
    State.CLOSED: "closed",
}


def choices(handover: Handover, who: Person) -> tuple[State, ...]:
    """The stages to which this person may move it now: project manager or client success; only the first closes it.

    While nobody is the project manager, the delivery manager acts for the empty role.
    """
    if handover.state not in LIVE or not who.id:
        return ()
    to = [state for state in WORDS if state in ALLOWED[handover.state]]
    return tuple(one for one in to if may(who, Deed.CLOSE if one is State.CLOSED else Deed.STAGE, handover.roles))


def problem(known: Known, handover: Handover, who: Person) -> str:
    """Why this person can change nothing about the stage now, with the way out; '' when they can."""
    if handover.state in ENDED:
        return f"{handover.title} is closed: its stage stays as it is."
    if handover.state not in LIVE:
        return "Delivery has not begun: the stage changes by itself until the gate opens."
    if handover.running("hold"):
        return rights.on_hold(known, handover)
    if choices(handover, who):
        return ""
    holders = (handover.roles.get(Role.PM) or manager_of(handover), handover.roles.get(Role.CSM, 0))
    names = " or ".join(dict.fromkeys(one.first_name for held in holders if (one := known.person(held))))
    return f"Only {names} can change the stage. Ask {names}." if names else "Name a project manager first."


def change(
    unit: Unit, handover_id: int, who: Person, *, to: State, why: str, nonce: str, now: datetime
) -> Said | Refused:
    """Moves the record to a stage after the gate; the reason, or what the retro found, is optional and kept."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    if handover.state is to:
        return Said(f"It is {WORDS.get(to, to.value)} already.")
    refusal = problem(unit, handover, who)
    if refusal:
        return Refused(refusal)
    if to not in WORDS:
        return Refused("Choose one of the stages after the gate.")
    if to not in choices(handover, who):
        role = Role.PM if handover.roles.get(Role.PM) else Role.DELIVERY_MANAGER
        return Refused(f"Only {whom(unit, handover.roles, role)} can close it.")
    handover.move(to, now, person=who.id, why=why.strip())
    if to is State.CLOSED:
        handover.ended_at, handover.end_reason = now, why.strip()
    unit.save(handover)
    unit.emit(WriteStage(handover.id, to.value, nonce))
    return Said(f"{handover.title} is {WORDS[to]} now.")
