"""What outsiders never read, whatever the record holds: promises, discounts, stances, amounts. Nor any notification."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from blocks import brief, card, history
from blocks.direct import direct
from blocks.faces import faces
from blocks.frame import Frame, Message
from blocks.replies import reply
from blocks.whisper import whisper
from bot.context import Disposition, Entry, Kind, Point
from bot.deal import Document, DocumentKind, Money
from bot.handover import Answer, Event, Handover, Interval, Override, State, StepState
from bot.people import Sight
from tests.blocks.test_hostile import ABOUT_NONE, LETTERS, REPLIES, WHISPERS
from tests.builders import ANA, NOW, PEOPLE, make_frame, make_handover

WORD, AMOUNT = "canary", "987654.32"
SECRETS = (WORD, "987,654", "987654", "123,456")
TYPED = ("cancelled", "again")  # whose reason somebody typed; of a hold we say it ourselves
KEPT = {"stance": "against", "date": "2026-03-13", "real_date": "2026-03-13", "percent": "12"}
STATES = tuple(State)


def secret(state: State, *, paused: bool = False) -> Handover:
    """A record with every kind of entry, each with words in every field, answered in every way, and an amount.

    While it is paused it is nobody's turn, so that what people can do is not drawn.
    """
    made = make_handover(state)
    answers = [*Disposition] * len(Kind)
    made.entries = [
        Entry(
            number,
            kind,
            f"{WORD} {kind}",
            ANA.id,
            NOW,
            evidence=f"https://acme.example/{WORD}",
            evidence_words=WORD,
            details={
                **dict.fromkeys(("to", "why", "value", "reason", "approved_by", "topic", "success"), WORD),
                **KEPT,
            },
            point=Point(answers[number], 2, NOW, WORD, WORD, WORD, WORD, 2, NOW, WORD if number % 2 else "", 1, NOW),
        )
        for number, kind in enumerate([*Kind, *Kind])
    ]
    money = Money(Decimal(AMOUNT), "EUR")
    lines = tuple(replace(line, name=WORD, unit_price=Decimal(123456)) for line in made.deal.line_items)
    notes = ((WORD, WORD),)
    made.deal = replace(made.deal, amount=money, line_items=lines, meddpicc=notes, risks=(WORD,), gaps=(WORD,))
    paper = Document("paper", f"Pricing: {WORD}", DocumentKind.PRESALE, "https://crm.example/paper")
    made.deal = replace(made.deal, documents=(*made.deal.documents, paper))
    made.override = Override(5, NOW, f"{WORD} {WORD} {WORD}")
    if paused:
        made.intervals.append(Interval("pause", NOW, WORD, by=2, expected=NOW.date() + timedelta(days=9)))
    made.end_reason = made.end_reason and WORD
    made.answers = [*(a for a in made.answers if a.key != "access_reviewed"), Answer("access_reviewed", 3, NOW, WORD)]
    made.access = []
    for step in made.steps:
        step.state, step.by, step.at, step.words = StepState.MANUAL, 2, NOW, WORD
    return made


def news(handover: Handover) -> dict[str, Any]:
    """What a reply may be about."""
    changes = [["Amount", AMOUNT, "123,456.00 EUR", True], ["Line items", WORD, WORD, True]]
    entries = [entry.id for entry in handover.entries if entry.point and entry.point.waits_for_rep]
    told = {"by": 2, "step": "channel", "role": "pm", "roles": ["pm"], "entries": entries, "changes": changes}
    told |= {"why": "the deal was reopened in the CRM", "reason": WORD, "item": WORD, "ring": {}, "parts": ["Rollout"]}
    told |= {"at": NOW.isoformat(), "counts": {Kind.COMMITMENT.value: 2}, "pause": NOW.isoformat()}
    return told


def in_channels(handover: Handover, frame: Frame) -> Iterator[Message | dict[str, Any]]:
    """Everything of it that stands in a channel, or is shown to whoever sees the outline alone."""
    yield from faces(handover, frame).values()
    for name in REPLIES:
        typed = {"why": WORD} if name in TYPED else {}
        yield reply(name, handover, frame, news(handover) | typed)
    yield brief.internal(handover, frame)
    yield card.card(handover, frame, sight=Sight.OUTLINE)


def to_people(handover: Handover, frame: Frame) -> Iterator[Message]:
    """What is written to one person: they may read everything, but not on a locked screen."""
    data = {
        **news(handover),
        "person": ANA,
        "handovers": [handover],
        "events": [Event(NOW, 1, "captured", {"count": 1})],
    }
    for name in LETTERS:
        typed = {"why": WORD} if name in TYPED else {}
        yield from (direct(name, handover, frame, data | typed, one) for one in PEOPLE.values())
    for name in WHISPERS - ABOUT_NONE:
        yield whisper(name, handover, frame, {**data, "sight": "whole"})
    yield card.card(handover, frame, sight=Sight.WHOLE)


def found_in(shown: Any) -> set[str]:
    """Which secrets can be read there."""
    written = json.dumps(shown, ensure_ascii=False, default=str).lower()
    return {one for one in SECRETS if one in written}


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_whoever_reads_along_reads_no_promise_discount_stance_or_amount(state: State, paused: bool) -> None:  # noqa: FBT001
    handover, hidden = secret(state, paused=paused), make_frame(open_here=False, now=NOW + timedelta(hours=1))
    for number, message in enumerate(in_channels(handover, hidden)):
        shown = asdict(message) if isinstance(message, Message) else message
        assert found_in(shown) == set(), (number, shown)


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_no_notification_holds_one(state: State, paused: bool) -> None:  # noqa: FBT001
    """Among colleagues too: a lock screen, an e-mail copy and a screen reader in the open know no secrets."""
    handover, frame = secret(state, paused=paused), make_frame()
    open_ = [one for one in in_channels(handover, frame) if isinstance(one, Message)]
    for message in (*open_, *to_people(handover, frame)):
        assert found_in(message.text) == set(), message.text


def test_colleagues_read_all_of_it() -> None:
    """The secrets are there to be found: what the other tests miss is hidden, not absent."""
    handover, frame = secret(State.SCOPED), make_frame()
    shown = [asdict(one) if isinstance(one, Message) else one for one in in_channels(handover, frame)]
    assert found_in(shown) >= {WORD, "987,654", "123,456"}
    assert history.modal(handover, [], frame)


def test_the_note_in_the_crm_says_what_the_status_beside_it_says() -> None:
    """It is written while the last step of the workspace runs, and holds links and no word of the record."""
    note = brief.crm_note(secret(State.SCOPED))
    assert note.startswith("Handover HO-42: Workspace ready.")
    assert found_in(note) == set()
