"""Who has read what: one mark per person and channel, kept on the sandbox's shelf.

Unread are messages of others above the mark. A number stands beside a channel only for what rings: a mention, or
anything in a direct message; replies that ring nobody leave a channel quiet, as in Slack.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.pages.messages import words
from sandbox.world import World

KIND = "pages.read"


@dataclass(frozen=True)
class Unread:
    """How a channel stands in the sidebar."""

    bold: bool
    rings: int


def unread(world: World, user: str, channel: dict[str, Any]) -> Unread:
    """What this person has not read in the channel."""
    mark = (world.shelf.get(KIND, f"{user}:{channel['id']}") or {"ts": ""})["ts"]
    fresh = [one for one in world.slack.messages(channel["id"]) if one["ts"] > mark and one.get("user") != user]
    if channel.get("is_im"):
        return Unread(bool(fresh), len(fresh))
    rings = sum(f"<@{user}>" in words(one) or f"<@{user}|" in words(one) for one in fresh)
    top = any(one.get("thread_ts", one["ts"]) == one["ts"] for one in fresh)
    return Unread(top or rings > 0, rings)


def mark_read(world: World, user: str, channel: str) -> None:
    """Everything that stands in the channel now has been seen by this person."""
    messages = world.slack.messages(channel)
    if messages:
        world.shelf.put(KIND, f"{user}:{channel}", {"ts": max(one["ts"] for one in messages)})
