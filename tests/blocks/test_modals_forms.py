"""The rare forms and the plain notes."""

import json
from datetime import date
from decimal import Decimal

import pytest

from blocks import forms
from blocks.forms import ByHand, Ending, NewDeal, PresaleSignOff
from blocks.frame import FieldErrors
from bot.deal import Money, PresaleKind
from bot.handover import Presale, Step
from tests.blocks.modals import HOSTILE, block, checked, filled, handover, marked, texts

BASE = {"client": "Northwind", "project": "Data Platform", "start": "2025-10-01"}


def test_a_step_by_hand_says_why_and_keeps_what_was_done() -> None:
    step = Step("channel", "slack", "Slack channel", words="Slack says that the name is taken.")
    view = checked(forms.by_hand_view(handover(), step, nonce="n1"))
    assert "Slack says that the name is taken." in texts(view)
    assert forms.by_hand_read(filled(view, {"words": "#proj-abc"})) == ByHand(42, "channel", "#proj-abc")
    assert forms.by_hand_read(filled(view)) == ByHand(42, "channel", "")


def test_a_deal_is_typed_in() -> None:
    view = checked(forms.new_view(nonce="n1", client="Northwind"))
    typed = {"project": "Data Platform", "start": "2025-10-01", "amount": "84,000", "currency": "eur"}
    read = forms.new_read(filled(view, typed | {"link": "https://crm.example/9"}))
    money = Money(Decimal(84000), "EUR")
    assert read == NewDeal("Northwind", "Data Platform", date(2025, 10, 1), money, "https://crm.example/9")


def test_amount_and_link_may_stay_empty() -> None:
    view = forms.new_view(nonce="n1")
    assert forms.new_read(filled(view, BASE)) == NewDeal("Northwind", "Data Platform", date(2025, 10, 1))
    assert block(view, "currency")["hint"]["text"].startswith("Needed with an amount")


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("84000", "84000"),
        ("84,000", "84000"),
        ("84.000", "84000"),
        ("84 000", "84000"),
        ("84’000.50", "84000.50"),
        ("84.000,5", "84000.5"),
        ("1,284,000.75", "1284000.75"),
        ("0.5", "0.5"),
        ("12,50", "12.50"),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, amount: str) -> None:
    read = forms.new_read(filled(forms.new_view(nonce="n1"), BASE | {"amount": typed, "currency": "CHF"}))
    assert isinstance(read, NewDeal)
    assert read.amount == Money(Decimal(amount), "CHF")


@pytest.mark.parametrize("typed", ["about 80k", "84,00,000", "-5", "1e5", "€84,000", "12,3456", "NaN"])
def test_what_is_no_amount_gets_a_sentence(typed: str) -> None:
    read = forms.new_read(filled(forms.new_view(nonce="n1"), BASE | {"amount": typed, "currency": "EUR"}))
    assert read == FieldErrors({"amount": "Write the amount in digits, for example 84,000."})


def test_what_is_missing_in_a_new_deal_gets_a_sentence() -> None:
    read = forms.new_read(filled(forms.new_view(nonce="n1"), {"client": " ", "amount": "5", "link": "crm"}))
    assert read == FieldErrors(
        {
            "client": "Name the client.",
            "project": "Name the project.",
            "start": "Pick the project's first day.",
            "link": "Paste a link that starts with https://.",
            "currency": "Write the currency in three letters, for example EUR.",
        }
    )


def test_an_end_needs_its_reason() -> None:
    view = checked(forms.cancel_view(handover(), nonce="n1"))
    assert (view["submit"]["text"], view["close"]["text"]) == ("Cancel handover", "Keep it")
    assert forms.cancel_read(filled(view, {"reason": "Opened twice"})) == Ending(42, "Opened twice")
    sentence = "Write the reason: it stays on the record."
    assert forms.cancel_read(filled(view, {"reason": "\x00 "})) == FieldErrors({"reason": sentence})


@pytest.mark.parametrize("kind", list(PresaleKind))
def test_presale_work_is_signed_off_with_its_deliverable(kind: PresaleKind) -> None:
    known = [Presale(kind.value, title="Workshop", deliverable="https://docs.example/1")]
    view = checked(forms.presale_view(handover(presale=known), kind, nonce="n1"))
    assert forms.DELIVERABLES[kind] in texts(view)
    read = forms.presale_read(filled(view, {"external": "M. Klein"}))
    assert read == PresaleSignOff(42, kind, "https://docs.example/1", "M. Klein")
    empty = forms.presale_view(handover(), kind, nonce="n1")
    sentence = "Link or name the deliverable first: without it the work cannot be closed."
    assert forms.presale_read(filled(empty)) == FieldErrors({"deliverable": sentence})


def test_notes_show_one_sentence_and_take_nothing() -> None:
    note = forms.note_view("Not yours", "Only <Ana> can tick this.")
    assert "Only &lt;Ana&gt; can tick this." in texts(checked(note))
    assert "submit" not in note
    assert checked(forms.note_view("x" * 60, ""))["title"]["text"] == "x" * 23 + "…"


def test_hostile_words_fit_everywhere() -> None:
    record = handover(
        client=HOSTILE,
        workspace_name=HOSTILE,
        presale=[Presale("pricing", HOSTILE, HOSTILE, external=HOSTILE)],
    )
    step = Step("k", "slack", HOSTILE, words=HOSTILE)
    for view in (
        forms.by_hand_view(record, step, nonce="n1"),
        forms.new_view(nonce="n1", client=HOSTILE),
        forms.cancel_view(record, nonce="n1"),
        forms.presale_view(record, PresaleKind.PRICING, nonce="n1"),
        forms.note_view(HOSTILE, HOSTILE),
    ):
        assert "<!channel>" not in marked(checked(view))
        assert set(json.loads(view["private_metadata"] or "{}")) <= {"h", "n", "step", "kind"}
