"""Two deals become one in the CRM: the record moves along, or waits beside the survivor's own and can be carried over.

Nothing is ever deleted. Records are locked by ascending id, as everywhere.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.actions.amend import hold
from bot.actions.lists import gone, settle
from bot.actions.reopen import reopen
from bot.context import Entry
from bot.deal import Deal, Standing
from bot.effects import Direct, MarkMigrated
from bot.errors import Refused
from bot.handover import ENDED, ORDER, Handover, Presale, State, merged_into
from bot.people import Person, Role, may
from bot.rights import Deed
from bot.rights.whom import whom
from bot.terms import Said, Terms, manager_of
from bot.unit import Unit

LESS = {Standing.OPEN: "which is not won", Standing.LOST: "which was lost", Standing.DELETED: "which was deleted"}


def merged(unit: Unit, old_ids: Sequence[str], deal: Deal, *, now: datetime) -> None:
    """What a merge means for the records of the deals that went into this one.

    While the survivor has no record, that of the old deal which has come furthest moves to it, with all its
    workstreams: same number, same thread. Any other goes on hold beside it, once, and its delivery manager may carry
    what was captured over.
    """
    every = unit.by_deal(deal.connection, deal.id, *old_ids)
    there = [h for h in every if h.deal_id == deal.id]
    waiting: dict[str, list[Handover]] = {}
    for handover in every:
        if handover.deal_id != deal.id and handover.state not in ENDED:
            waiting.setdefault(handover.deal_id, []).append(handover)
    if waiting and not there:
        there = waiting.pop(max(waiting, key=lambda old: _rank(waiting[old])))
        for handover in there:
            _move(unit, handover, deal, now)
    own = [h for h in there if h.state not in ENDED]
    for handover in (one for records in waiting.values() for one in records):
        if unit.seen(f"merged:{handover.id}:{deal.id}"):
            _wait(unit, handover, own, deal, now)


def carry(
    unit: Unit, handover_id: int, who: Person, *, into: int, nonce: str, terms: Terms, now: datetime
) -> Said | Refused:
    """Copies what was captured on a merged record to the survivor's: entries with their answers, and presale work.

    For the delivery manager of either. What stands there already is not copied again; both timelines tell of it.
    """
    pair = {one: unit.handover(one) for one in sorted({handover_id, into})}
    source, survivor = pair[handover_id], pair[into]
    if source is None or survivor is None:
        return gone()
    problem = _problem(unit, source, survivor, who)
    if problem:
        return Refused(problem)
    entries = _new_entries(source, survivor)
    artefacts = _new_artefacts(source, survivor)
    count = len(entries) + len(artefacts)
    if not count:
        return Said(f"Everything of {source.shown_id} stands on {survivor.shown_id} already.")
    survivor.entries += entries
    survivor.presale = [a for a in survivor.presale if a.signed_off or a.kind not in {b.kind for b in artefacts}]
    survivor.presale += [replace(artefact) for artefact in artefacts]
    kinds = Counter(entry.kind for entry in entries)
    survivor.answers = [a for a in survivor.answers if a.key not in {f"none:{kind}" for kind in kinds}]
    # A point that was answered there is answered here; only what is still open is new to those who signed.
    reopen(unit, survivor, Counter(e.kind for e in entries if e.open), who, serial=f"carried:{nonce}", now=now)
    for record in (source, survivor):
        record.note(now, "carried", person=who.id, was=source.shown_id, now=survivor.shown_id, count=count)
        settle(unit, record, terms=terms, now=now, actor=who.id)
    things = "1 thing stands" if count == 1 else f"{count} things stand"
    return Said(f"{things} on {survivor.shown_id} now. {source.shown_id} keeps {'it' if count == 1 else 'them'} too.")


def _rank(records: Sequence[Handover]) -> tuple[bool, int, int]:
    """Which deal's records come first: those that go on, then the furthest, then the oldest."""
    first = max(records, key=lambda record: ORDER.index(record.state))
    return first.running("hold") is None, ORDER.index(first.state), -records[0].id


def _move(unit: Unit, handover: Handover, deal: Deal, now: datetime) -> None:
    handover.note(now, "merged", was=handover.deal.name, now=deal.name, old=handover.deal_id, new=deal.id)
    handover.deal_id = deal.id
    if handover.state is not State.PRESALE and deal.standing is not Standing.WON:
        hold(unit, handover, f"the deal was merged into “{deal.name}”, {LESS[deal.standing]}", now=now)
        handover.deal = replace(handover.deal, standing=deal.standing)  # so that the read tells it no second time
    unit.save(handover)
    if handover.live_at is not None:
        unit.emit(MarkMigrated(handover.id, nonce=f"merged:{deal.id}"))


def _wait(unit: Unit, handover: Handover, own: Sequence[Handover], deal: Deal, now: datetime) -> None:
    """Puts a record on hold beside the survivor's; who can carry it over hears of it where no reply rings."""
    into = next((one for one in own if one.workstream == handover.workstream), own[0] if own else None)
    why = f"the deal was merged into “{deal.name}” in the CRM"
    unheard = handover.state is State.PRESALE or handover.running("hold") is not None  # no new reply rings there
    hold(unit, handover, why, now=now, into=into.id if into else 0)
    unit.save(handover)
    manager = manager_of(handover) or (manager_of(into) if into else 0)
    if into and manager and unheard:
        serial = f"{handover.shown_id}:{deal.id}"
        unit.emit(Direct(manager, "merged", serial, handover.id, {"why": why, "into": into.id}))


def _problem(unit: Unit, source: Handover, survivor: Handover, who: Person) -> str:
    if not who.id or not any(may(who, Deed.CARRY, record.roles) for record in (source, survivor)):
        managed = next((one for one in (source, survivor) if manager_of(one)), source)
        names = whom(unit, managed.roles, Role.DELIVERY_MANAGER)
        return f"Only {names} can carry this over. Ask them in the thread."
    if merged_into(source) != survivor.id:
        return f"{source.shown_id} does not wait for a merged deal any more: there is nothing to carry over."
    if survivor.state in ENDED:
        return f"{survivor.shown_id} is closed: nothing can be added to it any more."
    return ""


def _new_artefacts(source: Handover, survivor: Handover) -> list[Presale]:
    done = {artefact.kind for artefact in survivor.presale if artefact.signed_off}
    return [a for a in source.presale if a.signed_off and a.by and a.kind not in done]


def _new_entries(source: Handover, survivor: Handover) -> list[Entry]:
    there = {(entry.kind, entry.text) for entry in survivor.entries if entry.standing}
    wanted = [entry for entry in source.entries if entry.standing and (entry.kind, entry.text) not in there]
    return [
        replace(
            e, id=0, batch=f"carried:{source.id}", details=dict(e.details), point=replace(e.point) if e.point else None
        )
        for e in wanted
    ]
