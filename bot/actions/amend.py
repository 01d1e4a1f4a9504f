"""What a later read of the deal changes: holds, resumed holds, re-opened signatures, and the record kept true."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot import gate
from bot.actions import people
from bot.actions.lists import first_ring, settle
from bot.actions.opening import artefacts, crm_entries, name_start, note_missing
from bot.actions.provision import begin_when_ready
from bot.clock import pause
from bot.deal import Deal, DocumentKind, Standing
from bot.effects import Direct, Reply
from bot.handover import ENDED, Handover, Interval, State
from bot.naming import workspace_name
from bot.people import Role
from bot.terms import Terms, manager_of
from bot.unit import Unit

HOLD_WORDS = {
    Standing.OPEN: "the deal was reopened in the CRM",
    Standing.LOST: "the deal was lost in the CRM",
    Standing.DELETED: "the deal was deleted in the CRM",
}
CRM, SPLIT = "changed in the CRM", "changed in the split"  # where a change comes from, as a signature keeps it
# What changed → whose signature it touches.
TOUCHES = {
    "Amount": (Role.DELIVERY_MANAGER, Role.SALES_REP),
    "Line items": (Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP),
    "Close date": (Role.PM,),
    "Scope document": (Role.DELIVERY_MANAGER, Role.PM),
}


@dataclass(frozen=True)
class Change:
    """One difference between two reads, in words: old → new. `private` ones hold amounts."""

    label: str
    old: str
    new: str
    private: bool = False


def refresh(unit: Unit, handover: Handover, deal: Deal, *, terms: Terms, now: datetime) -> None:
    """Brings a record up to date with a new read of its deal."""
    if handover.state in ENDED:
        return
    was = handover.deal
    if deal.standing is Standing.DELETED:
        # A deleted deal comes back empty: what we know of it stays.
        deal = replace(was, standing=Standing.DELETED, won_epoch=None)
    if was != deal:
        unit.snapshot(handover, deal, now)
        _follow(handover, deal, now)
        note_missing(handover, was.missing, now)
    followed = people.follow_owner(unit, handover, was, now=now)
    _hold_or_resume(unit, handover, was.standing, terms=terms, now=now)
    changes = differences(was, deal)
    if changes:
        changed(unit, handover, changes, now)
    if handover.workstream and was.amount != deal.amount:
        _ask_shares(unit, handover, now)
    settle(unit, handover, terms=terms, now=now)
    if followed:
        people.tell_owner(unit, handover, now=now)
    if terms.settings.provision_auto:
        begin_when_ready(unit, handover, terms=terms, now=now)


def hold(unit: Unit, handover: Handover, why: str, *, now: datetime, into: int = 0) -> None:
    """Puts a record on hold: an interval; the clock stops; people are told once. A new reason replaces the old one.

    `into` is the record of the deal into which this one's was merged, 0 when there is none.
    """
    handover.note(now, "hold", why=why, **({"into": into} if into else {}))
    running = handover.running("hold")
    if running is not None:
        running.reason = why
        return
    handover.intervals.append(Interval("hold", now, why))
    serial = f"{now:%Y%m%dT%H%M%S%f}"
    if handover.state is State.PRESALE:
        rep = handover.roles.get(Role.SALES_REP, 0)
        if rep:
            unit.emit(Direct(rep, "hold", f"{handover.shown_id}:{serial}", handover.id, {"why": why}))
        return
    unit.emit(Reply(handover.id, "hold", serial, {"why": why}))


def resume(
    unit: Unit, handover: Handover, *, terms: Terms, now: datetime, person: int = 0, quiet: bool = False
) -> None:
    """Ends a hold: the clock goes on where it stopped, unless the record waits on its client as well.

    `quiet` leaves it to the caller to tell the thread.
    """
    interval = handover.running("hold")
    if interval is None:
        return
    pause.catch_up(handover, terms=terms, now=now)
    pause.run_on(handover, interval, terms=terms, until=now)
    handover.note(now, "resumed", person=person)
    if not quiet and handover.state is not State.PRESALE and handover.running(pause.KIND) is None:
        unit.emit(Reply(handover.id, "resumed", f"{now:%Y%m%dT%H%M%S%f}"))


def differences(old: Deal, new: Deal) -> list[Change]:
    """What of a signed deal changed: amount, lines, close date, scope documents."""
    rows = [
        Change("Amount", _money(old), _money(new), private=True),
        Change("Line items", _lines(old), _lines(new), private=True),
        Change("Close date", str(old.close_date or "none"), str(new.close_date or "none")),
        Change("Scope document", _documents(old), _documents(new)),
    ]
    return [row for row in rows if row.old != row.new]


def changed(unit: Unit, handover: Handover, changes: list[Change], now: datetime, *, origin: str = CRM) -> None:
    """Keeps old → new, and re-opens the signatures that it touches; the thread is told when there were any."""
    for change in changes:
        handover.note(now, "deal_changed", label=change.label, old=change.old, new=change.new)
    touched = {role for change in changes for role in TOUCHES[change.label]}
    withdrawn = [s for s in handover.signatures if s.stands and s.role in touched]
    if not withdrawn:
        return
    if handover.live_at is None:
        for signature in withdrawn:
            signature.withdrawn_at = now
            labels = [c.label.lower() for c in changes if signature.role in TOUCHES[c.label]]
            signature.withdrawn_why = f"{', '.join(labels)} {origin}"
            handover.note(now, "signature_withdrawn", role=signature.role.value, why=signature.withdrawn_why)
        for turn in gate.turns(handover):
            if turn.action == "sign" and turn.role in touched:
                first_ring(unit, handover, turn.role)  # the reply below rings them
    data = {
        "changes": [[c.label, c.old, c.new, c.private] for c in changes],
        "roles": [s.role.value for s in withdrawn] if handover.live_at is None else [],
        "split": origin == SPLIT,
    }
    unit.emit(Reply(handover.id, "changed", f"{now:%Y%m%dT%H%M%S%f}", data))


def _hold_or_resume(unit: Unit, handover: Handover, was: Standing, *, terms: Terms, now: datetime) -> None:
    deal = handover.deal
    still_open = handover.state is State.PRESALE and deal.standing is Standing.OPEN
    if deal.standing is Standing.WON or still_open:
        handover.won_epoch = deal.won_epoch or handover.won_epoch
        resume(unit, handover, terms=terms, now=now)
    elif deal.standing is not was:
        # Only a change puts it on hold: a person's word that it goes on outlives the next read.
        hold(unit, handover, HOLD_WORDS[deal.standing], now=now)


def _ask_shares(unit: Unit, handover: Handover, now: datetime) -> None:
    # The deal is worth something else now: its workstreams must add up again. Asked once, for all of them together.
    manager = manager_of(handover)
    if manager and unit.seen(f"shares:{handover.connection}:{handover.deal_id}:{now.isoformat()}"):
        serial = f"{handover.shown_id}:{now:%Y%m%dT%H%M%S%f}"
        unit.emit(Direct(manager, "shares", serial, handover.id))


def _follow(handover: Handover, deal: Deal, now: datetime) -> None:
    handover.deal = deal
    handover.client = deal.client or handover.client
    if handover.scoped_at is None:
        handover.project = handover.workstream or deal.project or handover.project
        handover.start, handover.end = deal.start or handover.start, deal.end or handover.end
        handover.workspace_name = workspace_name(
            client=handover.client, project=handover.project, start=name_start(handover)
        )
    handover.repository = handover.repository or deal.repository
    known = {(entry.kind, entry.text) for entry in handover.entries}
    handover.entries += [entry for entry in crm_entries(deal, now) if (entry.kind, entry.text) not in known]
    ours = [artefact for artefact in handover.presale if artefact.by or not artefact.from_crm]
    signed = {(artefact.kind, artefact.title) for artefact in ours}
    handover.presale = [*ours, *(a for a in artefacts(deal) if (a.kind, a.title) not in signed)]


def _money(deal: Deal) -> str:
    return f"{deal.amount.amount:,.2f} {deal.amount.currency}" if deal.amount else "none"


def _lines(deal: Deal) -> str:
    # Two reads may bring the same lines in another order, and the same number written in another way.
    rows = ((line.name, line.quantity or Decimal(1), line.unit_price, line.total) for line in deal.line_items)
    return "; ".join(
        sorted(
            f"{name} × {_number(quantity)}, {_number(price if total is None else total)}"
            for name, quantity, price, total in rows
        )
    )


def _number(value: Decimal | None) -> str:
    return "none" if value is None else f"{value.normalize():f}"


def _documents(deal: Deal) -> str:
    return ", ".join(sorted(d.name for d in deal.documents if d.kind is DocumentKind.SCOPE)) or "none"
