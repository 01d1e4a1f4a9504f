"""HubSpot's property values as ours: every value is a string or null there (developers.hubspot.com, properties guide).

What cannot be read is None or "", never a guess. Text is cleaned of signs that no database and no message can hold.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MILLISECONDS = re.compile(r"-?[0-9]{9,15}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NEVER = range(1900, 9999)
_BULLET = re.compile(r"^\s*(?:[-*•–]|[0-9]{1,2}[.)])\s+")
_BLOCK_TAGS = frozenset({"p", "div", "li", "ul", "ol", "br", "tr", "h1", "h2", "h3", "h4", "blockquote"})
_SILENT_TAGS = frozenset({"script", "style"})


def text(properties: Mapping[str, Any], name: str) -> str:
    """The property as clean text: no control signs, no halves of emoji, no space around it; '' when absent."""
    value = properties.get(name)
    if value is None or isinstance(value, dict | list):
        return ""
    return clean(str(value))


def clean(value: str) -> str:
    """Text that can be stored and shown as it is."""
    return _CONTROL.sub("", value.encode("utf-8", "replace").decode()).strip()


def number(properties: Mapping[str, Any], name: str) -> Decimal | None:
    """An exact number; None when absent or none (NaN and infinity are none)."""
    try:
        value = Decimal(text(properties, name))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def moment(value: Any) -> datetime | None:
    """A date-time, UTC: ISO 8601 or milliseconds since the epoch."""
    written = str(value or "").strip()
    try:
        if _MILLISECONDS.fullmatch(written):
            return datetime.fromtimestamp(int(written) / 1000, UTC)
        read = datetime.fromisoformat(written)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def day(properties: Mapping[str, Any], name: str, *, zone: ZoneInfo | None = None) -> date | None:
    """A date. A pure date is midnight UTC at HubSpot; a date-time (closedate) is a day of the portal's `zone`.

    The first and the last days that there are stand for none: 1 Jan 0001, 1 Jan 1900, 31 Dec 9999.
    """
    written = text(properties, name)
    try:
        if _DAY.fullmatch(written):
            found = date.fromisoformat(written)
        else:
            at = moment(written)
            found = at.astimezone(zone or UTC).date() if at else date.min
    except (ValueError, OverflowError):
        return None
    return found if _NEVER.start < found.year < _NEVER.stop else None


def flag(properties: Mapping[str, Any], name: str) -> bool:
    """Whether a calculated yes/no property says yes."""
    return text(properties, name).lower() == "true"


def lines(written: str) -> tuple[str, ...]:
    """One entry a line, without bullets and empty lines."""
    return tuple(entry for line in written.splitlines() if (entry := _BULLET.sub("", line).strip()))


def parts(written: str) -> tuple[str, ...]:
    """The entries of HubSpot's multi-value text ("a;b")."""
    return tuple(entry for part in written.split(";") if (entry := part.strip()))


def web_address(written: str) -> str:
    """The address when it is one of the web with a host, else ''."""
    try:
        pieces = urlsplit(written)
    except ValueError:
        return ""
    ok = pieces.scheme in {"http", "https"} and pieces.hostname and not re.search(r"[\s<>|]", written)
    return written if ok else ""


def readable(value: str) -> str:
    """HubSpot's internal option name as words: FINANCIAL_SERVICES is Financial services; other text stays."""
    return value.replace("_", " ").capitalize() if re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)+|[A-Z]{5,}", value) else value


class _Text(HTMLParser):
    """Collects the words of HTML, with a new line wherever a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- HTMLParser's
        """A block begins on a new line; what is no text is passed over."""
        self._silent += tag in _SILENT_TAGS
        if tag in _BLOCK_TAGS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        self._silent = max(self._silent - (tag in _SILENT_TAGS), 0)
        if tag in _BLOCK_TAGS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        """Words, as they stand."""
        if not self._silent:
            self.found.append(data)


def plain_text(html: str) -> str:
    """A note's HTML as lines of plain text, without empty lines."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    found = clean("".join(reader.found)).splitlines()
    return "\n".join(line for part in found if (line := " ".join(part.split())))
