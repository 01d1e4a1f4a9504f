"""The calls on sections. A section belongs to one project and keeps the order of its tasks."""

from typing import TYPE_CHECKING

from sandbox.asana import envelope
from sandbox.asana.errors import bad_request
from sandbox.door import Answer, Call
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana


def listed(asana: "Asana", call: Call) -> Answer:
    """The sections of a project in their order."""
    project = asana.one("project", call.path["gid"])
    return envelope.many(asana, call, (asana.one("section", gid) for gid in project["section_gids"]))


def create(asana: "Asana", call: Call) -> Answer:
    """A new section at the end, or before or after another one."""
    given = envelope.data(call, "name")
    project = asana.one("project", call.path["gid"])
    before, after = given.get("insert_before"), given.get("insert_after")
    order = list(project["section_gids"])
    anchor = before or after
    if anchor and anchor not in order:
        raise bad_request(f"insert_{'before' if before else 'after'}: Not a section of this project: {anchor}")
    section = add(asana, project["gid"], str(given["name"]))
    order.insert(order.index(anchor) + (not before) if anchor else len(order), section["gid"])
    asana.keep("project", project | {"section_gids": order})
    return envelope.one(asana, call, section, 201)


def read(asana: "Asana", call: Call) -> Answer:
    """One section."""
    return envelope.one(asana, call, asana.one("section", call.path["gid"]))


def update(asana: "Asana", call: Call) -> Answer:
    """Renames a section; nothing else of it can be changed."""
    given = envelope.data(call, "name")
    section = asana.one("section", call.path["gid"])
    return envelope.one(asana, call, asana.keep("section", section | {"name": str(given["name"])}))


def add(asana: "Asana", project_gid: str, name: str) -> Doc:
    """A section that is not yet in its project's order."""
    return asana.add("section", {"name": name, "project_gid": project_gid, "task_gids": []})


def tasks(asana: "Asana", project: Doc) -> list[Doc]:
    """The tasks of a project in the order of its sections."""
    every = (asana.one("section", gid) for gid in project["section_gids"])
    found = (asana.find("task", gid) for section in every for gid in section["task_gids"])
    return [task for task in found if task]
