"""Which changes of the CRM become webhook events, and what an event says.

Page: developers.hubspot.com/docs/api-reference/2026-03/webhooks/guide. `eventId` is not unique there, nor here.
"""

from typing import Any

from sandbox.ground import Ground
from sandbox.hubspot.records import Change, Origin

PORTAL = 24_680_135
APP = 7_731_904
SUBSCRIPTION = 4_410_027
SUBSCRIBED = ("dealstage", "pipeline", "amount", "closedate", "hubspot_owner_id")


class Events:
    """Makes events out of changes of deals. `legacy` says `deal.…` instead of `object.…`."""

    def __init__(self, ground: Ground) -> None:
        self.subscribed = set(SUBSCRIBED)
        self.legacy = False
        self._ground = ground

    def property_changes(self, deal_id: str, changes: list[Change], origin: Origin) -> list[dict[str, Any]]:
        """One event for each changed property that the app subscribed to."""
        return [
            self._event("propertyChange", deal_id, origin, change.at)
            | {"propertyName": change.name, "propertyValue": change.value or ""}
            for change in changes
            if change.name in self.subscribed
        ]

    def created(self, deal_id: str, origin: Origin) -> dict[str, Any]:
        """A new deal."""
        return self._event("creation", deal_id, origin) | {"changeFlag": "NEW"}

    def deleted(self, deal_id: str, origin: Origin) -> dict[str, Any]:
        """A deal that went into the bin."""
        return self._event("deletion", deal_id, origin) | {"changeFlag": "DELETED"}

    def restored(self, deal_id: str, origin: Origin) -> dict[str, Any]:
        """A deal that came back from the bin."""
        return self._event("restore", deal_id, origin) | {"changeFlag": "RESTORED"}

    def merged(self, survivor: str, primary: str, other: str, origin: Origin) -> dict[str, Any]:
        """Two deals that became one."""
        return self._event("merge", survivor, origin) | {
            "primaryObjectId": int(primary),
            "mergedObjectIds": [int(other)],
            "newObjectId": int(survivor),
            "numberOfPropertiesMoved": 14,
        }

    def _event(self, kind: str, deal_id: str, origin: Origin, at: float | None = None) -> dict[str, Any]:
        event = {
            "eventId": self._ground.shelf.number("hubspot.event") % 90_000 + 100_000,
            "subscriptionId": SUBSCRIPTION,
            "portalId": PORTAL,
            "appId": APP,
            "occurredAt": int((at or self._ground.clock.time()) * 1000),
            "subscriptionType": f"deal.{kind}" if self.legacy else f"object.{kind}",
            "objectId": int(deal_id),
            "changeSource": origin.kind,
            "sourceId": origin.key,
        }
        return event if self.legacy else event | {"objectTypeId": "0-3"}
