"""The markdown block as HTML, after https://docs.slack.dev/reference/block-kit/blocks/markdown-block.

Headings, lists, task lists, quotes, fenced code, bold, italic, strike, code and links; tables and pictures stay text.
"""

import re

from markupsafe import Markup, escape

from sandbox.pages.html import join, tag
from sandbox.pages.mrkdwn import link
from sandbox.pages.reader import Reader

_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\[(?P<label>[^\]]+)\]\((?P<url>[^)\s]+)\)"
    r"|\*\*(?P<b>.+?)\*\*|(?<!\w)[*_](?P<i>[^*_]+)[*_](?!\w)|~~(?P<s>.+?)~~"
)
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+(?:\[(?P<box>[ xX])\]\s+)?(?P<text>.*)")


def markdown(text: str, reader: Reader) -> Markup:
    """The text as HTML; whatever is not understood stays readable as text."""
    chunks = re.split(r"^```.*$", text, flags=re.MULTILINE)
    return join(
        *(
            tag("pre", None, chunk.strip("\n")) if number % 2 else _lines(chunk, reader)
            for number, chunk in enumerate(chunks)
        )
    )


def _lines(text: str, reader: Reader) -> Markup:
    return join(*(_line(line, reader) for line in text.split("\n") if line.strip()))


def _line(line: str, reader: Reader) -> Markup:
    if found := _HEADING.match(line):
        return tag("p", {"class": "md-heading"}, tag("b", None, _inline(found[1], reader)))
    if found := _ITEM.match(line):
        box = {" ": "☐ ", "x": "☑ "}.get((found["box"] or "").lower(), "• ")
        return tag("p", {"class": "md-item"}, box, _inline(found["text"], reader))
    if line.startswith(">"):
        return tag("blockquote", None, _inline(line[1:].strip(), reader))
    return tag("p", None, _inline(line, reader))


def _inline(text: str, reader: Reader) -> Markup:
    out, at = Markup(), 0
    for found in _INLINE.finditer(text):
        out += escape(text[at : found.start()]) + _span(found, reader)
        at = found.end()
    return out + escape(text[at:])


def _span(found: re.Match[str], reader: Reader) -> Markup:
    if found["code"]:
        return tag("code", None, found["code"])
    if found["url"]:
        return link(found["url"], found["label"], reader)
    name = str(found.lastgroup)
    return tag(name, None, _inline(found[name], reader))
