"""Two clocks. `now()` is business time, which a rehearsal may move; `tick()` is machine time, which nobody moves.

Leases, backoff and pacing run on `tick`; with one clock for both, a jump would let a second worker claim what the first
is posting. For the same reason `tick` never jumps with the machine's clock (a wrong one that is set right, by hand or
by NTP): it is taken from it once and then counts steadily. Replicas agree on it through their database: PostgreSQL's
clock at the start, then whoever is ahead; and it never goes back behind what was seen before a restart.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def steady() -> float:
    """Seconds that nobody can set; where the machine can tell, those in which it slept are counted."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Clock:
    """The process's clocks. The offset is zero outside a rehearsal. `wall` is the machine's clock, which may jump."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._offset = timedelta()
        self._lock = threading.Lock()
        self._wall = wall
        self._ahead = wall() - steady()

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return datetime.fromtimestamp(self._wall(), UTC) + self._offset

    def machine_now(self) -> datetime:
        """The machine's clock as a moment, aware UTC: for signatures' windows, and for what people read."""
        return datetime.fromtimestamp(self._wall(), UTC)

    def tick(self) -> float:
        """Machine time: seconds since the epoch by the machine's clock as it stood at the start, counted steadily."""
        return steady() + self._ahead

    def agree(self, reference: float) -> None:
        """At the start, before anything is done: the database server's clock counts, not this machine's."""
        with self._lock:
            self._ahead += reference - self._wall()

    def catch_up(self, seen: float) -> None:
        """Others are ahead, or we were before a restart: from now on so are we. It never goes back."""
        with self._lock:
            self._ahead += max(0.0, seen - self.tick())

    @staticmethod
    def sleep(seconds: float) -> None:
        """Waits; only hands do."""
        time.sleep(seconds)

    @property
    def offset(self) -> timedelta:
        """How far business time is ahead of machine time."""
        return self._offset

    def advance(self, by: timedelta) -> datetime:
        """Moves business time forward, in a rehearsal only. Returns the new time."""
        if by < timedelta():
            raise ValueError("business time never goes back")
        with self._lock:
            self._offset += by
        return self.now()

    def set_ahead(self, offset: timedelta) -> None:
        """How far business time is ahead from now on, in a rehearsal only; never less than it is."""
        with self._lock:
            self._offset = max(self._offset, offset)
