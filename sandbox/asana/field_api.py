"""The calls on custom fields and tags. Custom fields belong to the workspace and need a paid plan."""

from typing import TYPE_CHECKING, Any

from sandbox.asana import envelope, resources, selection
from sandbox.asana.errors import Refusal, bad_request
from sandbox.asana.project_api import check_workspace
from sandbox.door import Answer, Call
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

TYPES = {"text", "number", "enum"}
_TAKEN = {"due date", "assignee"}


def listed(asana: "Asana", call: Call) -> Answer:
    """Every custom field of the workspace."""
    check_workspace(call.path["workspace"])
    asana.paid_only("Custom fields")
    return envelope.many(asana, call, asana.all("custom_field"))


def create(asana: "Asana", call: Call) -> Answer:
    """A new custom field; its name is unique in the workspace."""
    given = envelope.data(call, "workspace", "name")
    check_workspace(str(given["workspace"]))
    asana.paid_only("Custom fields")
    kind = given.get("resource_subtype") or given.get("type")
    if kind not in TYPES:
        raise bad_request(f"resource_subtype: Not a kind of custom field here: {kind}")
    name = str(given["name"])
    if name.casefold() in _TAKEN | {row["name"].casefold() for row in asana.all("custom_field")}:
        raise bad_request(f"name: A custom field with the name '{name}' already exists")
    options = [_option(asana, row) for row in given.get("enum_options") or []] if kind == "enum" else []
    doc = {"name": name, "type": kind, "precision": given.get("precision"), "description": given.get("description")}
    return envelope.one(asana, call, asana.add("custom_field", doc | {"enum_options": options}), 201)


def add_to_project(asana: "Asana", call: Call) -> Answer:
    """Puts a custom field on a project; one that is there already is refused."""
    given = envelope.data(call, "custom_field")
    project = asana.one("project", call.path["gid"])
    asana.paid_only("Custom fields")
    field = asana.one("custom_field", str(given["custom_field"]))["gid"]
    if field in project["field_gids"]:
        raise bad_request("custom_field: This custom field is already on the project")
    kept = asana.keep("project", project | {"field_gids": [*project["field_gids"], field]})
    shown = resources.setting(asana, kept, field)
    paths = envelope.fields(call)
    return Answer({"data": selection.select(shown, paths, asana.load) if paths else shown})


def values(asana: "Asana", task: Doc, given: Any) -> Doc:
    """Values of custom fields by gid; 400 when a field is not on the task's project or does not take the value."""
    if not isinstance(given, dict):
        raise bad_request("custom_fields: An object of gids and values is expected")
    asana.paid_only("Custom fields")
    on_project = {gid for place in task["places"] for gid in asana.one("project", place["project"])["field_gids"]}
    return {gid: _value(asana, on_project, gid, value) for gid, value in given.items()}


def tags(asana: "Asana", call: Call) -> Answer:
    """Every tag of the workspace."""
    check_workspace(call.path["workspace"])
    return envelope.many(asana, call, asana.all("tag"))


def create_tag(asana: "Asana", call: Call) -> Answer:
    """A new tag. Names are not unique."""
    given = envelope.data(call, "name")
    check_workspace(str(call.path.get("workspace") or given.get("workspace", "")))
    doc = {"name": str(given["name"]), "color": given.get("color"), "notes": given.get("notes", "")}
    return envelope.one(asana, call, asana.add("tag", doc), 201)


def _option(asana: "Asana", row: dict[str, Any]) -> Doc:
    option = {"gid": asana.new_gid(), "resource_type": "enum_option", "name": str(row.get("name", ""))}
    return option | {"enabled": True, "color": row.get("color", "none")}


def _value(asana: "Asana", on_project: set[str], gid: str, value: Any) -> Any:
    field = asana.find("custom_field", gid)
    if field is None or gid not in on_project:
        raise Refusal(400, f"custom_fields: Custom field with ID {gid} is not on given object")
    if value is None:
        return None
    if field["type"] == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise bad_request(f"custom_fields: {field['name']} takes a number")
    if field["type"] == "enum" and value not in {option["gid"] for option in field["enum_options"]}:
        raise bad_request(f"custom_fields: {field['name']} has no option {value}")
    return value if field["type"] != "text" else str(value)
