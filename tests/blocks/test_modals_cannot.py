"""The modal "I can't do this": which thing, why, and the fields that each answer asks for."""

from datetime import date
from typing import Any

import pytest

from blocks import ids
from blocks.clock import cannot
from blocks.clock.cannot import Cannot, Row
from blocks.frame import FieldErrors
from blocks.modal import submission
from blocks.words import turns
from bot.handover import Handover, State
from bot.people import Role
from tests.blocks.modals import FRAME, HOSTILE, block, checked, filled, handover, marked, promise, texts

TEAM = "42:pm:tick:confirm-team"
POINTS = "42:pm:answer_points:answer-points"


def rows(record: Handover | None = None, person: int = 2) -> list[Row]:
    """What waits for Ben."""
    made = record or handover(State.SCOPED, entries=[promise(1)])
    return [(made, turn) for turn in turns.of_person(made, person)]


def drawn(why: str = "", item: str = TEAM, **more: Any) -> dict[str, Any]:
    return checked(cannot.cannot_view(rows(), FRAME, nonce="n1", item=item, why=why, **more))


def submitted(why: str, answers: dict[str, Any], item: str = TEAM) -> Cannot | FieldErrors:
    return cannot.cannot_read(filled(drawn(why, item), answers))


def test_everything_that_waits_for_the_person_can_be_chosen_with_its_client() -> None:
    view = checked(cannot.cannot_view(rows(), FRAME, nonce="n1", of=[42, 7]))
    options = {o["value"]: o["text"]["text"] for o in block(view, "item")["element"]["options"]}
    assert options[TEAM] == "ABC Fintech: confirm that the team is available"
    assert options[POINTS] == "ABC Fintech: answer 1 point"
    reasons = [o["text"]["text"] for o in block(view, ids.CANT_WHY)["element"]["options"]]
    assert reasons == ["Waiting on the client", "Not mine", "Already done"]
    assert block(view, ids.CANT_WHY)["dispatch_action"]
    assert "initial_option" not in block(view, "item")["element"]
    assert cannot.cannot_of(view) == [42, 7]
    assert "confirm" not in view["private_metadata"]


def test_the_only_thing_is_chosen_already_and_nothing_says_so() -> None:
    alone = rows(handover(State.WON, roles={Role.DELIVERY_MANAGER: 4, Role.PM: 2, Role.CSM: 3, Role.SALES_REP: 1}), 4)
    view = checked(cannot.cannot_view(alone, FRAME, nonce="n"))
    assert (
        block(view, "item")["element"]["initial_option"]["value"] == "42:delivery_manager:confirm_scope:confirm-scope"
    )
    none = checked(cannot.cannot_view([], FRAME, nonce="n"))
    assert "Nothing waits for you any more. Thank you." in texts(none)
    assert none["callback_id"] == ids.VIEW_READ


def test_waiting_on_the_client_asks_what_and_until_when() -> None:
    read = submitted("waiting", {"reason": "test data", "expected": "2025-09-12"})
    assert read == Cannot(42, "pm", "tick", "confirm-team", "waiting", "test data", date(2025, 9, 12))
    assert submitted("waiting", {}) == FieldErrors(
        {
            "reason": "Say in a few words what the client owes you.",
            "expected": "Pick the date on which you expect the answer.",
        }
    )


def test_not_mine_asks_whose_and_why_or_hands_the_role_back() -> None:
    read = submitted("not_mine", {"holder": "U0CHLOE", "not_mine_reason": "She plans it"})
    assert read == Cannot(42, "pm", "tick", "confirm-team", "not_mine", "She plans it", holder="U0CHLOE")
    whole = submitted("not_mine", {"much": "role", "not_mine_reason": "On leave"}, POINTS)
    assert whole == Cannot(42, "pm", "answer_points", "answer-points", "not_mine", "On leave", whole_role=True)
    assert submitted("not_mine", {}) == FieldErrors(
        {
            "not_mine_reason": "Say in a few words why it is not yours: the delivery manager will read it.",
            "holder": "Choose whose it is.",
        }
    )


def test_already_done_asks_where() -> None:
    read = submitted("done", {"where": " https://plan.example/15 "})
    assert read == Cannot(42, "pm", "tick", "confirm-team", "done", "https://plan.example/15")
    assert submitted("done", {}) == FieldErrors({"where": "Say where it is done: a link, or a few words."})


@pytest.mark.parametrize(("why", "optional"), [("waiting", []), ("not_mine", ["Whose is it?"]), ("done", [])], ids=str)
def test_a_field_that_an_answer_needs_is_not_called_optional(why: str, optional: list[str]) -> None:
    fields = [b for b in drawn(why)["blocks"] if b["type"] == "input" and b["optional"]]
    assert [b["label"]["text"] for b in fields] == optional
    hints = [b["hint"]["text"] for b in fields]
    assert all(hint.startswith("Needed, unless your whole role") for hint in hints)


def test_which_one_and_why_are_asked_for() -> None:
    assert cannot.cannot_read(filled(drawn(item=""))) == FieldErrors(
        {"item": "Choose which one.", ids.CANT_WHY: "Choose why."}
    )


def test_the_fields_follow_the_answer_and_what_was_chosen_stays() -> None:
    first = drawn(of=[42])
    chosen = filled(first, {ids.CANT_WHY: "waiting", "item": POINTS})
    assert cannot.cannot_incomplete(chosen)
    again = checked(cannot.cannot_redrawn(chosen, rows(), FRAME))
    assert block(again, "item")["element"]["initial_option"]["value"] == POINTS
    assert block(again, "expected")
    assert again["private_metadata"] == first["private_metadata"]
    assert submission.origin(again).nonce == "n1"
    assert not cannot.cannot_incomplete(filled(again))
    other = filled(again, {ids.CANT_WHY: "done"})
    assert cannot.cannot_incomplete(other)
    assert "expected" not in str(cannot.cannot_redrawn(other, rows(), FRAME)["blocks"])
    gone = cannot.cannot_redrawn(chosen, [], FRAME)
    assert gone["callback_id"] == ids.VIEW_READ


@pytest.mark.parametrize("why", ["", "waiting", "not_mine", "done"])
def test_foreign_text_stays_text_and_many_things_fit(why: str) -> None:
    many = [row for number in range(60) for row in _numbered(number)]
    view = checked(cannot.cannot_view(many, FRAME, nonce="n", of=range(60), why=why))
    assert "<!channel>" not in marked(view)
    assert len(block(view, "item")["element"]["options"]) == 50


def _numbered(number: int) -> list[Row]:
    made = handover(State.SCOPED, client=HOSTILE)
    made.id = number
    return rows(made)[:1]
