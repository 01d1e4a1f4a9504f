"""What a read of a deal means for us: open a handover on the edge not-won → won, once; else keep the record true.

Events are hints; only the record read back from the CRM, against our own stored state, decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.actions import amend, opening, rights, scope
from bot.actions.lists import ring_closing, ring_win
from bot.actions.record import again, merge
from bot.clock import silence
from bot.deal import Deal, Standing
from bot.effects import Direct, ReadDeal, RedrawHeld, TellAdmin
from bot.errors import Refused
from bot.handover import Handover, State
from bot.people import Person, Role, may
from bot.rights import Deed
from bot.rights.whom import whom
from bot.terms import Said, Terms, heads_of
from bot.unit import DealState, Unit

HOLD_WINDOW = timedelta(hours=1)
MAX_NAME = 80  # characters of a held win's name


@dataclass(frozen=True)
class Read:
    """A deal as it was read, under which id it was asked for, and why."""

    deal: Deal
    asked_id: str
    cause: str = "event"
    asked_by: int = 0


def applied(unit: Unit, read: Read, *, terms: Terms, now: datetime) -> str:
    """Acts on one read. Returns what it did: opened, held, older, closing, tracked, known or ignored."""
    deal = read.deal
    old_ids = sorted({read.asked_id, *deal.merged_from} - {deal.id})
    # The deals first, by id, then their records: two reads of one deal never wait for each other crosswise.
    known = {deal_id: unit.deal_state(deal.connection, deal_id) for deal_id in sorted({deal.id, *old_ids})}
    before, gone = known[deal.id], [state for old in old_ids if (state := known[old])]
    if old_ids:
        merge.merged(unit, old_ids, deal, now=now)
    for state in gone:
        unit.keep_deal_state(DealState(state.connection, state.deal_id, Standing.DELETED.value))
    existing = unit.by_deal(deal.connection, deal.id)
    for handover in existing:
        amend.refresh(unit, handover, deal, terms=terms, now=now)
    outcome = _edge(unit, read, before, existing, terms=terms, now=now)
    for handover in unit.by_deal(deal.connection, deal.id):
        scope.confirm_alone(unit, handover, terms=terms, now=now)
    unit.keep_deal_state(
        DealState(deal.connection, deal.id, deal.standing.value, deal.won_epoch, held=outcome == "held")
    )
    _name_held(unit, deal if outcome == "held" else None, [*gone, before] if before else gone)
    if any(state.held for state in gone) or bool(before and before.held) != (outcome == "held"):
        unit.emit(RedrawHeld(f"{deal.connection}:{deal.id}:{now.isoformat()}"))
    if read.cause == "poll" and outcome in ("opened", "held"):
        finds = f"finds:{deal.connection}"
        unit.keep_setting(finds, silence.one_more(unit.locked_setting(finds), now))
    return outcome


class Held(Protocol):
    """Where held wins and small values are found: a unit or a reader of the store."""

    def held_wins(self) -> list[DealState]:
        """Wins that wait for the admin's word."""

    def setting(self, key: str) -> str:
        """A small stored value."""


def held_names(known: Held, most: int, room: int = 0) -> tuple[list[str], int]:
    """What the held wins are called, at most so many, and how many there are; by number where no name was kept.

    `room`: the characters of the line in which they are to stand, one after the other; 0: each has its own.
    """
    held = known.held_wins()
    names = [known.setting(_held_name(state)) or f"deal {state.deal_id}" for state in held[:most]]
    while room and len(", ".join(names)) > room:
        names.pop()
    return names, len(held)


def _name_held(unit: Unit, deal: Deal | None, before: Iterable[DealState]) -> None:
    # A held win has no record yet, so its name is kept beside its state, and only while it is held.
    for state in before:
        if state.held:
            unit.drop_setting(_held_name(state))
    if deal is not None:
        title = " – ".join(filter(None, (deal.client.strip(), (deal.project or deal.name).strip())))
        short = title if len(title) <= MAX_NAME else f"{title[: MAX_NAME - 1]}…"
        unit.keep_setting(_held_name(DealState(deal.connection, deal.id)), short)


def _held_name(state: DealState) -> str:
    return f"held:name:{state.connection}:{state.deal_id}"


def _edge(
    unit: Unit, read: Read, before: DealState | None, existing: list[Handover], *, terms: Terms, now: datetime
) -> str:
    deal = read.deal
    asked = read.cause in ("released", "track")
    back = again.wanted(existing, deal, before, cause=read.cause)
    if back and not asked and _too_many(unit, terms, now):
        return "held"
    if back:
        for handover in existing:
            again.go_on(unit, handover, deal, tracked=read.cause == "track", terms=terms, now=now)
    if deal.standing is not Standing.WON:
        return "tracked" if back else _not_won(unit, read, existing, terms=terms, now=now)
    presale = [handover for handover in existing if handover.state is State.PRESALE]
    for handover in presale:
        won(unit, handover, terms=terms, now=now)
    if presale or back:
        return "opened"
    if existing or (before and before.standing == Standing.WON and not asked):
        return "held" if before and before.held and not asked else "known"
    return _open_won(unit, deal, terms=terms, now=now) if asked else _new_win(unit, deal, terms=terms, now=now)


def _new_win(unit: Unit, deal: Deal, *, terms: Terms, now: datetime) -> str:
    started = unit.setting(f"started:{deal.connection}")
    if started and deal.won_epoch and deal.won_epoch < datetime.fromisoformat(started):
        return "older"
    return "held" if _too_many(unit, terms, now) else _open_won(unit, deal, terms=terms, now=now)


def _open_won(unit: Unit, deal: Deal, *, terms: Terms, now: datetime) -> str:
    handover = opening.opened(unit, deal, state=State.PRESALE, terms=terms, now=now)
    won(unit, handover, terms=terms, now=now)
    return "opened"


def _too_many(unit: Unit, terms: Terms, now: datetime) -> bool:
    """Whether this win is one too many within the hour: then the admin is asked."""
    if unit.recent_wins(now - HOLD_WINDOW) < terms.settings.hold_wins_above:
        return False
    # One question a day, and a new one after each answer.
    unit.emit(TellAdmin("held_wins", serial=f"{now:%Y-%m-%d}:{unit.setting('held:last')}"))
    return True


def won(unit: Unit, handover: Handover, *, terms: Terms, now: datetime) -> None:
    """Moves a record to `won`: the thread opens, the scope clock runs, those who can act are rung once."""
    handover.move(State.WON, now)
    handover.won_at = now
    handover.won_epoch = handover.deal.won_epoch or now
    handover.scope_due_at = terms.scope_due(handover, now)
    unit.save(handover)
    ring_win(unit, handover)
    if not handover.roles.get(Role.DELIVERY_MANAGER):
        _ring_heads(unit, handover)


def _ring_heads(unit: Unit, handover: Handover) -> None:
    # Nobody owns this handover: the Head of Delivery names a delivery manager.
    serial, data = f"{handover.shown_id}:delivery_manager", {"role": Role.DELIVERY_MANAGER.value}
    for head in heads_of(unit):
        unit.emit(Direct(head, "empty_role", serial, handover.id, data))


def _not_won(unit: Unit, read: Read, existing: list[Handover], *, terms: Terms, now: datetime) -> str:
    deal = read.deal
    for handover in existing:
        ring_closing(unit, handover)
    if existing or deal.standing is not Standing.OPEN:
        return "known" if existing else "ignored"
    if read.cause == "track":
        handover = opening.opened(unit, deal, state=State.PRESALE, terms=terms, now=now)
        handover.note(now, "tracked", person=read.asked_by)
        unit.save(handover)
        ring_closing(unit, handover)
        return "tracked"
    if deal.closing:
        ring_closing(unit, opening.opened(unit, deal, state=State.PRESALE, terms=terms, now=now))
        return "closing"
    return "ignored"


def track(unit: Unit, who: Person, *, connection: str, deal_id: str, response_url: str, nonce: str) -> Said | Refused:
    """Asks for a read that opens a record for this deal, open or won. Refused for people without a role."""
    refusal = rights.to_start(unit, who, "track a deal")
    if refusal:
        return Refused(refusal)
    unit.emit(ReadDeal(connection, deal_id, "track", nonce, asked_by=who.id, response_url=response_url))
    return Said("One moment: I am reading the deal.")


def verdict(unit: Unit, who: Person, *, choice: str, now: datetime, nonce: str) -> Said | Refused:
    """The admin's answer about held wins: open them, or ignore them."""
    if not may(who, Deed.HELD_WINS):
        names = whom(unit, {}, Role.SALES_OPS, Role.HEAD_OF_DELIVERY)
        return Refused(f"Only {names}, or a delivery manager, can decide about held wins.")
    held = unit.held_wins()
    if not held:
        return Said("There are no held wins any more.")
    if choice not in ("open", "ignore"):
        return Said(f"{len(held)} wins are held. Open them, or ignore them.")
    for state in held:
        unit.keep_deal_state(replace(state, held=False))
        unit.drop_setting(_held_name(state))
        if choice == "open":
            unit.emit(ReadDeal(state.connection, state.deal_id, "released", nonce, asked_by=who.id))
    unit.keep_setting("held:last", f"{who.id} {choice} {len(held)} {now.isoformat()}")
    unit.emit(RedrawHeld(nonce))
    wins = "1 win is" if len(held) == 1 else f"{len(held)} wins are"
    return Said(f"{wins} being opened." if choice == "open" else f"{wins} left alone.")


def first_start(unit: Unit, connection: str, *, now: datetime) -> None:
    """Remembers when this connection began; wins of before that moment are a report, never handovers."""
    if not unit.setting(f"started:{connection}"):
        unit.keep_setting(f"started:{connection}", now.isoformat())


def first_report(unit: Unit, connection: str, older: Iterable[str]) -> None:
    """Tells the admin once which wins are older than we are."""
    names = list(older)
    unit.keep_setting(f"reported:{connection}", str(len(names)))
    if names:
        unit.emit(TellAdmin("first_start", serial=connection, data={"count": len(names), "deals": names[:20]}))
