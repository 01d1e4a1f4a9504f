"""The log of what the bot asked for: each Web API call with its arguments and its end.

Tokens are not logged. The last ones are kept, in memory only.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator

from sandbox.clock import Clock
from sandbox.shelf import Doc

KEPT = 50_000


class Calls:
    """A list of the calls, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: deque[Doc] = deque(maxlen=KEPT)
        self._number = 0

    def note(self, method: str, args: Doc, *, error: str | None, status: int) -> None:
        """Writes a call down. `status` is the HTTP status, 0 for a line that was cut."""
        with self._lock:
            self._number += 1
            call = {"n": self._number, "at": self._clock.time(), "real": time.time(), "method": method, "args": args}
            self._calls.append({**call, "ok": error is None, "error": error, "status": status})

    def of(self, method: str | None = None) -> list[Doc]:
        """The calls of one method, or all."""
        with self._lock:
            return [call for call in self._calls if method in (None, call["method"])]

    def clear(self) -> None:
        """Forgets what was called so far; numbers go on."""
        with self._lock:
            self._calls.clear()

    def __iter__(self) -> Iterator[Doc]:
        return iter(self.of())

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Doc:
        return self.of()[index]
