"""A project as the board shows it: plain documents with names instead of ids. It changes nothing."""

from sandbox.asana import resources
from sandbox.asana.people import TEAM, is_guest
from sandbox.asana.records import Records
from sandbox.shelf import Doc


def project(held: Records, doc: Doc) -> Doc:
    """One project with everything that a person sees in it."""
    shown = resources.shape(held, doc)
    names = ("gid", "name", "start_on", "due_on", "notes", "html_notes", "permalink_url", "archived", "privacy_setting")
    owner = shown["owner"]
    brief = held.find("project_brief", doc["brief_gid"]) if doc["brief_gid"] else None
    return {name: shown[name] for name in names} | {
        "owner_name": owner["name"] if owner else "",
        "members": [
            _member(held, row) for row in held.all("membership", holding=doc["gid"]) if row["parent"] == doc["gid"]
        ],
        "sections": [_section(held, gid) for gid in doc["section_gids"]],
        "attachments": _attachments(held, doc["gid"]),
        "brief": {"title": brief["title"], "html_text": brief["html_text"]} if brief else None,
        "statuses": [_status(row) for row in held.all("status_update") if row["parent_gid"] == doc["gid"]],
    }


def _member(held: Records, row: Doc) -> Doc:
    if row["member"] == TEAM:
        return {"name": "Delivery", "email": "", "access_level": row["access_level"], "guest": False}
    person = held.people.one(row["member"])
    return {name: person[name] for name in ("name", "email")} | {
        "access_level": row["access_level"],
        "guest": is_guest(person),
    }


def _section(held: Records, gid: str) -> Doc:
    doc = held.one("section", gid)
    tasks = (held.find("task", key) for key in doc["task_gids"])
    return {"gid": gid, "name": doc["name"], "tasks": [_task(held, task) for task in tasks if task]}


def _task(held: Records, doc: Doc) -> Doc:
    shown = resources.shape(held, doc)
    names = (
        "gid",
        "name",
        "resource_subtype",
        "completed",
        "completed_at",
        "start_on",
        "due_on",
        "notes",
        "html_notes",
    )
    assignee = shown["assignee"]
    return {name: shown[name] for name in names} | {
        "assignee_name": assignee["name"] if assignee else "",
        "custom_fields": {field["name"]: field["display_value"] for field in shown["custom_fields"]},
        "dependencies": [row["name"] for row in shown["dependencies"]],
        "tags": [row["name"] for row in shown["tags"]],
        "attachments": _attachments(held, doc["gid"]),
    }


def _attachments(held: Records, parent: str) -> list[Doc]:
    found = [row for row in held.all("attachment") if row["parent_gid"] == parent]
    return [{name: row[name] for name in ("gid", "name", "resource_subtype", "size", "view_url")} for row in found]


def _status(row: Doc) -> Doc:
    return {name: row[name] for name in ("title", "text", "status_type", "created_at")}
