"""People who wait for an answer right now; whatever nobody waits for lets them go first, for a moment.

Python does one thing at a time: a redraw or a look beside an answer makes the answer late. Who works behind the scenes
asks here before each piece of work, which is never more than a moment late for it, however many ask.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

QUIET = 0.01  # seconds without anybody: between two answers to one person nothing begins that makes the second late
LOOK = 0.05  # seconds between two looks whether they are answered
MOST = 0.25  # seconds that each piece of work waits at the most


class Askers:
    """How many there are in this process; nothing else waits for them longer than `most` seconds."""

    def __init__(self, most: float = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._here = 0
        self._left_at = 0.0

    @contextmanager
    def answered(self) -> Iterator[None]:
        """Somebody is being answered inside."""
        with self._lock:
            self._here += 1
        try:
            yield
        finally:
            with self._lock:
                self._here -= 1
                self._left_at = time.monotonic()

    def let_go_first(self) -> None:
        """Returns once there was nobody for `QUIET`, and when the most is over."""
        until = time.monotonic() + self._most
        while not self._quiet() and time.monotonic() < until:
            time.sleep(QUIET if not self._here else LOOK)

    def _quiet(self) -> bool:
        with self._lock:
            return not self._here and time.monotonic() - self._left_at >= QUIET
