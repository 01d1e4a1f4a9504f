"""A deal is split into workstreams: an explicit step, kept with who took it; the shares add up to the deal.

The record that was there becomes the first workstream with all that was captured; each other one is a record of its
own. The same form later corrects the shares, or adds a workstream. Nothing is deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import split as rules
from bot.actions import amend, opening, rights
from bot.actions.intake import won
from bot.actions.lists import gone, ring_closing, settle
from bot.deal import Money
from bot.effects import Reply, TellAdmin
from bot.errors import Refused
from bot.handover import ENDED, Handover, State
from bot.naming import workspace_name
from bot.people import Person, Role, may
from bot.rights import Deed
from bot.rights.whom import Known, whom
from bot.split import Part
from bot.terms import Said, Terms
from bot.unit import Unit

EARLY = (State.PRESALE, State.WON)


def problem(known: Known, handover: Handover, who: Person) -> str:
    """Why this person cannot split this record now, with the way out; '' when they can."""
    if not who.id or not may(who, Deed.SPLIT, handover.roles):
        return f"Only {whom(known, handover.roles, *rights.IN_CHARGE)} can split a deal."
    if handover.state in ENDED:
        return f"{handover.title} is closed: it cannot be split any more."
    if handover.running("hold"):
        return rights.on_hold(known, handover)
    if not handover.workstream and handover.state not in EARLY:
        return "A deal is split before its scope is confirmed. Start the other workstreams with /handover new."
    return ""


def split(
    unit: Unit, handover_id: int, who: Person, parts: Sequence[Part], *, nonce: str, terms: Terms, now: datetime
) -> Said | Refused:
    """Makes these the workstreams of the deal, or brings those that are there up to date."""
    asked = unit.handover(handover_id)
    if asked is None:
        return gone()
    records = unit.by_deal(asked.connection, asked.deal_id)
    refusal = problem(unit, asked, who) or rules.problem(parts, asked.deal.amount) or _conflict(records, parts)
    if refusal:
        return Refused(refusal)
    known = {record.workstream.casefold(): record for record in records if record.state not in ENDED}
    whole = known.pop("", None)
    if whole is not None:
        known[parts[0].name.casefold()] = whole
    made: list[Handover] = []
    for part in parts:
        record = known.get(part.name.casefold())
        if record is None:
            made.append(_opened(unit, asked, part, who, terms=terms, now=now))
        else:
            _keep(unit, record, part, who, terms=terms, now=now)
    lines = [f"{record.shown_id} {record.workstream}" for record in (*known.values(), *made)]
    if not made:
        return Said(f"The shares are kept: {', '.join(lines)}.")
    if asked.state is not State.PRESALE:
        unit.emit(Reply(asked.id, "split", nonce, {"by": who.id, "parts": lines}))
    unit.emit(TellAdmin("split", f"{asked.shown_id}:{nonce}", {"count": len(lines), "deals": lines}))
    return Said(f"{asked.client} is split into {len(lines)} workstreams: {', '.join(lines)}.")


def _conflict(records: Sequence[Handover], parts: Sequence[Part]) -> str:
    named = {part.name.casefold() for part in parts}
    for record in records:
        if record.state in ENDED and record.workstream.casefold() in named:
            return f"{record.shown_id} had the name “{record.workstream}” and is closed: choose another name."
        if record.state not in ENDED and record.workstream and record.workstream.casefold() not in named:
            return f"{record.shown_id} is “{record.workstream}”: keep its line, or cancel that handover first."
    return ""


def _keep(unit: Unit, record: Handover, part: Part, who: Person, *, terms: Terms, now: datetime) -> None:
    before, new = rules.amount(record), _money(record, part)
    if record.workstream and before == new:
        return
    first = not record.workstream
    if first:
        record.workstream = record.project = part.name
        record.workspace_name = workspace_name(
            client=record.client, project=record.project, start=opening.name_start(record)
        )
    _note(record, who, new, now)
    if not first:
        change = amend.Change("Amount", rules.words(before), rules.words(new), private=True)
        amend.changed(unit, record, [change], now, origin=amend.SPLIT)
    settle(unit, record, terms=terms, now=now, actor=who.id)


def _opened(unit: Unit, source: Handover, part: Part, who: Person, *, terms: Terms, now: datetime) -> Handover:
    deal = source.deal
    record = opening.opened(unit, deal, state=State.PRESALE, terms=terms, now=now, workstream=part.name)
    # Who sold it and who answers for its delivery are the same; each workstream may have its own project manager.
    record.roles |= _but_pm(source.roles)
    record.office = source.office
    _note(record, who, _money(record, part), now)
    if source.state is State.PRESALE:
        unit.save(record)
        ring_closing(unit, record)
        return record
    won(unit, record, terms=terms, now=now)
    record.won_at = source.won_at
    if source.state is State.WON:
        # A split gives no new time and takes none: the clock is the same one, and stands still where that one does.
        record.scope_due_at = source.scope_due_at
        record.intervals = [replace(interval) for interval in source.intervals]
    unit.save(record)
    return record


def _note(record: Handover, who: Person, money: Money | None, now: datetime) -> None:
    amount, currency = (str(money.amount), money.currency) if money else ("", "")
    label = rules.words(money) if money else ""
    data = {"text": record.workstream, "label": label, "amount": amount, "currency": currency}
    record.note(now, "split", person=who.id, **data)


def _money(record: Handover, part: Part) -> Money | None:
    whole = record.deal.amount
    return Money(part.amount, whole.currency) if whole and part.amount is not None else None


def _but_pm(roles: Mapping[Role, int]) -> dict[Role, int]:
    return {role: holder for role, holder in roles.items() if role is not Role.PM}
