"""`jobs`: what is scheduled with its next run, what waits, what is parked.

`--retry` tries a parked one again, `--park` puts a waiting one aside. It shows no word of the record. By its trace the
lines of the log are found that tell of the same cause.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.settings import read
from handlers.cli.planned import Planned, in_office_time, moments, ticks
from handlers.clock import Clock
from handlers.schedule import scheduler
from handlers.wiring import build
from store.jobs import JobLine
from store.outbox import Outbox

BUSY = "does not wait, or is being done right now: look at the list, then try again"
KINDS = {"ready": "waiting", "dead": "parked"}


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Lists it, as words or as JSON; or changes one job, for a running `serve` on the same database."""
    deps = build(read(env, table), env, clock=Clock(), upgrade=False)
    if asked.retry is not None:
        return _retry(deps.store.outbox, asked.retry)
    if asked.park is not None:
        set_aside = deps.store.outbox.set_aside(asked.park)
        told = f"is parked: `jobs --retry {asked.park}` tries it again" if set_aside else BUSY
        sys.stdout.write(f"Job {asked.park} {told}.\n")
        return 0 if set_aside else 1
    now = deps.clock.now()
    planned = (*ticks(scheduler(deps, lambda: None).get_jobs(), now), *moments(deps, now))
    rows = deps.store.outbox.jobs()
    deps.store.db.dispose()
    if asked.json:
        sys.stdout.write(json.dumps(as_json(planned, rows), indent=2) + "\n")
        return 0
    tz = deps.terms.offices[deps.settings.digest_office].tz
    sys.stdout.write("Scheduled:\n")
    for one in planned:
        when = f"every {one.every:g} s, by" if one.every else "next"
        sys.stdout.write(f"  {one.id:<20} {when:<18} {in_office_time(one.at, tz):<28} {one.does}\n")
    sys.stdout.write("Waiting and parked, newest first:\n")
    for job in rows:
        words = f"{KINDS[job.state]:<8} {job.kind:<14} tries {job.attempts:<4} {job.trace:<16} {job.error}"
        sys.stdout.write(f"  {job.id:>7}  {words}\n")
    sys.stdout.write(f"{len(rows)} jobs.\n")
    return 0


def _retry(outbox: Outbox, which: int | str) -> int:
    if isinstance(which, str):
        count = outbox.revive_all()
        sys.stdout.write(f"{count} {'job is' if count == 1 else 'jobs are'} tried again now.\n")
        return 0
    known = outbox.revive(which)
    sys.stdout.write(f"Job {which} {'is tried again now' if known else 'is not parked: nothing to retry'}.\n")
    return 0 if known else 1


def as_json(planned: Sequence[Planned], rows: Sequence[JobLine]) -> dict[str, Any]:
    """The same as data: moments are ISO in UTC; a job's `run_at` is when it is tried next."""
    scheduled = [
        {"id": one.id, "does": one.does, "every_seconds": one.every, "at": one.at.isoformat() if one.at else None}
        for one in planned
    ]
    found: dict[str, Any] = {"scheduled": scheduled, "waiting": [], "parked": []}
    for job in rows:
        at = datetime.fromtimestamp(job.run_at, UTC).isoformat()
        told = {"id": job.id, "kind": job.kind, "attempts": job.attempts, "run_at": at, "error": job.error}
        found[KINDS[job.state]].append(told | {"trace": job.trace})
    return found
