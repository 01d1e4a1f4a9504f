"""One world: a company's Slack, its CRM and its project tool, on one ground.

Decides who holds what. It refuses to know what any vendor means.
"""

from dataclasses import dataclass
from pathlib import Path

from sandbox.asana.state import Asana
from sandbox.ground import Ground
from sandbox.hubspot.state import HubSpot
from sandbox.slack.manifest import read_manifest
from sandbox.slack.seed import seed
from sandbox.slack.workspace import Workspace
from sandbox.travel import Travel

MANIFEST = Path(__file__).resolve().parent.parent / "manifest.yml"


@dataclass(kw_only=True, eq=False)
class World(Ground):
    """The ground, and every stand-in on it; the bot is described by `manifest`."""

    manifest: Path = MANIFEST

    def __post_init__(self) -> None:
        self.slack = Workspace(self, read_manifest(self.manifest))
        seed(self.slack)
        self.hubspot = HubSpot(self)
        self.asana = Asana(self)
        self.travel = Travel(self, [self.slack.deliver, self.hubspot.webhooks])

    def close(self) -> None:
        """Stops the threads that this world started; it can be served again afterwards."""
        self.slack.close()
        self.hubspot.close()
        self.changed()
