"""What a person reads in a message or view, and whether Slack would take it."""

import re
from collections.abc import Iterator
from typing import Any

from blocks.frame import Message
from sandbox.slack.checks.payloads import refuse_blocks, view_problems

MENTION = re.compile(r"<@(\w+)>")
TOKEN = re.compile(r"<([^>]*)>")


def texts(found: Any, kind: str = "") -> Iterator[str]:
    """Each text object's words, of one type or of all."""
    if isinstance(found, dict):
        if isinstance(found.get("text"), str) and kind in ("", found.get("type")):
            yield found["text"]
        for value in found.values():
            yield from texts(value, kind)
    elif isinstance(found, list):
        for value in found:
            yield from texts(value, kind)


def words(found: Message | dict[str, Any]) -> str:
    """All words that stand on screen."""
    return "\n".join(texts(found.blocks if isinstance(found, Message) else found["blocks"]))


def buttons(found: Message | dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every button by its text; two of one text are a mistake of the test's reader, so the first one counts."""
    drawn: dict[str, dict[str, Any]] = {}
    for element in elements(found):
        if element.get("type") == "button":
            drawn.setdefault(element["text"]["text"], element)
    return drawn


def elements(found: Message | dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every interactive element."""
    for block in found.blocks if isinstance(found, Message) else found["blocks"]:
        yield from block.get("elements", []) if block["type"] == "actions" else []
        if "accessory" in block:
            yield block["accessory"]


def mentions(found: Message) -> list[str]:
    """Whom the message rings."""
    return MENTION.findall(words(found)) + MENTION.findall(found.text)


def accepted(found: Message | dict[str, Any]) -> None:
    """Asks the stand-in of Slack, which knows Slack's limits from its own table."""
    if isinstance(found, Message):
        assert found.text.strip()
        refuse_blocks(found.blocks)
    else:
        assert view_problems(found, found["type"]) == []


def harmless(found: Message | dict[str, Any], *, rung: tuple[str, ...] = ()) -> None:
    """No broadcast, no foreign mention, no foreign link label, no hidden sign, in any text of it."""
    shown = list(texts(found.blocks if isinstance(found, Message) else found["blocks"], "mrkdwn"))
    for text in [*shown, *([found.text] if isinstance(found, Message) else [])]:
        assert not set(text) & {"\x00", "\u202e", "\u2066"}
        for token in TOKEN.findall(text):
            if token.startswith("@"):
                assert token[1:] in rung, token
            elif token.startswith("!"):
                assert token.startswith("!date^"), token
            else:
                assert token.startswith(("https://", "http://")), token
