"""Asana's shapes: each kind of document with its references as compact records. It changes nothing.

The field names are those of the schemas ProjectResponse, TaskResponse and so on in the vendor's OpenAPI description.
"""

from collections.abc import Callable
from typing import Any

from sandbox.asana.people import DOMAIN, TEAM, WORKSPACE
from sandbox.asana.records import Records
from sandbox.shelf import Doc

WORKSPACE_NAME = "Acme"


def load(held: Records, kind: str, gid: str) -> Doc | None:
    """The full record of a kind and gid, or None."""
    if kind == "user":
        found = held.people.find(gid)
        return found and _user(held, found)
    if kind in _FIXED:
        return _FIXED[kind] if gid == _FIXED[kind]["gid"] else None
    doc = held.find(kind, gid)
    return shape(held, doc) if doc else None


def shape(held: Records, doc: Doc) -> Doc:
    """A stored document in Asana's shape, every field."""
    return _SHAPES[doc["resource_type"]](held, doc)


def reference(held: Records, kind: str, gid: str | None) -> Doc | None:
    """A compact record; None for no gid and for what was deleted."""
    if gid is None:
        return None
    doc = held.people.find(gid) if kind == "user" else _FIXED.get(kind) or held.find(kind, gid)
    if doc is None:
        return None
    names = ("gid", "resource_type", "name", "resource_subtype")
    return {name: doc[name] for name in names if name in doc}


def references(held: Records, kind: str, gids: list[str]) -> list[Doc]:
    """Compact records of those that still exist."""
    return [found for found in (reference(held, kind, gid) for gid in gids) if found]


_FIXED: dict[str, Doc] = {
    "workspace": {
        "gid": WORKSPACE,
        "resource_type": "workspace",
        "name": WORKSPACE_NAME,
        "email_domains": [DOMAIN],
        "is_organization": True,
    },
    "team": {"gid": TEAM, "resource_type": "team", "name": "Delivery"},
}


def _workspace(held: Records) -> Doc | None:
    return reference(held, "workspace", WORKSPACE)


def _user(held: Records, doc: Doc) -> Doc:
    return doc | {"workspaces": [_workspace(held)]}


def _project(held: Records, doc: Doc) -> Doc:
    members = [row["member"] for row in held.all("membership", holding=doc["gid"]) if row["parent"] == doc["gid"]]
    hidden = {"owner_gid", "section_gids", "field_gids", "brief_gid"}
    return {name: value for name, value in doc.items() if name not in hidden} | {
        "owner": reference(held, "user", doc["owner_gid"]),
        "workspace": _workspace(held),
        "team": None,
        "due_date": doc["due_on"],
        "public": doc["privacy_setting"] == "public_to_workspace",
        "members": references(held, "user", members),
        "followers": [],
        "custom_fields": [],
        "custom_field_settings": [setting(held, doc, gid) for gid in doc["field_gids"]],
        "project_brief": reference(held, "project_brief", doc["brief_gid"]),
        "current_status_update": _latest_status(held, doc["gid"]),
        "permalink_url": f"{held.ground.base_url}/board/{doc['gid']}",
    }


def setting(held: Records, project: Doc, field_gid: str) -> Doc:
    """The link between a project and one of its custom fields."""
    return {
        "gid": f"{int(field_gid) + int(project['gid'])}",
        "resource_type": "custom_field_setting",
        "is_important": False,
        "project": reference(held, "project", project["gid"]),
        "parent": reference(held, "project", project["gid"]),
        "custom_field": _field(held, held.one("custom_field", field_gid)),
    }


def _latest_status(held: Records, project_gid: str) -> Doc | None:
    found = [row for row in held.all("status_update", holding=project_gid) if row["parent_gid"] == project_gid]
    keys = ("gid", "resource_type", "title", "resource_subtype")
    return {name: found[-1][name] for name in keys} if found else None


def _section(held: Records, doc: Doc) -> Doc:
    keys = ("gid", "resource_type", "name", "created_at")
    return {name: doc[name] for name in keys} | {"project": reference(held, "project", doc["project_gid"])}


def _task(held: Records, doc: Doc) -> Doc:
    hidden = {"places", "assignee", "follower_gids", "tag_gids", "values", "dependency_gids", "parent_gid"}
    naming = held.all("task", holding=doc["gid"])  # not all: in a list of tasks each would read each other one
    dependents = [row["gid"] for row in naming if doc["gid"] in row["dependency_gids"]]
    children = [row for row in naming if row["parent_gid"] == doc["gid"]]
    return {name: value for name, value in doc.items() if name not in hidden} | {
        "assignee": reference(held, "user", doc["assignee"]),
        "followers": references(held, "user", doc["follower_gids"]),
        "tags": references(held, "tag", doc["tag_gids"]),
        "projects": references(held, "project", [place["project"] for place in doc["places"]]),
        "memberships": [
            {
                "project": reference(held, "project", place["project"]),
                "section": reference(held, "section", place["section"]),
            }
            for place in doc["places"]
        ],
        "parent": reference(held, "task", doc["parent_gid"]),
        "workspace": _workspace(held),
        "custom_fields": _values(held, doc),
        "dependencies": references(held, "task", doc["dependency_gids"]),
        "dependents": references(held, "task", dependents),
        "num_subtasks": len(children),
        "permalink_url": _task_url(held, doc),
    }


def _task_url(held: Records, doc: Doc) -> str:
    project = doc["places"][0]["project"] if doc["places"] else "0"
    return f"{held.ground.base_url}/board/{project}#task-{doc['gid']}"


def _values(held: Records, task: Doc) -> list[Doc]:
    """The values of every custom field of the task's projects, those without a value too."""
    projects = (held.find("project", place["project"]) for place in task["places"])
    gids = dict.fromkeys(gid for project in projects if project for gid in project["field_gids"])
    return [_value(_field(held, held.one("custom_field", gid)), task["values"].get(gid)) for gid in gids]


def _value(field: Doc, value: Any) -> Doc:
    name = {"text": "text_value", "number": "number_value", "enum": "enum_value"}[field["type"]]
    if field["type"] == "enum":
        value = next((option for option in field["enum_options"] if option["gid"] == value), None)
    shown = value["name"] if isinstance(value, dict) else value
    return field | {name: value, "display_value": None if shown is None else str(shown)}


def _field(_held: Records, doc: Doc) -> Doc:
    return doc | {"enabled": True, "is_global_to_workspace": True, "resource_subtype": doc["type"]}


def _tag(held: Records, doc: Doc) -> Doc:
    return doc | {"workspace": _workspace(held), "permalink_url": ""}


def _membership(held: Records, doc: Doc) -> Doc:
    kind = "team" if doc["member"] == TEAM else "user"
    return {
        "gid": doc["gid"],
        "resource_type": "membership",
        "resource_subtype": "project_membership",
        "parent": reference(held, "project", doc["parent"]),
        "member": reference(held, kind, doc["member"]),
        "access_level": doc["access_level"],
    }


def _attachment(held: Records, doc: Doc) -> Doc:
    parent = reference(held, doc["parent_kind"], doc["parent_gid"])
    return {name: value for name, value in doc.items() if name not in {"parent_gid", "parent_kind"}} | {
        "parent": parent
    }


def _brief(held: Records, doc: Doc) -> Doc:
    project = doc["project_gid"]
    return {name: value for name, value in doc.items() if name != "project_gid"} | {
        "project": reference(held, "project", project),
        "permalink_url": f"{held.ground.base_url}/board/{project}#brief",
    }


def _status(held: Records, doc: Doc) -> Doc:
    return {name: value for name, value in doc.items() if name != "parent_gid"} | {
        "parent": reference(held, "project", doc["parent_gid"])
    }


_SHAPES: dict[str, Callable[[Records, Doc], Doc]] = {
    "project": _project,
    "section": _section,
    "task": _task,
    "custom_field": _field,
    "tag": _tag,
    "membership": _membership,
    "attachment": _attachment,
    "project_brief": _brief,
    "status_update": _status,
    "user": _user,
}
