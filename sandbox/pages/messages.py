"""Messages as the page draws them: author, time, body, thread summary, reactions; nothing that Slack would hide."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from sandbox.pages.dates import clock_time, day
from sandbox.pages.elements import undrawn
from sandbox.pages.emoji import EMOJI
from sandbox.pages.html import join, tag
from sandbox.pages.mrkdwn import mrkdwn
from sandbox.pages.reader import Reader
from sandbox.pages.render import blocks_html
from sandbox.pages.surface import Surface, Values

Message = dict[str, Any]

# A workspace's own lines ("set the topic", "joined"); they are drawn small, without author.
SYSTEM = frozenset(
    {
        "channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive",
        "channel_unarchive", "group_join", "group_leave", "group_topic", "group_purpose", "group_name",
        "group_archive", "group_unarchive", "pinned_item", "bot_add",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One message, ready to be drawn."""

    ts: str
    author: str
    initials: str
    colour: int
    app: bool
    time: str
    day: str
    body: Markup
    edited: bool = False
    system: bool = False
    pinned: bool = False
    broadcast: bool = False
    replies: int = 0
    last_reply: str = ""
    reactions: tuple[tuple[str, int, bool], ...] = ()
    files: tuple[tuple[str, str], ...] = ()  # id and title
    ephemeral: str = ""
    key: str = field(default="")


def shown(
    message: Message,
    reader: Reader,
    state: Values | None = None,
    *,
    pinned: frozenset[str] = frozenset(),
    replies: int = 0,
) -> Shown:
    """A message for this reader. `state` is what they ticked and picked in it, as their client keeps it."""
    author = author_of(message, reader)
    seconds = float(message["ts"])
    return Shown(
        ts=message["ts"],
        key=f"m-{message['ts']}",
        author=author,
        initials=initials(author),
        colour=sum(map(ord, author)) % 8,
        app=bool(message.get("bot_id")),
        time=clock_time(seconds, reader),
        day=day(seconds, reader),
        body=body_html(message, reader, state),
        edited="edited" in message,
        system=message.get("subtype") in SYSTEM,
        pinned=message["ts"] in pinned,
        broadcast=message.get("subtype") == "thread_broadcast",
        replies=replies,
        last_reply=_last_reply(message, reader),
        reactions=_reactions(message, reader),
        files=tuple((str(file["id"]), str(file.get("title") or file.get("name"))) for file in message.get("files", [])),
    )


def shown_ephemeral(note: dict[str, Any], reader: Reader) -> Shown:
    """A note that only this reader sees."""
    return Shown(
        ts=str(note["ts"]),
        key=f"e-{note['id']}",
        author="Baton",
        initials="B",
        colour=0,
        app=True,
        time=clock_time(float(note["ts"]), reader),
        day=day(float(note["ts"]), reader),
        body=body_html({**note, "scope": note["id"]}, reader),
        ephemeral=str(note["id"]),
    )


def body_html(message: Message, reader: Reader, state: Values | None = None) -> Markup:
    """The blocks when there are any, else the text; attachments below."""
    surface = Surface(reader, str(message.get("scope") or message["ts"]), state or {})
    blocks = message.get("blocks") or []
    parts = [blocks_html(blocks, surface) if blocks else _text(str(message.get("text") or ""), reader)]
    parts += [_attachment(part, surface) for part in message.get("attachments") or []]
    return join(*parts)


def author_of(message: Message, reader: Reader) -> str:
    """The name above a message: an app's given name wins over its user's."""
    given = message.get("username") or (message.get("bot_profile") or {}).get("name")
    return str(given or reader.people.get(str(message.get("user", ""))) or "Someone who left")


def initials(name: str) -> str:
    """At most two letters for the picture beside a message."""
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


def words(message: Message) -> str:
    """All that one can read in a message: its text and every text in its blocks, in order."""
    return "\n".join([str(message.get("text") or ""), *_texts(message.get("blocks") or [])])


def _texts(part: Any) -> Iterable[str]:
    if isinstance(part, list):
        for one in part:
            yield from _texts(one)
    elif isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            yield from _texts(value)


def _text(text: str, reader: Reader) -> Markup:
    return tag("div", {"class": "text"}, mrkdwn(text, reader))


def _attachment(part: dict[str, Any], surface: Surface) -> Markup:
    text = part.get("text") or part.get("fallback") or ""
    inner = blocks_html(part["blocks"], surface) if part.get("blocks") else _text(str(text), surface.reader)
    return tag("div", {"class": "attachment"}, inner) if text or part.get("blocks") else undrawn("attachment")


def _last_reply(message: Message, reader: Reader) -> str:
    latest = message.get("latest_reply")
    return f"{day(float(latest), reader)} at {clock_time(float(latest), reader)}" if latest else ""


def _reactions(message: Message, reader: Reader) -> tuple[tuple[str, int, bool], ...]:
    return tuple(
        (EMOJI.get(one["name"], f":{one['name']}:"), len(one.get("users", [])), reader.user in one.get("users", []))
        for one in message.get("reactions") or []
    )
