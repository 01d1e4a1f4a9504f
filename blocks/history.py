"""The timeline in words: who did what, when, from what to what. Shown only to those who see the whole record."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from blocks import ids, kit, limits, mrkdwn, thread
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.render import sentence
from blocks.words import entries
from bot.context import Kind, iso_day
from bot.handover import Event, Handover
from bot.people import TITLES, Role
from bot.provision import STEPS

ROOM = 7_000  # characters in a message
MODAL_ROOM = 40_000
VALUE = 100
TEXT = 300  # what was missing in the CRM is a list

# What some kinds of events name by a key, in words.
STATES: Mapping[str, Mapping[str, str]] = {
    "state": thread.WORDS,
    "point": {each.value: mark.partition(" ")[2] for each, mark in entries.MARKS.items()} | {"ask": "ask the rep"},
    "step": {key: title.format(tool="The", crm="the CRM") for key, _, _, title in STEPS},
    "access": {
        "asked": "invited again",
        "manual": "given by hand",
        "given": "it works",
        "failed": "it failed",
        "taken out": "taken away in the tool",
    },
    "access_reviewed": {"comment": "may comment", "view": "may view"},
}

# Which sentence of copy/history.j2 an event has; any other is shown by its kind.
KINDS = frozenset(
    {
        "opened", "created", "tracked", "state", "assigned", "taken_over", "not_mine", "captured", "undone", "none",
        "point", "replied", "ticked", "unticked", "tick_refused", "read", "scope_confirmed", "provisioning", "step",
        "signed", "signature_withdrawn", "override", "system_of_record", "deal_changed", "hold", "resumed",
        "access_reviewed", "access", "kickoff", "presale_signed", "crm_marked", "paused", "pause_extended",
        "pause_ended", "pause_undone", "handed", "said_done", "owner_changed", "merged", "carried", "crm_missing",
        "crm_filled", "due_moved", "taken", "given_back", "left", "split", "erased",
    }
)  # fmt: skip


def lines(events: Sequence[Event], frame: Frame) -> list[str]:
    """One mrkdwn line an event, oldest first: time, person, deed."""
    return [f"{thread.token(event.at, frame)} · {_who(event, frame)} {deed(event, frame)}" for event in events]


def deed(event: Event, frame: Frame) -> Safe:
    """What was done, as it follows a name."""
    name = event.kind if event.kind in KINDS else "other"
    words = {"kind": mrkdwn.name(event.kind, 40)} | _words(event.data, frame) | _named(event)
    return sentence(f"history.{name}", **words)


def message(handover: Handover, events: Sequence[Event], frame: Frame) -> Message:
    """The latest events that fit, newest first, and the way to all of them."""
    text = sentence("whisper.history_text", title=thread.short_title(handover), n=len(events))
    return limits.check_message(Message(text, _blocks(handover, events, frame, ROOM)))


def modal(handover: Handover, events: Sequence[Event], frame: Frame) -> Block:
    """The same in a modal, with more room."""
    blocks = _blocks(handover, events, frame, MODAL_ROOM)
    metadata = json.dumps({"h": handover.id})
    return kit.modal("History", blocks, callback_id=ids.VIEW_READ, close="Close", metadata=metadata)


def text_file(handover: Handover, events: Sequence[Event], frame: Frame) -> str:
    """All of it as plain text, oldest first: time in UTC, person, kind, and every recorded value."""
    head = f"{mrkdwn.one_line(handover.title)} ({handover.shown_id})\nHistory, times in UTC. {len(events)} events.\n\n"
    return head + "".join(_plain_line(event, frame) for event in events)


def _plain_line(event: Event, frame: Frame) -> str:
    values = "; ".join(f"{key}: {mrkdwn.one_line(str(value))}" for key, value in event.data.items() if value != "")
    who = mrkdwn.one_line(frame.name(event.person)) if event.person else "Baton"
    return f"{event.at:%Y-%m-%d %H:%M:%S}Z  {who}  {event.kind}{f'  {values}' if values else ''}\n"


def _blocks(handover: Handover, events: Sequence[Event], frame: Frame, room: int) -> list[Block]:
    head = kit.section(sentence("whisper.history_head", title=mrkdwn.name(handover.title)))
    if not events:
        return [head, kit.context(sentence("whisper.history_none"))]
    sections, shown = _sections(list(reversed(lines(events, frame))), room)
    button = kit.button("As a file", ids.HISTORY_FILE, str(handover.id))
    note = kit.context(sentence("whisper.history_more", n=shown, total=len(events)))
    return [head, *sections, *([note] if shown < len(events) else []), kit.actions(button)]


def _sections(rows: Sequence[str], room: int) -> tuple[list[Block], int]:
    texts, shown = [""], 0
    for row in rows:
        if sum(len(text) for text in texts) + len(row) > room:
            break
        if len(texts[-1]) + len(row) + 1 > limits.LIMITS["text"]:
            texts.append("")
        texts[-1] += f"{row}\n"
        shown += 1
    return [kit.section(text) for text in texts if text], shown


def _who(event: Event, frame: Frame) -> Safe:
    if not event.person:
        return Safe("*Baton*")
    return Safe(f"*{mrkdwn.name(frame.name(event.person), 40)}*")


def _named(event: Event) -> dict[str, object]:
    # What the record keeps as a key or an ISO date, in the words that people read everywhere else.
    data, words = event.data, dict[str, object]()
    known = STATES.get(event.kind, {})
    for key in ("state", "was", "now", "answer", "right", "step"):
        if str(data.get(key, "")) in known:
            words[key] = known[str(data[key])]
    for key in ("day", "was", "now"):
        day = iso_day(str(data.get(key, "")))
        if day is not None:
            words[key] = mrkdwn.day(day)
    return words


def _words(data: Mapping[str, Any], frame: Frame) -> dict[str, object]:
    keys = (
        "state", "was", "now", "why", "reason", "item", "text", "document", "step", "label", "old", "new", "role",
        "right", "who", "day", "invited", "count", "entry_kind", "answer", "artefact", "completeness", "missing",
        "how",
    )  # fmt: skip
    words: dict[str, object] = {
        key: mrkdwn.name(str(data.get(key, "")), TEXT if key == "text" else VALUE) for key in keys
    }
    if data.get("role") in list(Role):
        words["role"] = TITLES[Role(data["role"])]
    if data.get("entry_kind") in list(Kind):
        words["entry_kind"] = entries.kind_title(Kind(data["entry_kind"])).lower()
    for key in ("was", "now"):
        if isinstance(data.get(key), int):
            words[key] = mrkdwn.name(frame.name(data[key]), 40)
    return words
