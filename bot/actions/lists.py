"""What follows every change: signatures that became possible, the gate, and who is rung. And the ticks by hand."""

from datetime import datetime

from bot import checklist, gate
from bot.actions.rights import closed, only
from bot.clock import pause
from bot.clock.asked import closing_for
from bot.effects import Direct, MarkMigrated, Reply
from bot.errors import Refused
from bot.handover import ENDED, Handover, State
from bot.people import Person, Role, can_hold
from bot.terms import Said, Terms
from bot.unit import Unit

OWED = frozenset({"ready_to_sign", "invite", "closing"})  # rings that nothing else makes good when they came too late


def ring_win(unit: Unit, handover: Handover) -> None:
    """One reply in the new thread rings those who can act now, once per win."""
    epoch = handover.won_epoch or handover.opened_at
    unit.emit(Reply(handover.id, "win", serial=f"{epoch:%Y%m%dT%H%M%S}"))


def ring_closing(unit: Unit, handover: Handover) -> None:
    """The incoming project manager gets the ticket of a deal that closes soon, once; without one, who must name one."""
    holder = closing_for(handover)
    if not holder:
        return
    owed, first = unit.unsee(_owed(handover, "closing", holder)), unit.seen(f"ring:closing:{handover.id}:{holder}")
    if owed or first:
        serial = handover.shown_id + ("" if first else f":{handover.rev}")
        unit.emit(Direct(holder, "closing", serial, handover.id))


def settle(unit: Unit, handover: Handover, *, terms: Terms, now: datetime, actor: int = 0) -> None:
    """Saves the record after a change; opens the gate when it was the last gap; rings who can sign by now."""
    if gate.is_open(handover):
        open_gate(unit, handover, terms=terms, now=now, person=actor)
        return
    unit.save(handover)
    _ring_turns(unit, handover, actor)


def owe(unit: Unit, handover_id: int, name: str, person_id: int, role: str) -> None:
    """A ring that had to wait rang nobody, as it was nobody's turn any more: it rings once it is their turn again.

    Nothing is owed to who signed meanwhile, or handed the role over. Who cannot be reached now is rung later.
    """
    handover = unit.handover(handover_id)
    person = unit.person(person_id)
    if name not in OWED or handover is None or person is None or handover.state in ENDED:
        return
    if role and (handover.roles.get(Role(role)) != person.id or handover.signed(Role(role))):
        return
    unit.seen(_owed(handover, name, person.id, role))
    if can_hold(person):
        ring_closing(unit, handover)
        _ring_turns(unit, handover)


def _ring_turns(unit: Unit, handover: Handover, actor: int = 0) -> None:
    if handover.state is not State.PROVISIONED:
        return
    for turn in gate.turns(handover):
        if not turn.person or turn.person == actor:
            continue
        if turn.action == "sign":
            owed = unit.unsee(_owed(handover, "ready_to_sign", turn.person, turn.role))
            first = first_ring(unit, handover, turn.role)
            serial = f"{handover.shown_id}:{turn.role}:{signing_round(handover, turn.role)}"
            serial += "" if first else f":{handover.rev}"
            if owed or first:
                unit.emit(Direct(turn.person, "ready_to_sign", serial, handover.id, {"role": turn.role.value}))
        elif turn.action == "review_access" and unit.unsee(_owed(handover, "invite", turn.person)):
            unit.emit(Direct(turn.person, "invite", f"{handover.shown_id}:{handover.rev}", handover.id))


def _owed(handover: Handover, name: str, person_id: int, role: str = "") -> str:
    # A signature that was withdrawn is asked for anew: what was owed before is owed no more.
    number = signing_round(handover, Role(role)) if role else 0
    return f"owed:{name}:{handover.id}:{role}:{number}:{person_id}"


def first_ring(unit: Unit, handover: Handover, role: Role) -> bool:
    """Whether this role's holder has not been rung to sign in this round; from now on they have."""
    holder = handover.roles.get(role, 0)
    return unit.seen(f"ring:sign:{handover.id}:{role}:{signing_round(handover, role)}:{holder}")


def signing_round(handover: Handover, role: Role) -> int:
    """How often this role's signature was withdrawn."""
    return sum(1 for s in handover.signatures if s.role is role and not s.stands)


def open_gate(unit: Unit, handover: Handover, *, terms: Terms, now: datetime, person: int, why: str = "") -> None:
    """The workspace is the record from now on; thread, channel and CRM are told. Nothing waits on the client then."""
    pause.finish(handover, "live", terms=terms, now=now, person=person)
    handover.move(State.IN_PROGRESS, now, person=person, why=why)
    handover.live_at = now
    handover.worked_seconds = int(terms.worked(handover, now).total_seconds())
    handover.note(now, "system_of_record", workspace=handover.workspace_url, signers=_signers(handover))
    unit.save(handover)
    unit.emit(Reply(handover.id, "live", serial=f"{now:%Y%m%dT%H%M%S}"))
    unit.emit(MarkMigrated(handover.id))


def tick(
    unit: Unit, handover_id: int, who: Person, *, key: str, ticked: bool, terms: Terms, now: datetime
) -> Said | Refused:
    """Ticks or unticks an item by hand. Only the list's holder or the delivery manager may."""
    handover = unit.handover(handover_id)
    if handover is None:
        return Refused("This handover is not there any more. Type /handover to see yours.")
    item = handover.item(key)
    if item is None or item.kind != "hand":
        return Refused("The record ticks this item by itself, once it is done.")
    if not checklist.may_tick(handover, item, who):
        return Refused(only(unit, handover, item.role, "tick this", taker=item.holder))
    if closed(handover):
        return Refused(closed(handover))
    if not checklist.opened(handover, item):
        return Refused("This item cannot be done yet. It stands under “Later” on the list.")
    if (item.ticked_at is not None) == ticked:
        return Said()
    item.ticked_by, item.ticked_at = (who.id, now) if ticked else (0, None)
    handover.note(now, "ticked" if ticked else "unticked", person=who.id, item=item.key, text=item.text)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said()


def tick_off(unit: Unit, handover_id: int, who: Person, *, key: str, terms: Terms, now: datetime) -> Said | Refused:
    """[Done] beside an item that is shown outside its list: its tick, by the same rule, and a word about it."""
    outcome = tick(unit, handover_id, who, key=key, ticked=True, terms=terms, now=now)
    handover = unit.handover(handover_id)
    item = handover.item(key) if handover else None
    if isinstance(outcome, Refused) or handover is None or item is None:
        return outcome
    return Said(f"Ticked on {handover.client}: {item.text}.")


def gone() -> Refused:
    """The sentence for a click on a record that is not there."""
    return Refused("This handover is not there any more. Type /handover to see yours.")


def _signers(handover: Handover) -> list[int]:
    return [s.person for role in gate.GATE_ROLES if (s := handover.signed(role))]
