"""The calls on attachments: an uploaded file or a link, on a task, a project or a brief.

Page: developers.asana.com/reference/createattachmentforobject. Doing it twice makes two.
"""

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sandbox.asana import envelope
from sandbox.asana.errors import Refusal, bad_request, not_found
from sandbox.door import Answer, Call, Upload
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

LARGEST = 100 * 1024 * 1024
_PARENTS = ("task", "project", "project_brief")


def listed(asana: "Asana", call: Call) -> Answer:
    """The attachments of one object, oldest first."""
    parent = _parent(asana, call.query.get("parent", ""))
    return envelope.many(asana, call, [row for row in asana.all("attachment") if row["parent_gid"] == parent["gid"]])


def create(asana: "Asana", call: Call) -> Answer:
    """A new attachment from a form: `parent` and `file`, or `parent`, `url` and `name` with subtype `external`."""
    if not call.form:
        raise bad_request("This endpoint expects a multipart/form-data request")
    parent = _parent(asana, str(call.form.get("parent", "")))
    doc = _link(call) if call.form.get("resource_subtype") == "external" else _file(call)
    doc |= {"parent_gid": parent["gid"], "parent_kind": parent["resource_type"], "connected_to_app": False}
    return envelope.one(asana, call, asana.add("attachment", doc))


def read(asana: "Asana", call: Call) -> Answer:
    """One attachment."""
    return envelope.one(asana, call, asana.one("attachment", call.path["gid"]))


def delete(asana: "Asana", call: Call) -> Answer:
    """Deletes an attachment."""
    asana.delete("attachment", call.path["gid"])
    return envelope.nothing()


def _parent(asana: "Asana", gid: str) -> Doc:
    if not gid:
        raise bad_request("parent: Missing input")
    for kind in _PARENTS:
        doc = asana.find(kind, gid)
        if doc:
            return doc
    raise not_found("parent", gid)


def _link(call: Call) -> Doc:
    url, name = str(call.form.get("url", "")), str(call.form.get("name", ""))
    if urlsplit(url).scheme not in {"http", "https"}:
        raise bad_request("url: Not a valid URL")
    if not name:
        raise bad_request("name: Missing input")
    return _doc(name, "external", None) | {"view_url": url, "permanent_url": url, "download_url": None}


def _file(call: Call) -> Doc:
    file = call.form.get("file")
    if not isinstance(file, Upload):
        raise bad_request("file: Missing input")
    if len(file.content) > LARGEST:
        raise Refusal(413, "file: The file is larger than 100 MB")
    return _doc(unquote(file.name), "asana", len(file.content)) | {"view_url": None, "download_url": None}


def _doc(name: str, subtype: str, size: int | None) -> Doc:
    return {"name": name, "resource_subtype": subtype, "host": subtype, "size": size, "permanent_url": None}
