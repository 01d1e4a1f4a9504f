"""Rate limits on the sandbox's clock (https://docs.slack.dev/apis/web-api/rate-limits).

Each method has its tier's calls a minute plus a fourth as a tolerated burst; posting has one message a second and
channel after a burst of three. Slack publishes the floors, not the bursts.
"""

import math
from collections import deque

from sandbox.clock import Clock
from sandbox.slack.limits import METHODS
from sandbox.slack.refusal import Refused

MINUTE = 60.0
TOLERATED = 1.25
POST_BURST = 3


class Rates:
    """What was called when. `enabled` False lets everything through."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._posts: dict[str, tuple[float, float]] = {}
        self.enabled = True

    def call(self, method: str) -> None:
        """Counts a call; refuses with 429 and `Retry-After` above the method's tier."""
        per_minute = METHODS[method]["per_minute"]
        if per_minute is None or not self.enabled:
            return
        now = self._clock.time()
        seen = self._calls.setdefault(method, deque())
        while seen and not now - MINUTE < seen[0] <= now:
            seen.popleft()
        if len(seen) >= int(per_minute * TOLERATED):
            raise limited(seen[0] + MINUTE - now)
        seen.append(now)

    def post(self, channel: str) -> None:
        """Counts a post into a channel; refuses with 429 above one a second after the burst."""
        if not self.enabled:
            return
        now = self._clock.time()
        left, at = self._posts.get(channel, (float(POST_BURST), now))
        left = min(float(POST_BURST), left + now - at) if now >= at else float(POST_BURST)
        if left < 1:
            raise limited(1 - left)
        self._posts[channel] = (left - 1, now)


def limited(seconds: float) -> Refused:
    """The refusal that says when to come back."""
    wait = {"Retry-After": str(max(1, math.ceil(seconds)))}
    return Refused("ratelimited", status=429, headers=wait)
