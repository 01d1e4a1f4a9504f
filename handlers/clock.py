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

    def move_to(self, moment: datetime) -> datetime:
        """Moves business time forward to a moment, in a rehearsal only; one that has just passed changes nothing."""
        with self._lock:
            self._offset = max(self._offset, moment - self.machine_now())
        return self.now()

    def restore(self, offset: timedelta) -> None:
        """Takes up the offset of an earlier run of the same rehearsal; never a smaller one than it has."""
        with self._lock:
            self._offset = max(self._offset, offset)
