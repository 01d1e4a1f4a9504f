"""A word to one person: what came of a click, a card, a list, help. Never the only place of something important."""

from collections.abc import Callable, Mapping
from typing import Any

from blocks import brief, card, direct, history, ids, kit, limits, mrkdwn, thread
from blocks.frame import Block, Frame, Message
from blocks.render import sentence
from blocks.words import entries, turns
from bot.handover import Handover
from bot.people import Sight

HANDOVERS = 5  # in "my things"
FOUND = 20
SAID = 500  # characters of a plain word to one person

Draw = Callable[[Handover | None, Frame, Mapping[str, Any]], Message]


def whisper(name: str, handover: Handover | None, frame: Frame, data: Mapping[str, Any]) -> Message:
    """The word of that name. KeyError for a name that is not there."""
    return limits.check_message(_WHISPERS[name](handover, frame, data))


def _said(words: str) -> Message:
    shown = mrkdwn.escape(mrkdwn.cut(words.strip(), SAID)) or mrkdwn.Safe("Done.")
    return Message(shown, [kit.section(shown)])


def _line(_: Handover | None, __: Frame, data: Mapping[str, Any]) -> Message:
    return _said(str(data.get("text", "")))


def _refused(_: Handover | None, __: Frame, data: Mapping[str, Any]) -> Message:
    return _said(str(data.get("sentence", "")))


def _saved(handover: Handover | None, _: Frame, data: Mapping[str, Any]) -> Message:
    said, batch = _said(str(data.get("line", ""))), str(data.get("batch", ""))
    if not batch:
        return said
    value = f"{handover.id}:{batch}" if handover else batch
    return Message(said.text, [*said.blocks, kit.actions(kit.button("Undo", ids.UNDO, mrkdwn.cut(value, 2_000)))])


def _card(handover: Handover | None, frame: Frame, data: Mapping[str, Any]) -> Message:
    if handover is None:
        return _said(sentence("direct.gone"))
    # Whoever sends the word says how much this person may see; without that they see the outline.
    return card.card(handover, frame, sight=Sight(data.get("sight", Sight.OUTLINE)))


def _brief(handover: Handover | None, frame: Frame, _: Mapping[str, Any]) -> Message:
    return brief.internal(handover, frame) if handover else _said(sentence("direct.gone"))


def _history(handover: Handover | None, frame: Frame, data: Mapping[str, Any]) -> Message:
    return history.message(handover, data.get("events", []), frame) if handover else _said(sentence("direct.gone"))


def _help(_: Handover | None, __: Frame, data: Mapping[str, Any]) -> Message:
    return card.help_(data["person"], data.get("roles", ()), data["asks"])


def _mine(_: Handover | None, frame: Frame, data: Mapping[str, Any]) -> Message:
    person = data["person"]
    found = [(one, turns.of_person(one, person.id)) for one in data.get("handovers", [])]
    busy = sorted(((one, rows) for one, rows in found if rows), key=lambda pair: thread.urgency(pair[0]))
    n = sum(len(rows) for _, rows in busy)
    name = mrkdwn.name(person.first_name, 40)
    if not n:
        words = sentence("whisper.mine_none", name=name)
        return Message(words, [kit.section(words)])
    blocks = [kit.section(sentence("whisper.mine", n=n, name=name))]
    for handover, rows in busy[:HANDOVERS]:
        blocks += [kit.section(heading(handover, frame)), *direct.deeds(handover, frame, rows[:3])]
    if len(busy) > HANDOVERS:
        blocks.append(kit.context(sentence("whisper.mine_more", n=len(busy) - HANDOVERS)))
    return Message(sentence("whisper.mine_text", n=n), blocks)


def heading(handover: Handover, frame: Frame) -> mrkdwn.Safe:
    """Title, state and due time in a line."""
    return sentence(
        "whisper.mine_head",
        title=mrkdwn.name(handover.title),
        state=thread.state_words(handover, frame.now),
        due=thread.token(thread.shown_due(handover), frame),
        when=thread.when(handover, past=thread.late(handover, frame.now)),
    )


def _find(_: Handover | None, frame: Frame, data: Mapping[str, Any]) -> Message:
    words, rows = mrkdwn.quote(str(data.get("words", "")), 60), list(data.get("rows", []))
    if not rows:
        none = sentence("whisper.find_none", words=words)
        return Message(none, [kit.section(none)])
    said = sentence("whisper.find", n=len(rows), words=words)
    blocks: list[Block] = [kit.section(said)]
    room = limits.LIMITS["message_block_text"] - 500
    for handover_id, title, entry in rows[:FOUND]:
        shown = sentence(
            "whisper.find_row",
            title=mrkdwn.name(title),
            shown_id=f"HO-{handover_id}",
            kind=entries.kind_title(entry.kind),
            line=entries.line(entry, None, frame),
        )
        room -= len(shown)
        if room < 0:
            break
        blocks.append(kit.section(shown))
    return Message(said, blocks)


def _list(_: Handover | None, frame: Frame, data: Mapping[str, Any]) -> Message:
    return card.listing(data.get("rows", []), frame, str(data.get("title", "Handovers")), more=bool(data.get("more")))


def _choice(_: Handover | None, frame: Frame, data: Mapping[str, Any]) -> Message:
    return card.choice(data.get("rows", []), frame, more=bool(data.get("more")))


def _no_match(_: Handover | None, __: Frame, data: Mapping[str, Any]) -> Message:
    return card.no_match(str(data.get("words", "")), near=data.get("near", ()), may_search=bool(data.get("may_search")))


def _found(_: Handover | None, __: Frame, data: Mapping[str, Any]) -> Message:
    return card.found(str(data.get("words", "")), data.get("rows", []))


def _task_refused(handover: Handover | None, _: Frame, data: Mapping[str, Any]) -> Message:
    tasks = handover.tasks if handover else []
    name = next((task.name for task in tasks if task.id == data.get("task")), "a task")
    why = mrkdwn.escape(mrkdwn.cut(str(data.get("why", "")), SAID))
    words = sentence("whisper.task_refused", task=mrkdwn.name(name), why=why)
    return Message(words, [kit.section(words)])


def _workspace_unread(_: Handover | None, __: Frame, data: Mapping[str, Any]) -> Message:
    words = sentence("whisper.workspace_unread", why=mrkdwn.escape(mrkdwn.cut(str(data.get("why", "")), SAID)))
    return Message(words, [kit.section(words)])


_WHISPERS: Mapping[str, Draw] = {
    "line": _line,
    "refused": _refused,
    "saved": _saved,
    "card": _card,
    "brief": _brief,
    "history": _history,
    "help": _help,
    "mine": _mine,
    "find": _find,
    "list": _list,
    "choice": _choice,
    "no_match": _no_match,
    "found": _found,
    "task_refused": _task_refused,
    "workspace_unread": _workspace_unread,
}
