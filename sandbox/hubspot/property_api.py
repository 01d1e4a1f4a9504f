"""The calls on property definitions and their groups."""

from typing import TYPE_CHECKING, Any

from sandbox.door import Answer, Call
from sandbox.hubspot.errors import bad_request, not_found
from sandbox.hubspot.schema import object_type

if TYPE_CHECKING:
    from sandbox.hubspot.state import HubSpot


def listed(hub: "HubSpot", call: Call) -> Answer:
    """Every property of an object type."""
    return Answer({"results": hub.properties.all(_kind(call))})


def one(hub: "HubSpot", call: Call) -> Answer:
    """One property."""
    return Answer(hub.properties.one(_kind(call), call.path["name"]))


def create(hub: "HubSpot", call: Call) -> Answer:
    """A new property."""
    return Answer(hub.properties.create(_kind(call), _body(call)), 201)


def update(hub: "HubSpot", call: Call) -> Answer:
    """Changes a property; options are replaced as a whole."""
    return Answer(hub.properties.update(_kind(call), call.path["name"], _body(call)))


def groups(hub: "HubSpot", call: Call) -> Answer:
    """Every property group of an object type."""
    return Answer({"results": hub.properties.groups(_kind(call))})


def group(hub: "HubSpot", call: Call) -> Answer:
    """One property group."""
    for row in hub.properties.groups(_kind(call)):
        if row["name"] == call.path["name"]:
            return Answer(row)
    raise not_found(f"No property group exists with name {call.path['name']!r}")


def add_group(hub: "HubSpot", call: Call) -> Answer:
    """A new property group."""
    return Answer(hub.properties.add_group(_kind(call), _body(call)), 201)


def _kind(call: Call) -> str:
    return object_type(call.path["kind"]).name


def _body(call: Call) -> dict[str, Any]:
    body = call.json()
    if not isinstance(body, dict):
        raise bad_request("Invalid input JSON")
    return body
