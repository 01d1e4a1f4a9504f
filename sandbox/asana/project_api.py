"""The calls on projects."""

from typing import TYPE_CHECKING, Any

from sandbox.asana import dates, envelope, rich_text, section_api
from sandbox.asana.errors import bad_request, not_found
from sandbox.asana.people import ME, WORKSPACE
from sandbox.door import Answer, Call
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

PRIVACY = {"public_to_workspace", "private_to_team", "private"}
LEVELS = {"admin", "editor", "commenter", "viewer"}
_PLAIN = ("name", "archived", "color", "icon", "default_view", "start_on", "due_on")


def listed(asana: "Asana", call: Call) -> Answer:
    """The projects of the workspace, oldest first; `archived` filters."""
    check_workspace(call.path.get("workspace") or call.query.get("workspace", WORKSPACE))
    wanted = call.query.get("archived")
    found = [doc for doc in asana.all("project") if wanted is None or doc["archived"] == (wanted == "true")]
    return envelope.many(asana, call, found)


def create(asana: "Asana", call: Call) -> Answer:
    """A new project with one untitled section; the token's user is its first admin."""
    given = envelope.data(call, "name")
    check_workspace(str(call.path.get("workspace") or given.get("workspace", "")))
    _check(asana, given)
    doc = asana.add("project", _new() | _changes(asana, given))
    section = section_api.add(asana, doc["gid"], "Untitled section")
    doc = asana.keep("project", doc | {"section_gids": [section["gid"]]})
    asana.add("membership", {"parent": doc["gid"], "member": ME, "access_level": "admin"})
    return envelope.one(asana, call, doc, 201)


def read(asana: "Asana", call: Call) -> Answer:
    """One project."""
    return envelope.one(asana, call, asana.one("project", call.path["gid"]))


def update(asana: "Asana", call: Call) -> Answer:
    """Changes what is given and leaves the rest."""
    given = envelope.data(call)
    doc = asana.one("project", call.path["gid"])
    _check(asana, given)
    return envelope.one(asana, call, asana.keep("project", doc | _changes(asana, given)))


def delete(asana: "Asana", call: Call) -> Answer:
    """Deletes a project."""
    asana.delete("project", call.path["gid"])
    return envelope.nothing()


def check_workspace(gid: str) -> None:
    """400 without a workspace, 404 for another one than the company's."""
    if not gid:
        raise bad_request("workspace: Missing input")
    if gid != WORKSPACE:
        raise not_found("workspace", gid)


def _new() -> Doc:
    names = ("archived", "color", "icon", "start_on", "due_on", "owner_gid", "brief_gid", "completed_at")
    return dict.fromkeys(names) | {
        "archived": False,
        "completed": False,
        "default_view": "list",
        "privacy_setting": "public_to_workspace",
        "default_access_level": "editor",
        "notes": "",
        "html_notes": rich_text.rich(""),
        "owner_gid": ME,
        "section_gids": [],
        "field_gids": [],
    }


def _check(asana: "Asana", given: dict[str, Any]) -> None:
    dates.check(given)
    if given.get("start_on"):
        asana.paid_only("Start dates")
    if given.get("privacy_setting", "private") not in PRIVACY:
        raise bad_request(f"privacy_setting: Not a privacy setting: {given['privacy_setting']}")
    if given.get("default_access_level", "editor") not in LEVELS:
        raise bad_request(f"default_access_level: Not an access level: {given['default_access_level']}")
    if "name" in given and not str(given["name"]).strip():
        raise bad_request("name: Missing input")


def _changes(asana: "Asana", given: dict[str, Any]) -> Doc:
    changed = {name: given[name] for name in (*_PLAIN, "privacy_setting", "default_access_level") if name in given}
    if "owner" in given:
        changed["owner_gid"] = asana.people.named("owner", given["owner"]) if given["owner"] else None
    return changed | words(given, rich_text.EVERYWHERE)


def words(given: dict[str, Any], allowed: frozenset[str]) -> Doc:
    """Plain and rich notes, each made of the other; 400 for both at once."""
    if "notes" in given and "html_notes" in given:
        raise bad_request("notes: Only one of notes and html_notes can be set")
    if "html_notes" in given:
        html = given["html_notes"]
        return {"html_notes": html, "notes": rich_text.plain(html, "html_notes", allowed)}
    if "notes" in given:
        text = str(given["notes"] or "")
        return {"notes": text, "html_notes": rich_text.rich(text)}
    return {}
