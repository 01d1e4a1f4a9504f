"""The calls on the account: who owns deals, which pipelines there are, files, time zone and currencies."""

from typing import TYPE_CHECKING

from sandbox.door import Answer, Call
from sandbox.hubspot import owners as people
from sandbox.hubspot.errors import bad_request, whole
from sandbox.hubspot.events import PORTAL
from sandbox.hubspot.records import HOME_CURRENCY
from sandbox.hubspot.schema import object_type

if TYPE_CHECKING:
    from sandbox.hubspot.state import HubSpot

MOST_OWNERS = 500


def owners(_hub: "HubSpot", call: Call) -> Answer:
    """Owners, paged; archived ones only when asked for."""
    limit = whole(call.query.get("limit"), "limit", 100)
    if not 1 <= limit <= MOST_OWNERS:
        raise bad_request(f"limit must be between 1 and {MOST_OWNERS}")
    after = whole(call.query.get("after"), "after", 0)
    rows = people.listed(archived=call.query.get("archived") == "true", email=call.query.get("email", ""))
    rows = [row for row in rows if int(row["id"]) > after]
    more = {"paging": {"next": {"after": rows[limit - 1]["id"]}}} if len(rows) > limit else {}
    return Answer({"results": rows[:limit]} | more)


def owner(_hub: "HubSpot", call: Call) -> Answer:
    """One owner."""
    return Answer(people.one(call.path["id"], archived=call.query.get("archived") == "true"))


def pipelines(hub: "HubSpot", call: Call) -> Answer:
    """Every pipeline of an object type with its stages."""
    return Answer({"results": hub.pipelines.all(object_type(call.path["kind"]).name)})


def pipeline(hub: "HubSpot", call: Call) -> Answer:
    """One pipeline with its stages."""
    return Answer(hub.pipelines.one(object_type(call.path["kind"]).name, call.path["id"]))


def stages(hub: "HubSpot", call: Call) -> Answer:
    """The stages of one pipeline."""
    found = hub.pipelines.one(object_type(call.path["kind"]).name, call.path["id"])
    return Answer({"results": found["stages"]})


def add_stage(hub: "HubSpot", call: Call) -> Answer:
    """A new stage."""
    stage = hub.pipelines.add_stage(object_type(call.path["kind"]).name, call.path["id"], call.json() or {})
    hub.ground.changed()
    return Answer(stage, 201)


def file(hub: "HubSpot", call: Call) -> Answer:
    """A file's record."""
    return Answer(hub.files.one(call.path["id"]))


def signed_url(hub: "HubSpot", call: Call) -> Answer:
    """A short-lived address of a file."""
    return Answer(hub.files.signed_url(call.path["id"], call.query.get("expirationSeconds", "")))


def content(hub: "HubSpot", call: Call) -> Answer:
    """The bytes behind a signed address."""
    data = hub.files.content(call.path["id"], call.query.get("expires", ""), call.query.get("signature", ""))
    return Answer(data, media_type="application/pdf")


def details(_hub: "HubSpot", _call: Call) -> Answer:
    """The account: portal id, time zone, currencies."""
    return Answer(
        {
            "portalId": PORTAL,
            "accountType": "STANDARD",
            "timeZone": "Europe/Berlin",
            "utcOffset": "+01:00",
            "utcOffsetMilliseconds": 3_600_000,
            "companyCurrency": HOME_CURRENCY,
            "additionalCurrencies": ["USD", "GBP", "JPY"],
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "eu1",
        }
    )


def currency(_hub: "HubSpot", _call: Call) -> Answer:
    """The currency that the account counts in."""
    return Answer({"id": HOME_CURRENCY, "createdAt": "2025-01-06T08:00:00.000Z"})
