"""The form in which a deal is split: one workstream a line, its share behind the last colon."""

from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.frame import FieldErrors
from blocks.record.split import Split, split_read, split_view
from bot.deal import Money
from bot.split import Part
from tests.blocks.modals import HOSTILE, checked, filled, handover, texts


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("Data platform: 50,000", Part("Data platform", Decimal(50_000))),
        ("Data: phase 1: 50.000,50", Part("Data: phase 1", Decimal("50000.50"))),
        ("  Cloud :30 000 ", Part("Cloud", Decimal(30_000))),
        ("Cloud", Part("Cloud")),
        ("Cloud: phase two", Part("Cloud: phase two")),
        ("Cloud: -5", Part("Cloud: -5")),
        ("Cloud: 1e9", Part("Cloud: 1e9")),
    ],
)
def test_a_line_is_a_name_and_what_stands_behind_its_last_colon(line: str, part: Part) -> None:
    view = checked(split_view(handover(), [handover()], nonce="n1"))
    assert split_read(filled(view, {"parts": f"\n{line}\n\nRest: 1"})) == Split(42, (part, Part("Rest", Decimal(1))))


def test_it_names_the_sum_and_holds_what_is_there() -> None:
    deal = replace(handover().deal, amount=Money(Decimal(84_000), "EUR"))
    first, second = handover(workstream="Data", deal=deal), handover(workstream="Cloud", deal=deal)
    first.note(first.opened_at, "split", text="Data", amount="50000.00", currency="EUR")
    view = checked(split_view(first, [first, second], nonce="n1"))
    assert "Together: 84,000.00 EUR." in str(view)
    assert "Data: 50,000.00\\nCloud" in str(view)
    assert "The first line keeps this handover with all that was captured." in texts(view)


def test_an_empty_form_says_what_to_write() -> None:
    error = FieldErrors({"parts": "Write one workstream a line, with its amount behind a colon."})
    assert split_read(filled(split_view(handover(), [], nonce="n1"), {"parts": " \n "})) == error


def test_names_of_other_people_stay_words() -> None:
    evil = handover(workstream=HOSTILE, client=HOSTILE)
    checked(split_view(evil, [evil], nonce="n1"))
