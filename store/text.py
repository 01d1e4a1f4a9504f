"""Text as databases take it: what can be stored, searched and used as a key. It decides nothing about meaning."""

import dataclasses
import hashlib
import unicodedata
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Any

KEY_LENGTH = 120


def clean(text: str) -> str:
    """The text without NUL (PostgreSQL refuses it) and without lone surrogates (no database can store them)."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def json_ready(value: Any) -> Any:
    """The value as JSON will give it back: records as objects, tuples as lists, dates and decimals as text, cleaned."""
    if isinstance(value, Enum):
        return json_ready(value.value)
    if isinstance(value, str):
        return clean(value)
    if dataclasses.is_dataclass(value):
        return {field.name: json_ready(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {clean(str(key)): json_ready(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_ready(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if isinstance(value, (bool, int, float, NoneType)) else str(value)


def key_of(text: str) -> str:
    """A key short enough for every index; a long one keeps its beginning and gets a hash."""
    if len(text) <= KEY_LENGTH and text == clean(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{clean(text.partition(':')[0])[:40]}:#{digest}"


def folded(*parts: str) -> str:
    """The parts as one text to search in: lower case in every language, accents dropped, spaces single."""
    text = clean(" ".join(parts))
    if text.isascii():
        return " ".join(text.lower().split())
    spread = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in spread if not unicodedata.combining(char)).split())


def patterns(words: str) -> list[str]:
    """LIKE patterns (escape character: backslash), one per word; each must match a folded text."""
    escaped = folded(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [f"%{word}%" for word in escaped.split()]
