"""The lists: what can be done now has its button, what waits says for whom, what comes later says when."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from blocks import ids
from blocks.faces import faces
from blocks.frame import Message
from bot.context import Disposition, Point
from bot.handover import Answer, ClientAccess, Handover, Item, Post, Presale, Signature, State, StepState
from bot.people import Role
from tests.blocks.reading import accepted, buttons, elements, words
from tests.builders import ANA, BEN, CHLOE, DEV, HOLDERS, NOW, READY_AT, make_frame, make_handover, on_hold

FRAME = make_frame()


def drawn(handover: Handover, role: str, frame: Any = FRAME) -> Message:
    message = faces(handover, frame)[f"list:{role}"]
    accepted(message)
    return message


@pytest.mark.req("R46", "R49")
def test_the_rep_has_three_questions_each_with_one_click_for_nothing() -> None:
    message = drawn(make_handover(State.WON), "sales_rep")
    assert {text: b["action_id"] for text, b in buttons(message).items()} == {
        "Add promises": ids.ADD_PROMISE,
        "Nothing was promised": ids.NONE_PROMISED,
        "Say the date": ids.ADD_DATE,
        "The contract date": ids.CONTRACT_DATE,
        "Add people": ids.ADD_STAKEHOLDER,
        "Nobody that I know of": ids.NOBODY_KNOWN,
        "Presale work": ids.PRESALE,
    }
    assert "○ *Presale work:* 0 of 4 signed off · next: discovery" in words(message)
    assert "Presale work" not in words(drawn(make_handover(State.SCOPED), "sales_rep"))
    assert all(button["value"] == "42" for button in buttons(message).values())
    assert "*Ana Ruiz* · sales rep · 0 of 4 done" in words(message)
    assert "Later: sign off: the client context is right (when the workspace is ready)" in words(message)


def test_an_answered_question_says_by_whom_and_when() -> None:
    said = Answer("none:commitment", ANA.id, READY_AT)
    message = drawn(make_handover(State.WON, answers=[said]), "sales_rep")
    assert "✓ Nothing was promised, says Ana (8 Sep)" in words(message)
    assert "Nothing was promised" not in buttons(message)


def test_a_question_of_the_project_manager_is_the_reps_turn() -> None:
    message = drawn(make_handover(State.SCOPED), "sales_rep")
    assert "answer 1 question from Ben" in words(message)
    assert buttons(message)["Answer"]["action_id"] == ids.ANSWER_QUESTION
    assert "○ Waits for Ana: 1 question" in words(drawn(make_handover(State.SCOPED), "pm"))


def test_the_project_manager_opens_documents_answers_points_and_ticks() -> None:
    handover = make_handover(State.SCOPED)
    for entry in handover.entries[:3]:
        entry.point = Point()
    message = drawn(handover, "pm")
    assert buttons(message)["Answer 3 points"]["action_id"] == ids.ANSWER_POINTS
    assert buttons(message)["All read"]["action_id"] == ids.ALL_READ
    opened = [e for e in elements(message) if e.get("action_id") == ids.OPEN_DOCUMENT]
    assert next((e["value"], e["url"]) for e in opened) == ("42:d1", "https://app.hubspot.example/d1")
    assert len(opened) == 4


def test_a_document_that_was_opened_leaves_the_list() -> None:
    read = [Answer(f"read:d{n}", BEN.id, NOW) for n in (1, 2)]
    message = drawn(make_handover(State.SCOPED, answers=read), "pm")
    assert [e["value"] for e in elements(message) if e.get("action_id") == ids.OPEN_DOCUMENT] == ["42:d3", "42:d4"]


def test_a_tick_has_a_new_block_id_at_each_version() -> None:
    """Else a refused tick would stay on the screen of whoever clicked it."""
    handover = make_handover(State.SCOPED)
    block = next(b for b in drawn(handover, "pm").blocks if b.get("block_id", "").startswith(ids.LIST))
    assert block["block_id"] == "list:pm:7"
    assert block["elements"][0]["options"][0]["value"] == "42:confirm-team"
    assert "initial_options" not in block["elements"][0]
    handover.rev, handover.items[6].ticked_at, handover.items[6].ticked_by = 8, NOW, BEN.id
    block = next(b for b in drawn(handover, "pm").blocks if b.get("block_id", "").startswith(ids.LIST))
    assert block["block_id"] == "list:pm:8"
    assert [o["value"] for o in block["elements"][0]["initial_options"]] == ["42:confirm-team"]


def test_more_than_ten_ticks_take_a_second_block() -> None:
    items = [Item(f"hand-{n}", Role.PM, f"Thing {n}", kind="hand", position=n) for n in range(23)]
    message = drawn(make_handover(State.SCOPED, items=items), "pm")
    found = [b for b in message.blocks if b.get("block_id", "").startswith(ids.LIST)]
    assert [len(b["elements"][0]["options"]) for b in found] == [10, 10, 3]
    assert [b["block_id"] for b in found] == ["list:pm:7", "list:pm:7:2", "list:pm:7:3"]


def test_a_long_list_says_how_much_more_there_is() -> None:
    items = [
        Item(f"field-{n}", Role.PM, f"Thing {n}", "More", check="field:deal.region", position=n) for n in range(60)
    ]
    assert "and 50 more" in words(drawn(make_handover(State.SCOPED, items=items), "pm"))


def test_documents_that_are_not_there_are_not_counted() -> None:
    handover = make_handover(State.SCOPED)
    handover.deal = replace(handover.deal, documents=())
    assert "read the presale documents, none is linked" in drawn(handover, "pm").text


def test_tasks_without_owner_or_date_stand_before_the_sign_off() -> None:
    message = drawn(make_handover(State.PROVISIONED), "pm")
    assert "every task has an owner and a date, 17 of 19" in words(message)
    assert buttons(message)["Set dates"]["action_id"] == ids.SET_TASKS
    assert "Sign off" not in buttons(message)
    assert "○ For your sign-off: Ana answers 1 question from Ben; read 4 documents" in words(message)
    assert "answer 1 point" not in words(message)


def test_a_sign_off_shows_the_completeness_and_names_its_role() -> None:
    message = drawn(make_handover(State.PROVISIONED), "delivery_manager")
    assert buttons(message)["Sign off"]["value"] == "42:delivery_manager"
    assert "6 of 15 items are done. Your name stands for it." in words(message)


def test_after_the_sign_off_the_button_is_gone_and_the_name_stands() -> None:
    handover = make_handover(State.PROVISIONED, signatures=[Signature(Role.DELIVERY_MANAGER, DEV.id, NOW)])
    message = drawn(handover, "delivery_manager")
    assert "✓ Signed off by Dev Patel, <!date^" in words(message)
    assert "Sign off" not in buttons(message)


def test_a_withdrawn_signature_says_why_where_it_may() -> None:
    gone = Signature(Role.DELIVERY_MANAGER, DEV.id, NOW, withdrawn_at=NOW, withdrawn_why="amount 84,000 → 80,000")
    handover = make_handover(State.PROVISIONED, signatures=[gone])
    assert "counts no longer: amount 84,000 → 80,000. Look, then sign again." in words(
        drawn(handover, "delivery_manager")
    )
    closed = words(drawn(handover, "delivery_manager", make_frame(open_here=False)))
    assert "counts no longer" in closed
    assert "80,000" not in closed


def test_client_success_acts_once_the_delivery_manager_has_signed() -> None:
    before = drawn(make_handover(State.PROVISIONED), "csm")
    assert "check who at the client gets access (when Dev has signed)" in words(before)
    assert list(buttons(before)) == ["Set kickoff date"]
    signed = [Signature(Role.DELIVERY_MANAGER, DEV.id, NOW)]
    after = drawn(make_handover(State.PROVISIONED, signatures=signed), "csm")
    assert buttons(after)["Review and invite"]["action_id"] == ids.REVIEW_ACCESS


def test_access_that_did_not_work_is_a_step_by_hand() -> None:
    access = [
        ClientAccess("klein@abc.example", "M. Klein", "comment", "failed", words="No seat is free."),
        ClientAccess("okafor@abc.example", "R. Okafor", "view", "asked"),
    ]
    handover = make_handover(
        State.PROVISIONED,
        access=access,
        signatures=[Signature(Role.DELIVERY_MANAGER, DEV.id, NOW)],
        answers=[Answer("access_reviewed", CHLOE.id, NOW)],
    )
    message = drawn(handover, "csm")
    assert "✓ 2 people of the client invited by Chloe" in words(message)
    assert "M. Klein has no access yet: No seat is free." in words(message)
    assert buttons(message)["Done by hand"]["value"] == "42:klein@abc.example"
    assert "Being invited: R. Okafor" in words(message)


def test_the_delivery_manager_confirms_the_scope_and_fills_empty_roles() -> None:
    message = drawn(make_handover(State.WON, roles={Role.SALES_REP: 1, Role.DELIVERY_MANAGER: 4}), "delivery_manager")
    assert buttons(message)["Confirm scope"]["action_id"] == ids.CONFIRM_SCOPE
    selects = [b for b in message.blocks if b.get("accessory", {}).get("type") == "users_select"]
    assert [b["block_id"] for b in selects] == ["role:pm:42", "role:csm:42"]
    assert selects[0]["accessory"]["action_id"] == ids.PICK_PERSON
    assert "ABC Fintech has no project manager. Pick one:" in words(message)


def test_the_workspace_has_a_button_only_when_nobody_is_at_it() -> None:
    manual = drawn(make_handover(State.SCOPED, steps=[]), "delivery_manager")
    assert buttons(manual)["Set up workspace"]["action_id"] == ids.PROVISION
    working = drawn(make_handover(State.SCOPED), "delivery_manager")
    assert "Set up workspace" not in buttons(working)
    assert "○ Baton sets up the workspace" in words(working)


def test_a_failed_step_is_the_delivery_managers_turn() -> None:
    handover = make_handover(State.SCOPED)
    handover.steps[0].state, handover.steps[0].words = StepState.FAILED, "The name is taken."
    assert "1 step of the workspace needs a hand" in words(drawn(handover, "delivery_manager"))
    progress = faces(handover, FRAME)["progress"]
    assert "⚠ *Slack channel* did not work: The name is taken." in words(progress)
    assert buttons(progress)["Retry"]["value"] == "42:channel"
    assert buttons(progress)["Done by hand"]["action_id"] == ids.STEP_BY_HAND
    accepted(progress)


def test_one_person_with_two_roles_has_one_list_with_two_headings() -> None:
    roles = {**HOLDERS, Role.PM: DEV.id}
    drawn_faces = faces(make_handover(State.WON, roles=roles), FRAME)
    assert "list:delivery_manager" not in drawn_faces
    assert "*Dev Patel* · project manager" in words(drawn_faces["list:pm"])
    assert "*Dev Patel* · delivery manager" in words(drawn_faces["list:pm"])
    assert "(project manager and delivery manager)" in drawn_faces["list:pm"].text
    accepted(drawn_faces["list:pm"])


def test_a_list_that_was_posted_already_points_to_the_other_one() -> None:
    roles = {**HOLDERS, Role.PM: DEV.id}
    posted = [Post("list:delivery_manager", "C1", "1.2")]
    message = drawn(make_handover(State.WON, roles=roles, posts=posted), "delivery_manager")
    assert "Dev Patel is delivery manager too" in words(message)
    assert len(message.blocks) == 1


def test_the_dots_hand_the_role_back_or_over() -> None:
    menu = next(e for e in elements(drawn(make_handover(State.WON), "pm")) if e["type"] == "overflow")
    assert [o["value"] for o in menu["options"]] == ["role.not_mine:42:pm", "role.hand_over:42:pm"]


def test_an_empty_role_has_a_list_without_dots() -> None:
    message = drawn(make_handover(State.WON, roles={Role.DELIVERY_MANAGER: 4}), "csm")
    assert "*nobody yet* · client success" in words(message)
    assert [e["type"] for e in elements(message)] == []


def test_on_hold_nothing_can_be_done() -> None:
    message = drawn(on_hold(make_handover(State.WON)), "sales_rep")
    assert "⏸ Nothing to do here for now: the deal was reopened in the CRM. The clock stands still." in words(message)
    assert buttons(message) == {}
    managers = drawn(on_hold(make_handover(State.WON)), "delivery_manager")
    assert "scope wanted by" not in words(managers), "the clock stands still"
    unnamed = on_hold(make_handover(State.WON, roles={Role.DELIVERY_MANAGER: DEV.id}))
    assert [e["type"] for e in elements(drawn(unnamed, "delivery_manager"))] == ["overflow"]


def test_after_the_end_only_what_was_done_stands() -> None:
    for role in ("sales_rep", "pm", "csm", "delivery_manager"):
        message = drawn(make_handover(State.CLOSED), role)
        assert list(elements(message)) == []
    assert "✓ Confirm that the team is available, Ben (8 Sep)" in words(drawn(make_handover(State.CLOSED), "pm"))


def test_what_is_done_says_how_many_and_by_whom() -> None:
    handover = make_handover(State.IN_PROGRESS, kickoff=date(2025, 9, 16))
    pm = words(drawn(handover, "pm"))
    assert "✓ Presale documents read (4 of 4) · ✓ All 6 points answered" in pm
    assert "✓ Kickoff on Tue 16 Sep 2025" in words(drawn(handover, "csm"))
    assert "✓ Nobody at the client gets access yet, says Chloe: the tool is in German" in words(drawn(handover, "csm"))
    assert "✓ Scope confirmed by Dev Patel, <!date^" in words(drawn(handover, "delivery_manager"))


def test_the_text_names_what_is_open() -> None:
    handover = make_handover(State.PROVISIONED)
    for entry in handover.entries:
        if entry.point:
            entry.point.disposition = Disposition.IN_SCOPE
    handover.answers = [Answer("presale_read", BEN.id, NOW)]
    assert drawn(handover, "pm").text == (
        "ABC Fintech, list of Ben Ortiz (project manager): 2 of 4 done. Open: give 2 tasks an owner and a date; "
        "confirm that the team is available; sign off. Due Wed 10 Sep 10:00."
    )


def test_no_two_elements_of_a_block_share_an_action() -> None:
    for state in (State.WON, State.SCOPED, State.PROVISIONED):
        for name, message in faces(make_handover(state), FRAME).items():
            for block in message.blocks:
                found = [e.get("action_id") for e in block.get("elements", []) if "action_id" in e]
                assert len(found) == len(set(found)), name


def test_a_checklist_may_ask_for_presale_work_and_leads_to_it() -> None:
    """`check = "presale_done:pricing"` in a company's own checklist: the line's button opens the index."""
    item = Item("pricing", Role.PM, "See the pricing approved", opens="won", check="presale_done:pricing")
    message = drawn(make_handover(State.WON, items=[item]), "pm")
    assert buttons(message)["Presale work"]["action_id"] == ids.PRESALE
    done = Presale("pricing", signed_off=True)
    assert "Presale work" not in buttons(drawn(make_handover(State.WON, items=[item], presale=[done]), "pm"))
