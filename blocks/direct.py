"""Direct messages about one handover: to somebody whose turn it is, never to somebody who has nothing to do.

Each says in its first line what it is about, carries the buttons that do it, and nothing that goes stale. What says how
something stands (a pause, questions) is drawn again once that has changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from blocks import ids, kit, limits, mrkdwn, thread
from blocks.admin import admin
from blocks.company import setup
from blocks.company.deputy import absence_letter, deputy_letter
from blocks.company.left import left_letter
from blocks.faces import items
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.record import carried
from blocks.render import count, listed, sentence
from blocks.words import entries, turns
from bot import checklist, split
from bot.clock import asked
from bot.clock import pause as pauses
from bot.gate import Turn
from bot.handover import ENDED, Handover, Interval
from bot.people import TITLES, Person, Role

__all__ = ["admin", "direct", "elsewhere"]

ROWS = 5  # things shown in one message


@dataclass(frozen=True)
class Letter:
    """What a direct message is drawn from."""

    handover: Handover
    frame: Frame
    data: Mapping[str, Any]
    person: Person

    @property
    def link(self) -> Safe:
        """The handover's title, as a link to its thread when there is one."""
        url = self.frame.links.get(f"list:{self.own_list}", "") or self.frame.links.get("root", "")
        return mrkdwn.link(url, self.handover.title)

    @property
    def own_list(self) -> str:
        """The name of this person's list."""
        held = self.handover.roles_of(self.person.id)
        return held[0].value if held else ""

    @property
    def role(self) -> Role | None:
        """The role that the message is about."""
        found = str(self.data.get("role", ""))
        return Role(found) if found in list(Role) else None

    @property
    def title(self) -> str:
        """What the role is called."""
        return TITLES[self.role] if self.role else "somebody"

    @property
    def by(self) -> Safe:
        """The first name of who caused it."""
        return entries.first(self.frame, int(self.data.get("by", 0) or 0))

    @property
    def turns(self) -> list[Turn]:
        """What this person can do now."""
        return turns.of_person(self.handover, self.person.id)

    @property
    def due(self) -> Safe:
        """The due time as a date token, or ''."""
        return thread.token(thread.shown_due(self.handover), self.frame)

    @property
    def when(self) -> str:
        """The words before it."""
        return thread.when(self.handover, past=thread.late(self.handover, self.frame.now))


def direct(name: str, handover: Handover | None, frame: Frame, data: Mapping[str, Any], person: Person) -> Message:
    """The direct message of that name to this person. KeyError for a name that is not there."""
    if name == "left":
        return left_letter(frame, data)
    if name in _COMPANY:
        return limits.check_message(_COMPANY[name](frame, data))
    draw = _LETTERS[name]
    if handover is None:
        words = sentence("direct.gone")
        return Message(words, [kit.section(words)])
    return limits.check_message(draw(Letter(handover, frame, data, person)))


def elsewhere() -> Message:
    """What stands in the place of a direct message to somebody who sees the record no more: no word of it."""
    words = sentence("direct.elsewhere")
    return Message(words, [kit.section(words)])


def deeds(handover: Handover, frame: Frame, rows: list[Turn]) -> list[Block]:
    """One section a thing to do, each with its buttons."""
    blocks: list[Block] = []
    for turn in rows[:ROWS]:
        item = handover.item(turn.subject)
        if turn.action == "read_documents" and item:
            blocks += items.open_item(handover, frame, item, turn)
            continue
        words, buttons = sentence("direct.do", do=turns.do(handover, turn, frame)), turns.buttons(handover, turn)
        way = turns.place(handover, turn, frame) if not buttons and turn.action != "fill_roles" else None
        buttons = [way] if way else buttons
        single = len(buttons) == 1
        blocks.append(kit.section(words, accessory=buttons[0] if single else None))
        if len(buttons) > 1:
            blocks.append(kit.actions(*buttons))
        if turn.action == "fill_roles":
            blocks += items.role_selects(handover)
    if len(rows) > ROWS:
        blocks.append(kit.context(sentence("direct.more", n=len(rows) - ROWS)))
    return blocks


def _ring(letter: Letter) -> Message:
    text = _spoken(letter, "ring_text")
    head = kit.section(sentence("direct.ring", link=letter.link))
    return Message(text, [head, *deeds(letter.handover, letter.frame, letter.turns)])


def _invite(letter: Letter) -> Message:
    button = kit.button("Review and invite", ids.REVIEW_ACCESS, str(letter.handover.id), style="primary")
    words = sentence("direct.invite", link=letter.link)
    return Message(_spoken(letter, "invite_text"), [kit.section(words), kit.actions(button)])


def _ready_to_sign(letter: Letter) -> Message:
    handover = letter.handover
    done, total = checklist.progress(handover)
    words = sentence("direct.ready_to_sign", link=letter.link, role=letter.title, done=done, total=total)
    role = letter.role.value if letter.role else ""
    buttons = kit.actions(
        kit.button("Sign off", ids.SIGN, f"{handover.id}:{role}", style="primary"),
        kit.button("What's missing", ids.MISSING, str(handover.id)),
        kit.button("Brief", ids.BRIEF, str(handover.id)),
    )
    return Message(_spoken(letter, "ready_to_sign_text"), [kit.section(words), buttons])


def _closing(letter: Letter) -> Message:
    handover, day = letter.handover, letter.handover.deal.close_date
    held = [TITLES[role] for role in handover.roles_of(letter.person.id)]
    words = sentence(
        "direct.closing",
        link=letter.link,
        closes=mrkdwn.day(day) if day else "",
        roles=listed(held) if held else "incoming team",
    )
    text = _spoken(letter, "closing_text", n=len(handover.deal.documents))
    buttons = kit.actions(
        kit.button("Brief", ids.BRIEF, str(handover.id)), kit.button("Add context", ids.ADD_CONTEXT, str(handover.id))
    )
    return Message(text, [kit.section(words), *deeds(handover, letter.frame, letter.turns), buttons])


def _empty_role(letter: Letter) -> Message:
    words = sentence("direct.empty_role", link=letter.link, role=letter.title)
    return Message(_spoken(letter, "empty_role_text"), [_select(letter, words)])


def _question(letter: Letter) -> Message:
    asked = [entry for one in letter.data.get("entries", []) if (entry := letter.handover.entry(int(one)))]
    waiting = [entry for entry in asked if entry.open and entry.point and entry.point.waits_for_rep]
    n = len(waiting or asked) or sum(turn.count for turn in letter.turns if turn.action == "answer_question") or 1
    pm = entries.first(letter.frame, letter.handover.roles.get(Role.PM, 0))
    if letter.handover.state in ENDED:
        words = sentence("direct.question_ended", link=letter.link)
        return Message(_spoken(letter, "question_ended_text"), [kit.section(words)])
    if asked and not waiting:
        words = sentence("direct.question_over", link=letter.link, pm=pm, n=n)
        return Message(_spoken(letter, "question_over_text", pm=pm, n=n), [kit.section(words)])
    button = kit.button("Answer", ids.ANSWER_QUESTION, str(letter.handover.id), style="primary")
    words = sentence("direct.question", link=letter.link, pm=pm, n=n)
    return Message(_spoken(letter, "question_text", pm=pm, n=n), [kit.section(words, accessory=button)])


def _remind(letter: Letter) -> Message:
    rows = letter.turns
    if not rows:
        words = sentence("direct.remind_done", link=letter.link)
        return Message(words, [kit.section(words)])
    head = kit.section(sentence("direct.remind", link=letter.link, by=letter.by, due=letter.due, when=letter.when))
    text = _spoken(letter, "remind_text", by=letter.by)
    return Message(text, [head, *deeds(letter.handover, letter.frame, rows[:1]), _cant(letter)])


def _not_mine(letter: Letter) -> Message:
    reason = mrkdwn.quote(str(letter.data.get("reason", "")), 300)
    stays = mrkdwn.name(str(letter.data.get("stays", "")), 60)
    pick = asked.stands("empty_role", letter.handover, letter.data, letter.person.id)
    shown = {"link": letter.link, "by": letter.by, "role": letter.title, "reason": reason, "stays": stays}
    words = sentence("direct.not_mine", **shown, pick=pick)
    text = _spoken(letter, "not_mine_text", by=letter.by, pick=pick)
    return Message(text, [_select(letter, words) if pick else kit.section(words)])


def _brief(letter: Letter) -> Message:
    handover, rows = letter.handover, letter.turns
    words = sentence("direct.brief", link=letter.link, role=letter.title)
    todo = deeds(handover, letter.frame, rows) if rows else [kit.context(sentence("direct.nothing_yet"))]
    buttons = kit.actions(
        kit.button("Brief", ids.BRIEF, str(handover.id)), kit.button("History", ids.HISTORY, str(handover.id))
    )
    return Message(_spoken(letter, "brief_text"), [kit.section(words), *todo, buttons])


def _hold(letter: Letter) -> Message:
    why = mrkdwn.name(str(letter.data.get("why", "")), 200)
    words = sentence("direct.hold", link=letter.link, why=why)
    return Message(_spoken(letter, "hold_text", why=why), [kit.section(words)])


def _merged(letter: Letter) -> Message:
    why = mrkdwn.name(str(letter.data.get("why", "")), 200)
    words = sentence("direct.merged", link=letter.link, why=why)
    offered = carried.offer(letter.handover, letter.frame, Safe("the delivery manager"))
    return Message(_spoken(letter, "hold_text", why=why), [kit.section(words), *offered])


def _cancelled(letter: Letter) -> Message:
    reason = mrkdwn.quote(str(letter.data.get("why", "")), 300)
    words = sentence("direct.cancelled", link=letter.link, by=letter.by, reason=reason)
    return Message(_spoken(letter, "cancelled_text", by=letter.by), [kit.section(words)])


def _shares(letter: Letter) -> Message:
    words = sentence(
        "direct.shares", link=letter.link, amount=mrkdwn.name(split.words(letter.handover.deal.amount), 40)
    )
    button = kit.button("Change the shares", ids.SPLIT, str(letter.handover.id), style="primary")
    return Message(_spoken(letter, "shares_text"), [kit.section(words, accessory=button)])


def _paused(letter: Letter) -> Message:
    handover, pause = letter.handover, pauses.marked(letter.handover, str(letter.data.get("pause", "")))
    if pause is None or not pause.running or handover.state not in pauses.CLOCKED:
        return _paused_over(letter, pause)
    expected = mrkdwn.day(pause.expected) if pause.expected else ""
    reason = mrkdwn.quote(pause.reason, 300)
    words = sentence("direct.paused", link=letter.link, by=letter.by, expected=expected, reason=reason)
    text = _spoken(letter, "paused_text", by=letter.by, expected=expected)
    return Message(text, [kit.section(words), _undo(letter, pause)])


def _paused_over(letter: Letter, pause: Interval | None) -> Message:
    if pause is not None and pause.until == pause.since:
        words = sentence("direct.paused_back", link=letter.link, by=letter.by)
        return Message(_spoken(letter, "paused_back_text", by=letter.by), [kit.section(words)])
    until = thread.token(pause.until if pause else None, letter.frame)
    reason = mrkdwn.quote(pause.reason if pause else "", 300)
    words = sentence("direct.paused_over", link=letter.link, until=until, by=letter.by, reason=reason)
    # Also what is over can be taken back, as long as a clock runs that it has moved.
    counts = letter.handover.state in pauses.CLOCKED
    buttons = [_undo(letter, pause)] if pause is not None and counts else []
    return Message(_spoken(letter, "paused_over_text"), [kit.section(words), *buttons])


def _undo(letter: Letter, pause: Interval) -> Block:
    return kit.actions(kit.button("Undo", ids.UNDO_PAUSE, f"{letter.handover.id}:{pauses.mark(pause)}"))


def _pause_undone(letter: Letter) -> Message:
    still = next((kind for kind in ("hold", pauses.KIND) if letter.handover.running(kind)), "")
    words = sentence(
        "direct.pause_undone", link=letter.link, by=letter.by, due=letter.due, when=letter.when, still=still
    )
    return Message(_spoken(letter, "pause_undone_text", by=letter.by, still=still), [kit.section(words)])


def _item_words(letter: Letter) -> dict[str, Safe]:
    return {
        "link": letter.link,
        "by": letter.by,
        "item": mrkdwn.quote(str(letter.data.get("item", "")), 100),
        "reason": mrkdwn.quote(str(letter.data.get("reason", "")), 300),
    }


def _cant(letter: Letter) -> Block:
    return kit.actions(kit.button("I can't do this", ids.CANT_DO, str(letter.handover.id)))


def _item_handed(letter: Letter) -> Message:
    whose = entries.first(letter.frame, int(letter.data.get("whose", 0) or 0))
    words = sentence("direct.item_handed", **_item_words(letter), whose=whose)
    return Message(_spoken(letter, "item_handed_text", by=letter.by, whose=whose), [kit.section(words)])


def _item_yours(letter: Letter) -> Message:
    rows = [turn for turn in letter.turns if turn.subject == letter.data.get("key")]
    head = kit.section(sentence("direct.item_yours", **_item_words(letter)))
    return Message(
        _spoken(letter, "item_yours_text", by=letter.by),
        [head, *deeds(letter.handover, letter.frame, rows), _cant(letter)],
    )


def _said_done(letter: Letter) -> Message:
    words = sentence("direct.said_done", **_item_words(letter))
    return Message(_spoken(letter, "said_done_text", by=letter.by), [kit.section(words)])


def _select(letter: Letter, words: Safe) -> Block:
    role = letter.role.value if letter.role else ""
    element = kit.users_select(ids.PICK_PERSON, placeholder=mrkdwn.cut(f"Pick the {letter.title}", 150))
    return kit.section(words, accessory=element, block_id=f"{ids.ROLE}{role}:{letter.handover.id}")


def _spoken(letter: Letter, block: str, **data: object) -> str:
    """The message for notifications: deal, what, by when; no words of the record."""
    common: dict[str, object] = {
        "title": mrkdwn.name(letter.handover.title, 140),
        "due": thread.spoken_due(letter.handover, letter.frame),
        "role": letter.title,
        "things": count(len(letter.turns), "thing waits", "things wait") + " for you",
    }
    return sentence(f"direct.{block}", **(common | data))


# Letters that are about no handover.
_COMPANY: Mapping[str, Callable[[Frame, Mapping[str, Any]], Message]] = {
    "deputy": deputy_letter,
    "stands_in": absence_letter,
    "set_up": lambda _, data: setup.done(str(data["channel"]), data["notes"]),
    "set_up_refused": lambda _, data: setup.not_done(data["notes"]),
    "set_up_invite": lambda _, data: setup.invite(str(data["channel"])),
    "set_up_changed": lambda frame, data: setup.changed(mrkdwn.name(frame.name(int(data["by"])))),
}
_LETTERS: Mapping[str, Callable[[Letter], Message]] = {
    "ring": _ring,
    "invite": _invite,
    "ready_to_sign": _ready_to_sign,
    "closing": _closing,
    "empty_role": _empty_role,
    "question": _question,
    "remind": _remind,
    "not_mine": _not_mine,
    "brief": _brief,
    "hold": _hold,
    "merged": _merged,
    "cancelled": _cancelled,
    "shares": _shares,
    "paused": _paused,
    "pause_undone": _pause_undone,
    "item_handed": _item_handed,
    "item_yours": _item_yours,
    "said_done": _said_done,
}
