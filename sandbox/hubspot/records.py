"""CRM records of every object type: properties as text, the history of deals, archive, restore, merge.

Decides what a write means (stage, close date, calculated properties). It does not speak HTTP and sends no webhooks.
Pages: developers.hubspot.com guides on CRM objects; knowledge.hubspot.com on HubSpot's default deal properties.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.hubspot.errors import not_found
from sandbox.hubspot.pipelines import Pipelines, outcome, probability
from sandbox.hubspot.properties import Properties
from sandbox.hubspot.schema import OBJECTS
from sandbox.hubspot.values import invalid_values
from sandbox.shelf import Doc, Shelf
from sandbox.stamps import iso

FIRST_ID = 500_000
HOME_CURRENCY = "EUR"
HISTORY_LENGTH = 20
"""Versions of one property that `propertiesWithHistory` returns at most."""


@dataclass(frozen=True)
class Origin:
    """Who wrote: `kind` as HubSpot's `sourceType` and webhooks' `changeSource`, `key` as their `sourceId`."""

    kind: str
    key: str


PERSON = Origin("CRM_UI", "userId:88123456")


@dataclass(frozen=True)
class Change:
    """One property that got another value at a moment (seconds since the epoch)."""

    name: str
    value: str | None
    at: float


class Records:
    """Every record of the account. Times are the sandbox clock's."""

    def __init__(self, shelf: Shelf, clock: Clock, properties: Properties, pipelines: Pipelines) -> None:
        self._shelf = shelf
        self._clock = clock
        self._properties = properties
        self._pipelines = pipelines

    def all(self, kind: str) -> list[Doc]:
        """Every record of an object type, archived ones too, oldest first."""
        return self._shelf.all(f"hubspot.{kind}")

    def find(self, kind: str, key: str) -> Doc | None:
        """The record with this id, or the one that survived its merge; None when there is none."""
        alias = self._shelf.get("hubspot.alias", f"{kind}:{key}")
        return self._shelf.get(f"hubspot.{kind}", alias["to"] if alias else key)

    def one(self, kind: str, key: str, *, archived: bool = False) -> Doc:
        """The record; 404 when it is not there, or is archived and that was not asked for (or the reverse)."""
        record = self.find(kind, key)
        if record is None or record["archived"] != archived:
            raise not_found()
        return record

    def create(
        self, kind: str, values: dict[str, Any], *, origin: Origin, key: str | None = None, at: float | None = None
    ) -> Doc:
        """A new record; 400 when a value is refused. Without a key it gets the next id, without `at` it is made now."""
        cleaned: dict[str, str | None] = {**self._properties.clean(kind, values)}
        now = at or self._clock.time()
        key = key or str(FIRST_ID + self._shelf.number("hubspot.id"))
        stamp = iso(now)
        made = "hs_createdate" if kind in {"notes", "tasks", "quotes"} else "createdate"
        record: Doc = {"id": key, "properties": {}, "history": {}, "createdAt": stamp, "archived": False}
        if kind == "deals":
            cleaned = {"pipeline": "default", "dealstage": "appointmentscheduled", **cleaned}
        self._set(kind, record, {made: stamp, "hs_object_id": key, **cleaned}, origin, now)
        return self._keep(kind, record, now)

    def update(
        self, kind: str, key: str, values: dict[str, Any], *, origin: Origin, at: float | None = None
    ) -> tuple[Doc, list[Change]]:
        """Writes properties; what already has the value is no change. 404 for an unknown record, 400 as `create`."""
        now = at or self._clock.time()
        cleaned = self._properties.clean(kind, values)
        with self._shelf.lock:
            record = self.one(kind, key)
            changes = self._set(kind, record, cleaned, origin, now)
            if changes:
                self._keep(kind, record, now)
        return record, changes

    def archive(self, kind: str, key: str) -> Doc:
        """Puts a record into the bin (90 days in life, for ever here)."""
        record = self.one(kind, key)
        return self._keep(kind, record | {"archived": True, "archivedAt": iso(self._clock.time())})

    def restore(self, kind: str, key: str) -> Doc:
        """Takes a record out of the bin again."""
        record = self.one(kind, key, archived=True)
        del record["archivedAt"]
        return self._keep(kind, record | {"archived": False})

    def forget(self, kind: str, key: str) -> None:
        """A record whose 90 days in the bin are over: no call finds it any more."""
        self._shelf.delete(f"hubspot.{kind}", key)

    def merge(self, kind: str, primary: str, other: str, *, new_id: bool) -> Doc:
        """Two records become one: the primary's values win, gaps are filled from the other.

        With `new_id` both old ids lead to a third record, as HubSpot does in some cases.
        """
        first, second = self.one(kind, primary), self.one(kind, other)
        key = str(FIRST_ID + self._shelf.number("hubspot.id")) if new_id else first["id"]
        gone = [old["id"] for old in (first, second) if old["id"] != key]
        merged = first | {"id": key}
        filled = {name: value for name, value in first["properties"].items() if value is not None}
        earlier = [text for text in [filled.get("hs_merged_object_ids")] if text]
        marks = {"hs_object_id": key, "hs_merged_object_ids": ";".join(earlier + gone)}
        merged["properties"] = second["properties"] | filled | marks
        for old in gone:
            self._shelf.delete(f"hubspot.{kind}", old)
            self._alias(kind, old, key)
        return self._keep(kind, merged)

    def _alias(self, kind: str, old: str, new: str) -> None:
        for doc in self._shelf.all("hubspot.alias"):
            if doc["to"] == old and doc["kind"] == kind:
                self._shelf.put("hubspot.alias", f"{kind}:{doc['from']}", doc | {"to": new})
        self._shelf.put("hubspot.alias", f"{kind}:{old}", {"kind": kind, "from": old, "to": new})

    def _keep(self, kind: str, record: Doc, at: float | None = None) -> Doc:
        stamp = iso(at or self._clock.time())
        record["updatedAt"] = stamp
        record["properties"][OBJECTS[kind].modified] = stamp
        return self._shelf.put(f"hubspot.{kind}", record["id"], record)

    def _set(self, kind: str, record: Doc, values: dict[str, str | None], origin: Origin, now: float) -> list[Change]:
        before = dict(record["properties"])
        if kind == "deals":
            values = self._with_stage(before, values, now)
        changed = {name: value for name, value in values.items() if before.get(name) != value}
        record["properties"].update(changed)
        if kind == "deals":
            for name, value in changed.items():
                self._remember(record, name, value or "", origin, now)
        return [Change(name, value, now) for name, value in changed.items()]

    def _remember(self, record: Doc, name: str, value: str, origin: Origin, now: float) -> None:
        entry = {"value": value, "timestamp": iso(now), "sourceType": origin.kind, "sourceId": origin.key}
        record["history"][name] = [entry, *record["history"].get(name, [])][:HISTORY_LENGTH]

    def _with_stage(self, before: Doc, values: dict[str, str | None], now: float) -> dict[str, str | None]:
        """Adds what HubSpot calculates from the stage and the amount; 400 when the stage is not of the pipeline."""
        after = before | values
        stage = self._pipelines.stage(after["pipeline"], after["dealstage"])
        if stage is None:
            text = f"{after['dealstage']} was not one of the allowed options of pipeline {after['pipeline']}"
            raise invalid_values([("dealstage", "INVALID_OPTION", text)])
        result, old = outcome(stage), self._pipelines.stage(before.get("pipeline"), before.get("dealstage"))
        extra: dict[str, str | None] = {
            "hs_is_closed": str(result != "open").lower(),
            "hs_is_closed_won": str(result == "won").lower(),
            "hs_deal_stage_probability": str(probability(stage).normalize()),
        }
        # HubSpot sets the close date when a deal enters won or lost, not when it walks from one won stage to the next.
        if result != "open" and "closedate" not in values and (old is None or outcome(old) != result):
            extra["closedate"] = iso(now)
        if after.get("deal_currency_code") in {None, HOME_CURRENCY}:
            extra["amount_in_home_currency"] = after.get("amount")
        return values | extra


def shown(record: Doc, kind: str, names: Iterable[str], histories: Iterable[str], *, url: str) -> Doc:
    """A record as the API answers it; unknown names come back as null, as HubSpot's do."""
    properties = record["properties"]
    wanted = list(dict.fromkeys([*(names or OBJECTS[kind].defaults), "hs_object_id"]))
    doc: Doc = {
        "id": record["id"],
        "properties": {name: properties.get(name) for name in wanted},
        "createdAt": record["createdAt"],
        "updatedAt": record["updatedAt"],
        "archived": record["archived"],
    }
    if record["archived"]:
        doc["archivedAt"] = record["archivedAt"]
    histories = list(histories)
    if histories:
        doc["propertiesWithHistory"] = {name: record["history"].get(name, []) for name in histories}
        for name in histories:
            doc["properties"].setdefault(name, properties.get(name))
    return doc | ({"url": url} if url else {})
