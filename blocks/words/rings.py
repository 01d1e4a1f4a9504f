"""Who is rung, and with which words: only those whose turn it is, each once, the rest by plain name."""

from collections.abc import Container, Sequence
from math import ceil

from blocks import mrkdwn
from blocks.frame import Frame
from blocks.mrkdwn import Safe
from blocks.render import sentence
from blocks.words import turns
from bot.gate import Turn
from bot.handover import Handover
from bot.people import HANDOVER_ROLES, TITLES, Role

ASKED = ("add_promise", "add_date", "add_stakeholder")  # the three questions to the sales rep


def of_turns(
    handover: Handover, frame: Frame, *, only: Sequence[str] = (), ring: Container[int] | None = None
) -> tuple[Safe, list[str]]:
    """`<@Ana> 2 questions (1 minute) · <@Dev> confirm the scope`, and the plain first names of those whose turn it is.

    With `ring`, only these people are rung; the others stand there by plain name.
    """
    found: dict[int, list[Turn]] = {}
    for turn in turns.shown(handover):
        person = turns.actor(handover, turn)
        unheld = not turn.person and turn.action != "fill_roles"  # an empty role's work begins with its holder
        if person in frame.people and not unheld and (not only or turn.action in only):
            found.setdefault(person, []).append(turn)
    names = {p: mrkdwn.name(frame.first(p), 40) for p in found}
    shown = {p: mrkdwn.mention(frame.people[p]) if ring is None or p in ring else names[p] for p in found}
    lines = [f"{shown[p]} {deeds(handover, rows, frame)}" for p, rows in found.items()]
    return Safe(" · ".join(lines)), list(names.values())


def deeds(handover: Handover, rows: Sequence[Turn], frame: Frame) -> Safe:
    """What one person can do now: `2 questions (1 minute), read 4 documents`."""
    asked = sum(turn.action in ASKED for turn in rows)
    first = [sentence("replies.win_questions", n=asked, minutes=ceil(asked / 2))] if asked else []
    rest = [turns.do(handover, turn, frame) for turn in rows if turn.action not in ASKED]
    return Safe(", ".join([*first, *rest]))


def idle(handover: Handover) -> list[int]:
    """Holders of a role who can do nothing yet."""
    busy = {turns.actor(handover, turn) for turn in turns.shown(handover)}
    holders = [handover.roles.get(role, 0) for role in HANDOVER_ROLES]
    return [person for person in dict.fromkeys(holders) if person and person not in busy]


def mention(handover: Handover, frame: Frame, role: Role) -> Safe:
    """Rings the role's holder; the role's title when nobody holds it."""
    person = frame.people.get(handover.roles.get(role, 0))
    return mrkdwn.mention(person) if person else Safe(TITLES[role].capitalize())
