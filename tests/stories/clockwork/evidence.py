"""What the oracle is given: Slack's log of new messages, what became of each handover, and the script of the month."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.stories.clockwork.company import BY_ID
from tests.stories.clockwork.people import Deed, named

MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")


@dataclass(frozen=True)
class Span:
    """From one moment to the other."""

    kind: str
    start: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """Whether the moment lies in it; the end does not."""
        return self.start <= moment < self.end

    def meets(self, start: datetime, end: datetime) -> bool:
        """Whether it shares a moment with that time."""
        return self.start <= end and start < self.end


@dataclass(frozen=True)
class Post:
    """One new message: when, to whom (`to`: the person of a direct message), what kind, which deals it names."""

    at: datetime
    to: str
    kind: str
    key: str
    text: str
    deals: tuple[int, ...]
    rings: tuple[str, ...]
    actions: tuple[tuple[str, str], ...]
    shown: str


@dataclass(frozen=True)
class Fact:
    """What happened to one handover: since when it was won, scoped, ready to be signed, live, and what stopped it."""

    id: int
    number: int
    office: str
    holders: dict[str, str]
    won_at: datetime
    scoped_at: datetime | None
    ready_at: datetime | None
    live_at: datetime | None
    stops: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class Evidence:
    """Everything about one month."""

    posts: list[Post]
    facts: dict[int, Fact]
    deeds: list[Deed]
    outages: list[Span]
    end: datetime


def post_of(call: dict[str, Any], members: list[str]) -> Post:
    """One line of Slack's log."""
    args = call["args"]
    key = str(((args.get("metadata") or {}).get("event_payload") or {}).get("key", ""))
    people = [BY_ID[one].key for one in members if one in BY_ID]
    blocks = args.get("blocks") or []
    found = [
        (str(element.get("action_id", "")), str(element.get("value", "")))
        for block in blocks
        for element in [*block.get("elements", []), block.get("accessory") or {}]
    ]
    return Post(
        at=datetime.fromtimestamp(call["at"], UTC),
        to=people[0] if len(people) == 1 else "",
        kind=_kind(key),
        key=key.split(":", 2)[-1],
        text=str(args.get("text")),
        deals=tuple(named(args)),
        rings=tuple(BY_ID[one].key for one in dict.fromkeys(MENTION.findall(str(blocks))) if one in BY_ID),
        actions=tuple(found),
        shown=str(blocks),
    )


def _kind(key: str) -> str:
    parts = key.split(":")[2:]
    if not parts:
        return "word"
    if parts[0] == "Direct":
        return parts[2]
    return parts[1] if parts[0].startswith("HO-") else parts[0]
