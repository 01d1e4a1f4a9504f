"""What a HubSpot webhook body means: which deals to read again. Pure; the values in the events are never believed.

Two shapes come in: an array of events from an app's subscriptions (developers.hubspot.com, webhooks guide), and one
record as an object from a workflow's "Send a webhook". An event about something else than a deal is known and ignored.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from bot.errors import Unrecognised
from bot.ports import Hint, Parsed

_DEAL_TYPE = "0-3"
_DEDUPE_FIELDS = (
    "portalId",
    "subscriptionId",
    "objectId",
    "fromObjectId",
    "propertyName",
    "occurredAt",
    "propertyValue",
)


def parse(body: bytes, *, portal_id: str = "") -> Parsed:
    """The hints in a verified body, oldest first, each once; with `portal_id` other accounts' events are ignored.

    Raises Unrecognised when the body is not HubSpot's.
    """
    content = _load(body)
    if isinstance(content, dict):
        return Parsed((_workflow_hint(content),))
    events = [_event(entry) for entry in content]
    events.sort(key=lambda event: event["occurredAt"] if isinstance(event.get("occurredAt"), int) else 0)
    hints: dict[tuple[str, str], Hint] = {}
    ignored = 0
    for event in events:
        ours = not portal_id or str(event.get("portalId")) == portal_id
        found = tuple(_hints(event)) if ours else ()
        ignored += not found
        hints.update({(hint.dedupe, hint.deal_id): hint for hint in found})
    return Parsed(tuple(hints.values()), ignored)


def _load(body: bytes) -> Any:
    try:
        content = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unrecognised("the body is not JSON in UTF-8") from None
    if not isinstance(content, list | dict):
        raise Unrecognised("the body is neither a list of events nor a record")
    return content


def _event(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or not isinstance(_kind(entry), str):
        raise Unrecognised("an event has no subscription type")
    return entry


def _kind(event: dict[str, Any]) -> Any:
    # One example on the vendor's page says eventType where all others say subscriptionType.
    return event.get("subscriptionType", event.get("eventType"))


def _hints(event: dict[str, Any]) -> Iterable[Hint]:
    record, _, action = str(_kind(event)).partition(".")
    if record != "deal" and not (record == "object" and event.get("objectTypeId") == _DEAL_TYPE):
        return
    for deal_id in _deal_ids(event, action):
        yield Hint(deal_id, action, _dedupe(event, deal_id))


def _deal_ids(event: dict[str, Any], action: str) -> list[str]:
    """The deals an event is about: a merge touches the survivor and all that went into it."""
    if action == "associationChange":
        return [_id(event.get("fromObjectId"))]
    if action != "merge":
        return [_id(event.get("objectId"))]
    merged = event.get("mergedObjectIds")
    survivor = event.get("newObjectId", event.get("objectId"))
    parts = [survivor, event.get("primaryObjectId"), *(merged if isinstance(merged, list) else [])]
    return list(dict.fromkeys(_id(part) for part in parts if part is not None))


def _id(value: Any) -> str:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit()):
        raise Unrecognised("an event about a deal has no deal's id")
    return text


def _dedupe(event: dict[str, Any], deal_id: str) -> str:
    """`eventId` is not unique on the vendor's own word; hashed, as a property's value is content of the record."""
    parts = [_kind(event), deal_id, *(event.get(name) for name in _DEDUPE_FIELDS)]
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]


def _workflow_hint(record: dict[str, Any]) -> Hint:
    properties = record.get("properties")
    inner = properties.get("hs_object_id") if isinstance(properties, dict) else None
    inner = inner.get("value") if isinstance(inner, dict) else inner
    found = next((record[name] for name in ("objectId", "id", "hs_object_id") if record.get(name)), inner)
    # A workflow may send nothing but the deal's id, and sends the same when the deal goes through it again.
    return Hint(_id(found), "workflow", "")
