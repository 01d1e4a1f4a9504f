"""The modal "Not ready yet" and the override."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks import missing
from blocks.frame import FieldErrors, Frame
from blocks.missing import Override_
from bot import gate
from bot.context import Disposition, Kind, Point
from bot.deal import Standing
from bot.handover import Answer, ClientAccess, Handover, Interval, Signature, State, Step, StepState
from bot.people import Person, Role
from tests.blocks.modals import (
    ANA,
    BEN,
    CHLOE,
    DEV,
    FRAME,
    HANA,
    HOSTILE,
    NOW,
    PEOPLE,
    WON,
    checked,
    deal,
    filled,
    handover,
    marked,
    promise,
    row,
    task,
    texts,
)


def missing_view(record: Handover, person: Person = BEN, **fields: Any) -> dict[str, Any]:
    return missing.missing_view(record, person, FRAME, nonce="n1", **fields)


def answered(*keys: str) -> list[Answer]:
    return [Answer(key, 1, WON) for key in keys]


def wanted(record: Handover, key: str) -> Handover:
    """The same record with an optional item made required."""
    item = record.item(key)
    assert item is not None
    item.required = True
    return record


CONTEXT = ("none:commitment", "none:real_deadline", "none:stakeholder", "presale_read")


def nearly_done(**fields: Any) -> Handover:
    """Everything is done but the plan's dates, the access of one contact, and two signatures."""
    record = handover(
        State.PROVISIONED,
        answers=answered(*CONTEXT, "access_reviewed"),
        steps=[Step("channel", "slack", "Channel", StepState.DONE)],
        signatures=[Signature(Role.DELIVERY_MANAGER, 4, NOW)],
        kickoff=NOW.date(),
        tasks=[task("t1", "Test data"), task("t2", "UAT script", owner="ben@baton.example")],
        access=[ClientAccess("klein@abc.example", "M. Klein", "view")],
        workspace_url="https://tool.example/p1",
        **fields,
    )
    for item in record.items:
        if item.kind == "hand":
            item.ticked_at = NOW
    return record


def test_the_sheet_reads_as_the_copy_has_it() -> None:
    view = checked(missing_view(nearly_done()))
    assert view["title"]["text"] == "Not ready yet"
    assert "submit" not in view
    lines = [b["text"]["text"] for b in view["blocks"] if b["type"] == "section"]
    assert lines[0].startswith("*3 things are missing* before ABC Fintech can start. Due <!date^1757491200^")
    assert lines[1] == "*Yours (1)*"
    assert lines[2] == (
        'Sign off tasks, owners and dates. First: 2 tasks have no owner or date ("Test data", "UAT script").'
    )
    assert row(view, "Sign off tasks")["accessory"]["text"]["text"] == "Set dates"
    assert lines[3] == "*Others (2)*"
    assert "Ana Ruiz: sign off the client context" in lines
    assert row(view, "Ana Ruiz")["accessory"]["text"]["text"] == "Remind Ana"
    assert row(view, "Ana Ruiz")["accessory"]["value"] == "42:1"
    assert 'Chloe Wu: "M. Klein" has no access yet' in lines
    assert row(view, "M. Klein")["accessory"]["url"] == "https://tool.example/p1"
    assert view["blocks"][-1]["elements"][0]["text"] == (
        "Done: 12 of 15 · signed: delivery manager ✓, project manager –, sales rep –"
    )


def test_who_was_reminded_today_is_not_reminded_again() -> None:
    view = checked(missing_view(nearly_done(), reminded={1: datetime(2025, 9, 9, 7, 0, tzinfo=UTC)}))
    reminded = row(view, "Ana Ruiz")
    assert reminded["type"] == "context"
    assert "reminded <!date^1757401200^{time}|" in reminded["elements"][0]["text"]


def test_one_reminder_button_a_person_is_enough() -> None:
    view = checked(missing_view(handover(State.WON), DEV))
    buttons = [b["accessory"]["text"]["text"] for b in view["blocks"] if "accessory" in b]
    assert buttons.count("Remind Ana") == 1
    assert len([line for line in texts(view).splitlines() if line.startswith("Ana Ruiz: ")]) > 1


@pytest.mark.parametrize(
    ("person", "words", "button", "value"),
    [
        (ANA, "Say what was promised", "promise.add", "42"),
        (ANA, "Say which date really matters", "date.add", "42"),
        (ANA, "Say who will push back", "stakeholder.add", "42"),
        (BEN, "Read 3 presale documents", "document.all_read", "42"),
        (DEV, "Confirm the scope", "scope.confirm", "42"),
    ],
)
def test_each_line_of_ones_own_has_the_button_that_mends_it(
    person: Person, words: str, button: str, value: str
) -> None:
    mend = row(checked(missing_view(handover(State.WON), person)), words)["accessory"]
    assert (mend["action_id"], mend["value"]) == (button, value)


def test_points_questions_kickoff_access_and_workspace_have_their_buttons() -> None:
    asked = promise(1, point=Point(Disposition.ASK, question="?", asked_by=2))
    record = nearly_done(entries=[asked, promise(2)])
    record.answers = answered("access_reviewed")
    record.kickoff = None
    wanted(record, "kickoff-date")
    assert row(missing_view(record, BEN), "Answer 1 point")["accessory"]["action_id"] == "points.answer"
    question = row(missing_view(record, ANA), "Answer 1 question from Ben")
    assert question["accessory"]["action_id"] == "question.answer"
    assert row(missing_view(record, CHLOE), "Set the kickoff date")["accessory"]["action_id"] == "kickoff.set"
    by_hand = row(missing_view(record, CHLOE), "M. Klein")["accessory"]
    assert (by_hand["action_id"], by_hand["value"]) == ("access.by_hand", "42:klein@abc.example")
    record.answers = []
    review = row(missing_view(record, CHLOE), "Check who at the client")["accessory"]
    assert review["action_id"] == "access.review"
    record.steps, record.state = [], State.SCOPED
    assert row(missing_view(record, DEV), "Set up the workspace")["accessory"]["action_id"] == "workspace.make"


@pytest.mark.parametrize(
    ("roles", "steps", "words"),
    [
        ({Role.DELIVERY_MANAGER: 4}, [], "First: name a project manager."),
        ({Role.DELIVERY_MANAGER: 4, Role.PM: 2}, [StepState.PLANNED], "Being set up now."),
        ({Role.DELIVERY_MANAGER: 4, Role.PM: 2}, [StepState.FAILED] * 2, "2 steps can't go on without a hand."),
    ],
)
def test_a_workspace_that_no_click_begins_says_why_and_reminds_nobody(
    roles: dict[Role, int], steps: list[StepState], words: str
) -> None:
    made = [Step(str(n), "slack", "Channel", state) for n, state in enumerate(steps)]
    record = handover(State.SCOPED, roles=roles, steps=made)
    own = row(checked(missing_view(record, DEV)), "Set up the workspace")
    assert words in texts(own)
    assert own["accessory"]["url"] == FRAME.links["root"]
    seen = row(checked(missing_view(record, ANA)), "set up the workspace")
    assert seen["type"] == "context"
    assert words in texts(seen)


def test_a_signature_that_can_be_given_is_given_here() -> None:
    record = nearly_done()
    record.tasks = []
    sign = row(checked(missing_view(record, ANA)), "Sign off the client context")["accessory"]
    assert (sign["action_id"], sign["value"]) == ("gate.sign", "42:sales_rep")


def test_what_waits_stands_in_context_with_its_reason_and_no_button() -> None:
    view = checked(missing_view(wanted(handover(State.WON), "kickoff-date"), CHLOE))
    for words, why in (
        ("Check who at the client gets access", "Later: opens when Dev has signed."),
        ("Set the kickoff date", "Later: opens when the workspace is ready."),
        ("confirm that the team is available", "Later: opens with the scope confirmation."),
    ):
        waiting = row(view, words)
        assert waiting["type"] == "context"
        assert why in waiting["elements"][0]["text"]


def test_a_point_that_was_sent_back_waits_for_the_rep() -> None:
    record = handover(State.WON, entries=[promise(1, point=Point(Disposition.ASK, question="?", asked_by=2))])
    assert "Waits for Ana: 1 question." in texts(missing_view(record, BEN))


def test_a_sign_off_says_what_comes_first() -> None:
    record = nearly_done(entries=[promise(1)])
    assert "Sign off the client context · First: answer 1 point." in texts(missing_view(record, ANA))


def test_an_empty_role_is_the_delivery_managers() -> None:
    record = handover(State.WON, roles={Role.DELIVERY_MANAGER: 4, Role.SALES_REP: 1})
    fill = row(missing_view(record, DEV), "Name PM and client success")["accessory"]
    assert fill["action_id"] == "people.change"
    assert "Nobody yet (project manager): " in texts(missing_view(record, ANA))


def test_an_item_that_is_ticked_by_hand_leads_to_its_list() -> None:
    record = handover(State.SCOPED)
    tick = row(missing_view(record, BEN), "Confirm that the team is available")["accessory"]
    assert tick["url"] == FRAME.links["list:pm"]


@pytest.mark.parametrize(("state", "words"), [(State.IN_PROGRESS, "has started"), (State.CLOSED, "is closed")])
def test_nothing_missing_is_said_too(state: State, words: str) -> None:
    view = checked(missing_view(handover(state)))
    assert view["title"]["text"] == "What's missing"
    assert words in texts(view)


def test_a_cancelled_one_wants_nothing_from_anybody() -> None:
    view = checked(missing_view(handover(State.CANCELLED)))
    assert "ABC Fintech is cancelled: nothing more is wanted from anybody." in texts(view)
    assert not [b for b in view["blocks"] if "accessory" in b]


def test_on_hold_is_said_in_the_first_line() -> None:
    hold = Interval("hold", NOW, "the deal was reopened in the CRM")
    assert "it is on hold: the deal was reopened in the CRM." in texts(missing_view(nearly_done(intervals=[hold])))


@pytest.mark.parametrize("state", [State.PRESALE, State.WON, State.SCOPED, State.PROVISIONED])
@pytest.mark.parametrize("person", [ANA, BEN, CHLOE, DEV, HANA, Person(9, "Stranger")])
def test_everybody_can_look_in_every_state(state: State, person: Person) -> None:
    view = checked(missing_view(handover(state), person))
    rows = len(gate.missing(handover(state)))
    assert f"*{rows} things are missing*" in texts(view)


@pytest.mark.parametrize("state", [State.PRESALE, State.WON, State.SCOPED, State.PROVISIONED])
def test_only_the_head_of_delivery_may_override_and_only_once_the_scope_is_known(state: State) -> None:
    for person in PEOPLE.values():
        offered = "Override…" in texts(missing_view(handover(state), person))
        assert offered is (person is HANA and state in (State.SCOPED, State.PROVISIONED))


def test_a_long_list_ends_with_a_link_and_hostile_names_fit() -> None:
    bad = {n: Person(n, HOSTILE, f"{n}@x.example", f"U{n}") for n in range(1, 6)}
    record = handover(State.PROVISIONED, client=HOSTILE, workspace_name=HOSTILE, roles=dict.fromkeys(Role, 1))
    record.items += [
        type(record.items[0])(f"more-{n}", Role.CSM, HOSTILE[:75], kind="hand", position=n) for n in range(40)
    ]
    record.tasks = [task(str(n), HOSTILE) for n in range(50)]
    record.access = [ClientAccess(f"{n}@x.example", HOSTILE, "view") for n in range(50)]
    record.answers = answered("access_reviewed")
    for person in (bad[1], HANA):
        view = checked(missing.missing_view(record, person, Frame(NOW, "Europe/Berlin", bad, FRAME.links), nonce="n1"))
        assert "<!channel>" not in marked(view)
        assert "more, on the lists>" in texts(view)
        assert set(json.loads(view["private_metadata"])) == {"h", "n"}


def test_the_override_asks_for_a_reason_and_says_who_will_read_it() -> None:
    view = checked(missing.override_view(nearly_done(), FRAME, nonce="n1"))
    assert (view["submit"]["text"], view["close"]["text"]) == ("Override and start", "Keep the gate shut")
    assert "Ana, Ben, Dev and the weekly figures will show it." in texts(view)
    assert "*3 things are missing* before ABC Fintech can start." in texts(view)
    reason = "The client's board wants a start on Monday."
    assert missing.override_read(filled(view, {"reason": reason})) == Override_(42, reason)


@pytest.mark.parametrize("reason", [None, "urgent", " " * 30, "x" * 19])
def test_a_short_reason_is_refused(reason: str | None) -> None:
    view = missing.override_view(nearly_done(), FRAME, nonce="n1")
    words = "Write the reason in at least 20 characters: everyone concerned will read it."
    assert missing.override_read(filled(view, {"reason": reason})) == FieldErrors({"reason": words})


def test_names_of_nobody_fall_back_to_the_role() -> None:
    record = handover(State.SCOPED, roles={}, deal=deal(standing=Standing.WON))
    words = texts(checked(missing.override_view(record, FRAME, nonce="n1")))
    assert "The sales rep, the project manager, the delivery manager and the weekly figures will show it." in words
    assert Kind.COMMITMENT.value not in words


@pytest.mark.parametrize("kind", ["pause", "hold"])
def test_while_the_clock_stands_still_nothing_is_due_and_nobody_is_reminded(kind: str) -> None:
    """[Remind Ana] would answer that she has nothing to do."""
    running = texts(missing_view(nearly_done()))
    stopped = texts(missing_view(nearly_done(intervals=[Interval(kind, NOW, "test data")])))
    assert "Due <!date" in running
    assert "Remind Ana" in running
    assert "Due <!date" not in stopped
    assert "Remind" not in stopped
    if kind == "pause":
        assert "missing*, and it waits on the client: its clock stands still." in stopped
