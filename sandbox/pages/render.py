"""Block Kit's blocks as HTML, after https://docs.slack.dev/reference/block-kit/blocks.

A block that the sandbox cannot draw is a visible box with its type, so that nobody takes silence for a picture.
"""

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from sandbox.pages.elements import element_html, image, text_object, undrawn
from sandbox.pages.html import join, tag
from sandbox.pages.markdown import markdown
from sandbox.pages.mrkdwn import plain
from sandbox.pages.rich_text import rich_text
from sandbox.pages.surface import Surface

Block = dict[str, Any]


def blocks_html(blocks: Sequence[Block], surface: Surface) -> Markup:
    """All blocks in order."""
    return join(*(_block(block, surface) for block in blocks))


def _block(block: Block, surface: Surface) -> Markup:
    draw = _DRAW.get(str(block.get("type")))
    if draw is None:
        return undrawn(str(block.get("type")))
    return tag(
        "div",
        {"class": f"block b-{block['type']}", "data-block-id": block.get("block_id", "")},
        draw(block, surface),
    )


def _section(block: Block, surface: Surface) -> Markup:
    parts: list[Markup] = []
    if block.get("text"):
        parts.append(tag("div", {"class": "text"}, text_object(block["text"], surface)))
    if block.get("fields"):
        cells = (tag("div", {"class": "field"}, text_object(cell, surface)) for cell in block["fields"])
        parts.append(tag("div", {"class": "fields"}, *cells))
    body = tag("div", {"class": "section-body"}, *parts)
    if not block.get("accessory"):
        return body
    accessory = element_html(block["accessory"], block.get("block_id", ""), surface, live=True)
    return join(body, tag("div", {"class": "accessory"}, accessory))


def _header(block: Block, _: Surface) -> Markup:
    return tag("h3", None, plain(block["text"]["text"]))


def _context(block: Block, surface: Surface) -> Markup:
    return join(
        *(
            image(part) if part.get("type") == "image" else tag("span", None, text_object(part, surface))
            for part in block.get("elements", [])
        )
    )


def _actions(block: Block, surface: Surface) -> Markup:
    return join(*(element_html(part, block.get("block_id", ""), surface, live=True) for part in block["elements"]))


def _image(block: Block, _: Surface) -> Markup:
    title = tag("p", {"class": "image-title"}, plain(block["title"]["text"])) if block.get("title") else Markup()
    return join(title, image(block))


def _input(block: Block, surface: Surface) -> Markup:
    element, block_id = block["element"], block.get("block_id", "")
    label: list[Markup | str] = [plain(block["label"]["text"])]
    if block.get("optional"):
        label.append(tag("span", {"class": "optional"}, " (optional)"))
    hint = tag("p", {"class": "hint"}, plain(block["hint"]["text"])) if block.get("hint") else Markup()
    return tag(
        "fieldset",
        {"data-input": block_id, "data-required": not block.get("optional")},
        tag("legend", None, *label),
        element_html(element, block_id, surface, live=bool(block.get("dispatch_action"))),
        tag("p", {"class": "field-error", "role": "alert", "hidden": True}),
        hint,
    )


def _table(block: Block, surface: Surface) -> Markup:
    settings = block.get("column_settings") or []
    rows = [
        tag(
            "tr",
            None,
            *(_cell(cell, settings[at : at + 1], "td" if number else "th", surface) for at, cell in enumerate(row)),
        )
        for number, row in enumerate(block.get("rows", []))
    ]
    return tag("div", {"class": "table-scroll"}, tag("table", None, *rows))


def _cell(cell: Block, settings: Sequence[Block | None], name: str, surface: Surface) -> Markup:
    align = (settings[0] or {}).get("align") if settings else None
    body = rich_text(cell, surface.reader) if cell.get("type") == "rich_text" else plain(str(cell.get("text", "")))
    return tag(name, {"class": f"align-{align}" if align else None}, body)


def _alert(block: Block, surface: Surface) -> Markup:
    return tag("div", {"class": f"alert {block.get('level', 'default')}"}, text_object(block["text"], surface))


_DRAW: dict[str, Callable[[Block, Surface], Markup]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "divider": lambda _, __: tag("hr"),
    "image": _image,
    "input": _input,
    "rich_text": lambda block, surface: rich_text(block, surface.reader),
    "markdown": lambda block, surface: markdown(str(block.get("text", "")), surface.reader),
    "table": _table,
    "alert": _alert,
}
