"""Replies: few, each ringing only whom it is the turn of; drawn again they show what became of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blocks import ids
from blocks.direct import direct
from blocks.faces import faces
from blocks.frame import Frame, Message
from blocks.mrkdwn import clock
from blocks.replies import reply
from bot.breach import Breach
from bot.context import Disposition, Point
from bot.handover import Answer, Handover, Interval, Override, Signature, State, StepState
from bot.people import Role
from tests.blocks.reading import accepted, buttons, harmless, mentions, words
from tests.builders import ANA, BEN, CHLOE, DEV, HANA, HOLDERS, LIVE_AT, NOW, make_frame, make_handover, on_hold

FRAME = make_frame()
CHANGE: dict[str, Any] = {
    "changes": [["Amount", "84,000.00 EUR", "80,000.00 EUR", True], ["Close date", "2025-09-05", "", False]]
}


def drawn(name: str, handover: Handover, frame: Frame = FRAME, **data: Any) -> Message:
    message = reply(name, handover, frame, data)
    accepted(message)
    return message


@pytest.mark.req("R48", "R49")
def test_the_win_rings_each_who_can_act_once_and_names_the_rest() -> None:
    said = [Answer("none:commitment", ANA.id, NOW)]
    message = drawn("win", make_handover(State.WON, answers=said))
    assert words(message) == (
        "<@U0DEV> confirm the scope · <@U0ANA> 2 questions (1 minute) · <@U0BEN> read 4 documents\n"
        "Chloe: nothing yet, you hear from us when the workspace is ready."
    )
    assert mentions(message) == ["U0DEV", "U0ANA", "U0BEN"]
    assert message.text.endswith("It is the turn of Dev, Ana and Ben.")


def test_one_person_with_two_roles_is_rung_once() -> None:
    message = drawn("win", make_handover(State.WON, roles={**HOLDERS, Role.PM: DEV.id}))
    assert mentions(message).count("U0DEV") == 1


def test_an_empty_roles_work_rings_nobody_but_for_the_name() -> None:
    message = drawn("win", make_handover(State.WON, roles={Role.DELIVERY_MANAGER: DEV.id}))
    assert mentions(message) == ["U0DEV"]
    assert "name the sales rep, the project manager and client success" in words(message)
    assert "read 4 documents" not in words(message)


def test_a_workstream_that_begins_while_the_deal_waits_says_so() -> None:
    """Not that it waits for the workspace."""
    waits = make_handover(State.WON, intervals=[Interval("pause", NOW, "the order form", BEN.id)])
    message = drawn("win", waits)
    assert words(message).startswith("This handover is open, and waits on the client as the deal did.")
    assert mentions(message) == []


def test_what_was_late_is_not_called_late_where_it_is_read_aloud() -> None:
    over = make_handover(State.SCOPED, breaches=[Breach("gate", NOW, until=NOW)])
    message = drawn("late", over, ring={})
    assert message.text.endswith(" was late, and is no longer.")


def test_a_win_with_nobody_at_all_says_so() -> None:
    message = drawn("win", make_handover(State.WON, roles={}))
    assert words(message) == "This handover is open. Nothing waits for anybody yet."


def test_a_question_rings_the_rep_until_it_is_answered() -> None:
    handover = make_handover(State.SCOPED)
    message = drawn("questions", handover, entries=[1], by=BEN.id)
    assert words(message).startswith("<@U0ANA> Ben asks: does the weekly call go on after go-live?")
    assert buttons(message)["Answer"]["action_id"] == ids.ANSWER_QUESTION
    point = handover.entries[0].point
    assert point is not None
    point.reply, point.replied_by = "No, it ends there.", ANA.id
    after = drawn("questions", handover, entries=[1], by=BEN.id)
    assert "✓ Ben asked: does the weekly call go on after go-live? Ana: No, it ends there." in words(after)
    assert buttons(after) == {}
    assert mentions(after) == []


def test_several_questions_ring_once() -> None:
    handover = make_handover(State.SCOPED)
    asked = handover.entries[0]
    handover.entries.append(replace(asked, id=99))
    message = drawn("questions", handover, entries=[1, 99], by=BEN.id)
    assert mentions(message) == ["U0ANA"]
    assert words(message).count("Ben asks: does the weekly call") == 2


def test_a_question_that_was_settled_otherwise_is_over() -> None:
    handover = make_handover(State.SCOPED)
    handover.entries[0].point = Point(Disposition.IN_SCOPE, question="how often?")
    assert "It is settled." in words(drawn("questions", handover, entries=[1], by=BEN.id))


def test_a_question_about_an_entry_that_was_taken_back_is_over() -> None:
    handover = make_handover(State.SCOPED)
    handover.entries[0].undone_at = NOW
    assert words(drawn("questions", handover, entries=[1], by=BEN.id)) == "✓ 1 question from Ben: answered."


def test_questions_hide_their_words_where_outsiders_read_along() -> None:
    message = drawn("questions", make_handover(State.SCOPED), make_frame(open_here=False), entries=[1], by=BEN.id)
    assert "weekly call" not in words(message).lower()
    assert words(message).startswith("<@U0ANA> Ben asks 1 question. The words are hidden here")
    assert "Answer" in buttons(message)


def test_answers_ring_the_project_manager() -> None:
    handover = make_handover(State.SCOPED)
    point = handover.entries[0].point
    assert point is not None
    point.reply = "No."
    message = drawn("answers", handover, by=ANA.id)
    assert mentions(message) == ["U0BEN"]
    assert buttons(message)["Answer 1 point"]["action_id"] == ids.ANSWER_POINTS


def test_answers_to_points_that_are_answered_ring_nobody_and_ask_for_nothing() -> None:
    """A point that was opened later is not theirs; an old message that does not know its points waits for all."""
    handover = make_handover(State.SCOPED)
    first, later = handover.entries[0], replace(handover.entries[0], id=77, point=Point())
    handover.entries.append(later)
    data: dict[str, Any] = {"by": ANA.id, "entries": [first.id]}
    first.point = Point(Disposition.ASK, question="Until when?", asked_by=BEN.id, reply="No.", replied_by=ANA.id)
    assert "Answer 2 points" in buttons(drawn("answers", handover, **data))
    held = replace(handover, intervals=[Interval("hold", NOW, "lost")])
    assert buttons(drawn("answers", held, **data)) == {}
    first.point = Point(Disposition.CHANGE_REQUEST)
    over = drawn("answers", handover, **data)
    assert (words(over), mentions(over), buttons(over)) == ("✓ Ana answered the questions of Ben.", [], {})
    assert "Answer 1 point" in buttons(drawn("answers", handover, by=ANA.id))
    later.point = Point(Disposition.IN_SCOPE)
    assert buttons(drawn("answers", handover, by=ANA.id)) == {}


def test_a_ready_workspace_rings_the_project_manager_and_who_can_sign() -> None:
    message = drawn("ready", make_handover(State.PROVISIONED), signers=["delivery_manager"])
    assert mentions(message) == ["U0BEN", "U0DEV"]
    assert "give 2 tasks an owner and a date" in words(message)
    assert buttons(message)["Open workspace"]["url"] == "https://app.asana.example/0/1"


def test_a_project_manager_without_a_turn_is_asked_to_look() -> None:
    handover = make_handover(State.PROVISIONED, tasks=[])
    assert words(drawn("ready", handover)).split("\n")[1].startswith("<@U0BEN> look through tasks, owners and dates")


def test_going_live_names_who_signed_and_rings_nobody() -> None:
    message = drawn("live", make_handover(State.IN_PROGRESS), make_frame(wanted=timedelta(hours=16)))
    assert words(message).startswith(
        "🟢 *ABC Fintech – Cloud Migration – Sep2025 is live.* The workspace is the record from now on. "
        "Signed by Dev Patel, Ben Ortiz and Ana Ruiz · 1 day 5 h of 2 days · "
        "3 promises: 2 in scope, 1 change request."
    )
    assert mentions(message) == []
    assert "promises" not in message.text
    closed = drawn("live", make_handover(State.IN_PROGRESS), make_frame(open_here=False))
    assert "promises" not in words(closed)


def test_an_override_is_said_with_its_reason() -> None:
    handover = make_handover(State.IN_PROGRESS, override=Override(HANA.id, LIVE_AT, "The client starts tomorrow."))
    assert "The gate was opened by Hana Sato: The client starts tomorrow." in words(drawn("live", handover))
    assert '*Hana Sato opened the gate by an override:* "The client starts tomorrow."' in words(
        drawn("override", handover, by=HANA.id)
    )


def test_the_same_signer_in_two_roles_is_named_once() -> None:
    both = [Signature(role, DEV.id, NOW) for role in (Role.DELIVERY_MANAGER, Role.PM)]
    assert "Signed by Dev Patel ·" in words(drawn("live", make_handover(State.IN_PROGRESS, signatures=both)))


def test_a_failed_step_rings_the_delivery_manager_until_it_is_mended() -> None:
    handover = make_handover(State.SCOPED)
    handover.steps[0].state, handover.steps[0].words = StepState.FAILED, "The name is taken."
    message = drawn("step_failed", handover, step="channel")
    assert mentions(message) == ["U0DEV"]
    assert "Slack channel did not work: The name is taken." in words(message)
    assert {"Retry", "Done by hand"} == set(buttons(message))
    for vendors, ending in (("Not a recognized ID", "work: Not a recognized ID. Try again,"), ("", "work. Try again,")):
        handover.steps[0].words = vendors  # a vendor's own words have no full stop
        assert ending in words(drawn("step_failed", handover, step="channel"))
        assert ending in words(faces(handover, make_frame())["progress"])
    handover.steps[0].state, handover.steps[0].by = StepState.MANUAL, DEV.id
    after = drawn("step_failed", handover, step="channel")
    assert words(after) == "Slack channel: ✓ done by hand by Dev"
    assert mentions(after) == []


def test_a_hold_asks_the_rep_and_ends_without_buttons() -> None:
    handover = on_hold(make_handover(State.SCOPED))
    message = drawn("hold", handover, why="the deal was reopened in the CRM")
    assert mentions(message) == ["U0ANA"]
    assert {b["action_id"] for b in buttons(message).values()} == {ids.RESUME_HOLD, ids.CANCEL}
    handover.intervals = [replace(handover.intervals[0], until=NOW)]
    after = drawn("hold", handover, why="the deal was reopened in the CRM")
    assert words(after).startswith("✓ On hold until <!date^")
    assert buttons(after) == {}
    assert mentions(after) == []


def test_going_on_says_the_new_due_time() -> None:
    over = Interval("hold", NOW, "x", until=NOW)
    message = drawn("resumed", make_handover(State.SCOPED, intervals=[over]))
    assert "*It goes on.* The clock runs again, due *<!date^" in words(message)
    assert message.text.endswith("goes on. Due Wed 10 Sep 10:00.")


def test_going_on_says_that_it_is_late_when_it_is() -> None:
    due = NOW - timedelta(minutes=1)
    message = drawn("resumed", make_handover(State.SCOPED, due_at=due))
    assert "The clock runs again, and it is late: it was due *<!date^" in words(message)
    assert message.text.endswith(f"goes on. It is late: it was due {clock(due, 'Europe/Berlin')}.")


@pytest.mark.req("R52")
def test_a_change_shows_old_and_new_and_rings_whose_signature_it_took() -> None:
    message = drawn("changed", make_handover(State.PROVISIONED), **CHANGE, roles=["pm"])
    assert mentions(message) == ["U0BEN"]
    assert "• Amount: 84,000.00 EUR → 80,000.00 EUR" in words(message)
    assert "• Close date: 2025-09-05 → nothing" in words(message)
    assert "84,000" not in message.text


def test_a_change_hides_amounts_but_not_dates_where_outsiders_read_along() -> None:
    message = drawn("changed", make_handover(State.PROVISIONED), make_frame(open_here=False), **CHANGE, roles=["pm"])
    assert "84,000" not in words(message)
    assert "• Amount: hidden here, <https://app.hubspot.example/deal/9001|open in CRM>" in words(message)
    assert "• Close date: 2025-09-05 → nothing" in words(message)


def test_a_change_after_the_gate_rings_nobody() -> None:
    assert mentions(drawn("changed", make_handover(State.IN_PROGRESS), **CHANGE, roles=[])) == []


def merged_handover() -> Handover:
    """HO-42, on hold because its deal went into that of HO-7."""
    handover = on_hold(make_handover(State.SCOPED), "the deal was merged")
    handover.note(NOW, "hold", why="the deal was merged", into=7)
    return handover


def test_a_merged_record_rings_who_can_carry_it_over_and_shows_when_they_did() -> None:
    handover = merged_handover()
    message = drawn("hold", handover, why="the deal was merged")
    assert mentions(message)[0] == "U0DEV"
    assert "U0ANA" not in str(message.blocks)
    assert (buttons(message)["Copy to HO-7"]["action_id"], buttons(message)["Copy to HO-7"]["value"]) == (
        ids.CARRY,
        "42:7",
    )
    assert "Cancel handover" in buttons(message)
    handover.note(NOW, "carried", person=DEV.id, was="HO-42", now="HO-7", count=3)
    after = drawn("hold", handover, why="the deal was merged")
    assert "✓ Copied to HO-7 by Dev, <!date^" in words(after)
    assert mentions(after) == []


def test_a_hold_for_another_reason_or_a_cancelled_record_offers_no_copy() -> None:
    handover = merged_handover()
    handover.note(NOW, "hold", why="the deal was lost in the CRM")
    assert "Copy to HO-7" not in buttons(drawn("hold", handover, why="lost"))
    ended = merged_handover()
    ended.state = State.CANCELLED
    assert "Copy to HO-7" not in buttons(drawn("hold", ended, why="merged"))


def test_the_end_is_told_with_its_reason_and_rings_nobody() -> None:
    message = drawn("cancelled", make_handover(State.CANCELLED), by=DEV.id, why="Opened <!channel> by *mistake*")
    assert words(message).startswith('⚪ *Cancelled by Dev:* "Opened &lt;!channel&gt; by')
    assert "If the deal is won again, it goes on here." in words(message)
    assert (mentions(message), buttons(message)) == ([], {})
    assert message.text == "ABC Fintech – Cloud Migration was cancelled by Dev. The reason is in the thread."
    harmless(message)


@pytest.mark.parametrize(("tracked", "head"), [(False, "The deal was won again"), (True, "Tracked again")])
def test_a_new_win_says_who_had_ended_it_and_rings_who_can_act(tracked: bool, head: str) -> None:  # noqa: FBT001
    given: dict[str, Any] = {"by": DEV.id, "why": "Given up", "at": NOW.isoformat(), "tracked": tracked}
    message = drawn("again", make_handover(State.WON), **given)
    assert f"*{head}: this handover goes on where it stood.* Dev cancelled it <!date^" in words(message)
    assert mentions(message) == ["U0DEV", "U0ANA", "U0BEN"]
    assert "Chloe: nothing waits for you now." in words(message)
    assert "`/handover cancel HO-42` ends it again." in words(message)


def test_a_split_names_its_workstreams_and_rings_nobody() -> None:
    message = drawn("split", make_handover(State.WON), by=DEV.id, parts=["HO-42 Data", "HO-43 <!channel>"])
    assert words(message).startswith(
        "*Dev split the deal into 2 workstreams, each with its own handover:*\n• HO-42 Data"
    )
    assert "What was captured so far stays on HO-42." in words(message)
    assert mentions(message) == []
    harmless(message)


def test_a_change_of_the_shares_says_so() -> None:
    handover = make_handover(State.PROVISIONED)
    message = drawn("changed", handover, changes=[["Amount", "1", "2", True]], roles=["delivery_manager"], split=True)
    assert "*The split into workstreams changed.* <@U0DEV> look and sign again" in words(message)
    assert "amount changed in the split." in message.text


@pytest.mark.parametrize("state", [State.CANCELLED, State.CLOSED])
@pytest.mark.parametrize("here", [True, False])
def test_what_a_closed_record_waited_for_rings_nobody_and_has_no_button(state: State, *, here: bool) -> None:
    handover = make_handover(State.PROVISIONED)
    point = next(entry for entry in handover.entries if entry.point)
    point.point = Point(Disposition.ASK, question="Until when?", asked_by=BEN.id, asked_at=NOW)
    handover.steps[0].state, handover.steps[0].words = StepState.FAILED, "The name is taken."
    handover.state, frame = state, replace(FRAME, open_here=here)
    asked = drawn("questions", handover, frame, entries=[point.id], by=BEN.id)
    failed = drawn("step_failed", handover, frame, step=handover.steps[0].key)
    progress, known = faces(handover, frame)["progress"], faces(handover, frame)["know"]
    for message in (asked, failed, progress, known):
        assert mentions(message) == []
        assert buttons(message).keys() <= {"Brief"}
    assert "the handover is closed" in words(asked)
    assert ("Until when?" in words(asked)) is here
    assert words(failed) == "Slack channel did not work. Nothing more is made: the handover is closed."
    assert "Try again" not in words(progress)
    letter = direct("question", handover, frame, {"entries": [point.id], "by": BEN.id}, ANA)
    assert (words(letter).partition("*")[2].endswith("any more."), buttons(letter)) == (True, {})


def test_a_hold_of_a_cancelled_record_asks_nobody() -> None:
    message = drawn("hold", on_hold(make_handover(State.CANCELLED)), why="the deal was lost in the CRM")
    assert words(message) == "It was on hold: the deal was lost in the CRM."
    assert (mentions(message), buttons(message)) == ([], {})


def test_a_new_holder_is_rung_only_with_something_to_do() -> None:
    busy = drawn("new_holder", make_handover(State.WON), role="pm")
    assert words(busy) == "<@U0BEN> is project manager now: read 4 documents."
    left = drawn("new_holder", make_handover(State.PROVISIONED), role="pm", before=HANA.id, stays="the workspace")
    assert words(left).endswith(" Hana is still in the workspace.")
    assert mentions(left) in ([], ["U0BEN"])
    idle = drawn("new_holder", make_handover(State.WON), role="csm")
    assert words(idle) == "Chloe Wu is client success now."
    assert mentions(idle) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("win", {}),
        ("questions", {"entries": [1, 2, 99], "by": 99}),
        ("answers", {"by": 99}),
        ("ready", {}),
        ("live", {}),
        ("step_failed", {"step": "no-such-step"}),
        ("hold", {}),
        ("resumed", {}),
        ("changed", {}),
        ("override", {"by": 99}),
        ("new_holder", {"role": "pm"}),
    ],
)
@pytest.mark.parametrize("roles", [HOLDERS, {}])
def test_every_reply_can_be_drawn_of_an_odd_record(name: str, data: dict[str, Any], roles: dict[Role, int]) -> None:
    for state in State:
        message = drawn(name, make_handover(state, roles=dict(roles)), **data)
        harmless(message, rung=("U0ANA", "U0BEN", "U0CHLOE", "U0DEV"))


def test_an_unknown_reply_is_an_error() -> None:
    with pytest.raises(KeyError):
        reply("no_such_reply", make_handover(), FRAME, {})


def test_what_came_new_rings_whose_sign_off_it_re_opened() -> None:
    """How many and of which kind, never the words; nobody is rung for their own deed, and nobody twice."""
    handover = make_handover(State.PROVISIONED)
    data: dict[str, Any] = {"counts": {"commitment": 2, "scope_ambiguity": 1}, "roles": ["pm", "sales_rep"]}
    message = drawn("reopened", handover, **data, by=CHLOE.id)
    assert words(message).startswith(
        "*New after the sign-off:* 2 promises and 1 unclear scope point, added by Chloe. "
        "<@U0BEN> answers them, then Ben and <@U0ANA> sign again."
    )
    assert mentions(message) == ["U0BEN", "U0ANA"]
    assert buttons(message)["Answer points"]["action_id"] == ids.ANSWER_POINTS
    assert message.text.endswith(
        "2 promises and 1 unclear scope point new after the sign-off. Ben and Ana must sign again."
    )

    own = drawn("reopened", handover, **data, by=ANA.id)
    assert mentions(own) == ["U0BEN"]
    one = drawn("reopened", handover, counts={"commitment": 1}, roles=["sales_rep"], by=CHLOE.id)
    assert "Ben answers it, then <@U0ANA> signs again." in words(one)
    both = make_handover(State.PROVISIONED, roles={**HOLDERS, Role.SALES_REP: BEN.id})
    assert mentions(drawn("reopened", both, **data, by=CHLOE.id)) == ["U0BEN"]
    empty = make_handover(State.PROVISIONED, roles={Role.SALES_REP: ANA.id})
    assert "Project manager answers them" in words(drawn("reopened", empty, **data, by=CHLOE.id))


def test_once_all_have_signed_again_it_is_over() -> None:
    data: dict[str, Any] = {"counts": {"commitment": 1}, "roles": ["sales_rep"], "by": CHLOE.id}
    signed = make_handover(State.PROVISIONED, signatures=[Signature(Role.SALES_REP, ANA.id, NOW)])
    over = drawn("reopened", signed, **data)
    assert words(over) == "✓ New after the sign-off: 1 promise, added by Chloe. Signed again."
    assert (mentions(over), buttons(over)) == ([], {})
    live = drawn("reopened", make_handover(State.IN_PROGRESS, signatures=[]), **data)
    assert words(live) == "✓ New after the sign-off: 1 promise, added by Chloe."
