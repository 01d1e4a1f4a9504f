"""What the record and the calendars say about the time ahead; decided in bot/clock/rehearsal.py."""

from datetime import datetime

from bot.clock.rehearsal import HOUR, opening_after, time_of_day_after
from bot.worktime import Office
from handlers.deps import Deps


def next_due(deps: Deps, now: datetime) -> datetime | None:
    """The first moment after now at which something is due: a look at a record, a reminder, the daily digest."""
    with deps.store.read() as reader:
        look = reader.next_look(now)
    settings = deps.settings
    digest = None
    if settings.digest_enabled:
        digest = time_of_day_after(deps.terms.offices[settings.digest_office], settings.digest_time, now)
    return min((moment for moment in (look, digest) if moment), default=None)


def looks_due(deps: Deps, now: datetime) -> bool:
    """Whether the record wants a look by now."""
    with deps.store.read() as reader:
        return reader.looks_due(now)


def places(deps: Deps, now: datetime) -> dict[str, datetime | None]:
    """Where a jump by name goes; None where nothing lies ahead."""
    with deps.store.read() as reader:
        due = reader.next_due(now)
    return {"hour": now + HOUR, "working_day": opening_after(first_office(deps), now), "due": due}


def first_office(deps: Deps) -> Office:
    """The office whose mornings are the working days of a jump."""
    return deps.terms.offices[deps.settings.offices[0].name]
