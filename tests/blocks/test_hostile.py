"""Hostile words in every field of the record: every message stays harmless and within Slack's limits."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import pytest

from blocks import admin, brief, card, history, replies
from blocks import direct as direct_messages
from blocks import whisper as whispers
from blocks.card import Row
from blocks.direct import direct
from blocks.faces import faces
from blocks.frame import Frame, Message
from blocks.home import home_view
from blocks.replies import reply
from blocks.whisper import whisper
from bot import gate
from bot.context import Disposition, Point
from bot.handover import (
    Answer,
    ClientAccess,
    Event,
    Handover,
    Interval,
    Override,
    Post,
    Presale,
    Signature,
    State,
    StepState,
)
from bot.people import Person, Role, Sight
from tests.blocks.reading import accepted, harmless
from tests.builders import DEV, DUE_AT, NOW, PEOPLE, make_frame, make_handover

EVIL = {
    "broadcast": "<!channel> <!here> <@U0HANA> <#C1> <!subteam^S1> ",
    "links": "<https://evil.example|Sign off> https://evil.example/?a=1|b>c ",
    "formatting": "*b* _i_ ~s~ `c` ```pre\n> quote\n• list ",
    "signs": "\x00\x07\u202e\u2066evil\u2069\u200b\ud800 e\u0301" * 3,
    "length": "&" * 20_000,
    "blank": " \n\t ",
    "address": "https://evil.example/" + "a&<>|" * 2_000,
    "script": "javascript:alert(1)",
}
# What the code itself writes, never a person: a state, a check, an id of ours.
OURS = frozenset(
    {"state", "kind", "check", "opens", "key", "role", "side", "right", "connection", "id", "deal_id", "office", "tz",
     "slack_id", "standing", "disposition", "source", "roles", "digest", "channel", "ts", "presale"}
)  # fmt: skip
OFTEN = (State.SCOPED, State.PROVISIONED)
REPLIES, LETTERS, WHISPERS = replies._REPLIES, direct_messages._LETTERS, whispers._WHISPERS.keys()
ABOUT_NONE = {"line", "refused", "saved", "help", "find", "list", "choice", "no_match", "found"}  # of many, or of none


def poisoned(value: Any, evil: str) -> Any:
    """The same structure with the words in every text that people or other systems write."""
    if isinstance(value, Enum) or value is None:
        return value
    if isinstance(value, str):
        return evil
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            f.name: poisoned(getattr(value, f.name), evil) for f in fields(value) if f.init and f.name not in OURS
        }
        return replace(value, **changed)
    if isinstance(value, dict):
        return {key: poisoned(one, evil) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(poisoned(one, evil) for one in value)
    return value


def evil_handover(state: State, evil: str) -> Handover:
    """A record with something in every family, poisoned."""
    handover = make_handover(state)
    handover.steps = handover.steps or make_handover(State.SCOPED).steps
    handover.entries = handover.entries or make_handover(State.SCOPED).entries
    for entry, disposition in zip(handover.entries, [*Disposition, *Disposition, *Disposition], strict=False):
        entry.point = Point(disposition, 2, NOW, "h", "a", "t", "q", 2, NOW, "r" if entry.id % 2 else "", 1, NOW)
        entry.evidence = entry.evidence_words = "x"
    for step, stage in zip(handover.steps, [*StepState, *StepState], strict=False):
        step.state, step.words, step.url = stage, "x", "x"
    stamps = [Signature(Role.PM, 2, NOW, NOW, "x"), Signature(Role.SALES_REP, 1, NOW, NOW, "x")]
    handover.signatures = [*handover.signatures, *stamps]
    handover.access = [ClientAccess("e", "n", "view", stage, "w") for stage in ("asked", "failed", "given")]
    handover.answers = [*handover.answers, Answer("access_reviewed", 3, NOW, "x")]
    handover.presale = [Presale("discovery", "t", "d", signed_off=True, by=1, at=NOW, external="x"), Presale("pricing")]
    handover.override = Override(5, NOW, "x")
    handover.end_reason = handover.scope_document = handover.workspace_url = handover.channel_name = "x"
    bad: Handover = poisoned(handover, evil)
    bad.deal = replace(bad.deal, meddpicc=((evil, evil),) * 9, risks=(evil,) * 9, gaps=(evil,) * 9)
    bad.items = [replace(item, text=evil, description=evil) for item in handover.items]
    bad.answers, bad.posts = [replace(a, text=evil) for a in handover.answers], [Post("list:csm", "C1", "1.1")]
    return bad


NAMED = ("start", "assign", "stage")


def evil_frame(evil: str) -> Frame:
    """A frame in which everybody has the words for a name, and links are no links."""
    people = {number: replace(person, name=evil) for number, person in PEOPLE.items()}
    return make_frame(people=people, links=dict.fromkeys(("root", "know", "progress", "list:pm", "list:csm"), evil))


def messages(handover: Handover, frame: Frame, evil: str) -> list[Message | dict[str, Any]]:
    """Everything that can be drawn of it."""
    person: Person = frame.people[DEV.id]
    row = Row(42, evil, evil, DUE_AT, evil, evil)
    event = Event(NOW, 4, evil, dict.fromkeys(("why", "was", "now", "label", "old", "new", "text", "role"), evil))
    data: dict[str, Any] = {
        "why": evil, "by": 2, "step": "channel", "entries": [entry.id for entry in handover.entries], "role": "pm",
        "changes": [[evil, evil, evil, False]] * 20, "roles": ["pm", "sales_rep"], "reason": evil, "text": evil,
        "sentence": evil, "line": evil, "batch": "b", "words": evil, "near": [evil], "may_search": True,
        "rows": [[evil, evil, evil, evil, evil]] * 9, "person": person, "handovers": [handover], "events": [event] * 99,
        "sight": "whole", "ring": {}, "parts": [evil] * 10, "at": NOW.isoformat(), "counts": {"commitment": 2},
        "item": evil, "pause": evil, "person_name": evil,
    }  # fmt: skip
    drawn: list[Message | dict[str, Any]] = list(faces(handover, frame).values())
    drawn += [reply(name, handover, frame, data) for name in REPLIES]
    drawn += [direct(name, handover, frame, data, one) for name in LETTERS for one in frame.people.values()]
    drawn += [
        whisper(n, handover, frame, data) for n in ("line", "refused", "saved", "card", "brief", "history", "mine")
    ]
    drawn += [whisper(n, handover, frame, data) for n in ("no_match", "found")]
    found = [(42, evil, entry) for entry in handover.entries] * 5
    drawn.append(whisper("find", None, frame, {"words": evil, "rows": found}))
    drawn += [card.listing([row] * 20, frame, evil, more=True), card.choice([row] * 10, frame)]
    drawn += [
        card.card(handover, frame, sight=Sight.OUTLINE),
        card.help_(person, {Role.PM}, dict.fromkeys(NAMED, evil)),
    ]
    drawn += [brief.modal(handover, frame), history.modal(handover, [event] * 99, frame)]
    drawn.append(home_view(person, [(handover, gate.turns(handover))] * 9, [handover] * 9, [row] * 9, frame))
    return drawn


@pytest.mark.parametrize(
    "state", [state if state in OFTEN else pytest.param(state, marks=pytest.mark.slow) for state in State]
)
@pytest.mark.parametrize("name", EVIL)
def test_hostile_words_are_harmless_everywhere(name: str, state: State) -> None:
    evil = EVIL[name]
    for message in messages(evil_handover(state, evil), evil_frame(evil), evil):
        accepted(message)
        harmless(message, rung=("U0ANA", "U0BEN", "U0CHLOE", "U0DEV"))


@pytest.mark.parametrize("name", EVIL)
def test_hostile_words_are_harmless_where_outsiders_read_along(name: str) -> None:
    evil = EVIL[name]
    frame = replace(evil_frame(evil), open_here=False)
    for message in messages(evil_handover(State.PROVISIONED, evil), frame, evil):
        accepted(message)
        harmless(message, rung=("U0ANA", "U0BEN", "U0CHLOE", "U0DEV"))


@pytest.mark.parametrize("kind", ["hold", "pause"])
def test_hostile_reasons_are_harmless(kind: str) -> None:
    for evil in EVIL.values():
        handover = evil_handover(State.SCOPED, evil)
        handover.intervals = [Interval(kind, NOW, evil, by=2, expected=DUE_AT.date())]
        for message in messages(handover, evil_frame(evil), evil):
            accepted(message)
            harmless(message, rung=("U0ANA", "U0BEN", "U0CHLOE", "U0DEV"))


@pytest.mark.parametrize("name", [*admin.PLAIN, "held_wins", "held_over", "first_start", "split", "parked"])
def test_hostile_words_are_harmless_for_whoever_runs_baton(name: str) -> None:
    """Deals are named by their CRM, and what broke by whoever broke."""
    for evil in EVIL.values():
        told = {"vendor": "HubSpot", "kind": "ReadDeal", "why": evil, "deals": [evil] * 50, "count": 50, "by": 2}
        message = admin.admin(name, evil_frame(evil), told)
        accepted(message)
        harmless(message)


@pytest.mark.parametrize("text_of", [brief.client_safe, brief.crm_note])
def test_plain_texts_have_no_hidden_signs_and_no_scripts(text_of: Callable[[Handover], str]) -> None:
    for evil in EVIL.values():
        text = text_of(evil_handover(State.IN_PROGRESS, evil))
        assert not set(text) & {"\x00", "\u202e", "\u2066"}
        assert "javascript:" not in text.split("Scope:")[-1] or "Scope:" not in text
