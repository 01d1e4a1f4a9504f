"""`jobs`: what waits and what is parked, without a word of the record."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bot.settings import read
from handlers.clock import Clock
from handlers.wiring import build


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Lists jobs, newest first."""
    del asked
    deps = build(read(env, table), env, clock=Clock())
    rows = deps.store.outbox.jobs()
    for job in rows:
        sys.stdout.write(f"{job.id:>7}  {job.state:<6} {job.kind:<14} tries {job.attempts:<4} {job.error}\n")
    sys.stdout.write(f"{len(rows)} jobs.\n")
    return 0
