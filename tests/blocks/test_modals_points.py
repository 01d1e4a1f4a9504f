"""The modals "Answer 6 points" and "Answer 1 question"."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks import points
from blocks.frame import FieldErrors
from bot.actions.points import PointAnswer
from bot.context import Disposition, Entry, Kind, Point, Source
from bot.people import Role
from tests.blocks.modals import FRAME, HOSTILE, WON, block, checked, filled, handover, marked, promise, texts

ASKED = Point(Disposition.ASK, question="does it go on after go-live?", asked_by=2, asked_at=WON)
REPLIED = Point(
    Disposition.ASK, question="After go-live?", asked_by=2, asked_at=WON, reply="No, until it.", replied_by=1
)


def points_view(*entries: Entry, **fields: Any) -> dict[str, Any]:
    return points.points_view(handover(entries=list(entries)), FRAME, nonce="n1", **fields)


def test_all_open_points_stand_in_one_view_and_none_is_preset() -> None:
    answered = promise(3, point=Point(Disposition.IN_SCOPE))
    view = checked(points_view(promise(1), promise(2, "Free training"), answered))
    assert view["title"]["text"] == "Answer 2 points"
    assert [b["block_id"] for b in view["blocks"]] == ["point:1", "point:2"]
    radio = view["blocks"][0]["accessory"]
    assert [o["text"]["text"] for o in radio["options"]] == [
        "In scope",
        "Change request",
        "Goodwill",
        "Declined",
        "Ask Ana",
    ]
    assert "initial_option" not in radio


def test_a_point_says_who_promised_what_to_whom_when() -> None:
    words = points_view(promise(1))["blocks"][0]["text"]["text"]
    assert words == '*"Weekly call until go-live"* · Ana Ruiz to M. Klein (CFO), 21 Aug · in scope? not sure'


def test_a_discount_of_the_crm_and_a_date_say_what_they_are() -> None:
    discount = Entry(1, Kind.DISCOUNT, "10 % off Support", 0, WON, Source.CRM, point=Point())
    real = Entry(2, Kind.REAL_DEADLINE, "board", 1, WON, details={"real_date": "2026-03-13"}, point=Point())
    view = points_view(discount, real)
    assert '*"10 % off Support"* · discount · from the CRM, 5 Sep' in texts(view)
    assert '*"board"* · date · Fri 13 Mar 2026 · Ana Ruiz, 5 Sep' in texts(view)


def test_half_done_is_fine() -> None:
    view = points_view(promise(1), promise(2), promise(3))
    assert points.points_read(filled(view)) == []
    read = points.points_read(filled(view, {"point:2": "in_scope"}))
    assert read == [PointAnswer(2, Disposition.IN_SCOPE)]


@pytest.mark.parametrize(
    ("choice", "fields", "answer"),
    [
        (
            "goodwill",
            {"point:1:hours": "2,50 h", "point:1:approver": "Dev"},
            PointAnswer(1, Disposition.GOODWILL, hours="2.5", approver="Dev"),
        ),
        (
            "declined",
            {"point:1:told_by": "Ana, on 8 Sep"},
            PointAnswer(1, Disposition.DECLINED, told_by="Ana, on 8 Sep"),
        ),
        ("ask", {"point:1:question": "Until when?"}, PointAnswer(1, Disposition.ASK, question="Until when?")),
        ("change_request", {}, PointAnswer(1, Disposition.CHANGE_REQUEST)),
    ],
)
def test_what_an_answer_needs_appears_under_its_point_and_is_read(
    choice: str, fields: dict[str, str], answer: PointAnswer
) -> None:
    record = handover(entries=[promise(1), promise(2)])
    first = filled(points.points_view(record, FRAME, nonce="n1"), {"point:1": choice})
    again = checked(points.points_redrawn(first, record, FRAME))
    assert [b["block_id"] for b in again["blocks"]] == ["point:1", *fields, "point:2"]
    assert not any(block(again, field)["optional"] for field in fields)  # Slack would say "(optional)"
    assert points.points_read(filled(again, fields)) == [answer]


@pytest.mark.parametrize(
    ("choice", "errors"),
    [
        (
            Disposition.GOODWILL,
            {
                "point:1:hours": "Write the hours as a number, for example 4.",
                "point:1:approver": "Write who approved it.",
            },
        ),
        (Disposition.DECLINED, {"point:1:told_by": "Write who told the client."}),
        (Disposition.ASK, {"point:1:question": "Write your question in one sentence."}),
    ],
)
def test_what_an_answer_needs_is_asked_for(choice: Disposition, errors: dict[str, str]) -> None:
    view = points_view(promise(1), chosen={1: choice})
    assert points.points_read(filled(view)) == FieldErrors(errors)


@pytest.mark.parametrize("hours", ["many", "0", "-2", "NaN", "Infinity", "1e9", "10001"])
def test_goodwill_hours_are_a_number_of_hours(hours: str) -> None:
    view = points_view(promise(1), chosen={1: Disposition.GOODWILL})
    read = points.points_read(filled(view, {"point:1:hours": hours, "point:1:approver": "Dev"}))
    assert read == FieldErrors({"point:1:hours": "Write the hours as a number, for example 4."})


def test_a_save_that_is_faster_than_the_redraw_is_noticed() -> None:
    record = handover(entries=[promise(1)])
    fast = filled(points.points_view(record, FRAME, nonce="n1"), {"point:1": "goodwill"})
    assert points.points_incomplete(fast) is True
    again = filled(points.points_redrawn(fast, record, FRAME))
    assert points.points_incomplete(again) is False


def test_a_changed_answer_forgets_the_fields_of_the_first() -> None:
    view = points_view(promise(1), chosen={1: Disposition.GOODWILL})
    changed = filled(view, {"point:1": "in_scope", "point:1:hours": "4", "point:1:approver": "Dev"})
    assert points.points_read(changed) == [PointAnswer(1, Disposition.IN_SCOPE)]


def test_more_than_twenty_points_come_in_pages() -> None:
    entries = [promise(n, f"Promise {n}") for n in range(1, 36)]
    first = checked(points_view(*entries))
    assert first["title"]["text"] == "Answer 35 points"
    assert sum("accessory" in b for b in first["blocks"]) == 20
    assert "20 of 35 are shown. Save these, then the next ones follow." in texts(first)
    second = checked(points_view(*entries, page=1))
    assert [b["block_id"] for b in second["blocks"] if "block_id" in b] == [f"point:{n}" for n in range(21, 36)]


def test_a_point_that_waits_for_the_rep_stands_last_and_does_not_count() -> None:
    view = checked(points_view(promise(1, point=ASKED), promise(2)))
    assert view["title"]["text"] == "Answer 1 point"
    assert [b["block_id"] for b in view["blocks"]] == ["point:2", "point:1"]
    assert "Ben asked: does it go on after go-live?" in texts(view)


def test_the_rep_s_answer_is_shown_under_its_point() -> None:
    assert "*Ana answers:* No, until it." in texts(points_view(promise(1, point=REPLIED)))


def test_nothing_open_is_said() -> None:
    view = checked(points_view())
    assert "All points are answered." in texts(view)
    assert "submit" not in view


def test_without_a_rep_the_question_goes_to_the_role() -> None:
    record = handover(entries=[promise(1)], roles={Role.PM: 2})
    assert "Ask the sales rep" in texts(points.points_view(record, FRAME, nonce="n1"))


def test_hostile_points_fit_and_stay_harmless() -> None:
    bad = Point(Disposition.ASK, question=HOSTILE, asked_by=2, reply=HOSTILE, replied_by=1)
    details = {"to": HOSTILE, "said_on": HOSTILE, "in_scope": HOSTILE}
    entries = [promise(n, HOSTILE[:1000], point=bad, details=details, evidence=HOSTILE) for n in range(1, 26)]
    chosen = dict.fromkeys(range(1, 26), Disposition.GOODWILL)
    view = checked(points_view(*entries, chosen=chosen))
    assert "<!channel>" not in marked(view)
    assert set(json.loads(view["private_metadata"])) == {"h", "n"}
    alone = checked(points_view(promise(1, "&" * 1000)))
    assert len(alone["blocks"][0]["text"]["text"]) <= 3000


def test_a_long_point_that_stands_alone_can_be_read_in_full() -> None:
    words = "weekly call " * 80
    assert words.strip() in texts(points_view(promise(1, words)))


def test_the_rep_answers_every_question_in_one_view() -> None:
    record = handover(entries=[promise(1, point=ASKED), promise(2, "Free training", point=ASKED), promise(3)])
    view = checked(points.question_view(record, FRAME, nonce="n1"))
    assert view["title"]["text"] == "Answer 2 questions"
    assert block(view, "point:1")["label"]["text"] == "Ben asks: does it go on after go-live?"
    assert '"Weekly call until go-live" · Ana Ruiz to M. Klein (CFO), 21 Aug' in texts(view)
    assert points.question_read(filled(view, {"point:2": "Yes, 4 hours.\x00 "})) == {2: "Yes, 4 hours."}


def test_an_empty_answer_is_refused_under_the_first_question() -> None:
    record = handover(entries=[promise(7, point=ASKED)])
    view = points.question_view(record, FRAME, nonce="n1")
    assert block(view, "point:7")["optional"] is False
    read = points.question_read(filled(view, {"point:7": "  "}))
    assert isinstance(read, FieldErrors)
    assert read == {"point:7": "Write at least one answer."}


def test_questions_that_are_answered_meanwhile_are_said_to_be() -> None:
    view = checked(points.question_view(handover(entries=[promise(1, point=REPLIED)]), FRAME, nonce="n1"))
    assert "These questions are answered already." in texts(view)


def test_hostile_questions_fit() -> None:
    bad = Point(Disposition.ASK, question=HOSTILE, asked_by=2, asked_at=datetime(2025, 9, 8, tzinfo=UTC))
    record = handover(entries=[promise(n, HOSTILE, point=bad) for n in range(1, 30)])
    assert "<!channel>" not in marked(checked(points.question_view(record, FRAME, nonce="n1")))
