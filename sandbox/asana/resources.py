"""Asana's shapes: each kind of document with its references as compact records. It changes nothing.

The field names are those of the schemas ProjectResponse, TaskResponse and so on in the vendor's OpenAPI description.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.asana.people import DOMAIN, TEAM, WORKSPACE
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

WORKSPACE_NAME = "Acme"


def load(asana: "Asana", kind: str, gid: str) -> Doc | None:
    """The full record of a kind and gid, or None."""
    if kind == "user":
        found = asana.people.find(gid)
        return found and _user(asana, found)
    if kind in _FIXED:
        return _FIXED[kind] if gid == _FIXED[kind]["gid"] else None
    doc = asana.find(kind, gid)
    return shape(asana, doc) if doc else None


def shape(asana: "Asana", doc: Doc) -> Doc:
    """A stored document in Asana's shape, every field."""
    return _SHAPES[doc["resource_type"]](asana, doc)


def reference(asana: "Asana", kind: str, gid: str | None) -> Doc | None:
    """A compact record; None for no gid and for what was deleted."""
    if gid is None:
        return None
    doc = asana.people.find(gid) if kind == "user" else _FIXED.get(kind) or asana.find(kind, gid)
    if doc is None:
        return None
    names = ("gid", "resource_type", "name", "resource_subtype")
    return {name: doc[name] for name in names if name in doc}


def references(asana: "Asana", kind: str, gids: list[str]) -> list[Doc]:
    """Compact records of those that still exist."""
    return [found for found in (reference(asana, kind, gid) for gid in gids) if found]


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


def _workspace(asana: "Asana") -> Doc | None:
    return reference(asana, "workspace", WORKSPACE)


def _user(asana: "Asana", doc: Doc) -> Doc:
    return doc | {"workspaces": [_workspace(asana)]}


def _project(asana: "Asana", doc: Doc) -> Doc:
    members = [row["member"] for row in asana.all("membership", holding=doc["gid"]) if row["parent"] == doc["gid"]]
    hidden = {"owner_gid", "section_gids", "field_gids", "brief_gid"}
    return {name: value for name, value in doc.items() if name not in hidden} | {
        "owner": reference(asana, "user", doc["owner_gid"]),
        "workspace": _workspace(asana),
        "team": None,
        "due_date": doc["due_on"],
        "public": doc["privacy_setting"] == "public_to_workspace",
        "members": references(asana, "user", members),
        "followers": [],
        "custom_fields": [],
        "custom_field_settings": [setting(asana, doc, gid) for gid in doc["field_gids"]],
        "project_brief": reference(asana, "project_brief", doc["brief_gid"]),
        "current_status_update": _latest_status(asana, doc["gid"]),
        "permalink_url": f"{asana.ground.base_url}/board/{doc['gid']}",
    }


def setting(asana: "Asana", project: Doc, field_gid: str) -> Doc:
    """The link between a project and one of its custom fields."""
    return {
        "gid": f"{int(field_gid) + int(project['gid'])}",
        "resource_type": "custom_field_setting",
        "is_important": False,
        "project": reference(asana, "project", project["gid"]),
        "parent": reference(asana, "project", project["gid"]),
        "custom_field": _field(asana, asana.one("custom_field", field_gid)),
    }


def _latest_status(asana: "Asana", project_gid: str) -> Doc | None:
    found = [row for row in asana.all("status_update", holding=project_gid) if row["parent_gid"] == project_gid]
    keys = ("gid", "resource_type", "title", "resource_subtype")
    return {name: found[-1][name] for name in keys} if found else None


def _section(asana: "Asana", doc: Doc) -> Doc:
    keys = ("gid", "resource_type", "name", "created_at")
    return {name: doc[name] for name in keys} | {"project": reference(asana, "project", doc["project_gid"])}


def _task(asana: "Asana", doc: Doc) -> Doc:
    hidden = {"places", "assignee", "follower_gids", "tag_gids", "values", "dependency_gids", "parent_gid"}
    naming = asana.all("task", holding=doc["gid"])  # not all: in a list of tasks each would read each other one
    dependents = [row["gid"] for row in naming if doc["gid"] in row["dependency_gids"]]
    children = [row for row in naming if row["parent_gid"] == doc["gid"]]
    return {name: value for name, value in doc.items() if name not in hidden} | {
        "assignee": reference(asana, "user", doc["assignee"]),
        "followers": references(asana, "user", doc["follower_gids"]),
        "tags": references(asana, "tag", doc["tag_gids"]),
        "projects": references(asana, "project", [place["project"] for place in doc["places"]]),
        "memberships": [
            {
                "project": reference(asana, "project", place["project"]),
                "section": reference(asana, "section", place["section"]),
            }
            for place in doc["places"]
        ],
        "parent": reference(asana, "task", doc["parent_gid"]),
        "workspace": _workspace(asana),
        "custom_fields": _values(asana, doc),
        "dependencies": references(asana, "task", doc["dependency_gids"]),
        "dependents": references(asana, "task", dependents),
        "num_subtasks": len(children),
        "permalink_url": _task_url(asana, doc),
    }


def _task_url(asana: "Asana", doc: Doc) -> str:
    project = doc["places"][0]["project"] if doc["places"] else "0"
    return f"{asana.ground.base_url}/board/{project}#task-{doc['gid']}"


def _values(asana: "Asana", task: Doc) -> list[Doc]:
    """The values of every custom field of the task's projects, those without a value too."""
    projects = (asana.find("project", place["project"]) for place in task["places"])
    gids = dict.fromkeys(gid for project in projects if project for gid in project["field_gids"])
    return [_value(_field(asana, asana.one("custom_field", gid)), task["values"].get(gid)) for gid in gids]


def _value(field: Doc, value: Any) -> Doc:
    name = {"text": "text_value", "number": "number_value", "enum": "enum_value"}[field["type"]]
    if field["type"] == "enum":
        value = next((option for option in field["enum_options"] if option["gid"] == value), None)
    shown = value["name"] if isinstance(value, dict) else value
    return field | {name: value, "display_value": None if shown is None else str(shown)}


def _field(_asana: "Asana", doc: Doc) -> Doc:
    return doc | {"enabled": True, "is_global_to_workspace": True, "resource_subtype": doc["type"]}


def _tag(asana: "Asana", doc: Doc) -> Doc:
    return doc | {"workspace": _workspace(asana), "permalink_url": ""}


def _membership(asana: "Asana", doc: Doc) -> Doc:
    kind = "team" if doc["member"] == TEAM else "user"
    return {
        "gid": doc["gid"],
        "resource_type": "membership",
        "resource_subtype": "project_membership",
        "parent": reference(asana, "project", doc["parent"]),
        "member": reference(asana, kind, doc["member"]),
        "access_level": doc["access_level"],
    }


def _attachment(asana: "Asana", doc: Doc) -> Doc:
    parent = reference(asana, doc["parent_kind"], doc["parent_gid"])
    return {name: value for name, value in doc.items() if name not in {"parent_gid", "parent_kind"}} | {
        "parent": parent
    }


def _brief(asana: "Asana", doc: Doc) -> Doc:
    project = doc["project_gid"]
    return {name: value for name, value in doc.items() if name != "project_gid"} | {
        "project": reference(asana, "project", project),
        "permalink_url": f"{asana.ground.base_url}/board/{project}#brief",
    }


def _status(asana: "Asana", doc: Doc) -> Doc:
    return {name: value for name, value in doc.items() if name != "parent_gid"} | {
        "parent": reference(asana, "project", doc["parent_gid"])
    }


_SHAPES: dict[str, Callable[["Asana", Doc], Doc]] = {
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
