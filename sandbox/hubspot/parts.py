"""The parts that the CRM's account is made of, tied to the shelf and the clock."""

from sandbox.ground import Ground
from sandbox.hubspot.associations import Associations
from sandbox.hubspot.events import Events
from sandbox.hubspot.files import Files
from sandbox.hubspot.pipelines import Pipelines
from sandbox.hubspot.properties import Properties
from sandbox.hubspot.records import Records
from sandbox.hubspot.webhooks import Webhooks


class Parts:
    """What the account holds, and how its changes are told."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.properties = Properties(ground.shelf, ground.clock)
        self.pipelines = Pipelines(ground.shelf, ground.clock)
        self.records = Records(ground.shelf, ground.clock, self.properties, self.pipelines)
        self.associations = Associations(ground.shelf)
        self.files = Files(ground)
        self.events = Events(ground)
        self.webhooks = Webhooks(ground)

    def url(self, kind: str, key: str) -> str:
        """A record's address in the CRM; only deals have a page here."""
        return f"{self.ground.base_url}/crm/{key}" if kind == "deals" else ""
