"""The sandbox's clock: real time plus an offset that a rehearsal may move.

Message timestamps and rate rules follow this clock, so that a month passes in minutes. Trigger ids and signatures
use real time (`time.time()`), as their three seconds and five minutes are promises about the wire.
"""

import threading
import time


class Clock:
    """Seconds since the epoch, moved forward by `advance` or set by `set_to`; safe between threads."""

    def __init__(self, offset: float = 0.0) -> None:
        self._offset = offset
        self._lock = threading.Lock()

    @property
    def offset(self) -> float:
        """Seconds by which this clock is ahead of the machine's."""
        return self._offset

    def time(self) -> float:
        """Now, in seconds since the epoch."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Moves the clock forward; it never goes back."""
        if seconds < 0:
            raise ValueError("the sandbox's clock never goes back")
        with self._lock:
            self._offset += seconds

    def set_to(self, moment: float) -> None:
        """Sets the clock to a moment (seconds since the epoch), which may lie before the present one in tests."""
        with self._lock:
            self._offset = moment - time.time()
