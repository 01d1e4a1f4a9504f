"""Rolling windows on the sandbox's clock: how many calls are let in during the last seconds."""

import threading
from collections import deque

from sandbox.clock import Clock


class Window:
    """At most `most` calls within `seconds`; refused calls do not count."""

    def __init__(self, clock: Clock, *, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._clock = clock
        self._calls: deque[float] = deque()
        self._lock = threading.Lock()

    def enter(self) -> bool:
        """Whether one more call is let in now; if so it counts."""
        now = self._clock.time()
        with self._lock:
            while self._calls and abs(now - self._calls[0]) >= self.seconds:
                self._calls.popleft()
            if len(self._calls) >= self.most:
                return False
            self._calls.append(now)
            return True

    @property
    def left(self) -> int:
        """Calls that would still be let in now."""
        return max(0, self.most - len(self._calls))

    def wait(self) -> float:
        """Seconds until the next call is let in; 0 when one is let in now."""
        with self._lock:
            if len(self._calls) < self.most:
                return 0.0
            return max(0.0, self.seconds - (self._clock.time() - self._calls[0]))
