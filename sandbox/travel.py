"""Time travel: moves the sandbox's clock and the bot's together, the sandbox first, from one due moment to the next.

Slack stamps a message with its own time. So before the bot does what is due at a moment, the sandbox must be there: it
asks the bot's control what is due next, goes there itself, sends the bot after, and so on to the target.
"""

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from sandbox.company import office_time
from sandbox.ground import Ground
from sandbox.shelf import Shelf

PATH = "/rehearsal/clock"
PATIENCE = 240.0  # seconds that the bot may take for one step
MOST_STEPS = 500
APART = 1.0  # seconds between the clocks that nobody notices
DELIVERED = 10.0  # seconds to wait for events and webhooks after a step
NOWHERE = "No open handover has a due time ahead: confirm a scope first, or go on by the hour."
MOVING = "Time is moving already: wait until that jump is over."


class Deliveries(Protocol):
    """What a vendor still has to tell the bot."""

    def flush(self, timeout: float) -> bool:
        """Waits until all of it was taken; False when that was not within `timeout` seconds."""


class StuckError(Exception):
    """Time cannot be moved; the sentence says why."""


class BusyError(StuckError):
    """Another jump is under way."""


def kept_offset(shelf: Shelf) -> float:
    """By how many seconds this sandbox was ahead when it was last stopped."""
    return float((shelf.get("clock", "offset") or {}).get("seconds", 0.0))


class Travel:
    """Both clocks of one world. `line` says what happens or happened last; `moving` whether a jump is under way."""

    def __init__(self, ground: Ground, deliveries: Sequence[Deliveries]) -> None:
        self._ground = ground
        self._deliveries = deliveries
        self.line = ""
        self.moving = False
        self._one = threading.Lock()

    def jump(self, place: str) -> dict[str, Any]:
        """To the "hour", the "working_day" or the "due" time, as the bot's calendar and record say.

        Raises StuckError with a sentence when there is no such time, or the bot does not answer.
        """
        with self._alone():
            self._meet()
            goal = (self._settled().get("jumps") or {}).get(place)
            if goal is None:
                raise StuckError(NOWHERE)
            return self._go(_seconds(goal))

    def to(self, moment: float) -> dict[str, Any]:
        """To a moment (seconds since the epoch), never back in time."""
        with self._alone():
            self._meet()
            if moment < self._ground.clock.time():
                raise StuckError(
                    f"Business time never goes back: it is {office_time(self._ground.clock.time())} already."
                )
            return self._go(moment)

    def align(self) -> None:
        """After a start: whichever clock is behind catches up with the other."""
        with self._alone():
            self._meet()
            self.line = ""

    def _meet(self) -> None:
        ahead = _seconds(self._ask("GET")["now"]) - self._ground.clock.time()
        if ahead > 0:
            self._set(self._ground.clock.time() + ahead)
        elif ahead < -APART:
            self._ask("POST", {"to": _iso(self._ground.clock.time())})

    def _go(self, goal: float) -> dict[str, Any]:
        steps, drained, state = 0, True, self._settled()
        while self._ground.clock.time() < goal and steps < MOST_STEPS:
            due = _seconds(state["next"]) if state.get("next") else goal
            stop = min(due, goal)
            self._say(f"On the way to {office_time(goal)}: Baton does what is due at {office_time(stop)}.")
            self._set(stop)
            state = self._ask("POST", {"to": _iso(stop)})
            self._delivered()
            if state["drained"]:
                state = self._settled()
            drained = drained and bool(state["drained"])
            steps += 1
        return self._arrived(goal, steps, drained=drained, waiting=state.get("waiting") or {})

    def _arrived(self, goal: float, steps: int, *, drained: bool, waiting: dict[str, int]) -> dict[str, Any]:
        now = self._ground.clock.time()
        self.line = f"Moved to {office_time(now)} in {steps} {'step' if steps == 1 else 'steps'}."
        if now < goal:
            self.line += f" That is not {office_time(goal)} yet: press again to go on."
        if waiting:
            self.line += " Some of Baton’s work still waits; it goes on by itself."
        return {"now": _iso(now), "steps": steps, "drained": drained and not waiting, "line": self.line}

    def _settled(self) -> dict[str, Any]:
        """The bot's state after it did what is due now: else a click just before a jump would be seen too late."""
        return self._ask("POST", {"advance": 0})

    def _delivered(self) -> None:
        for vendor in self._deliveries:
            vendor.flush(DELIVERED)

    def _set(self, moment: float) -> None:
        clock = self._ground.clock
        clock.advance(max(0.0, moment - clock.time()))
        self._ground.shelf.put("clock", "offset", {"seconds": clock.offset})

    def _say(self, line: str) -> None:
        self.line = line
        self._ground.changed()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._one.acquire(blocking=False):
            raise BusyError(MOVING)
        self.moving = True
        self._say("Baton first does what is due now…")
        try:
            yield
        except BaseException:
            self.line = ""
            raise
        finally:
            self.moving = False
            self._one.release()
            self._ground.changed()

    def _ask(self, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        parts = urlsplit(self._ground.control_url)
        line = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=PATIENCE)
        try:
            line.request(method, PATH, json.dumps(body) if body is not None else None)
            answer = line.getresponse()
            found = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise StuckError("Baton's clock does not answer. Is the bot running? Start the demo again.") from error
        finally:
            line.close()
        if answer.status == http.client.CONFLICT:
            raise BusyError(MOVING)
        if answer.status != http.client.OK:
            raise StuckError(str(found.get("error", "")))
        return dict(found)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
