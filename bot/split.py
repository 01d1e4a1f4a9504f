"""A deal split into workstreams: each a handover of its own, with its share of the amount. The shares must match."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.deal import Money
from bot.handover import PLACES, Event, Handover, State

MOST = 10  # workstreams of one deal
NAME = 60  # characters of a workstream's name


@dataclass(frozen=True)
class Part:
    """One workstream, as it was typed: its name, and its share of the amount in the deal's currency."""

    name: str
    amount: Decimal | None = None


def share(handover: Handover) -> Money | None:
    """The workstream's share of the amount; None for a deal that was not split, or that has no amount."""
    event = _last(handover)
    if event is None or not event.data.get("amount"):
        return None
    return Money(Decimal(event.data["amount"]), str(event.data["currency"]))


def amount(handover: Handover) -> Money | None:
    """What this handover is worth: its workstream's share, else the whole deal's amount."""
    return share(handover) if _last(handover) else handover.deal.amount


def speaks(parts: Sequence[Handover], handover: Handover, state: State) -> State:
    """The state of a deal as a whole while this workstream is in `state`: that of the one which is least far.

    What was given up holds nobody back, this one neither. A deal has one place for a state, and is done with the last
    of its workstreams; when all of them were given up, it is cancelled.
    """
    going_on = [part for part in parts if part.state is not State.CANCELLED]
    states = [state if part.id == handover.id else part.state for part in going_on]
    return min(states, key=PLACES.__getitem__, default=State.CANCELLED)


def front(parts: Sequence[Handover], handover: Handover) -> Handover:
    """The workstream whose links stand where there is room for one: the oldest that has any, else this one."""
    made = [part for part in parts if part.state is not State.CANCELLED and (part.workspace_url or part.channel_id)]
    return min(made, key=lambda part: part.id, default=handover)


def problem(parts: Sequence[Part], whole: Money | None) -> str:
    """Why these parts are no split of that amount, with what to change; '' when they are."""
    names = [part.name.casefold() for part in parts]
    if not 1 < len(parts) <= MOST:
        return f"Write 2 to {MOST} workstreams, one a line."
    if not all(names) or any(len(name) > NAME for name in names):
        return f"Give each workstream a name of at most {NAME} characters."
    if len(set(names)) < len(names):
        return "Two workstreams have the same name: give each its own."
    return _sum_problem(parts, whole)


def words(money: Money | None) -> str:
    """`50,000.00 EUR`, or "none"."""
    return f"{money.amount:,.2f} {money.currency}" if money else "none"


def _sum_problem(parts: Sequence[Part], whole: Money | None) -> str:
    given = [part.amount for part in parts if part.amount is not None]
    if whole is None:
        return "The deal has no amount in the CRM: write the names alone." if given else ""
    if len(given) < len(parts):
        return f"Write each workstream's amount behind its name; together they are {words(whole)}."
    left = whole.amount - sum(given, Decimal())
    if not left:
        return ""
    side = "are missing" if left > 0 else "are too much"
    return f"The amounts must add up to {words(whole)}: {words(Money(abs(left), whole.currency))} {side}."


def _last(handover: Handover) -> Event | None:
    return next((event for event in reversed(handover.events) if event.kind == "split"), None)
