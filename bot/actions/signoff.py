"""Signatures: three, each by its role's holder, never by proxy; and the Head of Delivery's override with a reason."""

from datetime import datetime

from bot import checklist, gate
from bot.actions import rights
from bot.actions.lists import gone, open_gate, settle
from bot.effects import Direct, Reply
from bot.errors import Refused
from bot.handover import Handover, Override, Signature, State
from bot.people import TITLES, Person, Role, may
from bot.rights import Deed
from bot.terms import Said, Terms
from bot.unit import Unit

SIGNS = {role: Deed(f"sign.{role}") for role in gate.GATE_ROLES}
MIN_REASON = 20  # characters of an override's reason


def sign(unit: Unit, handover_id: int, who: Person, role: Role, *, terms: Terms, now: datetime) -> Said | Refused:
    """Signs for a role. Refused for anybody but its holder, and while something of that role is missing."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    if role not in gate.GATE_ROLES:
        return Refused(
            f"The {TITLES[role]} has nothing to sign. Three sign: delivery manager, project manager, sales rep."
        )
    if not who.id or not may(who, SIGNS[role], handover.roles):
        holder = unit.person(handover.roles.get(role, 0))
        name = holder.first_name if holder else f"the {TITLES[role]}"
        return Refused(f"Only {name} can sign this. A sign-off is never given for somebody else.")
    if handover.signed(role):
        return Said("You have signed this already.")
    problem = _problem(handover, role)
    if problem:
        return Refused(problem)
    done, total = checklist.progress(handover)
    handover.signatures.append(Signature(role, who.id, now))
    handover.note(now, "signed", person=who.id, role=role.value, completeness=f"{done} of {total}")
    if role is Role.DELIVERY_MANAGER:
        _ring_csm(unit, handover)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said("Signed. Thank you.")


def override(unit: Unit, handover_id: int, who: Person, *, reason: str, terms: Terms, now: datetime) -> Said | Refused:
    """Opens the gate against its rules: only the Head of Delivery, with a reason that everyone concerned sees."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    refusal = rights.to_override(unit, who)
    if refusal:
        return Refused(refusal)
    if len(reason.strip()) < MIN_REASON:
        return Refused(f"Write the reason in at least {MIN_REASON} characters: everyone concerned will read it.")
    if rights.closed(handover):
        return Refused(rights.closed(handover))
    if handover.reached(State.IN_PROGRESS):
        return Said("The gate is open already.")
    if handover.state not in (State.SCOPED, State.PROVISIONED):
        return Refused("The scope is not confirmed yet: even an override needs to know what is delivered.")
    if handover.running("hold"):
        return Refused(rights.on_hold(unit, handover))
    handover.override = Override(who.id, now, reason.strip())
    handover.note(now, "override", person=who.id, why=reason.strip(), missing=len(gate.missing(handover)))
    unit.emit(Reply(handover.id, "override", serial="1", data={"by": who.id}))
    open_gate(unit, handover, terms=terms, now=now, person=who.id, why="override")
    return Said("The gate is open by your override. Everyone concerned sees the reason.")


def _problem(handover: Handover, role: Role) -> str:
    if rights.closed(handover):
        return rights.closed(handover)
    if handover.running("hold"):
        return "This handover is on hold, so nothing can be signed now."
    if handover.reached(State.IN_PROGRESS):
        return "The gate is open already: there is nothing to sign any more."
    if handover.state is not State.PROVISIONED:
        return "Signing opens when the workspace is ready."
    if gate.sign_blockers(handover, role):
        return "Something is missing before you can sign."
    mine = (item for item in checklist.of_role(handover, role) if item.kind == "signoff")
    if not all(checklist.opened(handover, item) for item in mine):
        return "Somebody else signs first: your list says who."
    return ""


def _ring_csm(unit: Unit, handover: Handover) -> None:
    csm = handover.roles.get(Role.CSM, 0)
    if csm and handover.answer("access_reviewed") is None:
        unit.emit(Direct(csm, "invite", serial=handover.shown_id, handover_id=handover.id))
