"""`jobs`: what waits and what is parked, without a word of the record; `--retry` tries a parked one again."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bot.settings import read
from handlers.clock import Clock
from handlers.wiring import build


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Lists jobs, newest first; or makes one due again, for a running `serve` on the same database."""
    deps = build(read(env, table), env, clock=Clock())
    if asked.retry is not None:
        known = deps.store.outbox.revive(asked.retry)
        sys.stdout.write(f"Job {asked.retry} {'is tried again now' if known else 'is not parked: nothing to retry'}.\n")
        return 0 if known else 1
    rows = deps.store.outbox.jobs()
    for job in rows:
        sys.stdout.write(f"{job.id:>7}  {job.state:<6} {job.kind:<14} tries {job.attempts:<4} {job.error}\n")
    sys.stdout.write(f"{len(rows)} jobs.\n")
    return 0
