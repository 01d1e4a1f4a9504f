"""Asana's rich text: well-formed XML in one <body>, few tags, plain line breaks (developers.asana.com, rich text).

It is written by an XML writer, never by joining strings; signs that XML 1.0 forbids are left out.
"""

import re
from xml.etree import ElementTree as ET

_FORBIDDEN = re.compile(r"[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def html_notes(lines: tuple[str, ...], *, bullets: tuple[str, ...] = (), marker: str) -> str:
    """A description: the lines, a list, and the marker alone on the last line (a list ends its line by itself)."""
    body = ET.Element("body")
    words = [_allowed(line) for line in lines]
    if not bullets:
        body.text = "\n".join([*words, _allowed(marker)])
        return _written(body)
    body.text = "\n".join(words)
    points = ET.SubElement(body, "ul")
    for bullet in bullets:
        ET.SubElement(points, "li").text = " ".join(_allowed(bullet).split())
    points.tail = _allowed(marker)
    return _written(body)


def has_marker(notes: object, marker: str) -> bool:
    """Whether a whole line of the plain-text description is the marker."""
    return isinstance(notes, str) and marker in (line.strip() for line in notes.splitlines())


def with_tags(html: str, line: str) -> str:
    """The description with this line put first; unchanged when it stands there, or when it is not XML we can read."""
    try:
        body = ET.fromstring(html)  # noqa: S314 -- Asana's own answer; entities beyond XML's five make it fail
    except ET.ParseError:
        return html
    if line in "".join(body.itertext()).splitlines():
        return html
    body.text = f"{_allowed(line)}\n{body.text or ''}"
    return _written(body)


def _written(body: ET.Element) -> str:
    return ET.tostring(body, encoding="unicode", short_empty_elements=False)


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
