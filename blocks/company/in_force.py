"""`/handover settings`: what is in force and where each value comes from, in groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from blocks import kit, limits, mrkdwn
from blocks.frame import Block, Message
from blocks.mrkdwn import Safe
from blocks.render import sentence

ROOM = 2_900  # characters of one group; Slack takes 3,000 in a section
ALL = 8_000  # of all groups together
VALUE = 400


@dataclass(frozen=True)
class Line:
    """One setting: what it means, its value in words, and where it was given ('' where that is plain)."""

    label: str
    value: str
    source: str = ""


@dataclass(frozen=True)
class Group:
    """Settings that belong together."""

    title: str
    lines: tuple[Line, ...]


def settings_message(groups: Sequence[Group]) -> Message:
    """All groups, as far as Slack has room for them; what is cut off is counted."""
    blocks: list[Block] = [kit.section(sentence("company.settings_head"))]
    room = ALL
    for group in groups:
        text = _group(group, min(ROOM, room))
        room -= len(text)
        blocks.append(kit.section(text))
    return limits.check_message(Message(sentence("company.settings_text"), blocks))


def _group(group: Group, room: int) -> str:
    shown = str(sentence("company.group", title=group.title))
    for place, line in enumerate(group.lines):
        words = "\n" + _line(line)
        if len(shown) + len(words) + 20 > room:
            return f"{shown}\n{sentence('company.rest', n=len(group.lines) - place)}"
        shown += words
    return shown


def _line(line: Line) -> str:
    value = line.value if isinstance(line.value, Safe) else mrkdwn.name(line.value, VALUE)
    return sentence("company.row", label=mrkdwn.name(line.label, 120), value=value, source=line.source)
