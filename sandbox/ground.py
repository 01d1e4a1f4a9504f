"""The ground that all stand-ins stand on: one clock, one shelf, one list of faults, and where everybody answers.

Decides when watchers wake. It knows no vendor, so that each of them can be read alone.
"""

import threading
from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.shelf import Shelf


@dataclass(kw_only=True, eq=False)
class Ground:
    """What the stand-ins share.

    `base_url` is where this sandbox answers, `bot_url` where the bot does, both without a closing slash. `public_url`
    is the bot's address as vendors sign it. `control_url` is where the bot's clock is moved; empty: it is not.
    `socket` picks Slack's Socket Mode instead of HTTP. `starting` says that the bot is not up yet: nobody can act.
    `version` grows with everything visible that changes.
    """

    shelf: Shelf
    clock: Clock
    base_url: str = ""
    bot_url: str = ""
    control_url: str = ""
    signing_secret: str
    hubspot_secret: str
    socket: bool = False
    starting: bool = False
    faults: Faults = field(default_factory=Faults)
    version: int = 0
    _public_url: str = ""
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @property
    def public_url(self) -> str:
        """The bot's address over which vendors sign; the bot's own unless set otherwise."""
        return self._public_url or self.bot_url

    @public_url.setter
    def public_url(self, url: str) -> None:
        self._public_url = url

    def changed(self) -> None:
        """Says that something visible changed, and wakes who waits."""
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def wait(self, version: int, timeout: float) -> int:
        """Waits at most `timeout` seconds for a version other than the given one; returns the present one."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != version, timeout)
            return self.version
