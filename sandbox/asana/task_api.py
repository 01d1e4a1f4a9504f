"""The calls on tasks: create, change, read, depend on each other, tag, follow."""

import json
from typing import TYPE_CHECKING, Any

from sandbox.asana import dates, envelope, field_api, place_api, rich_text
from sandbox.asana.errors import bad_request, not_found
from sandbox.asana.people import ME
from sandbox.asana.project_api import check_workspace, words
from sandbox.door import Answer, Call
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

SUBTYPES = {"default_task", "milestone", "approval"}
MOST_DEPENDENCIES = 30
_PLAIN = ("name", "completed", "start_on", "due_on", "resource_subtype", "external")


def create(asana: "Asana", call: Call) -> Answer:
    """A new task in a project, a section, under a parent, or in the workspace alone."""
    given = envelope.data(call, "name")
    places = place_api.places(asana, given)
    parent = asana.one("task", str(given["parent"]))["gid"] if given.get("parent") else None
    if not places and parent is None:
        check_workspace(str(given.get("workspace", "")))
    new = _new() | {"places": places, "parent_gid": parent}
    doc = asana.add("task", new | _changes(asana, new, given))
    for place in places:
        place_api.append(asana, place["section"], doc["gid"])
    return envelope.one(asana, call, doc, 201)


def read(asana: "Asana", call: Call) -> Answer:
    """One task; `external:…` finds it by the id that its maker gave it."""
    gid = call.path["gid"]
    if gid.startswith("external:"):
        wanted = gid.removeprefix("external:")
        for task in asana.all("task", holding=json.dumps(wanted)):
            if (task["external"] or {}).get("gid") == wanted:
                return envelope.one(asana, call, task)
        raise not_found("task", gid)
    return envelope.one(asana, call, asana.one("task", gid))


def update(asana: "Asana", call: Call) -> Answer:
    """Changes what is given and leaves the rest."""
    given = envelope.data(call)
    doc = asana.one("task", call.path["gid"])
    return envelope.one(asana, call, asana.keep("task", doc | _changes(asana, doc, given)))


def delete(asana: "Asana", call: Call) -> Answer:
    """Deletes a task."""
    asana.delete("task", call.path["gid"])
    return envelope.nothing()


def dependencies(asana: "Asana", call: Call) -> Answer:
    """What a task waits for."""
    task = asana.one("task", call.path["gid"])
    found = (asana.find("task", gid) for gid in task["dependency_gids"])
    return envelope.many(asana, call, [row for row in found if row])


def add_dependencies(asana: "Asana", call: Call) -> Answer:
    """Makes a task wait for others; one that it waits for already is no error, a circle is."""
    given = envelope.data(call, "dependencies")
    task = asana.one("task", call.path["gid"])
    asana.paid_only("Dependencies")
    gids = [asana.one("task", str(gid))["gid"] for gid in given["dependencies"]]
    if any(gid == task["gid"] or task["gid"] in _upstream(asana, gid) for gid in gids):
        raise bad_request("dependencies: This would make a circle of dependencies")
    every = list(dict.fromkeys([*task["dependency_gids"], *gids]))
    dependents = [row for row in asana.all("task", holding=task["gid"]) if task["gid"] in row["dependency_gids"]]
    if len(every) + len(dependents) > MOST_DEPENDENCIES:
        raise bad_request(f"dependencies: A task has at most {MOST_DEPENDENCIES} dependencies and dependents")
    asana.keep("task", task | {"dependency_gids": every})
    return envelope.nothing()


def add_tag(asana: "Asana", call: Call) -> Answer:
    """Tags a task."""
    given = envelope.data(call, "tag")
    task = asana.one("task", call.path["gid"])
    tag = asana.one("tag", str(given["tag"]))["gid"]
    asana.keep("task", task | {"tag_gids": list(dict.fromkeys([*task["tag_gids"], tag]))})
    return envelope.nothing()


def add_followers(asana: "Asana", call: Call) -> Answer:
    """Adds followers, by gid or address."""
    given = envelope.data(call, "followers")
    task = asana.one("task", call.path["gid"])
    gids = [asana.people.named("followers", who) for who in given["followers"]]
    kept = asana.keep("task", task | {"follower_gids": list(dict.fromkeys([*task["follower_gids"], *gids]))})
    return envelope.one(asana, call, kept)


def _new() -> Doc:
    names = ("completed_at", "assignee", "start_on", "due_on", "start_at", "due_at", "external", "actual_time_minutes")
    empty: Doc = dict.fromkeys(names)
    lists: Doc = {name: [] for name in ("follower_gids", "tag_gids", "dependency_gids", "places")}
    return (
        empty
        | lists
        | {
            "resource_subtype": "default_task",
            "completed": False,
            "notes": "",
            "html_notes": rich_text.rich(""),
            "values": {},
            "parent_gid": None,
            "created_by": {"gid": ME, "resource_type": "user"},
        }
    )


def _changes(asana: "Asana", task: Doc, given: dict[str, Any]) -> Doc:
    """What a request changes; everything is checked before anything is kept."""
    _check(asana, task, given)
    changed = {name: given[name] for name in _PLAIN if name in given}
    if "completed" in given and given["completed"] != task["completed"]:
        changed["completed_at"] = asana.now() if given["completed"] else None
    if "assignee" in given:
        changed["assignee"] = asana.people.named("assignee", given["assignee"]) if given["assignee"] else None
    if "followers" in given:
        changed["follower_gids"] = [asana.people.named("followers", who) for who in given["followers"]]
    if "tags" in given:
        changed["tag_gids"] = [asana.one("tag", str(gid))["gid"] for gid in given["tags"]]
    if given.get("custom_fields"):
        changed["values"] = task["values"] | field_api.values(asana, task, given["custom_fields"])
    return changed | words(given, rich_text.IN_TASKS)


def _check(asana: "Asana", task: Doc, given: dict[str, Any]) -> None:
    subtype = given.get("resource_subtype", task["resource_subtype"])
    if subtype not in SUBTYPES:
        raise bad_request(f"resource_subtype: Not a kind of task: {subtype}")
    dates.check(given, milestone=subtype == "milestone")
    if subtype != "default_task":
        asana.paid_only("Milestones and approvals")
    if given.get("start_on"):
        asana.paid_only("Start dates")
    if "name" in given and not str(given["name"]).strip():
        raise bad_request("name: Missing input")


def _upstream(asana: "Asana", gid: str) -> set[str]:
    """Everything that a task waits for, directly or not."""
    found: set[str] = set()
    ahead = [gid]
    while ahead:
        task = asana.find("task", ahead.pop())
        new = set(task["dependency_gids"]) - found if task else set()
        found |= new
        ahead += new
    return found
