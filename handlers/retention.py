"""Retention: once a day, a little at a time, what is past its days is removed. A plain function that a tick calls.

The walk keeps its place in the database: a restart, or another replica, goes on where the last stretch ended. What a
process keeps in memory of people and deals is let go soon after somebody was erased, by whichever process.
"""

import gc
import json
import logging
import re
from datetime import datetime, timedelta

from bot.settings.retention import Retention
from handlers.deps import Deps
from store.upkeep.retention import Cutoffs, Place, walk
from store.upkeep.traces import ERASED

log = logging.getLogger("baton.retention")
DONE, AT = "retention:done", "retention:at"
TWICE = 2  # what was being read while it was let go could be kept once more
PAGES = 200  # in one stretch: some seconds, with hundreds of thousands of rows


def tick(deps: Deps) -> int:
    """What the scheduler calls: the next stretch of today's walk, nothing once it is done; how many were removed."""
    now, day = deps.clock.now(), deps.clock.now().date().isoformat()
    with deps.store.read() as reader:
        done, kept = reader.setting(DONE), reader.setting(AT)
    if done >= day:
        return 0
    walked = walk(
        deps.store.db,
        cutoffs(deps.settings.retention, now, deps.clock.tick()),
        Place(*json.loads(kept)) if kept else Place(),
        now=now,
        t=deps.clock.tick(),
        pages=PAGES,
        stopped=deps.stopping.is_set,
    )
    with deps.store.write() as unit:
        unit.keep_setting(AT, json.dumps([walked.place.thing, walked.place.after]) if walked.place else "")
        if walked.place is None:
            unit.keep_setting(DONE, day)
    removed = sum(walked.removed.values())
    if removed:
        log.info("removed what is past its days", extra={"removed": dict(walked.removed)})
    return removed


def let_go(deps: Deps) -> bool:
    """What the scheduler calls: lets go of what is kept in memory when somebody was erased since; whether it did."""
    with deps.store.read() as reader:
        erased = reader.setting(ERASED)
    if erased != deps.erased:
        deps.erased, deps.to_forget = erased, TWICE
    if not deps.to_forget:
        return False
    deps.store.forget()
    deps.rooms.clear()
    deps.missed.clear()
    if deps.tool is not None:
        deps.tool.forget()
    re.purge()  # what is looked for in Slack is a pattern
    gc.collect()
    deps.to_forget -= 1
    return True


def cutoffs(days: Retention, now: datetime, t: float) -> Cutoffs:
    """The moments before which things go. Jobs know machine time alone."""

    def before(count: int) -> datetime | None:
        return now - timedelta(days=count) if count else None

    return Cutoffs(
        webhooks=before(days.webhooks),
        jobs=t - days.jobs * 86_400 if days.jobs else None,
        seen=before(days.seen),
        opinions=before(days.opinions),
        timelines=before(days.timelines),
    )
