"""Pipelines and their stages: which stage means won, lost, open.

The metadata values are strings, as HubSpot sends them.
Page: developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide.
"""

from decimal import Decimal
from typing import Any

from sandbox.clock import Clock
from sandbox.hubspot.errors import Refusal, not_found
from sandbox.hubspot.schema import SCHEMA
from sandbox.shelf import Doc, Shelf
from sandbox.stamps import iso

KIND = "hubspot.pipeline"
_MADE = "1970-01-01T00:00:00.000Z"
_LABELS = {"deals": ("default", "Sales Pipeline"), "tickets": ("0", "Support Pipeline")}


def _stage(order: int, row: dict[str, Any]) -> Doc:
    if "probability" in row:
        closed = Decimal(row["probability"]) in {0, 1}
        metadata = {"isClosed": str(closed).lower(), "probability": row["probability"]}
    else:
        metadata = {"ticketState": row["state"], "isClosed": str(row["state"] == "CLOSED").lower()}
    return {
        "id": row["id"],
        "label": row["label"],
        "displayOrder": order,
        "metadata": metadata,
        "createdAt": _MADE,
        "updatedAt": _MADE,
        "archived": False,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }


def _initial(object_name: str) -> Doc:
    key, label = _LABELS[object_name]
    return {
        "id": key,
        "label": label,
        "displayOrder": 0,
        "stages": [_stage(order, row) for order, row in enumerate(SCHEMA["stages"][object_name])],
        "createdAt": _MADE,
        "updatedAt": _MADE,
        "archived": False,
    }


class Pipelines:
    """The pipelines of the account, per object type."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock

    def all(self, object_name: str) -> list[Doc]:
        """Every pipeline of an object type; 404 for a type without pipelines."""
        if object_name not in _LABELS:
            raise not_found()
        stored = self._shelf.get(KIND, object_name)
        return stored["results"] if stored else [_initial(object_name)]

    def one(self, object_name: str, key: str) -> Doc:
        """One pipeline; 404 for an unknown id."""
        for pipeline in self.all(object_name):
            if pipeline["id"] == key:
                return pipeline
        raise not_found(f"Pipeline {key} not found")

    def add_stage(self, object_name: str, key: str, given: dict[str, Any]) -> Doc:
        """A new stage with a numeric id; 400 when label, displayOrder or metadata is missing."""
        missing = {"label", "displayOrder", "metadata"} - given.keys()
        if missing:
            raise Refusal(400, f"Missing required fields: {', '.join(sorted(missing))}")
        with self._shelf.lock:
            pipelines = self.all(object_name)
            pipeline = next((p for p in pipelines if p["id"] == key), None)
            if pipeline is None:
                raise not_found(f"Pipeline {key} not found")
            stage = _stage(given["displayOrder"], {"id": "", "label": given["label"], "probability": "0.5"})
            stage["id"] = str(1200000 + self._shelf.number("hubspot.stage"))
            stage["metadata"] = given["metadata"]
            stage["createdAt"] = stage["updatedAt"] = iso(self._clock.time())
            pipeline["stages"].append(stage)
            self._shelf.put(KIND, object_name, {"results": pipelines})
        return stage

    def stage(self, pipeline: str | None, stage: str | None) -> Doc | None:
        """The deal stage with this id in this pipeline, or None."""
        for candidate in self.all("deals"):
            if candidate["id"] == pipeline:
                return next((s for s in candidate["stages"] if s["id"] == stage), None)
        return None


def probability(stage: Doc) -> Decimal:
    """How likely a deal in this stage is won, 0 to 1."""
    return Decimal(str(stage["metadata"].get("probability", "0")))


def outcome(stage: Doc) -> str:
    """What a stage means: won, lost or open."""
    if stage["metadata"].get("isClosed") != "true":
        return "open"
    return "won" if probability(stage) == 1 else "lost"
