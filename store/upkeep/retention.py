"""What is removed once its days are over: in pages, each a short transaction of its own, a little at a time.

It decides what is still needed, and that stays however old it is: a webhook that was not read, work that waits or is
parked, and what keeps something from happening twice while its handover is open. The newest webhook and job stay too:
SQLite gives the number of a last row again, and a job's key is made of such numbers.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, delete, func, select, update

from bot.actions.digest import REASONS
from bot.company.effects import HideReasons
from bot.context import Kind
from bot.effects import Redraw
from bot.handover import ENDED
from store import known, outbox
from store.engine import Db
from store.tables import EntryRow, EventRow, HandoverRow, InboxRow, JobRow, JobStepRow, SeenRow, table

PAGE = 500
HANDOVER, ENTRY, EVENT = table(HandoverRow), table(EntryRow), table(EventRow)
INBOX, JOB, STEP, SEEN = table(InboxRow), table(JobRow), table(JobStepRow), table(SeenRow)
CLOSED = [state.value for state in ENDED]
# Keys of clicks, events and deliveries, which a vendor repeats for a day at most; or with a moment of their own.
PASSING = ("click:", "event:", "hint:", "capture:", "shares:")
# Keys that hold for as long as their handover, or person, is at work; the number is the handover's.
BOUND = re.compile(r"(?:ring:closing|ring:sign|owed:\w+|merged):(\d+):")
# Names of channels that a handover tried: for ever, like the channel. A kind that is not known here stays as well.
LASTING = ("channel:",)
DAILY = re.compile(r"remind:\d+:\d{4}-\d\d-\d\d")
# A revision or a nonce in their key comes once: these never come again, whatever the state of their handover.
ONCE = frozenset({"Redraw", "Whisper", "SendHistory"})


@dataclass(frozen=True)
class Cutoffs:
    """Before which moment each thing is removed (jobs: machine seconds, else aware UTC); None: it is kept."""

    webhooks: datetime | None = None
    jobs: float | None = None
    seen: datetime | None = None
    opinions: datetime | None = None
    timelines: datetime | None = None


@dataclass(frozen=True)
class Place:
    """How far the walk through all tables is: which thing, and the last key that was looked at."""

    thing: str = ""
    after: Any = None


@dataclass
class Walked:
    """What a stretch of the walk removed, and where the next one goes on; None: everything was looked at."""

    removed: Counter[str] = field(default_factory=Counter)
    place: Place | None = None


class Thing(Protocol):
    """One kind of rows: a page of them by key, and the removal of those that are over."""

    def page(self, session: Connection, after: Any) -> tuple[list[Any], Any]:
        """The keys to remove among the next rows after that key, and the last key looked at (None: no row is left)."""

    def remove(self, session: Connection, keys: list[Any]) -> int:
        """Removes them, those that are still over now; how many."""


def walk(
    db: Db,
    cutoffs: Cutoffs,
    place: Place,
    *,
    now: datetime,
    t: float,
    pages: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Walked:
    """Looks at so many pages from that place on, fewer once it is `stopped`. `now` is business time, `t` machine's."""
    things = _things(cutoffs, now, t)
    names = list(things)
    at = names.index(place.thing) if place.thing in things else 0
    after = place.after if place.thing in things else None
    walked = Walked()
    for _ in range(pages):
        if at >= len(names):
            return walked
        if stopped():
            break
        with db.read() as session:
            keys, after = things[names[at]].page(session, after)
        if keys:
            with db.write() as session:
                walked.removed[names[at]] += things[names[at]].remove(session, keys)
        at += after is None
    walked.place = Place(names[at], after) if at < len(names) else None
    return walked


def _things(cutoffs: Cutoffs, now: datetime, t: float) -> dict[str, Thing]:
    things: dict[str, Thing] = {}
    if cutoffs.webhooks:
        things["webhooks"] = Webhooks(cutoffs.webhooks)
    if cutoffs.jobs:
        things["jobs"] = Jobs(cutoffs.jobs)
    if cutoffs.seen:
        things["seen"] = Seen(cutoffs.seen)
    if cutoffs.opinions:
        things["opinions"] = Opinions(cutoffs.opinions, now, t)
        things["reasons"] = Reasons(f"{cutoffs.opinions:%Y-%m-%d}", t)
    if cutoffs.timelines:
        things["timelines"] = Timelines(cutoffs.timelines)
    return things


@dataclass(frozen=True)
class Webhooks:
    """Deliveries that were read, with their raw bodies."""

    before: datetime

    def page(self, session: Connection, after: Any) -> tuple[list[Any], Any]:
        """By id; the newest delivery stays."""
        newest = select(func.max(INBOX.c.id)).scalar_subquery()
        over = (INBOX.c.received_at < self.before, INBOX.c.outcome != "", INBOX.c.id < newest)
        rows = select(INBOX.c.id).where(INBOX.c.id > (after or 0), *over).order_by(INBOX.c.id).limit(PAGE)
        found = list(session.execute(rows).scalars())
        return found, found[-1] if len(found) == PAGE else None

    def remove(self, session: Connection, keys: list[Any]) -> int:
        """Only whole rows: nothing needs what a delivery said once it was read."""
        return _count(session.execute(delete(INBOX).where(INBOX.c.id.in_(keys))))


@dataclass(frozen=True)
class Jobs:
    """Finished work, with its page of the ledger. What is parked waits for a person."""

    before: float

    def page(self, session: Connection, after: Any) -> tuple[list[Any], Any]:
        """By id; the newest job stays, and what keeps the messages of an open handover from coming twice."""
        newest = select(func.max(JOB.c.id)).scalar_subquery()
        over = (JOB.c.state == "done", JOB.c.run_at < self.before, JOB.c.id < newest)
        columns = (JOB.c.id, JOB.c.kind, JOB.c.payload)
        rows = select(*columns).where(JOB.c.id > (after or 0), *over).order_by(JOB.c.id).limit(PAGE)
        found = session.execute(rows).all()
        bound = {row.id: handover_of(row.payload) for row in found if row.kind not in ONCE}
        open_ones = _open(session, bound.values())
        keys = [row.id for row in found if bound.get(row.id, 0) not in open_ones]
        return keys, found[-1].id if len(found) == PAGE else None

    def remove(self, session: Connection, keys: list[Any]) -> int:
        """The jobs, and the steps that belong to them alone."""
        mine = (JOB.c.id.in_(keys), JOB.c.state == "done", JOB.c.run_at < self.before)
        names = session.execute(delete(JOB).where(*mine).returning(JOB.c.key)).scalars().all()
        session.execute(delete(STEP).where(STEP.c.scope.in_(names)))
        return len(names)


@dataclass(frozen=True)
class Seen:
    """Clicks, events and deliveries that took effect."""

    before: datetime

    def page(self, session: Connection, after: Any) -> tuple[list[Any], Any]:
        """By key. A kind of key that is not known here stays."""
        rows = select(SEEN).where(SEEN.c.key > (after or "")).order_by(SEEN.c.key).limit(PAGE)
        found = session.execute(rows).all()
        over = [row.key for row in found if row.at < self.before]
        bound = {key: int(match[1]) for key in over if (match := BOUND.match(key))}
        open_ones = _open(session, bound.values())
        passing = [key for key in over if key.startswith(PASSING) or DAILY.match(key)]
        keys = [*passing, *(key for key, handover_id in bound.items() if handover_id not in open_ones)]
        return keys, found[-1].key if len(found) == PAGE else None

    def remove(self, session: Connection, keys: list[Any]) -> int:
        """The keys that are still over."""
        return _count(session.execute(delete(SEEN).where(SEEN.c.key.in_(keys), SEEN.c.at < self.before)))


@dataclass(frozen=True)
class Opinions:
    """What somebody thought of one of the client's people, in records that ended. The entry stays, without a word."""

    before: datetime
    now: datetime
    t: float

    def page(self, session: Connection, after: Any) -> tuple[list[Any], Any]:
        """By handover: the ids of those that still hold opinions."""
        ended, last = _ended(session, self.before, after)
        holding = select(ENTRY.c.handover_id).where(ENTRY.c.handover_id.in_(ended), *self._standing()).distinct()
        return list(session.execute(holding).scalars()), last

    def remove(self, session: Connection, keys: list[Any]) -> int:
        """Blanks them, undoes what was not undone, and asks for the threads that show them to be drawn again."""
        mine = select(HANDOVER.c.id, HANDOVER.c.rev).where(HANDOVER.c.id.in_(keys)).order_by(HANDOVER.c.id)
        locked = session.execute(mine.with_for_update()).all()
        blank: dict[str, Any] = dict.fromkeys(("text", "evidence", "evidence_words", "search"), "")
        undone = func.coalesce(ENTRY.c.undone_at, self.now)
        over = (ENTRY.c.handover_id.in_(keys), *self._standing())
        done = session.execute(update(ENTRY).where(*over).values(**blank, details={}, undone_at=undone))
        session.execute(update(HANDOVER).where(HANDOVER.c.id.in_(keys)).values(rev=HANDOVER.c.rev + 1))
        for handover_id, rev in locked:
            outbox.emit(session, Redraw(handover_id, rev + 1), run_at=self.t, t=self.t)
        return _count(done)

    @staticmethod
    def _standing() -> tuple[Any, ...]:
        return ENTRY.c.kind == Kind.STAKEHOLDER.value, ENTRY.c.search != ""


@dataclass(frozen=True)
class Reasons:
    """The reasons of pauses in digests that were posted before that day (ISO). A job takes them out, and forgets it."""

    before: str
    t: float

    def page(self, session: Connection, after: Any) -> tuple[list[Any], Any]:
        """By day."""
        found = [each for each in digests(session) if (after or "") < each.day < self.before][:PAGE]
        return found, found[-1].day if len(found) == PAGE else None

    def remove(self, session: Connection, keys: list[Any]) -> int:
        """Asks for it; how many were not asked for yet."""
        return sum(outbox.emit(session, each, run_at=self.t, t=self.t) for each in keys)


@dataclass(frozen=True)
class Timelines:
    """The timelines of records that ended, each whole."""

    before: datetime

    def page(self, session: Connection, after: Any) -> tuple[list[Any], Any]:
        """By handover."""
        ended, last = _ended(session, self.before, after)
        holding = select(EVENT.c.handover_id).where(EVENT.c.handover_id.in_(ended)).distinct()
        return list(session.execute(holding).scalars()), last

    def remove(self, session: Connection, keys: list[Any]) -> int:
        """Every line: a place in the list that stayed behind would be taken for another one's."""
        session.execute(select(HANDOVER.c.id).where(HANDOVER.c.id.in_(keys)).order_by(HANDOVER.c.id).with_for_update())
        return _count(session.execute(delete(EVENT).where(EVENT.c.handover_id.in_(keys))))


def digests(session: Connection) -> list[HideReasons]:
    """For each digest in which reasons of pauses stand, what takes them out there; by day."""
    kept = sorted(known.settings(session, REASONS).items())
    return [HideReasons(key.removeprefix(REASONS), place.partition(" ")[0]) for key, place in kept]


def _ended(session: Connection, before: datetime, after: Any) -> tuple[list[int], Any]:
    over = (HANDOVER.c.state.in_(CLOSED), HANDOVER.c.ended_at < before, HANDOVER.c.id > (after or 0))
    rows = select(HANDOVER.c.id).where(*over).order_by(HANDOVER.c.id).limit(PAGE)
    found = list(session.execute(rows).scalars())
    return found, found[-1] if len(found) == PAGE else None


def _open(session: Connection, ids: Iterable[int]) -> set[int]:
    wanted = {one for one in ids if one}
    still = select(HANDOVER.c.id).where(HANDOVER.c.id.in_(wanted), HANDOVER.c.state.not_in(CLOSED))
    return set(session.execute(still).scalars()) if wanted else set()


def handover_of(payload: str) -> int:
    """The handover that a stored job is about, 0 for none."""
    try:
        return int(json.loads(payload).get("handover_id") or 0)
    except (ValueError, AttributeError, TypeError):
        return 0


def _count(result: Any) -> int:
    return int(result.rowcount)
