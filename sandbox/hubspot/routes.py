"""HubSpot's paths: which call each one is, in version 2026-03 and in the older v3 and v4 that still answer.

Page: developers.hubspot.com/docs/developer-tooling/platform/versioning.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

from sandbox.door import Call, Door, RefusedError
from sandbox.hubspot import account_api, association_api, object_api, property_api
from sandbox.hubspot.errors import Refusal, bad_request, too_many, unauthorised

if TYPE_CHECKING:
    from sandbox.world import World

PREFIX = "/hubspot"
_OBJECTS = ("/crm/objects/2026-03/{kind}", "/crm/v3/objects/{kind}")
_PAIRS = ("/crm/associations/2026-03/{kind}/{end}", "/crm/v4/associations/{kind}/{end}")
_OF = tuple(base + "/{id}/associations" for base in ("/crm/objects/2026-03/{kind}", "/crm/v4/objects/{kind}"))
_PIPELINES = ("/crm/pipelines/2026-03/{kind}", "/crm/v3/pipelines/{kind}")
_PROPERTIES = ("/crm/properties/2026-03/{kind}", "/crm/v3/properties/{kind}")
_OWNERS = ("/crm/owners/2026-03", "/crm/v3/owners")
_FILES = ("/files/2026-03/files/{id}", "/files/v3/files/{id}")
_ACCOUNT = ("/account-info/2026-03/details", "/account-info/v3/details")

TABLE: tuple[tuple[str, tuple[str, ...], str, Any], ...] = (
    ("POST", _OBJECTS, "/search", object_api.search),
    ("POST", _OBJECTS, "/batch/read", object_api.batch_read),
    ("GET", _OBJECTS, "", object_api.listed),
    ("POST", _OBJECTS, "", object_api.create),
    ("GET", _OBJECTS, "/{id}", object_api.read),
    ("PATCH", _OBJECTS, "/{id}", object_api.update),
    ("DELETE", _OBJECTS, "/{id}", object_api.archive),
    ("GET", _OF, "/{end}", association_api.of),
    ("PUT", _OF, "/default/{end}/{to}", association_api.link_default),
    ("PUT", _OF, "/{end}/{to}", association_api.link),
    ("DELETE", _OF, "/{end}/{to}", association_api.unlink),
    ("POST", _PAIRS, "/batch/read", association_api.batch_read),
    ("GET", _PAIRS, "/labels", association_api.labels),
    ("GET", _PIPELINES, "", account_api.pipelines),
    ("GET", _PIPELINES, "/{id}", account_api.pipeline),
    ("GET", _PIPELINES, "/{id}/stages", account_api.stages),
    ("POST", _PIPELINES, "/{id}/stages", account_api.add_stage),
    ("GET", _PROPERTIES, "/groups", property_api.groups),
    ("POST", _PROPERTIES, "/groups", property_api.add_group),
    ("GET", _PROPERTIES, "/groups/{name}", property_api.group),
    ("GET", _PROPERTIES, "", property_api.listed),
    ("POST", _PROPERTIES, "", property_api.create),
    ("GET", _PROPERTIES, "/{name}", property_api.one),
    ("PATCH", _PROPERTIES, "/{name}", property_api.update),
    ("GET", _OWNERS, "", account_api.owners),
    ("GET", _OWNERS, "/{id}", account_api.owner),
    ("GET", _FILES, "", account_api.file),
    ("GET", _FILES, "/signed-url", account_api.signed_url),
    ("GET", _ACCOUNT, "", account_api.details),
    ("GET", ("/settings/currencies/2026-03/company-currency",), "", account_api.currency),
)


def routes(world: "World") -> list[BaseRoute]:
    """Every route of the CRM's API, and the file store behind signed addresses."""
    hub = world.hubspot

    def admit(call: Call) -> dict[str, str]:
        if call.token != hub.token:
            raise unauthorised()
        if not hub.burst.enter():
            raise too_many("TEN_SECONDLY_ROLLING")
        return {
            "X-HubSpot-RateLimit-Max": str(hub.burst.most),
            "X-HubSpot-RateLimit-Remaining": str(hub.burst.left),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        }

    door = Door(world, "hubspot", PREFIX, admit, _broken, bad_request("Invalid input JSON"))
    found = [
        door.route(method, base + rest, partial(work, hub)) for method, bases, rest, work in TABLE for base in bases
    ]
    found.append(door.route("GET", "/filestore/{id}", partial(account_api.content, hub), guarded=False))
    return [*found, *(door.route(method, "/{rest:path}", _unknown) for method in ("GET", "POST", "PATCH", "PUT"))]


def _broken(status: int, _retry_after: int) -> RefusedError:
    """A fault in HubSpot's words; its 429 names no Retry-After."""
    if status == 429:
        return too_many("TEN_SECONDLY_ROLLING")
    return Refusal(status, "internal error" if status == 500 else "Service Unavailable", category="")


def _unknown(call: Call) -> Any:
    raise Refusal(404, f"No handler for {call.method} request", category="")
