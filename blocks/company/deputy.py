"""What a deputy sees: that they were chosen or stand in now, the roles of who is away, and the button to take one over.

Whether it may be taken over, the click finds out: meanwhile somebody may be back, or somebody else may have it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from blocks import ids, kit, limits, mrkdwn
from blocks.company.preferences import away_until, preferences_button
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.render import sentence
from bot.people import TITLES, Person, Role

ROWS = 5  # roles of one message
HOME_ROWS = 10  # on Home, of everybody who is away


@dataclass(frozen=True)
class Place:
    """A role of one handover whose holder is away."""

    holder: Person
    handover_id: int
    role: Role
    title: str


def deputy_letter(frame: Frame, data: Mapping[str, Any]) -> Message:
    """The word to a new deputy, once: whose, what it means, and if it counts now, what can be taken over at once.

    `at` holds [handover id, role, title] of each role that the deputy may take over now.
    """
    who, first, name = _names(frame, data)
    until = away_until(who, frame)
    blocks = [kit.section(sentence("company.deputy", name=name, first=first))]
    if until:
        blocks.append(kit.context(sentence("company.deputy_away", first=first, until=until)))
    return _letter(sentence("company.deputy_text", name=name), blocks, who, data)


def absence_letter(frame: Frame, data: Mapping[str, Any]) -> Message:
    """The word to whoever stands in from now on for somebody who said that they are away; `at` as above."""
    who, first, name = _names(frame, data)
    words = sentence("company.absent", name=name, first=first, until=away_until(who, frame))
    return _letter(sentence("company.absent_text", name=name), [kit.section(words)], who, data)


def _names(frame: Frame, data: Mapping[str, Any]) -> tuple[Person, Safe, Safe]:
    who = frame.people.get(int(data.get("by", 0) or 0)) or Person(0, "")
    return who, mrkdwn.name(who.first_name, 40), mrkdwn.name(who.name or who.first_name)


def _letter(text: str, blocks: list[Block], who: Person, data: Mapping[str, Any]) -> Message:
    found = [Place(who, int(place[0]), Role(place[1]), str(place[2])) for place in data.get("at", [])]
    blocks += [_row(place) for place in found[:ROWS]]
    if len(found) > ROWS:
        blocks.append(kit.context(sentence("company.places_more", n=len(found) - ROWS, home=False)))
    blocks.append(kit.actions(preferences_button()))
    return limits.check_message(Message(text, blocks))


def standing_in(places: Sequence[Place], frame: Frame) -> list[Block]:
    """For whom the person whose Home it is stands in, and what they can take over; nothing when nobody is away."""
    blocks: list[Block] = [kit.divider()] if places else []
    for holder, theirs in groupby(places[:HOME_ROWS], key=lambda place: place.holder):
        name, until = mrkdwn.name(holder.name or holder.first_name, 60), away_until(holder, frame)
        blocks += [kit.section(sentence("company.stands_in", name=name, until=until)), *map(_row, theirs)]
    if len(places) > HOME_ROWS:
        blocks.append(kit.context(sentence("company.places_more", n=len(places) - HOME_ROWS, home=True)))
    return blocks


def take_over_button(handover_id: int, role: Role, holder: Person, title: str) -> Block:
    """[Take over for Ana]: for the deputy of a holder who is away."""
    text = mrkdwn.plain(f"Take over for {holder.first_name}", 24)
    label = mrkdwn.plain(f"{text}: {TITLES[role]} of {title}", 75)
    return kit.button(text, ids.TAKE_OVER, f"{handover_id}:{role}:{holder.id}", label=label)


def _row(place: Place) -> Block:
    words = sentence("company.place", title=mrkdwn.name(place.title), role=TITLES[place.role])
    return kit.section(words, accessory=take_over_button(place.handover_id, place.role, place.holder, place.title))
