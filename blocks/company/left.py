"""The word to whoever names people: somebody has no account any more, and these roles are empty."""

from collections.abc import Mapping, Sequence
from typing import Any

from blocks import ids, kit, limits, mrkdwn
from blocks.frame import Block, Frame, Message
from blocks.render import sentence
from bot.people import TITLES, Person, Role

ROWS = 5  # roles that can be filled in the message itself


def left_letter(frame: Frame, data: Mapping[str, Any]) -> Message:
    """One message over all records: who left, and a select for each role that is empty by it."""
    who = frame.people.get(int(data.get("by", 0) or 0)) or Person(0, "")
    name, places = mrkdwn.name(who.name or who.first_name, 40), list(data.get("at", []))
    blocks = [kit.section(sentence("company.left", name=name, guest=who.guest, n=len(places)))]
    blocks += [_place(place) for place in places[:ROWS]]
    if len(places) > ROWS:
        blocks.append(kit.context(sentence("company.left_more", n=len(places) - ROWS)))
    text = sentence("company.left_text", name=name, guest=who.guest, n=len(places))
    return limits.check_message(Message(text, blocks))


def _place(place: Sequence[Any]) -> Block:
    handover_id, role, title = int(place[0]), Role(place[1]), str(place[2])
    words = sentence("company.left_row", title=mrkdwn.name(title), role=TITLES[role])
    element = kit.users_select(ids.PICK_PERSON, placeholder=mrkdwn.cut(f"Pick the {TITLES[role]}", 150))
    return kit.section(words, accessory=element, block_id=f"{ids.ROLE}{role}:{handover_id}")
