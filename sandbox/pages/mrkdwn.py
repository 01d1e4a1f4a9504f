"""Slack's mrkdwn as HTML, after https://docs.slack.dev/messaging/formatting-message-text.

Tokens (`<…>`), code and bare addresses are cut out first and drawn on their own; what is left is escaped and only then
given bold, italic and strike. So nothing that a person wrote can become markup of the page.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from sandbox.pages.dates import date_token
from sandbox.pages.emoji import with_emoji
from sandbox.pages.html import tag
from sandbox.pages.reader import Reader

_OPEN, _CLOSE = "\ue000", "\ue001"
_PIECES = re.compile(
    r"```(?P<pre>.+?)```|`(?P<code>[^`\n]+)`|<(?P<token>[^<>\n]+)>|(?P<url>https?://[^\s<>|]+)", re.DOTALL
)
_HELD = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_STYLES = tuple(
    (re.compile(rf"(?<![\w{mark}]){mark}(?=\S)([^{mark}\n]+?)(?<=\S){mark}(?![\w{mark}])"), rf"<{name}>\1</{name}>")
    for mark, name in (("\\*", "b"), ("_", "i"), ("~", "s"))
)
_SCHEMES = frozenset({"http", "https", "mailto", "tel", "slack"})
_BROADCASTS = frozenset({"here", "channel", "everyone"})
_PERMALINK = re.compile(r"^https://[\w-]+\.slack\.com/(?P<path>archives/\w+/p\d+.*)$")
_APP_HOME = ("slack://app?", "https://slack.com/app_redirect?")


def mrkdwn(text: str, reader: Reader) -> Markup:
    """The text as HTML for this reader: dates in their zone, people and channels by name."""
    held: list[Markup] = []

    def hold(piece: Markup) -> str:
        held.append(piece)
        return f"{_OPEN}{len(held) - 1}{_CLOSE}"

    plain = _PIECES.sub(lambda found: hold(_piece(found, reader)), text.replace(_OPEN, "").replace(_CLOSE, ""))
    body = _lines(_styled(plain))
    return Markup(_HELD.sub(lambda found: str(held[int(found[1])]), body))


def plain(text: str) -> Markup:
    """A plain_text object: literal, but for emoji and line breaks."""
    return Markup("<br>").join(escape(line) for line in with_emoji(text).split("\n"))


def unescaped(text: str) -> str:
    """The text behind Slack's three escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def link(url: str, label: str, reader: Reader) -> Markup:
    """A link when its scheme is harmless, else the bare label. Links into Slack stay inside the sandbox."""
    if urlsplit(url).scheme not in _SCHEMES:
        return escape(label)
    here = local(url, reader)
    outside = {} if here.startswith(reader.home + "/") else {"target": "_blank", "rel": "noopener noreferrer"}
    return tag("a", {"href": here, **outside}, label)


def local(url: str, reader: Reader) -> str:
    """The sandbox's own address for a link into Slack (a permalink, the app's Home); any other comes back as it is."""
    if found := _PERMALINK.match(url):
        return f"{reader.home}/{found['path']}"
    if url.startswith(_APP_HOME):
        return f"{reader.home}/?c=home"
    return url


def _styled(text: str) -> str:
    out = str(escape(with_emoji(unescaped(text))))
    for pattern, shape in _STYLES:
        out = pattern.sub(shape, out)
    return out


def _lines(text: str) -> str:
    out: list[str] = []
    for line in text.split("\n"):
        if line.startswith("&gt;"):
            out.append(f"<blockquote>{line[4:].strip()}</blockquote>")
        else:
            out.append(line)
    return "<br>".join(out).replace("</blockquote><br>", "</blockquote>").replace("<br><blockquote>", "<blockquote>")


def _piece(found: re.Match[str], reader: Reader) -> Markup:
    if found["pre"] is not None:
        return tag("pre", None, unescaped(found["pre"]).strip("\n"))
    if found["code"] is not None:
        return tag("code", None, unescaped(found["code"]))
    if found["url"] is not None:
        address = unescaped(found["url"])
        return link(address, address, reader)
    return _token(found["token"], reader)


def _token(token: str, reader: Reader) -> Markup:
    body, bar, label = token.partition("|")
    draw: Callable[[str, str, Reader], Markup] = _TOKENS.get(body[:1], _address)
    return draw(body, unescaped(label) if bar else "", reader)


def _person(body: str, label: str, reader: Reader) -> Markup:
    user = body[1:]
    name = reader.people.get(user) or label or "unknown person"
    mine = " me" if user == reader.user else ""
    return tag("span", {"class": f"mention{mine}", "data-user": user}, f"@{name}")


def _channel(body: str, label: str, reader: Reader) -> Markup:
    channel = body[1:]
    name = reader.channels.get(channel)
    if name is None:
        return tag("span", {"class": "mention"}, f"#{label}" if label else "🔒 private channel")
    return tag("a", {"class": "mention", "href": f"{reader.home}/?c={channel}"}, f"#{name}")


def _special(body: str, label: str, reader: Reader) -> Markup:
    kind, *rest = body[1:].split("^")
    if kind == "date" and len(rest) >= 2 and rest[0].isdigit():
        shown = date_token(int(rest[0]), rest[1], reader)
        inner = link(unescaped(rest[2]), shown, reader) if len(rest) > 2 else escape(shown)
        return tag("time", {"title": label or None}, inner)
    if kind in _BROADCASTS:
        return tag("span", {"class": "mention"}, f"@{kind}")
    return tag("span", {"class": "mention"}, label or f"@{kind}")


def _address(body: str, label: str, reader: Reader) -> Markup:
    address = unescaped(body)
    return link(address, with_emoji(label) or address, reader)


_TOKENS: dict[str, Callable[[str, str, Reader], Markup]] = {"@": _person, "#": _channel, "!": _special}
