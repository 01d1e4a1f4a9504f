"""The CRM as its people know it: move a deal, win it, edit it, merge it.

Decides which changes are told to the outside: each one bumps the world and, when subscribed, becomes a webhook event.
"""

from typing import Any

from sandbox.ground import Ground
from sandbox.hubspot import view
from sandbox.hubspot.events import APP
from sandbox.hubspot.parts import Parts
from sandbox.hubspot.records import PERSON, Origin
from sandbox.shelf import Doc
from sandbox.window import Window

TOKEN = "hubspot-sandbox"
BURST = 190
BURST_SECONDS = 10
SEARCHES = 5
INTEGRATION = Origin("INTEGRATION", str(APP))


class HubSpot(Parts):
    """The account of the demo company.

    `search_lag` is how many seconds a change takes until the search finds it (a few moments in life, 0 here).
    `burst` and `searches` are the account's rate limits.
    """

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.token = TOKEN
        self.burst = Window(ground.clock, most=BURST, seconds=BURST_SECONDS)
        self.searches = Window(ground.clock, most=SEARCHES, seconds=1)
        self.search_lag = 0.0

    def deals(self) -> list[Doc]:
        """Every deal that is not in the bin, as the CRM page shows it."""
        return [view.deal(self, record) for record in self.records.all("deals") if not record["archived"]]

    def deal(self, deal_id: str) -> Doc:
        """One deal as the CRM page shows it; the API's 404 refusal when there is none."""
        return view.deal(self, self.records.one("deals", deal_id))

    def change(self, deal_id: str, values: dict[str, Any], origin: Origin = PERSON) -> Doc:
        """Writes properties of a deal and tells who subscribed; the API's refusals as `Records.update`."""
        record, changes = self.records.update("deals", deal_id, values, origin=origin)
        for event in self.events.property_changes(record["id"], changes, origin):
            self.webhooks.send(event)
        if changes:
            self.ground.changed()
        return record

    def move(self, deal_id: str, stage: str) -> Doc:
        """Drags the deal to another stage, by its id."""
        return self.change(deal_id, {"dealstage": stage})

    def win(self, deal_id: str) -> Doc:
        """Moves the deal to Closed Won."""
        return self.move(deal_id, "closedwon")

    def lose(self, deal_id: str) -> Doc:
        """Moves the deal to Closed Lost."""
        return self.move(deal_id, "closedlost")

    def reopen(self, deal_id: str) -> Doc:
        """Takes the deal back to the last open stage."""
        return self.move(deal_id, "contractsent")

    def edit(self, deal_id: str, **properties: Any) -> Doc:
        """Changes properties by hand, as a sales person does."""
        return self.change(deal_id, properties)

    def create(self, **properties: Any) -> Doc:
        """A new deal, made by hand."""
        record = self.records.create("deals", properties, origin=PERSON)
        self._told(self.events.created(record["id"], PERSON))
        return record

    def delete(self, deal_id: str, origin: Origin = PERSON) -> None:
        """Puts the deal into the bin."""
        record = self.records.archive("deals", deal_id)
        self._told(self.events.deleted(record["id"], origin))

    def restore(self, deal_id: str) -> Doc:
        """Takes the deal out of the bin."""
        record = self.records.restore("deals", deal_id)
        self._told(self.events.restored(record["id"], PERSON))
        return record

    def merge(self, primary: str, other: str, *, new_id: bool = False) -> Doc:
        """Makes one deal of two; its id is the primary's, or a new one when `new_id` says so."""
        record = self.records.merge("deals", primary, other, new_id=new_id)
        for old in {primary, other} - {record["id"]}:
            self.associations.move("deals", old, record["id"])
        self._told(self.events.merged(record["id"], primary, other, PERSON))
        return record

    def close(self) -> None:
        """Stops sending webhooks; what is queued waits on the shelf."""
        self.webhooks.close()

    def _told(self, event: dict[str, Any]) -> None:
        self.webhooks.send(event)
        self.ground.changed()
