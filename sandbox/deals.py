"""The deals of the demo company, written into the CRM once: `deals.toml` says which.

Decides dates only: everything lies in the past or future of the moment of seeding. Seeding sends no webhooks.
"""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.company import owner_id
from sandbox.hubspot.associations import labelled, primary
from sandbox.hubspot.records import PERSON
from sandbox.hubspot.schema import LABELS
from sandbox.stamps import iso

if TYPE_CHECKING:
    from sandbox.hubspot.state import HubSpot
    from sandbox.world import World

DATA: dict[str, Any] = tomllib.loads((Path(__file__).parent / "deals.toml").read_text("utf-8"))
DAY = 86_400.0
FIRST_STAGE = "appointmentscheduled"
ABC = "9001"


def seed(world: "World") -> None:
    """Fills an empty CRM with the demo deals; a CRM that has them already stays as it is."""
    hub = world.hubspot
    with world.shelf.lock:
        if hub.records.find("deals", ABC) is not None:
            return
        for row in DATA["properties"]:
            _define(hub, row)
        for row in DATA["deals"]:
            _deal(hub, row, world.clock.time())
    world.changed()


def first_monday(day: date, *, months: int) -> date:
    """The first Monday of the month that lies so many months after a day's month."""
    first = add_months(day.replace(day=1), months)
    return first + timedelta(days=-first.weekday() % 7)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day before it when that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


def _define(hub: "HubSpot", row: dict[str, Any]) -> None:
    given = {"type": "string", "fieldType": "text", "groupName": "dealinformation"}
    given |= {key: value for key, value in row.items() if key != "values"}
    options = [
        {"value": value, "label": value, "displayOrder": order, "hidden": False}
        for order, value in enumerate(row.get("values", []))
    ]
    hub.properties.create("deals", given | {"options": options})


def _deal(hub: "HubSpot", row: dict[str, Any], now: float) -> None:
    made = now - (row["stages"][0][0] + 10) * DAY
    values = row["values"] | {"hubspot_owner_id": owner_id(row["owner"])} | _dates(row, now)
    deal = hub.records.create("deals", values | {"dealstage": FIRST_STAGE}, origin=PERSON, key=row["id"], at=made)["id"]
    for days, stage in row["stages"]:
        hub.records.update("deals", deal, {"dealstage": stage}, origin=PERSON, at=now - days * DAY)
    company = hub.records.create("companies", row["company"], origin=PERSON, at=made)["id"]
    hub.associations.link("deals", deal, "companies", company, [primary("deals", "companies")])
    for contact in row.get("contacts", []):
        _contact(hub, deal, company, contact, made)
    currency = row["values"].get("deal_currency_code", "EUR")
    for item in row.get("line_items", []):
        _related(hub, deal, "line_items", item | {"hs_line_item_currency_code": currency}, made)
    for ticket in row.get("tickets", []):
        _ticket(hub, deal, ticket, made)
    for note in row.get("notes", []):
        _note(hub, deal, note, made)


def _dates(row: dict[str, Any], now: float) -> dict[str, str]:
    if "starts" not in row:
        return {}
    start = first_monday(datetime.fromtimestamp(now, UTC).date(), months=row["starts"])
    return {"start_date": start.isoformat(), "end_date": add_months(start, row["lasts"]).isoformat()}


def _related(hub: "HubSpot", deal: str, kind: str, values: dict[str, Any], at: float) -> str:
    key = str(hub.records.create(kind, values, origin=PERSON, at=at)["id"])
    hub.associations.link("deals", deal, kind, key)
    return key


def _contact(hub: "HubSpot", deal: str, company: str, contact: dict[str, Any], at: float) -> None:
    values = {name: value for name, value in contact.items() if name != "labels"}
    key = hub.records.create("contacts", values, origin=PERSON, at=at)["id"]
    labels = [labelled(name) for name in LABELS if name in contact.get("labels", [])]
    hub.associations.link("deals", deal, "contacts", key, labels)
    hub.associations.link("contacts", key, "companies", company, [primary("contacts", "companies")])


def _ticket(hub: "HubSpot", deal: str, ticket: dict[str, Any], at: float) -> None:
    closed = ticket["hs_pipeline_stage"] == "4"
    values = ticket | {"hs_pipeline": "0", "hs_is_closed": str(closed).lower(), "hs_ticket_category": "Presale"}
    if closed:
        values["closed_date"] = iso(at + 5 * DAY)
    _related(hub, deal, "tickets", values, at)


def _note(hub: "HubSpot", deal: str, note: dict[str, Any], at: float) -> None:
    keys = []
    for name in note.get("files", []):
        key = str(7_000_000 + hub.ground.shelf.number("hubspot.file"))
        keys.append(hub.files.add(key, name)["id"])
    values = {"hs_note_body": note["hs_note_body"], "hs_timestamp": iso(at)}
    if keys:
        values["hs_attachment_ids"] = ";".join(keys)
    _related(hub, deal, "notes", values, at)
