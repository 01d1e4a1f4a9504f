"""Asana's envelope: `{"data": …}` both ways, `opt_fields`, and pages of at most 100.

Pages: developers.asana.com/docs/inputoutput-options and /docs/pagination.
"""

import base64
import binascii
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.asana import resources, selection
from sandbox.asana.errors import bad_request
from sandbox.door import Answer, Call
from sandbox.shelf import Doc

if TYPE_CHECKING:
    from sandbox.asana.state import Asana

MOST_PER_PAGE = 100
PREFIX = "/asana/api/1.0"


def data(call: Call, *required: str) -> dict[str, Any]:
    """What a JSON request carries; 400 without the envelope or without a required field."""
    body = call.json()
    found = body.get("data") if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise bad_request("Missing `data` in the request body")
    for name in required:
        if found.get(name) in (None, ""):
            raise bad_request(f"{name}: Missing input")
    return found


def one(asana: "Asana", call: Call, doc: Doc, status: int = 200) -> Answer:
    """One object: full, or what `opt_fields` asks for."""
    record = resources.shape(asana, doc)
    paths = fields(call)
    return Answer({"data": selection.select(record, paths, asana.load) if paths else selection.full(record)}, status)


def many(asana: "Asana", call: Call, docs: Iterable[Doc]) -> Answer:
    """A list: compact, or what `opt_fields` asks for; one page when there is a `limit`."""
    rows = list(docs)
    start = _offset(call.query.get("offset"))
    limit = _limit(call.query.get("limit"), len(rows))
    paths = fields(call)
    shown = [
        selection.select(record, paths, asana.load) if paths else selection.compact(record)
        for record in (resources.shape(asana, doc) for doc in rows[start : start + limit])
    ]
    body: Doc = {"data": shown}
    if "limit" in call.query:
        body["next_page"] = _next(asana, call, start + limit) if start + limit < len(rows) else None
    return Answer(body)


def nothing() -> Answer:
    """The empty data block."""
    return Answer({"data": {}})


def fields(call: Call) -> list[str]:
    """What `opt_fields` asks for."""
    return [name for name in call.query.get("opt_fields", "").split(",") if name.strip()]


def _limit(text: str | None, most: int) -> int:
    if text is None:
        return most
    if not text.isdigit() or not 1 <= int(text) <= MOST_PER_PAGE:
        raise bad_request(f"limit: Must be between 1 and {MOST_PER_PAGE}")
    return int(text)


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("row:"))
    except (binascii.Error, ValueError):
        raise bad_request("offset: Your pagination token is invalid.") from None


def _next(asana: "Asana", call: Call, row: int) -> Doc:
    token = base64.urlsafe_b64encode(f"row:{row}".encode()).decode()
    path = f"{call.url_path.removeprefix(PREFIX)}?limit={call.query['limit']}&offset={token}"
    return {"offset": token, "path": path, "uri": f"{asana.ground.base_url}{PREFIX}{path}"}
