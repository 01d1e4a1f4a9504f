"""What every drawing needs beside the record: people, time, links, and what may be shown at this place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.people import Person

Block = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """A message: `text` for notifications and screen readers (never amounts, promises, stances), and its blocks."""

    text: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """`open_here` is False where guests or other organisations read along: amounts and quotes are hidden there.

    `links` maps a post name ("root", "list:pm", "know") to its permalink; `tz` is the office's IANA zone. `day` is the
    office's nominal working day, `wanted` the working time from the scope confirmation to the gate (zero: not known).
    """

    now: datetime
    tz: str
    people: Mapping[int, Person] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    open_here: bool = True
    day: timedelta = timedelta(hours=8)
    wanted: timedelta = timedelta()

    def name(self, person_id: int) -> str:
        """The full name, or "nobody yet" for an empty role."""
        person = self.people.get(person_id)
        return person.name if person else "nobody yet"

    def first(self, person_id: int) -> str:
        """The first name, or "nobody yet" for an empty role."""
        person = self.people.get(person_id)
        return person.first_name if person else "nobody yet"


class FieldErrors(dict[str, str]):
    """What stands in red under a modal's fields: block id → sentence."""
