"""One world: a company's Slack, its CRM and its project tool, on one clock and one shelf.

Decides who holds what and when watchers wake. It refuses to know what any vendor means.
"""

import threading
from pathlib import Path

from sandbox.asana.state import Asana
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.hubspot.state import HubSpot
from sandbox.shelf import Shelf
from sandbox.slack.manifest import read_manifest
from sandbox.slack.seed import seed
from sandbox.slack.workspace import Workspace
from sandbox.travel import Travel

MANIFEST = Path(__file__).resolve().parent.parent / "manifest.yml"


class World:
    """Everything that the stand-ins share.

    `base_url` is where this sandbox answers, `bot_url` where the bot does, both without a closing slash. `public_url`
    is the bot's address as vendors sign it. `control_url` is where the bot's clock is moved; empty: it is not.
    `socket` picks Slack's Socket Mode instead of HTTP.
    """

    def __init__(
        self,
        *,
        shelf: Shelf,
        clock: Clock,
        base_url: str = "",
        bot_url: str = "",
        signing_secret: str,
        hubspot_secret: str,
        socket: bool = False,
        manifest: Path = MANIFEST,
    ) -> None:
        self.shelf = shelf
        self.clock = clock
        self.base_url = base_url
        self.bot_url = bot_url
        self.control_url = ""
        self.signing_secret = signing_secret
        self.hubspot_secret = hubspot_secret
        self.socket = socket
        self.faults = Faults()
        self.version = 0
        self._public_url = ""
        self._changed = threading.Condition()
        self.slack = Workspace(self, read_manifest(manifest))
        seed(self.slack)
        self.hubspot = HubSpot(self)
        self.asana = Asana(self)
        self.travel = Travel(self)

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

    def close(self) -> None:
        """Stops the threads that this world started; it can be served again afterwards."""
        self.slack.close()
        self.hubspot.close()
        self.changed()
