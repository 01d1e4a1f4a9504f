"""A cancelled handover whose deal is won again, or tracked by somebody: the same record goes on where it stood."""

from datetime import datetime

from bot.actions import amend, people, provision
from bot.deal import Deal, Standing
from bot.effects import Reply
from bot.handover import Event, Handover, Interval, State
from bot.terms import Terms
from bot.unit import DealState, Unit

WHY = {True: "the deal was tracked again", False: "the deal was won again in the CRM"}


def wanted(records: list[Handover], deal: Deal, before: DealState | None, *, cause: str) -> bool:
    """Whether this read wants cancelled records back: nothing else is there, and it was won since, or a person asks.

    A deal that stayed won all the while is no new win: what a person cancelled stays cancelled.
    """
    if not records or any(record.state is not State.CANCELLED for record in records):
        return False
    if deal.standing is Standing.OPEN:
        return cause == "track" and all(_stood(record) is State.PRESALE for record in records)
    if deal.standing is not Standing.WON:
        return False
    if cause in ("released", "track") or before is None or before.standing != Standing.WON:
        return True
    # Reopened and won between two reads: only the beginning of the won run tells.
    known, begun = before.won_epoch, deal.won_epoch
    return bool(known and begun and begun > known and all(h.ended_at and begun > h.ended_at for h in records))


def go_on(unit: Unit, handover: Handover, deal: Deal, *, tracked: bool, terms: Terms, now: datetime) -> None:
    """Brings one back to the state it was cancelled in. Its clock stood still meanwhile; those who can act are rung."""
    state, end = _stood(handover), _end(handover)
    reason, by, at = handover.end_reason, end.person if end else 0, handover.ended_at or now
    if handover.running("hold") is None:
        handover.intervals.append(Interval("hold", at, reason))
    # `move` knows no way back from an end: this is the only one, and it leads to where the record was.
    handover.note(now, "state", was=handover.state.value, now=state.value, why=WHY[tracked])
    handover.state, handover.ended_at, handover.end_reason = state, None, ""
    unit.save(handover)
    people.come_back(unit, handover, terms=terms, now=now)
    amend.resume(unit, handover, terms=terms, now=now, quiet=True)
    amend.refresh(unit, handover, deal, terms=terms, now=now)
    serial = f"{now:%Y%m%dT%H%M%S%f}"
    provision.carry_on(unit, handover, nonce=f"again:{serial}", terms=terms, now=now)
    if state is not State.PRESALE:
        data = {"why": reason, "by": by, "at": at.isoformat(), "tracked": tracked}
        unit.emit(Reply(handover.id, "again", serial, data))


def _end(handover: Handover) -> Event | None:
    ends = (e for e in reversed(handover.events) if e.kind == "state" and e.data.get("now") == State.CANCELLED.value)
    return next(ends, None)


def _stood(handover: Handover) -> State:
    end = _end(handover)
    return State(end.data["was"]) if end else State.WON
