"""The calls on users, the workspace and who may see a project."""

from typing import TYPE_CHECKING

from sandbox.asana import envelope
from sandbox.asana.errors import bad_request
from sandbox.asana.people import TEAM, WORKSPACE
from sandbox.asana.project_api import check_workspace
from sandbox.asana.selection import full, select
from sandbox.door import Answer, Call
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

LEVELS = ("admin", "editor", "commenter")
"""What the memberships page lists; `viewer` exists on screen and is refused here."""


def user(asana: "Asana", call: Call) -> Answer:
    """One user, by gid, address or `me`."""
    return envelope.one(asana, call, asana.people.one(call.path["gid"]))


def users(asana: "Asana", call: Call) -> Answer:
    """Everyone in the workspace, by name."""
    check_workspace(call.path.get("workspace") or call.query.get("workspace", WORKSPACE))
    return envelope.many(asana, call, asana.people.all())


def workspaces(asana: "Asana", call: Call) -> Answer:
    """The one workspace that the token sees."""
    record = asana.load("workspace", WORKSPACE) or {}
    names = {"gid", "resource_type", "name"}
    paths = envelope.fields(call)
    compact = {name: value for name, value in record.items() if name in names}
    return Answer({"data": [select(record, paths, asana.load) if paths else compact]})


def workspace(asana: "Asana", call: Call) -> Answer:
    """One workspace."""
    check_workspace(call.path["workspace"])
    record = asana.load("workspace", WORKSPACE) or {}
    paths = envelope.fields(call)
    return Answer({"data": select(record, paths, asana.load) if paths else full(record)})


def add_user(asana: "Asana", call: Call) -> Answer:
    """Invites somebody; an address outside the company's domain becomes a guest."""
    check_workspace(call.path["workspace"])
    given = envelope.data(call, "user")
    person = asana.people.invite(str(given["user"]))
    asana.ground.changed()
    return envelope.one(asana, call, person)


def memberships(asana: "Asana", call: Call) -> Answer:
    """Who may see a project, or one of them."""
    parent = asana.one("project", call.query.get("parent", ""))["gid"]
    member = call.query.get("member")
    found = [row for row in asana.all("membership") if row["parent"] == parent and member in {None, row["member"]}]
    return envelope.many(asana, call, found)


def add_member(asana: "Asana", call: Call) -> Answer:
    """Lets a user or team into a project; a second call for a member changes the level and answers the same record."""
    given = envelope.data(call, "parent", "member")
    project = asana.one("project", str(given["parent"]))
    level = _level(asana, given, project)
    member = str(given["member"])
    gid = TEAM if member == TEAM else asana.people.one(member)["gid"]
    for row in asana.all("membership"):
        if row["parent"] == project["gid"] and row["member"] == gid:
            return envelope.one(asana, call, asana.keep("membership", row | {"access_level": level}), 201)
    doc = {"parent": project["gid"], "member": gid, "access_level": level}
    return envelope.one(asana, call, asana.add("membership", doc), 201)


def read_member(asana: "Asana", call: Call) -> Answer:
    """One membership."""
    return envelope.one(asana, call, asana.one("membership", call.path["gid"]))


def update_member(asana: "Asana", call: Call) -> Answer:
    """Changes what a member may do."""
    given = envelope.data(call, "access_level")
    row = asana.one("membership", call.path["gid"])
    level = _level(asana, given, asana.one("project", row["parent"]))
    return envelope.one(asana, call, asana.keep("membership", row | {"access_level": level}))


def remove_member(asana: "Asana", call: Call) -> Answer:
    """Takes somebody out of a project."""
    asana.delete("membership", call.path["gid"])
    return envelope.nothing()


def _level(asana: "Asana", given: Doc, project: Doc) -> str:
    level = str(given.get("access_level") or given.get("role") or project["default_access_level"])
    if level not in LEVELS:
        raise bad_request(f"access_level: Must be one of {', '.join(LEVELS)}")
    if level == "commenter":
        asana.paid_only("Comment-only members")
    return level
