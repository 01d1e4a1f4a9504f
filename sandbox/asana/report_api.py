"""The calls that tell people about a project: its brief, its status updates, its counts."""

from typing import TYPE_CHECKING

from sandbox.asana import envelope, rich_text, section_api
from sandbox.asana.errors import bad_request
from sandbox.door import Answer, Call

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

STATUSES = {"on_track", "at_risk", "off_track", "on_hold", "complete", "dropped"}


def create_brief(asana: "Asana", call: Call) -> Answer:
    """The project's brief; there is one per project, and a paid plan only."""
    given = envelope.data(call)
    project = asana.one("project", call.path["gid"])
    asana.paid_only("Project briefs")
    if project["brief_gid"]:
        raise bad_request("project: A project brief already exists")
    html = given.get("html_text")
    text = rich_text.plain(html, "html_text", rich_text.IN_BRIEFS) if html else str(given.get("text", ""))
    words = {"title": given.get("title", ""), "html_text": html or rich_text.rich(text), "text": text}
    brief = asana.add("project_brief", words | {"project_gid": project["gid"]})
    asana.keep("project", project | {"brief_gid": brief["gid"]})
    return envelope.one(asana, call, brief, 201)


def read_brief(asana: "Asana", call: Call) -> Answer:
    """One brief."""
    return envelope.one(asana, call, asana.one("project_brief", call.path["gid"]))


def statuses(asana: "Asana", call: Call) -> Answer:
    """The status updates of a project, newest first."""
    parent = asana.one("project", call.query.get("parent", ""))["gid"]
    found = [row for row in asana.all("status_update") if row["parent_gid"] == parent]
    return envelope.many(asana, call, reversed(found))


def create_status(asana: "Asana", call: Call) -> Answer:
    """A status update on a project."""
    given = envelope.data(call, "parent", "status_type")
    if given["status_type"] not in STATUSES:
        raise bad_request(f"status_type: Not a status of a project: {given['status_type']}")
    project = asana.one("project", str(given["parent"]))
    html = given.get("html_text")
    text = rich_text.plain(html, "html_text") if html else str(given.get("text") or "")
    if not text:
        raise bad_request("text: Missing input")
    doc = {name: given.get(name, "") for name in ("title", "status_type")} | {"text": text}
    doc |= {"html_text": html or rich_text.rich(text), "resource_subtype": "project_status_update"}
    return envelope.one(asana, call, asana.add("status_update", doc | {"parent_gid": project["gid"]}), 201)


def task_counts(asana: "Asana", call: Call) -> Answer:
    """How many tasks and milestones there are; nothing comes back without `opt_fields`."""
    project = asana.one("project", call.path["gid"])
    tasks = section_api.tasks(asana, project)
    counts: dict[str, int] = {}
    for word, found in (("tasks", tasks), ("milestones", [t for t in tasks if t["resource_subtype"] == "milestone"])):
        done = sum(1 for task in found if task["completed"])
        counts |= {
            f"num_{word}": len(found),
            f"num_completed_{word}": done,
            f"num_incomplete_{word}": len(found) - done,
        }
    return Answer({"data": {name: counts[name] for name in envelope.fields(call) if name in counts}})
