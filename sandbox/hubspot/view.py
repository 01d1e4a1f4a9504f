"""A deal as the CRM page shows it: plain documents with names instead of ids. It changes nothing."""

from sandbox.hubspot import owners
from sandbox.hubspot.parts import Parts
from sandbox.hubspot.pipelines import outcome
from sandbox.shelf import Doc


def deal(hub: Parts, record: Doc) -> Doc:
    """One deal with its company, contacts, line items, notes, tickets and files."""
    properties = record["properties"]
    stage = hub.pipelines.stage(properties["pipeline"], properties["dealstage"])
    owner = owners.find(properties.get("hubspot_owner_id"))
    notes = _related(hub, record["id"], "notes")
    result = outcome(stage) if stage else "open"
    companies = _related(hub, record["id"], "companies")
    return {
        "id": record["id"],
        "url": hub.url("deals", record["id"]),
        "name": properties.get("dealname") or "",
        "stage": properties["dealstage"],
        "stage_label": stage["label"] if stage else properties["dealstage"],
        "is_won": result == "won",
        "is_closed": result != "open",
        "amount": properties.get("amount"),
        "currency": properties.get("deal_currency_code"),
        "owner_name": owner.name if owner else "",
        "company": companies[0].get("name", "") if companies else "",
        "properties": properties,
        "history": record["history"],
        "contacts": [_contact(hub, record["id"], contact) for contact in _related(hub, record["id"], "contacts")],
        "line_items": _related(hub, record["id"], "line_items"),
        "tickets": _related(hub, record["id"], "tickets"),
        "notes": notes,
        "files": [file for note in notes for file in _files(hub, note)],
    }


def _related(hub: Parts, deal_id: str, kind: str) -> list[Doc]:
    found = (hub.records.find(kind, link["to"]) for link in hub.associations.of("deals", deal_id, kind))
    return [{"id": record["id"]} | record["properties"] for record in found if record and not record["archived"]]


def _contact(hub: Parts, deal_id: str, contact: Doc) -> Doc:
    specs = hub.associations.types("deals", deal_id, "contacts", contact["id"])
    name = f"{contact.get('firstname') or ''} {contact.get('lastname') or ''}".strip()
    return contact | {"name": name, "labels": [spec.label for spec in specs if spec.label]}


def _files(hub: Parts, note: Doc) -> list[Doc]:
    keys = (note.get("hs_attachment_ids") or "").split(";")
    files = [hub.files.one(key) for key in keys if key]
    return [file | {"name": f"{file['name']}.{file['extension']}"} for file in files]
