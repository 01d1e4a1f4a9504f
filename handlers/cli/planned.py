"""Scheduled work in words: the ticks as the scheduler holds them, and the moments that follow from the record.

A tick's next run is given at the latest: the running `serve` began at a moment of its own. A test compares these words
with what is registered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.deps import Deps
from handlers.in_force import digest_at

# What the part of a tick's id before the colon does.
DOES = {
    "reconcile": "asks the CRM what webhooks lost",
    "wake": "wakes the workers for what is due",
    "people": "asks Slack once a day who everybody is",
    "database": "looks whether the database can be written",
    "machine-time": "keeps how far machine time has come",
    "settings": "takes up what was set in Slack",
    "review": "asks for the review of a checklist when it is due",
    "sweep": "looks at due records and reminds",
    "pulse": "asks each connection whether it works",
    "digest": "posts the digest when it is due",
    "erased": "lets go of what is kept in memory when somebody was erased",
    "retention": "removes once a day what is past its days",
}


@dataclass(frozen=True)
class Planned:
    """Something that will happen, `every` so many seconds, or once (None). `at` is aware UTC; None: never."""

    id: str
    does: str
    at: datetime | None
    every: float | None = None


def ticks(jobs: Iterable[Any], now: datetime) -> tuple[Planned, ...]:
    """The jobs of an APScheduler that was not started, each with its next run at the latest, by id."""
    return tuple(sorted((_tick(job, now) for job in jobs), key=lambda one: one.id))


def moments(deps: Deps, now: datetime) -> tuple[Planned, ...]:
    """What is next by the calendar and by the record: the digest, and the first record to be looked at."""
    with deps.store.read() as reader:
        look = reader.next_look(now)
    digest = digest_at(deps, now) if deps.settings.digest_enabled else None
    return (
        Planned("digest", "the daily digest" if digest else "the daily digest is switched off", digest),
        Planned("look", "the next look at a record" if look else "no record has to be looked at", look),
    )


def in_office_time(moment: datetime | None, tz: str) -> str:
    """`Mon 23 Nov 2026 09:00 CET`, or a dash."""
    return f"{moment.astimezone(ZoneInfo(tz)):%a %-d %b %Y %H:%M %Z}" if moment else "-"


def _tick(job: Any, now: datetime) -> Planned:
    interval: timedelta | None = getattr(job.trigger, "interval", None)
    at = now + interval if interval else job.trigger.get_next_fire_time(None, now)
    return Planned(job.id, DOES.get(job.id.partition(":")[0], ""), at, interval.total_seconds() if interval else None)
