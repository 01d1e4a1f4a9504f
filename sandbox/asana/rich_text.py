"""Rich text: which XML Asana takes in `html_notes` and `html_text`, and what its plain text is.

Page: developers.asana.com/docs/rich-text. There is no `<p>` and no `<br>`; a line break is a newline character.
"""

from html import escape
from xml.parsers import expat

from sandbox.asana.errors import Refusal

EVERYWHERE = frozenset({"body", "strong", "em", "u", "s", "code", "ol", "ul", "li", "a"})
IN_TASKS = EVERYWHERE | {"h1", "h2", "hr", "blockquote", "pre"}
IN_BRIEFS = IN_TASKS | {"table", "tr", "td", "img"}
_HEADINGS = {"h1", "h2"}
_LISTS = {"ul", "ol"}
_LINK_ATTRIBUTES = {"href"}


class _Reader:
    """Walks through one text; the first thing that is not allowed ends it with ValueError."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._open: list[str] = []
        self._parts: list[str] = []

    def read(self, text: str) -> str:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._parts.append
        parser.StartDoctypeDeclHandler = self._doctype
        parser.Parse(text, True)  # noqa: FBT003 (expat takes it by position only)
        return "".join(self._parts).strip()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if (name == "body") != (not self._open):
            raise ValueError("the root element must be <body>, once")
        if name not in self._allowed:
            raise ValueError(f"unsupported tag <{name}>")
        self._nesting(name)
        wrong = sorted(key for key in attributes if not _allowed_attribute(name, key))
        if wrong:
            raise ValueError(f"unsupported attribute {wrong[0]} on <{name}>")
        self._open.append(name)
        if name == "li":
            self._parts.append("\n")

    def _nesting(self, name: str) -> None:
        if "li" in self._open and name in _HEADINGS | {"blockquote"}:
            raise ValueError(f"<{name}> is not allowed inside a list item")
        if _HEADINGS & set(self._open) and name in _LISTS:
            raise ValueError("a list is not allowed inside a heading")
        if name == "li" and self._open[-1] not in _LISTS:
            raise ValueError("<li> belongs into <ul> or <ol>")

    def _end(self, name: str) -> None:
        self._open.pop()
        if name in _HEADINGS | _LISTS | {"hr"}:
            self._parts.append("\n")

    def _doctype(self, *_: object) -> None:
        raise ValueError("a document type is not allowed")


def _allowed_attribute(tag: str, key: str) -> bool:
    return tag in {"a", "img"} and (key in _LINK_ATTRIBUTES | {"src", "alt"} or key.startswith("data-asana-"))


def plain(html: object, where: str, allowed: frozenset[str] = EVERYWHERE) -> str:
    """The plain text of a rich text; 400 when it is not well-formed XML or uses what Asana does not take."""
    try:
        return _Reader(allowed).read(str(html))
    except (expat.ExpatError, ValueError) as error:
        raise Refusal(400, f"{where}: XML is invalid (xml_parsing_error): {error}") from None


def rich(text: str) -> str:
    """A plain text as rich text."""
    return f"<body>{escape(text, quote=False)}</body>"
