"""What a person types, as Slack stores it: escaped, with people, channels and links as tokens.

Follows https://docs.slack.dev/messaging/formatting-message-text. `@name` and `#name` are resolved by short, display or
real name; tokens that name somebody who exists are kept as they are.
"""

import re
from typing import Any

from sandbox.slack.workspace import Workspace

TOKEN = re.compile(r"<(@U[A-Z0-9]+|#C[A-Z0-9]+)(?:\|[^>]*)?>")
LINK = re.compile(r"(?<![<|])https?://[^\s<>|]+")


def escape(text: str) -> str:
    """Slack's three escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def written(slack: Workspace, text: str, *, labels: bool) -> str:
    """The text with tokens; `labels` puts the names into them, as slash commands have it."""
    names = _names(slack, labels=labels)
    parts, at = [], 0
    for known in TOKEN.finditer(text):
        parts += [_plain(text[at : known.start()], names), _kept(slack, known[1], labels=labels)]
        at = known.end()
    return "".join([*parts, _plain(text[at:], names)])


def _kept(slack: Workspace, inner: str, *, labels: bool) -> str:
    thing = slack.user(inner[1:]) if inner[0] == "@" else slack.channel(inner[1:])
    return _token(inner[0], thing, labels=labels) if thing else escape(f"<{inner}>")


def _token(sign: str, thing: dict[str, Any], *, labels: bool) -> str:
    label = f"|{thing.get('name', '')}" if labels or sign == "#" else ""
    return f"<{sign}{thing['id']}{label}>"


def _names(slack: Workspace, *, labels: bool) -> dict[str, str]:
    names = {}
    for user in slack.users():
        for name in (user["name"], user["real_name"], user["profile"]["display_name"]):
            names["@" + escape(name).lower()] = _token("@", user, labels=labels)
    for room in slack.channels():
        if room.get("name"):
            names["#" + room["name"]] = _token("#", room, labels=labels)
    return names


def _plain(text: str, names: dict[str, str]) -> str:
    text = LINK.sub(lambda found: f"<{found[0]}>".replace("&amp;", "&"), escape(text))
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w@#])(?:{known})(?![\w-])", re.IGNORECASE)
    return pattern.sub(lambda found: names[found[0].lower()], text) if known else text


def rich_text(text: str) -> dict[str, Any]:
    """The block that a client sends along with a text."""
    elements: list[dict[str, Any]] = []
    for part in re.split(r"(<[^<>]+>)", text):
        inner = part[1:-1].partition("|")[0] if part.startswith("<") else ""
        if inner.startswith("@"):
            elements.append({"type": "user", "user_id": inner[1:]})
        elif inner.startswith("#"):
            elements.append({"type": "channel", "channel_id": inner[1:]})
        elif inner.startswith("http"):
            elements.append({"type": "link", "url": inner})
        elif part:
            plain = part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            elements.append({"type": "text", "text": plain})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
