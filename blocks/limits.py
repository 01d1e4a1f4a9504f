"""Slack's limits and the checks against them: whatever is over one is our own mistake and raises `LimitError`.

The numbers stand in limits.json with their page. Foreign text never gets here uncut: `blocks.mrkdwn` cuts it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blocks.frame import Block, Message

LIMITS: Mapping[str, int] = json.loads((Path(__file__).parent / "limits.json").read_text(encoding="utf-8"))["limits"]


class LimitError(ValueError):
    """A piece is over one of Slack's limits. `path` says where, `words` what to do."""

    def __init__(self, path: str, words: str) -> None:
        super().__init__(f"{path}: {words}")
        self.path = path
        self.words = words


def text(given: str, limit: str) -> str:
    """The text itself when it is not empty and within the limit of that name."""
    if not given or len(given) > LIMITS[limit]:
        raise LimitError(limit, f"{len(given)} characters, 1 to {LIMITS[limit]} allowed")
    return str(given)


def identifier(given: str | None) -> str | None:
    """The action, block or callback id itself; None stays None."""
    if given is not None and not 1 <= len(given) <= LIMITS["id"]:
        raise LimitError("id", f"{len(given)} characters, 1 to {LIMITS['id']} allowed")
    return given


def count(limit: str, found: Sequence[Any], *, least: int = 1) -> None:
    """Raises when there are too few or too many."""
    if not least <= len(found) <= LIMITS[limit]:
        raise LimitError(limit, f"{len(found)} given, {least} to {LIMITS[limit]} allowed")


def unique(where: str, names: Iterable[str]) -> None:
    """Raises when a name stands there twice."""
    seen: set[str] = set()
    for one in names:
        if one in seen:
            raise LimitError(where, f"“{one}” stands there twice")
        seen.add(one)


def check_message(message: Message) -> Message:
    """The message itself when Slack would take it; LimitError when not."""
    if not message.text.strip():
        raise LimitError("text", "a message needs its text for notifications and screen readers")
    if len(message.text) > LIMITS["message_text"]:
        raise LimitError("text", f"{len(message.text)} characters, {LIMITS['message_text']} allowed")
    count("message_blocks", message.blocks, least=0)
    _block_ids(message.blocks)
    size = text_size(message.blocks)
    if size > LIMITS["message_block_text"]:
        raise LimitError("blocks", f"{size} characters of text in all, {LIMITS['message_block_text']} allowed")
    return message


def check_view(view: Block) -> Block:
    """The view itself when Slack would take it; LimitError when not."""
    count("view_blocks", view["blocks"])
    _block_ids(view["blocks"])
    if len(str(view.get("private_metadata", ""))) > LIMITS["private_metadata"]:
        raise LimitError("private_metadata", f"at most {LIMITS['private_metadata']} characters")
    if any(block.get("type") == "input" for block in view["blocks"]) and "submit" not in view:
        raise LimitError("submit", "a view with an input block needs one")
    size = len(json.dumps(view, ensure_ascii=False).encode(errors="replace"))
    if size > LIMITS["view_bytes"]:
        raise LimitError("view", f"{size} bytes, {LIMITS['view_bytes']} allowed")
    return view


def within(blocks: Sequence[Block], room: int) -> list[Block]:
    """The blocks from the start whose texts fit into so many characters: foreign words can be five times as long."""
    kept: list[Block] = []
    for block in blocks:
        room -= text_size(block)
        if room < 0:
            break
        kept.append(block)
    return kept


def text_size(found: Any) -> int:
    """The characters of all text objects in it."""
    if isinstance(found, str):
        return 0
    if isinstance(found, dict):
        own = found.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(map(text_size, found.values()))
    return sum(map(text_size, found)) if isinstance(found, list | tuple) else 0


def _block_ids(blocks: Sequence[Block]) -> None:
    unique("block_id", (str(block["block_id"]) for block in blocks if block.get("block_id")))
