"""A checklist that is edited in Slack: its text in parts, its versions, and what differs between two of them.

The parts are the head and one for each role, because a form's field takes 3,000 characters. Decides nothing about
whether a checklist can be used: `bot.template` does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from bot.people import HANDOVER_ROLES, Role
from bot.template import ItemTemplate, Template

HEAD = "head"
PARTS = (HEAD, *HANDOVER_ROLES)
ENTRY = re.compile(r"\s*\[\[\s*lists\s*\.\s*([A-Za-z_]+)\s*\]\]")


@dataclass(frozen=True)
class Version:
    """A checklist's text as somebody wrote it. `n` counts what was put in force, 0 is the file's or a draft's.

    `base` is the version that was in force when it was written, `back_to` the one whose text it repeats (None: no
    repeat). An empty text stands for the file under playbooks/checklists.
    """

    id: int
    name: str
    n: int
    version: str
    text: str
    base: int
    made_by: int
    made_at: datetime
    applied_by: int = 0
    applied_at: datetime | None = None
    back_to: int | None = None


@dataclass(frozen=True)
class Change:
    """One item, `new`, `gone`, `changed` or `same`; `before` is how it was."""

    kind: str
    item: ItemTemplate
    before: ItemTemplate | None = None

    def differences(self) -> Iterator[tuple[str, str, str]]:
        """What of it changed: the key in the file, old and new."""
        if self.before is None:
            return
        for each in fields(ItemTemplate):
            old, new = getattr(self.before, each.name), getattr(self.item, each.name)
            if old != new:
                yield each.name, _said(old), _said(new)


def parts(text: str) -> dict[str, str]:
    """The text by part. Comments in front of an item go with it; what no part claims stays where it stood."""
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    at, waiting = HEAD, []
    for line in text.splitlines():
        entry = ENTRY.match(line)
        if entry and entry[1] in found:
            at = entry[1]
        if not entry and (not line.strip() or line.lstrip().startswith("#")):
            waiting.append(line)
            continue
        found[at] += [*waiting, line]
        waiting = []
    found[at] += waiting
    return {part: "\n".join(lines).strip("\n") for part, lines in found.items()}


def whole(written: Mapping[str, str]) -> str:
    """The parts as one text."""
    return "\n\n".join(shown for part in PARTS if (shown := written.get(part, "").strip("\n"))) + "\n"


def place_of(problem: str) -> str:
    """The part to which a problem's sentence belongs."""
    named = re.match(r"(?:The (?:list|sign-off of) )?([a-z_]+)\b", problem)
    return named[1] if named and named[1] in HANDOVER_ROLES else HEAD


def compared(old: Template, new: Template) -> dict[Role, list[Change]]:
    """Every item of the new one, in its order, then what is gone, by role."""
    before = {item.key: item for item in old.items}
    kept = {item.key for item in new.items}
    found: dict[Role, list[Change]] = {role: [] for role in HANDOVER_ROLES}
    for item in new.items:
        was = before.get(item.key)
        kind = "new" if was is None else "same" if was == item else "changed"
        found[item.role].append(Change(kind, item, was))
    for item in old.items:
        if item.key not in kept:
            found[item.role].append(Change("gone", item))
    return found


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "")
