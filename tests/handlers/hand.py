"""`python -m tests.handlers.hand`: one hand of Baton in a process of its own, so that it can be killed at its work.

It claims and performs what is due until it is killed or nothing is left; the settings come as JSON.
"""

import json
import sys
import time
from datetime import timedelta

from bot.settings import read
from handlers.clock import Clock
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.deps import Identity
from handlers.wiring import build


def main() -> None:
    """Works until the outbox is empty."""
    given = json.loads(sys.stdin.read())
    clock = Clock()
    clock.set_ahead(timedelta(seconds=given["ahead"]))
    deps = build(read(given["env"], given["table"], rehearsal=True), given["env"], clock=clock)
    deps.identity = Identity("T0BATON01", "https://acme.example/", "U0BATONBOT")
    worker = Worker(deps, PERFORMERS)
    while deps.store.outbox.waiting():
        if not worker.run_one(given["owner"]):
            time.sleep(0.05)


if __name__ == "__main__":
    main()
