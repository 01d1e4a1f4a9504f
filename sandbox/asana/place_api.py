"""Where tasks are: the calls that list the tasks of a project or section, and that move one."""

from typing import TYPE_CHECKING, Any

from sandbox.asana import envelope, section_api
from sandbox.asana.errors import bad_request
from sandbox.door import Answer, Call
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

MOST_PROJECTS = 20


def of_project(asana: "Asana", call: Call) -> Answer:
    """The tasks of a project in the order of its sections."""
    project = asana.one("project", call.path["gid"])
    return envelope.many(asana, call, _open_since(call, section_api.tasks(asana, project)))


def of_section(asana: "Asana", call: Call) -> Answer:
    """The tasks of a section in their order."""
    section = asana.one("section", call.path["gid"])
    found = [task for task in (asana.find("task", gid) for gid in section["task_gids"]) if task]
    return envelope.many(asana, call, _open_since(call, found))


def add_to_section(asana: "Asana", call: Call) -> Answer:
    """Moves a task to the top of a section, or before or after another task in it."""
    given = envelope.data(call, "task")
    section = asana.one("section", call.path["gid"])
    task = asana.one("task", str(given["task"]))
    others = [place for place in task["places"] if place["project"] != section["project_gid"]]
    for place in task["places"]:
        if place not in others:
            _remove(asana, place["section"], task["gid"])
    _insert(asana, section["gid"], task["gid"], given)
    asana.keep("task", task | {"places": [*others, {"project": section["project_gid"], "section": section["gid"]}]})
    return envelope.nothing()


def places(asana: "Asana", given: dict[str, Any]) -> list[Doc]:
    """Projects and sections of a new task; a project that is named twice is refused."""
    found = []
    for row in given.get("memberships") or []:
        project = asana.one("project", str(row.get("project", "")))
        section = str(row.get("section") or project["section_gids"][0])
        if section not in project["section_gids"]:
            raise bad_request(f"memberships: Section {section} is not in project {project['gid']}")
        found.append({"project": project["gid"], "section": section})
    for gid in given.get("projects") or []:
        project = asana.one("project", str(gid))
        found.append({"project": project["gid"], "section": project["section_gids"][0]})
    if len({place["project"] for place in found}) < len(found):
        raise bad_request("projects: A project can be given only once, in projects or in memberships")
    if len(found) > MOST_PROJECTS:
        raise bad_request(f"projects: A task is in at most {MOST_PROJECTS} projects")
    return found


def _open_since(call: Call, tasks: list[Doc]) -> list[Doc]:
    """`completed_since=now` leaves out what is done; a moment leaves out what was done before it."""
    since = call.query.get("completed_since")
    if since is None:
        return tasks
    return [
        task for task in tasks if not task["completed"] or (since != "now" and (task["completed_at"] or "") >= since)
    ]


def append(asana: "Asana", section_gid: str, task_gid: str) -> None:
    """Puts a task at the end of a section."""
    section = asana.one("section", section_gid)
    asana.keep("section", section | {"task_gids": [*section["task_gids"], task_gid]})


def _remove(asana: "Asana", section_gid: str, task_gid: str) -> None:
    section = asana.one("section", section_gid)
    asana.keep("section", section | {"task_gids": [gid for gid in section["task_gids"] if gid != task_gid]})


def _insert(asana: "Asana", section_gid: str, task_gid: str, given: dict[str, Any]) -> None:
    section = asana.one("section", section_gid)
    order = [gid for gid in section["task_gids"] if gid != task_gid]
    before, after = given.get("insert_before"), given.get("insert_after")
    anchor = before or after
    if anchor and anchor not in order:
        raise bad_request(f"insert_{'before' if before else 'after'}: Not a task of this section: {anchor}")
    order.insert(order.index(anchor) + (not before) if anchor else 0, task_gid)
    asana.keep("section", section | {"task_gids": order})
