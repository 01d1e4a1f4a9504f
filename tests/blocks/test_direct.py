"""Direct messages: what it is about in the first line, the buttons that do it, and no ring for nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blocks import ids
from blocks.admin import PLAIN
from blocks.direct import admin, direct
from blocks.frame import Message
from bot.handover import Handover, Interval, Signature, State
from bot.people import Person, Role
from tests.blocks.reading import accepted, buttons, elements, harmless, mentions, words
from tests.builders import ANA, BEN, CHLOE, DEV, NOW, WON_AT, make_frame, make_handover

FRAME = make_frame()
EARLY = make_frame(now=WON_AT)


def drawn(name: str, handover: Handover | None, person: Person, **data: Any) -> Message:
    message = direct(name, handover, FRAME, data, person)
    accepted(message)
    return message


def test_who_is_not_in_the_channel_gets_their_things_with_buttons() -> None:
    message = drawn("ring", make_handover(State.WON), ANA)
    assert "*<https://acme.slack.com/" in words(message)
    assert "|ABC Fintech – Cloud Migration> is won.* It is your turn." in words(message)
    assert {"Add promises", "Nothing was promised", "Say the date", "Add people"} <= set(buttons(message))
    assert message.text == (
        "ABC Fintech – Cloud Migration is won: 3 things wait for you, scope was wanted by Mon 8 Sep 17:00."
    )


def test_client_success_is_asked_to_invite() -> None:
    message = drawn("invite", make_handover(State.PROVISIONED), CHLOE)
    assert "Nothing reaches them by itself." in words(message)
    assert buttons(message)["Review and invite"]["action_id"] == ids.REVIEW_ACCESS


def test_a_signer_sees_the_completeness_and_can_sign() -> None:
    message = drawn("ready_to_sign", make_handover(State.PROVISIONED), DEV, role="delivery_manager")
    assert "you can sign off now, as delivery manager. 6 of 15 items are done." in words(message)
    assert buttons(message)["Sign off"]["value"] == "42:delivery_manager"


def test_at_the_closing_stage_the_project_manager_reviews_and_flags() -> None:
    message = drawn("closing", make_handover(State.PRESALE), BEN)
    assert "is about to close*, about Fri 5 Sep 2025. You are its project manager" in words(message)
    assert len([e for e in elements(message) if e["action_id"] == ids.OPEN_DOCUMENT]) == 4
    assert {"All read", "Brief", "Add context"} <= set(buttons(message))


def test_an_empty_role_is_one_select() -> None:
    message = drawn("empty_role", make_handover(State.WON, roles={Role.DELIVERY_MANAGER: 4}), DEV, role="pm")
    assert message.blocks[0]["accessory"]["action_id"] == ids.PICK_PERSON
    assert message.blocks[0]["block_id"] == "role:pm:42"


def test_a_question_is_counted_not_quoted() -> None:
    message = drawn("question", make_handover(State.SCOPED), ANA)
    assert "Ben asks you 1 question." in words(message)
    assert buttons(message)["Answer"]["action_id"] == ids.ANSWER_QUESTION


def test_a_question_that_is_answered_has_no_button_any_more() -> None:
    """The message tells of these questions; another one that came since has a message of its own."""
    record = make_handover(State.SCOPED)
    (asked,) = [e for e in record.entries if e.point and e.point.waits_for_rep]
    assert "Answer" in buttons(drawn("question", record, ANA, entries=[asked.id], by=BEN.id))
    assert asked.point
    asked.point.reply = "No."
    record.entries.append(replace(asked, id=77, point=replace(asked.point, reply="")))
    message = drawn("question", record, ANA, entries=[asked.id], by=BEN.id)
    assert "the question of Ben is answered." in words(message)
    assert message.text.endswith(": the question of Ben is answered."), "one is asked still, by the other message"
    assert buttons(message) == {}


def test_a_reminder_is_about_one_thing() -> None:
    message = drawn("remind", make_handover(State.WON), ANA, by=DEV.id)
    assert "Dev reminds you, scope was wanted by *<!date^" in words(message)
    assert list(buttons(message)) == ["Add promises", "Nothing was promised", "I can't do this"]
    assert buttons(message)["I can't do this"]["value"] == "42"


def test_a_reminder_for_what_is_done_meanwhile_says_so() -> None:
    message = drawn("remind", make_handover(State.CLOSED), ANA, by=DEV.id)
    assert "nothing waits for you any more. Thank you." in words(message)
    assert buttons(message) == {}


def test_a_role_that_came_back_has_its_reason_and_a_select() -> None:
    empty = make_handover(State.WON)
    del empty.roles[Role.PM]
    message = drawn("not_mine", empty, DEV, role="pm", reason="On <leave>", by=BEN.id)
    assert 'Ben says that being project manager here is not theirs: "On &lt;leave&gt;". Pick somebody:' in words(
        message
    )
    assert message.blocks[0]["block_id"] == "role:pm:42"
    assert "leave" not in message.text


def test_a_new_holder_gets_brief_and_history_and_what_to_do() -> None:
    idle = drawn("brief", make_handover(State.WON), CHLOE, role="csm")
    assert "you are client success now." in words(idle)
    assert "Nothing waits for you yet" in words(idle)
    assert {"Brief", "History"} == set(buttons(idle))
    assert "Set kickoff date" in buttons(drawn("brief", make_handover(State.PROVISIONED), CHLOE, role="csm"))


def test_a_merged_open_deal_offers_the_copy_to_its_delivery_manager() -> None:
    handover = make_handover(State.PRESALE)
    handover.intervals.append(Interval("hold", NOW, "merged"))
    handover.note(NOW, "hold", why="merged", into=7)
    message = drawn("merged", handover, DEV, why="the deal was merged into “X” in the CRM", into=7)
    assert "is on hold:* the deal was merged into “X” in the CRM. Nothing is deleted." in words(message)
    assert buttons(message)["Copy to HO-7"]["action_id"] == ids.CARRY


def test_shares_that_do_not_add_up_lead_to_the_form() -> None:
    message = drawn("shares", make_handover(State.SCOPED), DEV)
    assert "the whole deal is 84,000.00 EUR in the CRM now" in words(message)
    assert (buttons(message)["Change the shares"]["action_id"], "84" in message.text) == (ids.SPLIT, False)


def test_who_had_a_part_in_it_hears_of_the_end_and_why() -> None:
    message = drawn("cancelled", make_handover(State.CANCELLED), ANA, by=DEV.id, why="The client went elsewhere.")
    assert 'is cancelled* by Dev: "The client went elsewhere."\nNothing waits for you there' in words(message)
    assert buttons(message) == {}
    assert "elsewhere" not in message.text


def test_a_hold_of_an_open_deal_says_why() -> None:
    message = drawn("hold", make_handover(State.PRESALE), ANA, why="the deal was lost in the CRM")
    assert "is on hold:* the deal was lost in the CRM. Nothing is deleted." in words(message)


PAUSE = Interval("pause", NOW, "the test <data>", by=BEN.id, expected=NOW.date())
PAUSED = "20250909T080000000000"


def waits(pause: Interval = PAUSE) -> Handover:
    return make_handover(State.SCOPED, intervals=[replace(pause)])


def test_the_delivery_manager_hears_of_a_pause_and_can_take_it_back() -> None:
    message = drawn("paused", waits(), DEV, by=BEN.id, pause=PAUSED)
    assert '> waits on the client* until Tue 9 Sep 2025, by Ben: "the test &lt;data&gt;". Its clock stands' in words(
        message
    )
    assert buttons(message)["Undo"]["action_id"] == ids.UNDO_PAUSE
    assert buttons(message)["Undo"]["value"] == f"42:{PAUSED}"
    assert message.text.endswith(" waits on the client until Tue 9 Sep 2025, by Ben.")


def test_what_does_not_wait_any_more_says_until_when_and_can_be_taken_back_once() -> None:
    """Also after it ended by itself; then no word is left of a clock that stands still."""
    over = replace(PAUSE, until=NOW + timedelta(hours=1))
    message = drawn("paused", waits(over), DEV, by=BEN.id, pause=PAUSED)
    assert "does not wait on the client any more. It did until <!date^1757408400^" in words(message)
    assert ', by Ben: "the test &lt;data&gt;".' in words(message)
    assert "stands still" not in words(message)
    assert buttons(message)["Undo"]["value"] == f"42:{PAUSED}"
    back = drawn("paused", waits(replace(PAUSE, until=PAUSE.since)), DEV, by=BEN.id, pause=PAUSED)
    assert "the pause by Ben was taken back." in words(back)
    live = drawn("paused", replace(waits(over), state=State.IN_PROGRESS), DEV, by=BEN.id, pause=PAUSED)
    cancelled = drawn("paused", replace(waits(), state=State.CANCELLED), DEV, by=BEN.id, pause=PAUSED)
    assert buttons(back) == buttons(live) == buttons(cancelled) == {}


def test_whose_pause_was_taken_back_reads_by_whom_and_what_is_due() -> None:
    message = drawn("pause_undone", make_handover(State.SCOPED), BEN, by=DEV.id)
    assert "Dev took your pause back. Its clock runs, due *<!date^" in words(message)


@pytest.mark.parametrize(("kind", "still"), [("hold", "It is on hold"), ("pause", "It waits on the client again")])
def test_whose_pause_was_taken_back_reads_what_still_stops_the_clock(kind: str, still: str) -> None:
    """A hold that came meanwhile, or a second pause: the clock does not run."""
    stopped = make_handover(State.SCOPED, intervals=[replace(PAUSE, kind=kind)])
    message = drawn("pause_undone", stopped, BEN, by=DEV.id)
    assert f"took your pause back. {still}: its clock stands still." in words(message)
    assert message.text.endswith(f"{still}: its clock stands still.")


def test_an_item_that_was_handed_on_is_told_to_both() -> None:
    given = {"by": BEN.id, "whose": CHLOE.id, "key": "confirm-team", "item": "Confirm <it>", "reason": "Away"}
    made = make_handover(State.SCOPED)
    told = drawn("item_handed", made, DEV, **given)
    assert 'Ben says that this is not theirs: "Confirm &lt;it&gt;". Chloe does it now: "Away"' in words(told)
    team = made.item("confirm-team")
    assert team
    team.holder = CHLOE.id
    yours = drawn("item_yours", made, CHLOE, **given)
    assert 'Ben hands this to you: "Confirm &lt;it&gt;". "Away"' in words(yours)
    assert "○ Confirm that the team is available" in words(yours)
    assert "I can't do this" in buttons(yours)
    assert "Away" not in told.text + yours.text


def test_what_is_said_to_be_done_says_where() -> None:
    message = drawn("said_done", make_handover(State.SCOPED), DEV, by=ANA.id, item="Say it", reason="in <a mail>")
    assert 'Ana says that this is done already: "Say it". Where: "in &lt;a mail&gt;"' in words(message)
    assert "mail" not in message.text


NAMES = (
    "ring", "invite", "ready_to_sign", "closing", "empty_role", "question", "remind", "not_mine", "brief", "hold",
    "merged", "cancelled", "shares", "paused", "pause_undone", "item_handed", "item_yours",
    "said_done",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("state", State)
def test_every_direct_message_can_be_drawn_in_every_state(name: str, state: State) -> None:
    signed = [Signature(Role.DELIVERY_MANAGER, DEV.id, NOW)]
    for roles in ({Role.DELIVERY_MANAGER: 4}, {}, {Role.PM: 4, Role.DELIVERY_MANAGER: 4}):
        message = drawn(name, make_handover(state, roles=roles, signatures=signed), DEV, role="pm", by=99)
        assert mentions(message) == []
        harmless(message)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_that_is_gone_says_the_next_step(name: str) -> None:
    assert words(drawn(name, None, DEV)) == "This handover is not there any more. Type /handover to see yours."


def test_held_wins_are_one_question_with_three_answers() -> None:
    message = admin("held_wins", EARLY, {"count": 30, "deals": [f"Deal {n}" for n in range(20)]})
    accepted(message)
    assert [(b["action_id"], b["value"]) for b in buttons(message).values()] == [
        (ids.HELD, "open"),
        (ids.HELD, "ignore"),
        (ids.HELD, "show"),
    ]
    assert message.text == "30 wins are held and wait for your word."
    assert "and 10 more" in words(message)
    assert "Nobody was rung." in words(message)


@pytest.mark.parametrize(
    ("choice", "n", "shown"),
    [
        ("open", 12, "✓ 12 held wins were opened by Dev, <!date^"),
        ("ignore", 1, "✓ 1 held win was left alone by Dev, <!date^"),
        ("", 0, "✓ No win is held any more."),
    ],
)
def test_an_answered_question_shows_the_answer_and_no_button(choice: str, n: int, shown: str) -> None:
    message = admin("held_over", FRAME, {"by": DEV.id, "choice": choice, "count": n, "at": NOW.isoformat()})
    accepted(message)
    assert words(message).startswith(shown)
    assert buttons(message) == {}


def test_the_first_start_reports_older_wins() -> None:
    message = admin("first_start", EARLY, {"count": 1, "deals": ["<!here>"]})
    accepted(message)
    harmless(message)
    assert words(message).startswith("*First start:* 1 deal was won before.")


def test_webhooks_that_are_refused_may_have_a_wrong_clock_of_ours() -> None:
    """A time that is off by five minutes is refused like a forged signature: the secret alone is not to blame."""
    said = words(admin("webhooks_refused", EARLY, {"vendor": "HubSpot"}))
    assert "Compare the client secret and BATON_PUBLIC_URL" in said
    assert "`python app.py doctor` says whether this machine's clock is right" in said


@pytest.mark.parametrize("name", PLAIN)
def test_admin_messages_say_what_happened_and_the_next_step(name: str) -> None:
    for data in ({}, {"vendor": "HubSpot", "why": "<!channel> " + "x" * 5000, "kind": "Redraw", "job": 7}):
        message = admin(name, EARLY, data)
        accepted(message)
        harmless(message)
    assert ("HubSpot" in words(message)) is (
        name not in ("database_mended", "parked_anew", "parked_over", "review_due")
    )


def test_parked_work_is_named_with_its_reason_and_many_jobs_are_counted() -> None:
    newest = {"kind": "Redraw", "why": "<!channel> " + "x" * 5000, "job": 7}
    for data in ({}, {"count": 1, **newest}, {"count": 500, "kinds": "499 ReadDeal, 1 Redraw", **newest}):
        message = admin("parked", EARLY, data)
        accepted(message)
        harmless(message)
    assert words(message).startswith("*500 things could not be done:* 499 ReadDeal, 1 Redraw. They are kept.")
    assert message.text == "500 things could not be done. They are kept as jobs."


def test_unknown_names_are_errors() -> None:
    with pytest.raises(KeyError):
        admin("no_such_message", FRAME, {})
    with pytest.raises(KeyError):
        direct("no_such_message", None, FRAME, {}, DEV)
