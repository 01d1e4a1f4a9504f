"""What names one person, and what stands in its place once they are erased. Plain text and JSON; no table, no vendor.

A name of one word is too common to be looked for in running text: it goes where the person's own address stands beside
it, and from our own messages in Slack when nobody else is called so. Case and accents do not count.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.people import AT_CLIENT, FORMER

GONE = "erased"
SLACK_ID = re.compile(r"[UW][A-Z0-9]{4,20}")
EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
PRIVATE = ("email", "phone", "title", "slack_id")  # what goes from an object that is this person's


@dataclass(frozen=True)
class Subject:
    """One person: by what they are found (all lower case but Slack ids), and whether they were a colleague.

    `token` stands where a key must stay unique.
    """

    emails: frozenset[str] = frozenset()
    slack_ids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    colleague: bool = True
    token: str = GONE
    alone: bool = False  # whether nobody else has this first name
    person: int = 0  # the id of their row, 0 for one of the client's people

    @property
    def said(self) -> str:
        """What people read instead of the name."""
        return FORMER if self.colleague else AT_CLIENT

    def kept(self) -> str:
        """As text, for as long as its messages in Slack are being edited."""
        lists = {name: sorted(getattr(self, name)) for name in ("emails", "slack_ids", "names")}
        return json.dumps(
            {**lists, "colleague": self.colleague, "token": self.token, "alone": self.alone, "person": self.person}
        )

    @classmethod
    def of(cls, kept: str) -> "Subject":
        """The subject of that text."""
        found = json.loads(kept)
        lists = {name: frozenset(found[name]) for name in ("emails", "slack_ids", "names")}
        return cls(**{**found, **lists})

    @cached_property
    def addresses(self) -> re.Pattern[str]:
        """E-mail addresses and Slack ids, mentions with their brackets."""
        found = [rf"<@{re.escape(one)}(?:\|[^>]*)?>|\b{re.escape(one)}\b" for one in sorted(self.slack_ids)]
        found += [rf"(?<![\w.+-]){re.escape(one)}(?![\w-])" for one in sorted(self.emails)]
        return re.compile("|".join(found) or r"(?!)", re.IGNORECASE)

    @cached_property
    def full_names(self) -> re.Pattern[str]:
        """Names of two words and more, whole words only, as written and as folded for search."""
        wanted = {form for name in self.names if len(name.split()) > 1 for form in (name, folded(name))}
        found = [r"\s+".join(map(re.escape, name.split())) for name in sorted(wanted, key=len, reverse=True)]
        return re.compile("|".join(rf"(?<!\w){name}(?!\w)" for name in found) or r"(?!)", re.IGNORECASE)

    @cached_property
    def first_names(self) -> re.Pattern[str]:
        """First names, which are only pointed at."""
        found = {name.split()[0] for name in self.names if len(name.split()[0]) > 2}  # noqa: PLR2004 - initials are none
        return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(found)) or r"(?!)", re.IGNORECASE)

    def text(self, text: str) -> str:
        """The text without them; a text that is nothing but an address becomes empty."""
        if text.strip().lower() in self.emails or text.strip() in self.slack_ids:
            return ""
        return self.full_names.sub(self.said, self.addresses.sub(self.said, text))

    def shown(self, value: Any) -> Any:
        """A message of our own without them: its first name too, when nobody else is called so."""
        if isinstance(value, list):
            return [self.shown(item) for item in value]
        if isinstance(value, dict):
            return {key: self.shown(item) for key, item in value.items()}
        if not isinstance(value, str):
            return value
        text = self.full_names.sub(self.said, self.addresses.sub(self.said, value))
        return self.first_names.sub(self.said, text) if self.alone else text

    def key(self, key: str) -> str:
        """A key without them, unique still."""
        return self.full_names.sub(self.token, self.addresses.sub(self.token, key))

    def value(self, value: Any) -> Any:
        """A JSON value without them. An object with their address is theirs: its private fields go with its name."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        mine = self._mine(value)
        clean = {self.key(key): self.value(item) for key, item in value.items()}
        if mine:
            clean |= {key: "" for key in PRIVATE if isinstance(clean.get(key), str)}
            clean |= {"name": self.said} if "name" in clean else {}
        return clean

    def written(self, text: str) -> str:
        """JSON as text without them; what is no JSON is cleaned as text."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self.text(text)
        clean = self.value(value)
        return text if clean == value else json.dumps(clean, sort_keys=True)

    def _mine(self, value: dict[str, Any]) -> bool:
        return str(value.get("email", "")).strip().lower() in self.emails


@dataclass
class Contacts:
    """The names that stand beside an address in what CRMs told: gathered value by value."""

    email: str
    names: set[str] = field(default_factory=set)

    def gather(self, value: Any) -> None:
        """Looks through a JSON value."""
        if isinstance(value, list):
            for item in value:
                self.gather(item)
        elif isinstance(value, dict):
            if str(value.get("email", "")).strip().lower() == self.email and str(value.get("name", "")).strip():
                self.names.add(str(value["name"]).strip())
            for item in value.values():
                self.gather(item)


def folded(text: str) -> str:
    """Lower case in every language, accents dropped, spaces single."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in spread if not unicodedata.combining(char)).split())
