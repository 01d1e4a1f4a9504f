"""Block Kit's typed inputs as HTML: text, number, address, date, time, file.

After the pages under https://docs.slack.dev/reference/block-kit/block-elements.
"""

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from sandbox.pages.html import Attribute, tag
from sandbox.pages.surface import Surface

Element = Mapping[str, Any]
_FIELD_TYPES = {
    "plain_text_input": "text",
    "number_input": "number",
    "url_text_input": "url",
    "email_text_input": "email",
    "datepicker": "date",
    "timepicker": "time",
}


def text_input(element: Element, block_id: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    """A one-line or many-line text, a number, an address."""
    held = surface.held(element, block_id)
    more = attrs | {
        "name": surface.name(block_id, element),
        "placeholder": (element.get("placeholder") or {}).get("text"),
        "maxlength": element.get("max_length"),
        "minlength": element.get("min_length"),
        "autocomplete": "off",
        "data-trigger": ",".join((element.get("dispatch_action_config") or {}).get("trigger_actions_on", [])) or None,
    }
    if element.get("multiline"):
        return tag("textarea", more | {"rows": 4}, str(held or ""))
    numbers: dict[str, Attribute] = {}
    if element["type"] == "number_input":
        numbers = {
            "min": element.get("min_value"),
            "max": element.get("max_value"),
            "step": "any" if element.get("is_decimal_allowed") else 1,
        }
    return tag("input", more | numbers | {"type": _FIELD_TYPES[element["type"]], "value": _shown(held)})


def rich_input(element: Element, block_id: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    """Rich text is typed as plain text here and sent as one rich_text section."""
    held = surface.held(element, block_id) or {}
    text = "".join(leaf.get("text", "") for part in held.get("elements", []) for leaf in part.get("elements", []))
    return tag("textarea", attrs | {"name": surface.name(block_id, element), "rows": 4}, text)


def picker(element: Element, block_id: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    """A day (`YYYY-MM-DD`) or a time of day (`HH:mm`)."""
    held = surface.held(element, block_id)
    more: dict[str, Attribute] = {
        "type": _FIELD_TYPES[element["type"]],
        "name": surface.name(block_id, element),
        "value": _shown(held),
        "aria-label": (element.get("placeholder") or {}).get("text"),
    }
    return tag("input", attrs | more)


def date_time(element: Element, block_id: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    """A moment, shown and taken in the reader's own zone; Slack holds it in seconds since the epoch."""
    held = surface.held(element, block_id)
    shown = f"{surface.reader.at(held):%Y-%m-%dT%H:%M}" if held else None
    more: dict[str, Attribute] = {"type": "datetime-local", "name": surface.name(block_id, element), "value": shown}
    return tag("input", attrs | more)


def files(element: Element, block_id: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    """Files from this machine; they stay in the sandbox, which has them as soon as they are chosen."""
    endings = ",".join(f".{ending}" for ending in element.get("filetypes", []))
    chooser: dict[str, Attribute] = {
        "type": "file",
        "name": surface.name(block_id, element),
        "accept": endings or None,
        "multiple": element.get("max_files", 10) > 1,
    }
    held = surface.held(element, block_id) or []
    names = (tag("li", {}, str(file.get("name", ""))) for file in held)
    more: dict[str, Attribute] = {"class": "files", "data-files": json.dumps([file.get("id") for file in held])}
    return tag("div", attrs | more, tag("input", chooser), tag("ul", {}, *names))


def _shown(held: Any) -> str | None:
    return None if held is None else str(held)
