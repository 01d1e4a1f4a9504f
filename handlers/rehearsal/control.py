"""The control of a rehearsal's clock. A jump is no leap: it stops at each due moment and lets Baton do what is due.

A step moves business time to the moment, runs the sweeps, and waits on machine time until the outbox is empty. One jump
at a time; business time never goes back. The offset is kept in the database, so that a restart does not fall back.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.clock.rehearsal import destination
from bot.errors import Refused
from handlers.deps import Deps
from handlers.rehearsal.ahead import first_office, looks_due, places

Sweep = Callable[[Deps, datetime], object]
NextDue = Callable[[datetime], datetime | None]

PATIENCE = 30.0  # machine seconds that one step waits for the outbox
MOST_STEPS = 500
ROUNDS = 5  # sweeps at one moment: what is done in one may be a reason for the next
LOOK = 0.02  # machine seconds between two looks at the outbox
OFFSET = "rehearsal:offset"


class Underway(Exception):
    """Another jump is not over yet."""


class Control:
    """Moves business time. `sweeps` are run in order at each step; `busy` says whether a worker is at work."""

    def __init__(
        self,
        deps: Deps,
        *,
        next_due: NextDue,
        sweeps: Sequence[Sweep],
        busy: Callable[[], bool],
        patience: float = PATIENCE,
    ) -> None:
        self._deps = deps
        self._next_due = next_due
        self._sweeps = sweeps
        self._busy = busy
        self._patience = patience
        self._one = threading.Lock()
        self._stopping = threading.Event()

    def restore(self) -> None:
        """Takes up the offset that an earlier run of this rehearsal had."""
        with self._deps.store.read() as reader:
            kept = reader.setting(OFFSET)
        self._deps.clock.set_ahead(timedelta(seconds=float(kept or 0)))

    def stop(self) -> None:
        """Lets a jump end where it is."""
        self._stopping.set()

    def state(self) -> dict[str, Any]:
        """Business time, its offset, what is due next, where a jump by name would go, and the first office's zone."""
        now = self._deps.clock.now()
        return {
            "now": now.isoformat(),
            "offset": self._deps.clock.offset.total_seconds(),
            "next": _iso(self._next_due(now)),
            "jumps": {name: _iso(moment) for name, moment in places(self._deps, now).items()},
            "zone": first_office(self._deps).tz,
        }

    def jump(self, asked: object) -> dict[str, Any] | Refused:
        """Goes where it was asked to, step by step. Raises Underway while another jump is.

        The answer holds the state there, the number of steps, whether each step's work was done in time, what still
        waits, and whether the jump arrived (it does not after 500 steps, nor when Baton is told to stop).
        """
        if not self._one.acquire(blocking=False):
            raise Underway
        try:
            now = self._deps.clock.now()
            goal = destination(asked, now=now, places=places(self._deps, now))
            return goal if isinstance(goal, Refused) else self._go(goal, goal - now)
        finally:
            self._one.release()

    def _go(self, goal: datetime, by: timedelta) -> dict[str, Any]:
        # Time runs on while the steps' work is done: where a jump ends is an offset, so that whoever goes along agrees.
        clock = self._deps.clock
        end = clock.offset + by
        steps, drained = 0, self._settle()
        while clock.offset < end and steps < MOST_STEPS and not self._stopping.is_set():
            now = clock.now()
            due = self._next_due(now)
            self._move(clock.offset + (due - now) if due and due < goal else end)
            drained = self._settle() and drained
            steps += 1
        return {
            **self.state(),
            "steps": steps,
            "drained": drained,
            "waiting": dict(self._deps.store.outbox.waiting()),
            "arrived": clock.offset >= end,
        }

    def _move(self, offset: timedelta) -> None:
        self._deps.clock.set_ahead(offset)
        with self._deps.store.write() as unit:
            unit.keep_setting(OFFSET, str(self._deps.clock.offset.total_seconds()))

    def _settle(self) -> bool:
        """Does what is due at this moment, and what follows from it; whether the outbox is empty then."""
        for _ in range(ROUNDS):
            for sweep in self._sweeps:
                sweep(self._deps, self._deps.clock.now())
            if not self._drain():
                return False
            if not self._sweeps or not looks_due(self._deps, self._deps.clock.now()):
                break
        return True

    def _drain(self) -> bool:
        until = self._deps.clock.tick() + self._patience
        while not self._stopping.is_set():
            waiting, soon = self._deps.store.outbox.open_until(until)
            if not waiting and not self._busy():
                return True
            # What was put off beyond our patience (a vendor is away, a rate rule) is not waited for.
            if self._deps.clock.tick() >= until or (waiting and not soon):
                return False
            self._deps.clock.sleep(LOOK)
        return False


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
