"""Refuses messages and views that Slack refuses, with Slack's error names.

Follows https://docs.slack.dev/reference/methods/chat.postMessage and https://docs.slack.dev/reference/views.
"""

import json
from typing import Any

from sandbox.slack.checks.blocks import check_blocks
from sandbox.slack.checks.problems import Check
from sandbox.slack.limits import OTHER, SURFACES
from sandbox.slack.refusal import Refused

View = dict[str, Any]
VIEW_KEYS = {
    "type",
    "title",
    "blocks",
    "submit",
    "close",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
}


def refuse_blocks(blocks: Any) -> None:
    """Refuses the blocks of a message as a whole."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    check = check_blocks(blocks, "message")
    if check.problems:
        said = check.messages()
        raise Refused("invalid_blocks", errors=said, response_metadata={"messages": said})
    if check.characters > SURFACES["message"]["block_text_sum"]:
        raise Refused("msg_blocks_too_long")


def refuse_metadata(metadata: Any) -> None:
    """Refuses message metadata that is no event type with a map, or too big."""
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    payload = metadata.get("event_payload")
    if metadata and (not isinstance(metadata.get("event_type"), str) or not isinstance(payload, dict)):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > OTHER["metadata_bytes"]:
        raise Refused("metadata_too_large")


def refuse_view(view: Any, surface: str) -> View:
    """The view, refused when it can't be a `modal` or `home` view."""
    if not isinstance(view, dict):
        raise view_refused(["[ERROR] must be a valid view [json-pointer:/view]"])
    if len(json.dumps(view).encode()) > SURFACES[surface]["view_bytes"]:
        raise Refused("view_too_large")
    said = view_problems(view, surface)
    if said:
        raise view_refused(said)
    return view


def view_problems(view: View, surface: str) -> list[str]:
    """Every problem of a view, as the Web API words them."""
    check = check_blocks(view.get("blocks"), surface)
    limits = SURFACES[surface]
    if view.get("type") != surface:
        check.fail("/type", f"must be {surface}")
    check.keys(view, VIEW_KEYS if surface == "modal" else VIEW_KEYS - {"title", "submit", "close"}, "")
    for key in ("private_metadata", "callback_id", "external_id"):
        check.length(view.get(key), limits[key], "/" + key, least=0, required=False)
    if surface == "modal":
        _check_modal(check, view)
    return check.messages()


def _check_modal(check: Check, view: View) -> None:
    limits = SURFACES["modal"]
    check.text(view.get("title"), limits["title"], "/title", plain=True)
    check.text(view.get("submit"), limits["submit"], "/submit", plain=True, required=False)
    check.text(view.get("close"), limits["close"], "/close", plain=True, required=False)
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
    if inputs and not view.get("submit"):
        check.fail("/submit", "is required when an input block is within blocks")


def view_refused(said: list[str]) -> Refused:
    """`invalid_arguments` with the problems of a view."""
    return Refused("invalid_arguments", errors=said, response_metadata={"messages": said})
