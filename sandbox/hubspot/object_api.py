"""The calls on CRM records: read, list, batch read, search, create, update, archive.

Pages: developers.hubspot.com/docs/api-reference, guides on CRM objects and on search.
"""

from typing import TYPE_CHECKING, Any

from sandbox.door import Answer, Call
from sandbox.hubspot import owners
from sandbox.hubspot.associations import parse_specs
from sandbox.hubspot.errors import bad_request, too_many, whole
from sandbox.hubspot.records import shown
from sandbox.hubspot.schema import OBJECTS, object_type, specs_between
from sandbox.hubspot.search import Search
from sandbox.hubspot.state import INTEGRATION
from sandbox.hubspot.values import invalid_values
from sandbox.shelf import Doc
from sandbox.stamps import iso, millis

if TYPE_CHECKING:
    from sandbox.hubspot.state import HubSpot

MOST_PER_BATCH = 100
MOST_PER_LIST = 100
MOST_ASSOCIATED = 100


def read(hub: "HubSpot", call: Call) -> Answer:
    """One record; an id that was merged away answers the survivor, with the survivor's id."""
    kind = object_type(call.path["kind"]).name
    record = hub.records.one(kind, call.path["id"], archived=_archived(call))
    doc = shown(
        record, kind, _names(call, "properties"), _names(call, "propertiesWithHistory"), url=_url(hub, record, kind)
    )
    asked = _names(call, "associations")
    if asked:
        found = {object_type(name).name: _associated(hub, kind, record["id"], object_type(name).name) for name in asked}
        doc["associations"] = {name.replace("_", " "): rows for name, rows in found.items() if rows["results"]}
    return Answer(doc)


def listed(hub: "HubSpot", call: Call) -> Answer:
    """A page of records, oldest first; `archived=true` lists the bin."""
    kind = object_type(call.path["kind"]).name
    limit = whole(call.query.get("limit"), "limit", 10)
    if not 1 <= limit <= MOST_PER_LIST:
        raise bad_request(f"limit must be between 1 and {MOST_PER_LIST}")
    after = whole(call.query.get("after"), "after", 0)
    records = [r for r in hub.records.all(kind) if r["archived"] == _archived(call) and int(r["id"]) > after]
    records.sort(key=lambda record: int(record["id"]))
    page = records[:limit]
    names = _names(call, "properties")
    results = [shown(record, kind, names, (), url=_url(hub, record, kind)) for record in page]
    paging = {"paging": {"next": {"after": page[-1]["id"]}}} if len(records) > limit else {}
    return Answer({"results": results} | paging)


def batch_read(hub: "HubSpot", call: Call) -> Answer:
    """Up to 100 records; 207 with an error entry when some are not there."""
    kind = object_type(call.path["kind"]).name
    body = _object(call)
    keys = [str(row.get("id")) for row in body.get("inputs") or []]
    if not 1 <= len(keys) <= MOST_PER_BATCH:
        raise bad_request(f"inputs: between 1 and {MOST_PER_BATCH} are allowed")
    found = [hub.records.find(kind, key) for key in keys]
    present = {record["id"]: record for record in found if record and not record["archived"]}
    names, histories = body.get("properties") or [], body.get("propertiesWithHistory") or []
    results = [shown(record, kind, names, histories, url=_url(hub, record, kind)) for record in present.values()]
    missing = [key for key, record in zip(keys, found, strict=True) if not record or record["archived"]]
    return batch(hub, results, [_missing(kind, missing)] if missing else [])


def batch(hub: "HubSpot", results: list[Doc], errors: list[Doc]) -> Answer:
    """A batch's envelope: 200, or 207 with the errors."""
    now = iso(hub.ground.clock.time())
    body: Doc = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return Answer(body)
    return Answer(body | {"numErrors": len(errors), "errors": errors}, 207)


def search(hub: "HubSpot", call: Call) -> Answer:
    """Finds records; five calls a second for the whole account, and what changed just now may not be found yet."""
    if not hub.searches.enter():
        raise too_many("SECONDLY")
    kind = object_type(call.path["kind"]).name
    asked = Search(hub.properties, kind, _object(call), len(call.raw.decode()))
    indexed = (hub.ground.clock.time() - hub.search_lag) * 1000
    records = [
        record
        for record in hub.records.all(kind)
        if not record["archived"] and (not hub.search_lag or (millis(record["updatedAt"]) or 0) <= indexed)
    ]
    page = asked.page(records)
    rows = [shown(record, kind, asked.names, (), url=_url(hub, record, kind)) for record in page["results"]]
    return Answer(page | {"results": rows})


def create(hub: "HubSpot", call: Call) -> Answer:
    """A new record with its associations; all of it is checked before anything is kept."""
    kind = object_type(call.path["kind"]).name
    body = _object(call)
    values = body.get("properties") or {}
    if kind in {"notes", "tasks"} and not values.get("hs_timestamp"):
        raise invalid_values([("hs_timestamp", "REQUIRED_FIELD", "hs_timestamp is required")])
    links = []
    for row in body.get("associations") or []:
        to, end = _target(hub, kind, row)
        links.append((end, to, parse_specs(kind, end, row.get("types"))))
    record = hub.records.create(kind, values, origin=INTEGRATION)
    for end, to, specs in links:
        hub.associations.link(kind, record["id"], end, to, specs)
    if kind == "deals":
        hub.webhooks.send(hub.events.created(record["id"], INTEGRATION))
    hub.ground.changed()
    return Answer(shown(record, kind, values, (), url=_url(hub, record, kind)), 201)


def update(hub: "HubSpot", call: Call) -> Answer:
    """Writes properties. There is no locking: the last one wins."""
    kind = object_type(call.path["kind"]).name
    values = _object(call).get("properties")
    if not isinstance(values, dict):
        raise bad_request("properties is required")
    owner = values.get("hubspot_owner_id")
    if owner and owners.find(str(owner)) is None:
        raise invalid_values([("hubspot_owner_id", "INVALID_OWNER_ID", f"Owner {owner} does not exist")])
    if kind == "deals":
        record = hub.change(call.path["id"], values, INTEGRATION)
    else:
        record, _ = hub.records.update(kind, call.path["id"], values, origin=INTEGRATION)
        hub.ground.changed()
    return Answer(shown(record, kind, [*OBJECTS[kind].defaults, *values], (), url=_url(hub, record, kind)))


def archive(hub: "HubSpot", call: Call) -> Answer:
    """Puts a record into the bin; one that is not there is no error, as in life."""
    kind = object_type(call.path["kind"]).name
    record = hub.records.find(kind, call.path["id"])
    if record and not record["archived"]:
        if kind == "deals":
            hub.delete(record["id"], INTEGRATION)
        else:
            hub.records.archive(kind, record["id"])
            hub.ground.changed()
    return Answer(status=204)


def _object(call: Call) -> dict[str, Any]:
    body = call.json()
    if not isinstance(body, dict):
        raise bad_request("Invalid input JSON")
    return body


def _archived(call: Call) -> bool:
    return call.query.get("archived") == "true"


def _names(call: Call, key: str) -> list[str]:
    return [name.strip() for name in call.query.get(key, "").split(",") if name.strip()]


def _url(hub: "HubSpot", record: Doc, kind: str) -> str:
    return hub.url(kind, record["id"])


def _missing(kind: str, keys: list[str]) -> Doc:
    message = f"Could not get some {OBJECTS[kind].singular.upper()} objects, they may be deleted or not exist."
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"{message} Check that ids are valid.",
        "context": {"ids": keys},
    }


def _associated(hub: "HubSpot", kind: str, key: str, end: str) -> Doc:
    """The ids at the other ends, once per HubSpot-defined type: a primary company comes twice, as it does in life."""
    base = f"{OBJECTS[kind].singular}_to_{OBJECTS[end].singular}"
    rows = []
    for link in hub.associations.of(kind, key, end):
        specs = hub.associations.types(kind, key, end, link["to"])
        is_primary = any(spec.label == "Primary" and spec.category == "HUBSPOT_DEFINED" for spec in specs)
        rows += [{"id": link["to"], "type": base}]
        rows += [{"id": link["to"], "type": f"{base}_unlabeled"}] if is_primary else []
    page = rows[:MOST_ASSOCIATED]
    more = {"paging": {"next": {"after": page[-1]["id"]}}} if len(rows) > MOST_ASSOCIATED else {}
    return {"results": page} | more


def _target(hub: "HubSpot", kind: str, row: dict[str, Any]) -> tuple[str, str]:
    """Record and object type at the other end, found by the first association type and checked to exist."""
    to = str((row.get("to") or {}).get("id", ""))
    numbers = {spec.get("associationTypeId") for spec in row.get("types") or []}
    for end in OBJECTS:
        if numbers & {spec.type_id for spec in specs_between(kind, end)}:
            record = hub.records.find(end, to)
            if record is None or record["archived"]:
                raise bad_request(f"The {OBJECTS[end].singular} {to} does not exist and cannot be associated")
            return record["id"], end
    raise bad_request(f"No association type {sorted(map(str, numbers))} exists for {kind}")
