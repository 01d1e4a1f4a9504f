"""A few at a time, in the order in which they came: who goes hands their turn to whoever has waited longest."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """So many may go at once. Whoever has waited `patience` seconds goes without a turn: nobody waits for ever."""

    def __init__(self, at_once: int, *, patience: float) -> None:
        self._free = at_once
        self._patience = patience
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Goes inside; whether with a turn."""
        mine = self._take()
        try:
            yield mine
        finally:
            if mine:
                self._pass_on()

    def _take(self) -> bool:
        called = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            self._waiting.append(called)
        if called.wait(self._patience):
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
