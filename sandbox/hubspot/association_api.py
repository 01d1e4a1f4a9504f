"""The calls on associations: of one record, of many, and the labels between two object types.

Page: developers.hubspot.com/docs/api-reference/crm-associations-v4/guide. v4 answers numeric ids, 2026-03 text.
"""

from typing import TYPE_CHECKING, Any

from sandbox.door import Answer, Call
from sandbox.hubspot.associations import definitions, parse_specs
from sandbox.hubspot.errors import bad_request, whole
from sandbox.hubspot.object_api import batch
from sandbox.hubspot.schema import OBJECTS, object_type
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.hubspot.state import HubSpot

MOST_PER_PAGE = 500
MOST_PER_BATCH = 1_000


def of(hub: "HubSpot", call: Call) -> Answer:
    """Every record of one type that belongs to a record, with the labels; paged."""
    start, end = _ends(call)
    key = hub.records.one(start, call.path["id"])["id"]
    limit = min(whole(call.query.get("limit"), "limit", MOST_PER_PAGE), MOST_PER_PAGE)
    after = whole(call.query.get("after"), "after", 0)
    rows = _rows(hub, start, key, end)
    page = rows[after : after + limit]
    more = {"paging": {"next": {"after": str(after + limit)}}} if len(rows) > after + limit else {}
    return Answer({"results": page} | more)


def batch_read(hub: "HubSpot", call: Call) -> Answer:
    """The same for up to 1,000 records; one without associations is an entry of the errors, and the status 207."""
    start, end = _ends(call)
    body = call.json()
    keys = [str(row.get("id")) for row in (body or {}).get("inputs") or []]
    if not 1 <= len(keys) <= MOST_PER_BATCH:
        raise bad_request(f"inputs: between 1 and {MOST_PER_BATCH} are allowed")
    results, errors = [], []
    for key in keys:
        record = hub.records.find(start, key)
        rows = _rows(hub, start, record["id"], end) if record else []
        if rows:
            results.append({"from": {"id": key}, "to": rows})
        else:
            errors.append(_none_found(start, key, end))
    return batch(hub, results, errors)


def labels(_hub: "HubSpot", call: Call) -> Answer:
    """Every association type between two object types."""
    return Answer({"results": definitions(*_ends(call))})


def link(hub: "HubSpot", call: Call) -> Answer:
    """Adds labelled association types between two records."""
    start, end = _ends(call)
    return _linked(hub, call, parse_specs(start, end, call.json()))


def link_default(hub: "HubSpot", call: Call) -> Answer:
    """Adds HubSpot's default association between two records."""
    return _linked(hub, call, None)


def unlink(hub: "HubSpot", call: Call) -> Answer:
    """Takes away every association between two records."""
    start, end = _ends(call)
    hub.associations.unlink(start, call.path["id"], end, call.path["to"])
    hub.ground.changed()
    return Answer(status=204)


def _linked(hub: "HubSpot", call: Call, specs: Any) -> Answer:
    start, end = _ends(call)
    key, to = hub.records.one(start, call.path["id"])["id"], hub.records.one(end, call.path["to"])["id"]
    every = hub.associations.link(start, key, end, to, specs)
    hub.ground.changed()
    body = {
        "fromObjectTypeId": OBJECTS[start].type_id,
        "fromObjectId": key,
        "toObjectTypeId": OBJECTS[end].type_id,
        "toObjectId": to,
        "labels": [spec.label for spec in every if spec.label],
    }
    return Answer(body, 201)


def _ends(call: Call) -> tuple[str, str]:
    return object_type(call.path["kind"]).name, object_type(call.path["end"]).name


def _rows(hub: "HubSpot", start: str, key: str, end: str) -> list[Doc]:
    return [
        {
            "toObjectId": link["to"],
            "associationTypes": [spec.json() for spec in hub.associations.types(start, key, end, link["to"])],
        }
        for link in hub.associations.of(start, key, end)
    ]


def _none_found(start: str, key: str, end: str) -> Doc:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {OBJECTS[end].singular} is associated with {OBJECTS[start].singular} {key}.",
        "context": {"fromObjectId": [key], "fromObjectType": [start], "toObjectType": [end]},
    }
