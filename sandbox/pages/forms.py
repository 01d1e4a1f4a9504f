"""What the browser sends, as the python values that a person's hands take.

The script sends strings and lists of strings per block and action; here they become what the element holds. An empty
required field is found here, as Slack's client finds it before anything is sent to the app.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Values = dict[str, dict[str, Any]]
REQUIRED = "Please complete this required field."
_FIELDS: dict[str, tuple[re.Pattern[str], str]] = {
    "email_text_input": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Enter a valid email address."),
    "url_text_input": (re.compile(r"https?://\S+"), "Enter a valid URL, with https:// in front."),
    "number_input": (re.compile(r"-?\d+(\.\d+)?"), "Enter a number."),
}


def elements(view: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Every element of a view that holds a value: its block id, itself, and whether it must be filled."""
    for block in view.get("blocks") or []:
        block_id = str(block.get("block_id", ""))
        if block.get("type") == "input":
            yield block_id, block["element"], not block.get("optional", False)
        for element in [*block.get("elements", []), block.get("accessory")]:
            if isinstance(element, dict) and element.get("action_id"):
                yield block_id, element, False


def typed(raw: Mapping[str, Mapping[str, Any]], view: Mapping[str, Any], zone: ZoneInfo) -> Values:
    """The raw values by block and action, each as its element holds it; fields that the view has not are left out."""
    out: Values = {}
    for block_id, element, _ in elements(view):
        action_id = element.get("action_id", "")
        if action_id in raw.get(block_id, {}):
            out.setdefault(block_id, {})[action_id] = value_of(element["type"], raw[block_id][action_id], zone)
    return out


def value_of(kind: str, raw: Any, zone: ZoneInfo) -> Any:
    """One raw value as the element of this type holds it: moments in seconds, nothing chosen as None."""
    if kind == "datetimepicker":
        return int(datetime.fromisoformat(raw).replace(tzinfo=zone).timestamp()) if raw else None
    if kind == "file_input":
        return raw if isinstance(raw, list) else None  # ids of uploaded files; a bare file name is no file
    if isinstance(raw, str):
        return raw or None
    return raw


def problems(view: Mapping[str, Any], values: Values) -> dict[str, str]:
    """What Slack's own client refuses to send: sentences by block id."""
    found: dict[str, str] = {}
    for block_id, element, required in elements(view):
        value = values.get(block_id, {}).get(element.get("action_id", ""))
        if value in (None, "", []):
            if required:
                found[block_id] = REQUIRED
        elif sentence := _refused(element, value):
            found[block_id] = sentence
    return found


def _refused(element: Mapping[str, Any], value: Any) -> str:
    """Why Slack's client refuses a filled field, or nothing."""
    pattern, sentence = _FIELDS.get(element["type"], (None, ""))
    if pattern and not pattern.fullmatch(str(value)):
        return sentence
    shortest = element.get("min_length")
    if shortest and len(str(value)) < shortest:
        return f"Please use at least {shortest} characters."
    return ""
