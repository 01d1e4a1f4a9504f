"""Block Kit's pieces as plain dicts. Built over one of Slack's limits, a piece raises `LimitError`: our own mistake.

Limits: limits.json (https://docs.slack.dev/reference/block-kit). Text arguments of `section` and `context` are mrkdwn,
escaped by the caller; all others are plain_text. Foreign text is cut by `mrkdwn.cut` before it comes here.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from blocks import limits
from blocks.frame import Block
from blocks.limits import LimitError, check_message, check_view

__all__ = [
    "LimitError",
    "actions",
    "button",
    "check_message",
    "check_view",
    "checkboxes",
    "confirm",
    "context",
    "conversations_select",
    "date_input",
    "divider",
    "external_select",
    "file_input",
    "header",
    "home",
    "input_",
    "modal",
    "mrkdwn",
    "multi_select",
    "multi_users_select",
    "option",
    "overflow",
    "plain",
    "radio",
    "section",
    "select",
    "text_input",
    "users_select",
]


def plain(text: str, limit: str = "text") -> Block:
    """A plain_text object; `emoji` is off so that foreign `:x:` stays text."""
    return {"type": "plain_text", "text": limits.text(text, limit), "emoji": False}


def mrkdwn(text: str, limit: str = "text") -> Block:
    """A mrkdwn object; `verbatim` keeps Slack from making links and mentions of its own."""
    return {"type": "mrkdwn", "text": limits.text(text, limit), "verbatim": True}


def header(text: str) -> Block:
    """A header block."""
    return {"type": "header", "text": plain(text, "header")}


def section(
    text: str | None = None, *, fields: Sequence[str] = (), accessory: Block | None = None, block_id: str | None = None
) -> Block:
    """A section with a text, fields, or both."""
    if text is None and not fields:
        raise LimitError("section", "give it a text or fields")
    limits.count("section_fields", fields, least=0)
    shown = [mrkdwn(one, "section_field") for one in fields]
    return {"type": "section"} | _given(
        text=None if text is None else mrkdwn(text),
        fields=shown,
        accessory=accessory,
        block_id=limits.identifier(block_id),
    )


def context(*texts: str) -> Block:
    """A context block of mrkdwn texts."""
    limits.count("context_elements", texts)
    return {"type": "context", "elements": [mrkdwn(one) for one in texts]}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """An actions block; the action ids in it must differ."""
    limits.count("actions_elements", elements)
    limits.unique("actions", (str(element.get("action_id", "")) for element in elements))
    return {"type": "actions", "elements": list(elements)} | _given(block_id=limits.identifier(block_id))


def divider() -> Block:
    """A line between blocks."""
    return {"type": "divider"}


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    url: str | None = None,
    confirm: Block | None = None,
    label: str | None = None,
) -> Block:
    """A button. `style` is primary or danger; `label` is what a screen reader says where the text is not enough."""
    shown = None if label is None else limits.text(label, "button_label")
    return {"type": "button", "text": plain(text, "button_text"), "action_id": limits.identifier(action_id)} | _given(
        value=limits.text(value, "button_value") if value else None,
        style=style,
        url=None if url is None else limits.text(url, "button_url"),
        confirm=confirm,
        accessibility_label=shown,
    )


def option(text: str, value: str, description: str | None = None) -> Block:
    """One option: always plain text, because its words may be foreign."""
    return {"text": plain(text, "option_text"), "value": limits.text(value, "option_value")} | _given(
        description=plain(description, "option_description") if description else None
    )


def overflow(action_id: str, entries: Sequence[tuple[str, str, str | None]]) -> Block:
    """The three dots: (text, value, url or None) each."""
    limits.count("overflow_options", entries)
    options = [option(text, value) | _given(url=url) for text, value, url in entries]
    return {"type": "overflow", "action_id": limits.identifier(action_id), "options": _options("overflow", options)}


def select(
    action_id: str, options: Sequence[Block], *, placeholder: str | None = None, initial: Block | None = None
) -> Block:
    """A static select."""
    return _choice("static_select", action_id, options, placeholder) | _given(initial_option=initial)


def multi_select(
    action_id: str,
    options: Sequence[Block],
    *,
    placeholder: str | None = None,
    initial: Sequence[Block] = (),
    most: int | None = None,
) -> Block:
    """A static select of several."""
    drawn = _choice("multi_static_select", action_id, options, placeholder)
    return drawn | _given(initial_options=list(initial), max_selected_items=most)


def users_select(action_id: str, *, placeholder: str | None = None, initial: str | None = None) -> Block:
    """A select of Slack's people."""
    return {"type": "users_select", "action_id": limits.identifier(action_id)} | _given(
        placeholder=_placeholder(placeholder), initial_user=initial
    )


def multi_users_select(
    action_id: str, *, placeholder: str | None = None, initial: Sequence[str] = (), most: int | None = None
) -> Block:
    """A select of several of Slack's people."""
    return {"type": "multi_users_select", "action_id": limits.identifier(action_id)} | _given(
        placeholder=_placeholder(placeholder), initial_users=list(initial), max_selected_items=most
    )


def conversations_select(action_id: str, *, placeholder: str | None = None, initial: str | None = None) -> Block:
    """A select of channels, private ones included; none that another organisation shares."""
    only = {"include": ["private", "public"], "exclude_external_shared_channels": True, "exclude_bot_users": True}
    return {"type": "conversations_select", "action_id": limits.identifier(action_id), "filter": only} | _given(
        placeholder=_placeholder(placeholder), initial_conversation=initial
    )


def external_select(
    action_id: str, *, placeholder: str | None = None, initial: Block | None = None, min_query: int | None = None
) -> Block:
    """A select whose options Slack asks us for."""
    return {"type": "external_select", "action_id": limits.identifier(action_id)} | _given(
        placeholder=_placeholder(placeholder), initial_option=initial, min_query_length=min_query
    )


def checkboxes(action_id: str, options: Sequence[Block], *, initial: Sequence[Block] = ()) -> Block:
    """Checkboxes; `initial` are those that are ticked, drawn as in `options`."""
    limits.count("choice_options", options)
    return {
        "type": "checkboxes",
        "action_id": limits.identifier(action_id),
        "options": _options("checkboxes", options),
    } | _given(initial_options=list(initial))


def radio(action_id: str, options: Sequence[Block], *, initial: Block | None = None) -> Block:
    """Radio buttons."""
    limits.count("choice_options", options)
    return {
        "type": "radio_buttons",
        "action_id": limits.identifier(action_id),
        "options": _options("radio_buttons", options),
    } | _given(initial_option=initial)


def text_input(
    action_id: str,
    *,
    multiline: bool = False,
    initial: str | None = None,
    placeholder: str | None = None,
    max_length: int | None = None,
    min_length: int | None = None,
) -> Block:
    """A text input; it stands only in an input block."""
    if max_length is not None and not 1 <= max_length <= limits.LIMITS["input_length"]:
        raise LimitError("text_input", f"max_length is 1 to {limits.LIMITS['input_length']}")
    return {"type": "plain_text_input", "action_id": limits.identifier(action_id), "multiline": multiline} | _given(
        initial_value=initial,
        placeholder=_placeholder(placeholder),
        max_length=max_length,
        min_length=min_length,
    )


def file_input(action_id: str, *, filetypes: Sequence[str], most: int = 1) -> Block:
    """A chooser of files with these endings, in a modal; Slack keeps what is chosen before the form is sent."""
    limits.count("file_input_files", range(most))
    chosen = {"filetypes": list(filetypes), "max_files": most}
    return {"type": "file_input", "action_id": limits.identifier(action_id)} | chosen


def date_input(action_id: str, *, initial: date | None = None, placeholder: str | None = None) -> Block:
    """A date picker."""
    return {"type": "datepicker", "action_id": limits.identifier(action_id)} | _given(
        initial_date=initial.isoformat() if initial else None, placeholder=_placeholder(placeholder)
    )


def input_(
    label: str,
    element: Block,
    *,
    block_id: str,
    hint: str | None = None,
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """An input block. `dispatch` sends a click at each change of the element."""
    return {
        "type": "input",
        "block_id": limits.identifier(block_id),
        "label": plain(label, "input_label"),
        "element": element,
        "optional": optional,
        "dispatch_action": dispatch,
    } | _given(hint=plain(hint, "input_hint") if hint else None)


def confirm(title: str, text: str, *, yes: str, no: str = "Not now", style: str | None = None) -> Block:
    """The question before a deed that can't be undone."""
    return {
        "title": plain(title, "confirm_title"),
        "text": plain(text, "confirm_text"),
        "confirm": plain(yes, "confirm_button"),
        "deny": plain(no, "confirm_button"),
    } | _given(style=style)


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    submit: str | None = None,
    close: str = "Cancel",
    metadata: str = "",
    notify_on_close: bool = False,
) -> Block:
    """A modal, checked whole."""
    view = {
        "type": "modal",
        "title": plain(title, "modal_title"),
        "close": plain(close, "modal_title"),
        "callback_id": limits.identifier(callback_id),
        "blocks": list(blocks),
        "private_metadata": metadata,
        "notify_on_close": notify_on_close,
    } | _given(submit=plain(submit, "modal_title") if submit else None)
    check_view(view)
    return view


def home(blocks: Sequence[Block], metadata: str = "") -> Block:
    """A Home view, checked whole."""
    view = {"type": "home", "blocks": list(blocks), "private_metadata": metadata}
    check_view(view)
    return view


def _placeholder(text: str | None) -> Block | None:
    return plain(text, "placeholder") if text else None


def _choice(kind: str, action_id: str, options: Sequence[Block], placeholder: str | None) -> Block:
    limits.count("select_options", options)
    drawn = {"type": kind, "action_id": limits.identifier(action_id), "options": _options(kind, options)}
    return drawn | _given(placeholder=_placeholder(placeholder))


def _options(kind: str, options: Sequence[Block]) -> list[Block]:
    limits.unique(kind, (str(one["value"]) for one in options))
    return list(options)


def _given(**fields: Any) -> Block:
    return {key: value for key, value in fields.items() if value is not None and value != []}
