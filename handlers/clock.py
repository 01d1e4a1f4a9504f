"""Two clocks. `now()` is business time, which a rehearsal may move; `tick()` is machine time, which nobody moves.

Leases, backoff, pacing, signatures and token expiry run on `tick`; with one clock for both, a jump would let a second
worker claim what the first is posting.
"""

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The process's clocks. The offset is zero outside a rehearsal."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return datetime.now(UTC) + self._offset  # noqa: TID251 - the clock itself

    @staticmethod
    def machine_now() -> datetime:
        """Machine time as a moment, aware UTC: for signatures' windows."""
        return datetime.now(UTC)  # noqa: TID251 - the clock itself

    @staticmethod
    def tick() -> float:
        """Machine time in seconds since the epoch."""
        return time.time()

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
