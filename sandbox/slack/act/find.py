"""Finds interactive elements in blocks, and the state that a client shows before anybody touched it.

State values have the shapes of https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.checks.elements import STATELESS
from sandbox.slack.refusal import NotThere

Block = dict[str, Any]
Element = dict[str, Any]
Values = dict[str, dict[str, Any]]

EMPTY: dict[str, tuple[str, str, Any]] = {
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "users_select": ("selected_user", "initial_user", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "file_input": ("files", "", []),
}
"""By element type: the state's field, the element's initial field, and what stands for nothing chosen."""


def elements(blocks: list[Block]) -> Iterator[tuple[Block, Element]]:
    """Each interactive element with its block, in reading order."""
    for block in blocks:
        for key in ("accessory", "element"):
            if isinstance(block.get(key), dict) and block[key].get("type") != "image":
                yield block, block[key]
        if block.get("type") == "actions":
            for element in block["elements"]:
                yield block, element


def find(
    blocks: list[Block], action_id: str, block_id: str | None = None, value: str | None = None
) -> tuple[Block, Element]:
    """The element with this action_id, narrowed by block_id and a button's value. NotThere when there is none."""
    for block, element in elements(blocks):
        if element.get("action_id") != action_id or block_id not in (None, block.get("block_id")):
            continue
        if value is None or element.get("type") != "button" or element.get("value") == value:
            return block, element
    there = ", ".join(sorted({str(element.get("action_id")) for _, element in elements(blocks)})) or "nothing"
    raise NotThere(f"no element {action_id!r} (block {block_id}, value {value}) on the screen; there is: {there}")


def field(element: Element) -> tuple[str, str, Any]:
    """The state's field of an element, its initial field, and the value for nothing; typed text by default."""
    return EMPTY.get(element["type"], ("value", "initial_value", None))


def untouched(element: Element) -> dict[str, Any]:
    """The state of an element that nobody touched."""
    name, initial, nothing = field(element)
    return {"type": element["type"], name: element.get(initial, nothing)}


def state_of(blocks: list[Block], kept: Values | None = None) -> Values:
    """The state of blocks: what was kept under the same block_id and action_id, the initial value elsewhere."""
    values: Values = {}
    for block, element in elements(blocks):
        if element["type"] in STATELESS:
            continue
        block_id, action_id = block.get("block_id", ""), element.get("action_id", "")
        old = (kept or {}).get(block_id, {}).get(action_id)
        same = old is not None and old.get("type") == element["type"]
        values.setdefault(block_id, {})[action_id] = old if same else untouched(element)
    return values
