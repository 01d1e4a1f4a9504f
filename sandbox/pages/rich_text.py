"""The rich_text block as HTML, after https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from sandbox.pages.dates import date_token
from sandbox.pages.emoji import EMOJI
from sandbox.pages.html import join, tag
from sandbox.pages.mrkdwn import link, mrkdwn
from sandbox.pages.reader import Reader

_STYLE_TAGS = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}


def rich_text(block: dict[str, Any], reader: Reader) -> Markup:
    """All elements of the block in order; an element type that is not known is named, never dropped."""
    return join(*(_part(part, reader) for part in block.get("elements", [])))


def _part(part: dict[str, Any], reader: Reader) -> Markup:
    kind = part.get("type")
    if kind == "rich_text_list":
        items = (tag("li", None, _inline(item, reader)) for item in part.get("elements", []))
        indent = min(int(part.get("indent", 0)), 8)
        return tag("ol" if part.get("style") == "ordered" else "ul", {"class": f"indent-{indent}"}, *items)
    wrapper = {"rich_text_preformatted": "pre", "rich_text_quote": "blockquote"}.get(str(kind), "p")
    return tag(wrapper, None, _inline(part, reader))


def _inline(section: dict[str, Any], reader: Reader) -> Markup:
    return join(*(_leaf(leaf, reader) for leaf in section.get("elements", [])))


def _leaf(leaf: dict[str, Any], reader: Reader) -> Markup:
    draw = _LEAVES.get(str(leaf.get("type")))
    if draw is None:
        return tag("span", {"class": "undrawn"}, f"this sandbox does not draw {leaf.get('type')} yet")
    out = draw(leaf, reader)
    for style, name in _STYLE_TAGS.items():
        if leaf.get("style", {}).get(style):
            out = tag(name, None, out)
    return out


def _text(leaf: dict[str, Any], _: Reader) -> Markup:
    return Markup("<br>").join(escape(line) for line in str(leaf.get("text", "")).split("\n"))


def _link(leaf: dict[str, Any], reader: Reader) -> Markup:
    url = str(leaf.get("url", ""))
    return link(url, str(leaf.get("text") or url), reader)


def _date(leaf: dict[str, Any], reader: Reader) -> Markup:
    return escape(date_token(int(leaf.get("timestamp", 0)), str(leaf.get("format", "{date}")), reader))


_LEAVES: dict[str, Callable[[dict[str, Any], Reader], Markup]] = {
    "text": _text,
    "link": _link,
    "date": _date,
    "user": lambda leaf, reader: mrkdwn(f"<@{leaf.get('user_id', '')}>", reader),
    "channel": lambda leaf, reader: mrkdwn(f"<#{leaf.get('channel_id', '')}>", reader),
    "usergroup": lambda leaf, _: tag("span", {"class": "mention"}, f"@{leaf.get('usergroup_id', '')}"),
    "broadcast": lambda leaf, _: tag("span", {"class": "mention"}, f"@{leaf.get('range', '')}"),
    "emoji": lambda leaf, _: escape(EMOJI.get(str(leaf.get("name")), f":{leaf.get('name')}:")),
}
