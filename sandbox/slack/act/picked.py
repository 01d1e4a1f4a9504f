"""What a client sends when a person picks or types: the value part of an action and of the state.

Refuses what is not on the screen: an option that the element doesn't have, a date that is none.
"""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from sandbox.slack.act.find import Element, field
from sandbox.slack.refusal import NotThere

Option = dict[str, Any]


def options_of(element: Element) -> list[Option]:
    """The options of an element, those in groups included."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def option(element: Element, value: Any, offered: Iterable[Option] = ()) -> Option:
    """The option with this value, among the element's own and those offered by a search."""
    if isinstance(value, dict):
        return dict(value)
    for known in (*options_of(element), *offered, *element.get("initial_options", [])):
        if known.get("value") == value:
            return dict(known)
    there = ", ".join(str(one.get("value")) for one in options_of(element)) or "nothing"
    raise NotThere(f"no option {value!r} in {element.get('action_id')!r}; there is: {there}")


def picked(element: Element, value: Any, offered: Iterable[Option] = ()) -> dict[str, Any]:
    """The value part for an element, such as `{"selected_user": "U01"}`. None clears what can be cleared."""
    name, _, nothing = field(element)
    kind = element["type"]
    if value is None:
        return {name: nothing}
    if name == "selected_option" or kind == "overflow":
        return {"selected_option": option(element, value, offered)}
    if name == "selected_options":
        return {name: _several(element, value, offered)}
    if kind in ("datepicker", "timepicker"):
        (date if kind == "datepicker" else time).fromisoformat(value)
    if kind == "datetimepicker":
        return {name: int(value)}
    if kind == "rich_text_input":
        return {name: value if isinstance(value, dict) else _paragraph(str(value))}
    if name == "value":
        return {name: str(value) or None}
    return {name: list(value) if isinstance(nothing, list) else value}


def _several(element: Element, values: list[Any], offered: Iterable[Option]) -> list[Option]:
    """The options in the element's own order, as clients send them."""
    chosen = [option(element, value, offered) for value in values]
    order = [known.get("value") for known in options_of(element)]
    return sorted(chosen, key=lambda one: order.index(one["value"]) if one["value"] in order else len(order))


def _paragraph(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
