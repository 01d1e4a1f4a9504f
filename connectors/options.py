"""Reads one connection's settings table and environment, and collects every problem as a sentence.

Nothing here raises: a connection with problems is refused as a whole, with all its sentences at once. Secrets come from
the environment only; `baton.toml` may not hold them.
"""

import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlsplit

_T = TypeVar("_T")

_PLAIN = re.compile(r"[!-~]*")
"""What a secret is made of; anything else could not even be sent (RFC 9110 §5.5)."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Options:
    """The table `[connections.<key>]` with the environment beside it; each reader remembers what it saw."""

    def __init__(self, table: Mapping[str, object], env: Mapping[str, str], key: str, *, place: str = "") -> None:
        self._table = table
        self._env = env
        self._key = key
        self._place = place or f"[connections.{key}]"
        self._seen = {"kind"}
        self.problems: list[str] = []

    def secret(self, name: str, *, why: str, required: bool = True) -> str:
        """The environment variable `<KEY>_<name>`; missing and required is a problem which says what it is for."""
        variable = variable_name(self._key, name)
        value = self._env.get(variable, "").strip()
        if not value and required:
            self.problems.append(f"{variable} is not set: {why}")
        if not _PLAIN.fullmatch(value):
            self.problems.append(f"{variable} holds a blank or a sign that none has: copy it once more.")
        return value

    def address(self, name: str, *, default: str) -> str:
        """A base address from the environment, without trailing slash: https, or http on this very machine."""
        variable = variable_name(self._key, name)
        value = self._env.get(variable, "").strip() or default
        if not _is_safe(value):
            self.problems.append(f"{variable} must be an https:// address: leave it out to use {default}.")
        return value.rstrip("/")

    def text(self, name: str, *, default: str = "") -> str:
        """A text; a whole number is taken as its digits, as ids are often written without quotes."""
        value = self._take(name, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return value.strip() if isinstance(value, str) else self._wrong(name, "a text in quotes", default)

    def choice(self, name: str, *, allowed: tuple[str, ...], default: str) -> str:
        """A text out of a closed list."""
        value = self.text(name, default=default)
        if value in allowed:
            return value
        return self._wrong(name, "one of " + ", ".join(f'"{word}"' for word in allowed), default)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(name, [])
        if isinstance(value, list) and all(isinstance(entry, str | int) for entry in value):
            return tuple(str(entry).strip() for entry in value)
        return self._wrong(name, 'a list such as ["a", "b"]', ())

    def table(self, name: str) -> "Options":
        """A table within the table, whose problems are added by `join`."""
        value = self._take(name, {})
        inner: Mapping[str, object] = value if isinstance(value, dict) else self._wrong(name, "a table", {})
        return Options(inner, self._env, self._key, place=f"[connections.{self._key}.{name}]")

    def items(self) -> dict[str, str]:
        """All entries of this table as texts, where the names are free."""
        return {name: self.text(name) for name in self._table}

    def join(self, inner: "Options") -> None:
        """Takes over an inner table's problems."""
        inner.refuse_unknown()
        self.problems.extend(inner.problems)

    def wrong(self, name: str, expected: str) -> None:
        """Notes that a value is not what it has to be."""
        self.problems.append(f"{self._place} {name} must be {expected}.")

    def refuse_unknown(self) -> None:
        """Every name which nobody asked for is a problem: it is probably misspelt."""
        for name in self._table:
            if name not in self._seen:
                known = ", ".join(sorted(self._seen - {"kind"}))
                self.problems.append(f"{self._place} does not know {name!r}: use one of {known}, or take it out.")

    def _take(self, name: str, default: object) -> object:
        self._seen.add(name)
        return self._table.get(name, default)

    def _wrong(self, name: str, expected: str, default: _T) -> _T:
        self.wrong(name, expected)
        return default


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
        local = parts.scheme == "http" and parts.hostname in _LOOPBACK
        return bool(parts.hostname) and parts.port != 0 and (parts.scheme == "https" or local)
    except ValueError:  # brackets without their end, a port that is no number
        return False


def variable_name(key: str, name: str) -> str:
    """The environment variable of a connection: `hubspot`, `TOKEN` is HUBSPOT_TOKEN."""
    return f"{key}_{name}".upper().replace("-", "_")


def title_of(title: str, *, kind: str, key: str) -> str:
    """What people call a connection: its vendor; where it has a name of its own, that too, as there may be two."""
    return title if key == kind else f"{title} ({key})"
