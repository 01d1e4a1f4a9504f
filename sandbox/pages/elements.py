"""Block Kit's interactive elements as HTML, after https://docs.slack.dev/reference/block-kit/block-elements.

Each carries `data-action-id`, `data-block-id` and `data-type`; `data-live` marks those whose change is sent at once
(everything outside input blocks, and inputs with `dispatch_action`). The script reads values by `data-type`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from sandbox.pages.html import Attribute, join, tag
from sandbox.pages.inputs import date_time, files, picker, rich_input, text_input
from sandbox.pages.mrkdwn import local, mrkdwn, plain
from sandbox.pages.surface import MULTIPLE, Surface

Element = Mapping[str, Any]


def element_html(element: Element, block_id: str, surface: Surface, *, live: bool) -> Markup:
    """The element as HTML; a type that is not known becomes a visible box."""
    draw = _KNOWN.get(element["type"]) or _SELECTS.get(element["type"])
    if draw is None:
        return undrawn(element["type"])
    return draw(element, block_id, surface, common(element, block_id, live=live))


def common(element: Element, block_id: str, *, live: bool) -> dict[str, Attribute]:
    """The attributes that every element carries."""
    confirm = element.get("confirm")
    return {
        "data-action-id": element.get("action_id", ""),
        "data-block-id": block_id,
        "data-type": element["type"],
        "data-live": live,
        "data-confirm": json.dumps(confirm, sort_keys=True) if confirm else None,
    }


def undrawn(kind: str) -> Markup:
    """The box that says what is missing instead of hiding it."""
    return tag("div", {"class": "undrawn", "role": "note"}, f"this sandbox does not draw {kind} yet")


def text_object(text: Mapping[str, Any], surface: Surface) -> Markup:
    """A plain_text or mrkdwn object."""
    words = str(text.get("text", ""))
    return mrkdwn(words, surface.reader) if text.get("type") == "mrkdwn" else plain(words)


def _words(text: Mapping[str, Any] | None) -> str:
    return str((text or {}).get("text", ""))


def _button(element: Element, _: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    attrs |= {
        "type": "button",
        "class": f"btn {element.get('style', '')}".strip(),
        "value": element.get("value"),
        "aria-label": element.get("accessibility_label"),
        "data-url": local(element["url"], surface.reader) if element.get("url") else None,
    }
    return tag("button", attrs, plain(_words(element.get("text"))))


def _overflow(element: Element, _: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    items = (
        tag(
            "button",
            {
                "type": "button",
                "role": "menuitem",
                "data-option": option["value"],
                "data-url": local(option["url"], surface.reader) if option.get("url") else None,
            },
            text_object(option["text"], surface),
        )
        for option in element.get("options", [])
    )
    handle = tag("summary", {"class": "btn more", "aria-label": "More actions"}, "⋯")
    return tag("details", attrs | {"class": "overflow"}, handle, tag("div", {"role": "menu", "class": "menu"}, *items))


def _choices(element: Element, block_id: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    held = surface.held(element, block_id)
    chosen = {option["value"] for option in (held if isinstance(held, list) else [held] if held else [])}
    kind = "radio" if element["type"] == "radio_buttons" else "checkbox"
    rows = (
        _choice(option, surface, kind=kind, name=surface.name(block_id, element), chosen=option["value"] in chosen)
        for option in element.get("options", [])
    )
    return tag("div", attrs | {"class": "choices", "role": "radiogroup" if kind == "radio" else "group"}, *rows)


def _choice(option: Mapping[str, Any], surface: Surface, *, kind: str, name: str, chosen: bool) -> Markup:
    box = tag("input", {"type": kind, "name": name, "value": option["value"], "checked": chosen})
    words: list[Markup] = [tag("span", {"class": "choice-text"}, text_object(option["text"], surface))]
    if option.get("description"):
        words.append(tag("span", {"class": "choice-more"}, text_object(option["description"], surface)))
    return tag("label", {"class": "choice"}, box, tag("span", None, *words))


def _select(element: Element, block_id: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    """Any select over choices that are known beforehand, single or multiple."""
    held = surface.held(element, block_id)
    many = element["type"] in MULTIPLE
    values = held if isinstance(held, list) else [held] if held else []
    chosen = {value["value"] if isinstance(value, dict) else value for value in values}
    groups = _groups(element, surface)
    if many:
        return _multi(groups, chosen, surface.name(block_id, element), attrs)
    empty = tag("option", {"value": ""}, _words(element.get("placeholder")) or "Choose…")
    options = [_optgroup(label, choices, chosen) for label, choices in groups]
    return tag("select", attrs | {"name": surface.name(block_id, element)}, empty, *options)


def _optgroup(label: str, choices: list[tuple[str, str]], chosen: set[str]) -> Markup:
    options = join(*(tag("option", {"value": value, "selected": value in chosen}, text) for value, text in choices))
    return tag("optgroup", {"label": label}, options) if label else options


def _multi(
    groups: list[tuple[str, list[tuple[str, str]]]], chosen: set[str], name: str, attrs: dict[str, Attribute]
) -> Markup:
    rows: list[Markup] = []
    for label, choices in groups:
        if label:
            rows.append(tag("p", {"class": "group-label"}, label))
        for value, text in choices:
            box = tag("input", {"type": "checkbox", "name": name, "value": value, "checked": value in chosen})
            rows.append(tag("label", {"class": "choice"}, box, tag("span", None, text)))
    return tag("div", attrs | {"class": "choices multi", "role": "group"}, *rows)


def _groups(element: Element, surface: Surface) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices as (group label, [(value, text)]); people and channels come from the reader."""
    kind = element["type"]
    if "users" in kind:
        return [("", sorted(surface.reader.people.items(), key=lambda pair: pair[1]))]
    if "conversations" in kind or "channels" in kind:
        return [("", sorted((cid, f"#{name}") for cid, name in surface.reader.channels.items()))]
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return [
        (_words(group.get("label")), [(option["value"], _words(option["text"])) for option in group["options"]])
        for group in groups
    ]


def _external(element: Element, block_id: str, surface: Surface, attrs: dict[str, Attribute]) -> Markup:
    """A search field; the script asks for options as one types and keeps the picked ones in `data-picked`."""
    held = surface.held(element, block_id)
    picked = held if isinstance(held, list) else [held] if held else []
    many = element["type"].startswith("multi_")
    field = tag(
        "input",
        {
            "type": "text",
            "role": "combobox",
            "aria-expanded": "false",
            "aria-autocomplete": "list",
            "autocomplete": "off",
            "placeholder": _words(element.get("placeholder")) or "Search…",
            "value": "" if many or not picked else _words(picked[0]["text"]),
            "aria-label": _words(element.get("placeholder")) or "Search",
        },
    )
    chips = tag("span", {"class": "chips"}, *(tag("span", {"class": "chip"}, _words(one["text"])) for one in picked))
    more: dict[str, Attribute] = {
        "class": "external",
        "data-picked": json.dumps([{"value": one["value"], "text": _words(one["text"])} for one in picked]),
        "data-min": element.get("min_query_length", 3),
        "data-many": many,
    }
    return tag("div", attrs | more, chips if many else "", field, tag("ul", {"role": "listbox", "hidden": True}))


def _image(element: Element, _: str, __: Surface, ___: dict[str, Attribute]) -> Markup:
    return image(element)


def image(element: Element) -> Markup:
    """A picture by its address, or its alternative text in a box where Slack holds the file."""
    if not str(element.get("image_url", "")).startswith(("http://", "https://")):
        return tag("span", {"class": "picture"}, f"🖼 {element.get('alt_text', 'picture')}")
    return tag("img", {"src": element["image_url"], "alt": str(element.get("alt_text", "")), "loading": "lazy"})


Draw = Callable[[Element, str, Surface, dict[str, Attribute]], Markup]
_KNOWN: dict[str, Draw] = {
    "button": _button,
    "workflow_button": _button,
    "overflow": _overflow,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "external_select": _external,
    "multi_external_select": _external,
    "image": _image,
    "plain_text_input": text_input,
    "number_input": text_input,
    "url_text_input": text_input,
    "email_text_input": text_input,
    "rich_text_input": rich_input,
    "datepicker": picker,
    "timepicker": picker,
    "datetimepicker": date_time,
    "file_input": files,
}
_SELECTS: dict[str, Draw] = dict.fromkeys(
    (
        "static_select",
        "multi_static_select",
        "users_select",
        "multi_users_select",
        "conversations_select",
        "multi_conversations_select",
        "channels_select",
        "multi_channels_select",
    ),
    _select,
)
