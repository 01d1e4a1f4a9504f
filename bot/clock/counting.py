"""The clock of a handover: which of its two runs, when it warns, and since when it is late.

From the win to the scope confirmation the scope clock runs, from there to the gate the gate clock; both are counted in
the delivery manager's office. "Clock" never means the time of day. A pause or a hold stops it; then nothing is due.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.handover import Handover, State
from bot.settings import Settings
from bot.worktime import Office, day_length, elapsed, subtract_working

GATE, SCOPE = "gate", "scope"


@dataclass(frozen=True)
class Clock:
    """A clock that counts: since when, until when (UTC), and over how many working days."""

    name: str
    start: datetime
    due: datetime
    days: Decimal

    def late(self, now: datetime) -> bool:
        """Whether its time is over: at the due time itself it is."""
        return now >= self.due


def of(handover: Handover, settings: Settings) -> Clock | None:
    """The clock that counts for this record, running or stopped; None before the win and once delivery has begun."""
    if handover.state is State.WON and handover.won_at and handover.scope_due_at:
        return Clock(SCOPE, handover.won_at, handover.scope_due_at, settings.scope_days)
    if handover.state in (State.SCOPED, State.PROVISIONED) and handover.scoped_at and handover.due_at:
        return Clock(GATE, handover.scoped_at, handover.due_at, settings.clock_days)
    return None


def running(handover: Handover, settings: Settings) -> Clock | None:
    """The clock that counts, unless a pause or a hold has stopped it."""
    if handover.running("pause") or handover.running("hold"):
        return None
    return of(handover, settings)


def first_at(clock: Clock, office: Office, share: Decimal) -> datetime:
    """When that share of the clock's time has run out, counted back from the due time."""
    whole = day_length(office) * float(clock.days)
    return subtract_working(office, clock.due, whole * float(1 - share))


def last_at(clock: Clock, office: Office, hours: Decimal) -> datetime:
    """So many working hours before the due time."""
    return subtract_working(office, clock.due, timedelta(hours=float(hours)))


def ran(handover: Handover, office: Office, *, start: datetime, end: datetime) -> timedelta:
    """The working time between two moments in which the clock ran: without pauses and holds, what overlaps once."""
    total, counted = elapsed(office, start=start, end=end), start
    for interval in sorted(handover.intervals, key=lambda one: one.since):
        since, until = max(interval.since, counted), min(interval.until or end, end)
        if since < until:
            total -= elapsed(office, start=since, end=until)
            counted = until
    return total


def last_stop(handover: Handover) -> datetime | None:
    """When the latest pause or hold ended; None when the clock never stood still."""
    return max((interval.until for interval in handover.intervals if interval.until), default=None)
