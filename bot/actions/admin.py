"""Rare deeds: a handover by hand, ending one, the presale sign-offs, and the end of a hold by a person."""

from datetime import datetime

from bot import presale
from bot.actions import amend, opening, rights
from bot.actions.intake import won
from bot.actions.lists import gone, ring_closing, settle
from bot.actions.provision import begin_when_ready
from bot.deal import Deal, PresaleKind, Standing
from bot.effects import Direct, MarkMigrated, Reply, WriteStage
from bot.errors import Refused
from bot.handover import ENDED, Handover, Presale, State
from bot.people import Person, Role, may
from bot.rights import Deed
from bot.rights.whom import whom
from bot.terms import Said, Terms
from bot.unit import Unit


def create(unit: Unit, who: Person, deal: Deal, *, terms: Terms, now: datetime) -> Said | Refused:
    """`/handover new`: a won deal which no CRM tells us about, e.g. from an export."""
    refusal = rights.to_start(unit, who, "start a handover")
    if refusal:
        return Refused(refusal)
    if not deal.client.strip() or not deal.name.strip():
        return Refused("Name the client and the project.")
    handover = opening.opened(unit, deal, state=State.PRESALE, terms=terms, now=now)
    if handover.state is State.PRESALE:
        if Role.SALES_REP not in handover.roles and who.has(Role.SALES_REP):
            handover.roles[Role.SALES_REP] = who.id
        handover.note(now, "created", person=who.id)
        won(unit, handover, terms=terms, now=now)
    return Said(f"{handover.shown_id} is open: {handover.title}.", handover_id=handover.id)


def cancel(unit: Unit, handover_id: int, who: Person, *, reason: str, now: datetime) -> Said | Refused:
    """Ends a handover that was opened by mistake or given up: only a person, with a reason. Nothing is deleted."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_cancel(unit, handover, who)
    if problem:
        return Refused(problem)
    if handover.state in ENDED:
        return Said("This handover is closed already.")
    if not reason.strip():
        return Refused("Write the reason: it stays on the record.")
    handover.move(State.CANCELLED, now, person=who.id, why=reason.strip())
    handover.ended_at, handover.end_reason = now, reason.strip()
    unit.save(handover)
    _tell_cancelled(unit, handover, who, now)
    if handover.workstream:
        _speak_for_rest(unit, handover, now)
    return Said(f"{handover.title} is cancelled. Nothing was deleted.")


def _tell_cancelled(unit: Unit, handover: Handover, who: Person, now: datetime) -> None:
    # The thread rings nobody, as nobody must act: whoever had a part in it hears it directly, each once.
    serial, data = f"{now:%Y%m%dT%H%M%S%f}", {"by": who.id, "why": handover.end_reason}
    unit.emit(Reply(handover.id, "cancelled", serial, data))
    concerned = {*handover.roles.values(), *(item.holder for item in handover.items)} - {0, who.id}
    for person_id in sorted(concerned):
        unit.emit(Direct(person_id, "cancelled", f"{handover.shown_id}:{serial}", handover.id, data))


def _speak_for_rest(unit: Unit, handover: Handover, now: datetime) -> None:
    # The deal waited for this workstream, maybe for it alone: with it given up, the CRM says how far the others are.
    if handover.deal.standing is Standing.DELETED:
        return  # there is nothing to write on
    rest = [h for h in unit.by_deal(handover.connection, handover.deal_id) if h.state is not State.CANCELLED]
    if rest:
        unit.emit(WriteStage(handover.id, handover.state.value, nonce=f"rest:{now.isoformat()}"))
    if rest and handover.live_at is None and all(h.live_at for h in rest):
        unit.emit(MarkMigrated(rest[0].id, nonce=f"rest:{handover.id}:{now.isoformat()}"))


def end_hold(unit: Unit, handover_id: int, who: Person, *, terms: Terms, now: datetime) -> Said | Refused:
    """A person says that the handover goes on although the CRM says otherwise (e.g. after a merge)."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    if not who.id or not may(who, Deed.HOLD_END, handover.roles):
        names = whom(unit, handover.roles, Role.SALES_REP, Role.DELIVERY_MANAGER)
        return Refused(f"Only {names} can say that it goes on.")
    if handover.running("hold") is None or handover.state in ENDED:
        return Said("It is not on hold any more.")
    amend.resume(unit, handover, terms=terms, now=now, person=who.id)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    ring_closing(unit, handover)
    if terms.settings.provision_auto:
        begin_when_ready(unit, handover, terms=terms, now=now)
    return Said("It goes on. The clock runs again.")


def sign_presale(
    unit: Unit,
    handover_id: int,
    who: Person,
    *,
    kind: str,
    deliverable: str,
    external: str,
    terms: Terms,
    now: datetime,
) -> Said | Refused:
    """Signs a presale artefact off: with its deliverable, and after what comes before it."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_see(unit, handover, who, Deed.PRESALE_SIGN, "sign its presale work off")
    if problem:
        return Refused(problem)
    if presale.signed_off(handover, PresaleKind(kind)):
        return Said(f"The {kind} is signed off already.")
    problem = _presale_problem(handover, PresaleKind(kind), deliverable)
    if problem:
        return Refused(problem)
    artefact = next((a for a in handover.presale if a.kind == kind and not a.signed_off), None)
    if artefact is None:
        artefact = Presale(kind=kind)
        handover.presale.append(artefact)
    artefact.signed_off, artefact.by, artefact.at = True, who.id, now
    artefact.deliverable, artefact.external = deliverable.strip(), external.strip()
    handover.note(now, "presale_signed", person=who.id, artefact=kind)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said(f"Signed off: {kind}.")


def _presale_problem(handover: Handover, kind: PresaleKind, deliverable: str) -> str:
    if handover.state in ENDED:
        return f"{handover.title} is closed: nothing can be signed off any more."
    if not deliverable.strip():
        return "Link or name the deliverable first: without it the work cannot be closed."
    first = presale.comes_first(handover, kind)
    return f"The {first} comes first: sign it off, then the {kind}." if first else ""
