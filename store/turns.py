"""A few at a time, in the order in which they came: who goes hands their turn to whoever has waited longest."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """So many may go at once."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def taken(self, patience: float | None = None) -> Iterator[bool]:
        """Goes inside, with a turn; without one when it did not come within so many seconds (None: however long)."""
        mine = self._take(patience)
        try:
            yield mine
        finally:
            if mine:
                self._pass_on()

    def _take(self, patience: float | None) -> bool:
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(patience):
            return True
        with self._lock:  # it may have been called at this very moment
            if called.is_set():
                return True
            self._waiting.remove(called)
            return False

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
