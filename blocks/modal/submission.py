"""What a modal carries and what it brings back: its ids, and its fields, read without ever failing on odd state.

Slack keys `view.state.values` by block id, then by action id (docs.slack.dev/reference/interaction-payloads/
view-interactions-payload). Every input block of ours holds one element, so a field is named by its block id alone.
Nothing here decides whether a value is right, except that a day must lie after the day which the view names.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from blocks import mrkdwn

View = Mapping[str, Any]


@dataclass(frozen=True)
class Origin:
    """The ids in `private_metadata`: the record (0 = not known yet), the caller's nonce, where it was opened, the rest.

    `response_url` is set where the answer can only go there (https://docs.slack.dev/interactivity/).
    """

    handover_id: int = 0
    nonce: str = ""
    channel: str = ""
    thread_ts: str = ""
    response_url: str = ""
    rest: Mapping[str, str] = field(default_factory=dict)


_KEYS = {"c": "channel", "t": "thread_ts", "r": "response_url"}


def metadata(handover_id: int, nonce: str, **ids: str) -> str:
    """The `private_metadata` of a modal: ids and dates, never words. Empty ids are left out."""
    return json.dumps({"h": handover_id, "n": nonce} | {key: value for key, value in ids.items() if value})


def origin(view: View) -> Origin:
    """The ids that a view carries; an empty Origin when there is nothing to be read."""
    try:
        raw = json.loads(view.get("private_metadata") or "{}")
    except (ValueError, TypeError):
        raw = {}
    found: dict[str, Any] = raw if isinstance(raw, dict) else {}
    number = found.get("h")
    rest = {key: str(value) for key, value in found.items() if key not in {"h", "n", *_KEYS}}
    return Origin(
        handover_id=number if isinstance(number, int) else 0,
        nonce=str(found.get("n", "")),
        rest=rest,
        **{name: str(found.get(key, "")) for key, name in _KEYS.items()},
    )


def placed(view: dict[str, Any], *, channel: str, thread_ts: str = "", response_url: str = "") -> dict[str, Any]:
    """The same view, remembering where it was opened, so that the answer is whispered there."""
    carried = json.loads(view.get("private_metadata") or "{}")
    place = {"c": channel, "t": thread_ts, "r": response_url}
    return view | {"private_metadata": json.dumps(carried | {key: value for key, value in place.items() if value})}


def carried(new: dict[str, Any], *, from_view: View) -> dict[str, Any]:
    """A redrawn view with the ids of the one it replaces: same nonce, same place."""
    return new | {"private_metadata": str(from_view.get("private_metadata") or new.get("private_metadata", ""))}


def block_of(view: View, block_id: str) -> Mapping[str, Any]:
    """The block as Slack stored it (the payload returns the view's blocks), or an empty one."""
    blocks = view.get("blocks")
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, dict) and block.get("block_id") == block_id:
            return block
    return {}


def preset(view: View, block_id: str) -> tuple[str, str]:
    """Value and text of the option with which a select was drawn, or two empty texts."""
    element = block_of(view, block_id).get("element")
    option = element.get("initial_option") if isinstance(element, dict) else None
    return _value_of(option), _text_of(option)


def blocks_with(view: View, prefix: str) -> list[str]:
    """What follows the prefix in each block id that has it, in the view's order."""
    blocks = view.get("blocks")
    ids = [str(b.get("block_id", "")) for b in blocks if isinstance(b, dict)] if isinstance(blocks, list) else []
    return [block_id.removeprefix(prefix) for block_id in ids if block_id.startswith(prefix)]


def values(view: View) -> Mapping[str, Any]:
    """`state.values`, or nothing."""
    state = view.get("state")
    found = state.get("values") if isinstance(state, dict) else None
    return found if isinstance(found, dict) else {}


def text(view: View, block_id: str) -> str:
    """What was typed: stripped, without NUL. A required input of Slack takes blanks, so callers check for ''."""
    value = _element(view, block_id).get("value")
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def choice(view: View, block_id: str) -> str:
    """The value of the chosen option of a select or of radio buttons, or ''."""
    return _value_of(_element(view, block_id).get("selected_option"))


def choice_words(view: View, block_id: str) -> str:
    """The text of the chosen option, or ''."""
    return _text_of(_element(view, block_id).get("selected_option"))


def choices(view: View, block_id: str) -> list[tuple[str, str]]:
    """Value and text of each chosen option of checkboxes or of a multi-select."""
    options = _element(view, block_id).get("selected_options")
    return [(_value_of(o), _text_of(o)) for o in options if _value_of(o)] if isinstance(options, list) else []


def user(view: View, block_id: str) -> str:
    """The Slack id of the chosen person, or ''."""
    value = _element(view, block_id).get("selected_user")
    return value if isinstance(value, str) else ""


def users(view: View, block_id: str) -> tuple[str, ...]:
    """The Slack ids of the chosen people."""
    value = _element(view, block_id).get("selected_users")
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def channel(view: View, block_id: str) -> str:
    """The id of the chosen channel, or ''."""
    value = _element(view, block_id).get("selected_conversation")
    return value if isinstance(value, str) else ""


def files(view: View, block_id: str) -> list[Mapping[str, Any]]:
    """The chosen files as Slack describes them (docs.slack.dev/reference/objects/file-object)."""
    value = _element(view, block_id).get("files")
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def day(view: View, block_id: str) -> date | None:
    """The picked calendar date, or None."""
    value = _element(view, block_id).get("selected_date")
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def early(view: View, picked: date | None) -> str:
    """The sentence for a day that does not lie after the view's day (key "d" of its ids), or ''."""
    try:
        floor = date.fromisoformat(origin(view).rest.get("d", ""))
    except ValueError:
        return ""
    if picked is None or picked > floor:
        return ""
    return f"Pick a date after {mrkdwn.short_day(floor)} {floor.year}."


def is_link(words: str) -> bool:
    """Whether it is a web address that people can open."""
    return bool(mrkdwn.address(words)) and not any(sign.isspace() for sign in words)


def _element(view: View, block_id: str) -> Mapping[str, Any]:
    block = values(view).get(block_id)
    elements = list(block.values()) if isinstance(block, dict) else []
    return elements[0] if elements and isinstance(elements[0], dict) else {}


def _value_of(option: object) -> str:
    value = option.get("value") if isinstance(option, dict) else None
    return value if isinstance(value, str) else ""


def _text_of(option: object) -> str:
    shown = option.get("text") if isinstance(option, dict) else None
    words = shown.get("text") if isinstance(shown, dict) else None
    return words if isinstance(words, str) else ""
