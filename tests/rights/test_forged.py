"""What no screen of ours offers: another record's id in an open form, an option that was never there, an old button."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from blocks import ids
from bot.deal import Money
from bot.effects import InviteClient, SetTask
from bot.handover import Handover, State
from bot.people import Role
from handlers.ears.capture import public
from tests.rights.desk import OUTSIDERS, Desk, Outcome, desk_at
from tests.rights.doors import button
from tests.rights.records import plan, scoped, signed, some_day, won

AMOUNT = "98,765"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One Baton for all of them."""
    with desk_at(tmp_path_factory.mktemp("forged")) as made:
        yield made


def sent(desk: Desk, name: str, view: str, number: int, **values: dict[str, Any]) -> dict[str, Any]:
    """What the form is answered with that this person sends about that record, whoever had it open."""
    blocks = [{"block_id": block_id, "type": "input"} for block_id in values]
    state = {block_id: {block_id: value} for block_id, value in values.items()}
    form = {"type": "modal", "callback_id": view, "blocks": blocks, "state": {"values": state}}
    reaction = desk.submit(name, {**form, "private_metadata": json.dumps({"h": number})})()
    assert reaction.error is None, reaction
    desk.forget()
    return reaction.body if isinstance(reaction.body, dict) else {}


def option(value: str, words: str = "…") -> dict[str, Any]:
    return {"value": value, "text": {"type": "plain_text", "text": words}}


def priced(desk: Desk) -> Handover:
    made = won(desk)
    made.deal = replace(made.deal, amount=Money(Decimal("98765.00"), "EUR"))
    return made


def test_a_split_tells_nobody_the_amount_who_may_not_split(desk: Desk) -> None:
    number = desk.record(priced)
    parts = {"value": "Data platform: 1\nRollout: 2"}
    assert AMOUNT in str(sent(desk, "Dev", ids.VIEW_SPLIT, number, parts=parts))
    for name in ("Nico", "Rafi", "Ben", "Otto", *OUTSIDERS):
        answer = sent(desk, name, ids.VIEW_SPLIT, number, parts=parts)
        assert AMOUNT not in str(answer), name
        assert answer["response_action"] == "push", name


def test_the_second_look_at_an_invitation_is_for_who_may_invite(desk: Desk) -> None:
    number = desk.record(signed)
    people = {"selected_options": [option("k@abc.example", "K.")]}
    chosen: dict[str, dict[str, Any]] = {"who": people, "right": {"selected_option": option("view")}}
    assert "ABC Fintech" in str(sent(desk, "Chloe", ids.VIEW_ACCESS, number, **chosen))
    for name in ("Nico", "Rafi", "Ana", *OUTSIDERS):
        answer = sent(desk, name, ids.VIEW_ACCESS, number, **chosen)
        assert (answer["response_action"], answer["view"]["callback_id"]) == ("push", ids.VIEW_READ), name


@pytest.mark.parametrize("view", [ids.VIEW_PAUSE, ids.VIEW_EXTEND])
def test_no_outsider_hears_how_long_it_may_wait(desk: Desk, view: str) -> None:
    number = desk.record(scoped)
    far: dict[str, dict[str, Any]] = {"reason": {"value": "x"}, "expected": {"selected_date": "2033-03-03"}}
    assert sent(desk, "Ben", view, number, **far)["response_action"] == "errors"
    for name in ("Nico", *OUTSIDERS):
        assert sent(desk, name, view, number, **far)["response_action"] == "push", name


def invited(desk: Desk, name: str, number: int, email: str) -> Outcome:
    section = {"type": "section", "block_id": f"invite:{email}", "text": {"type": "mrkdwn", "text": f"K. · {email}"}}
    form = {"type": "modal", "callback_id": ids.VIEW_ACCESS, "blocks": [section], "state": {"values": {}}}
    form["private_metadata"] = json.dumps({"h": number, "right": "view"})
    return desk.outcome(name, number, desk.submit(name, form))


def test_only_the_deals_own_contacts_can_be_invited(desk: Desk) -> None:
    """Somebody was taken off the deal while the form was open, or was never on it."""
    number = desk.record(signed)
    contact = desk.handover(number).deal.contacts[0]
    out = invited(desk, "Chloe", number, "evil@elsewhere.example")
    assert InviteClient.__name__ not in out.deeds
    assert "evil@elsewhere.example" in out.refused
    assert InviteClient.__name__ in invited(desk, "Chloe", number, contact.email).deeds


def planned(desk: Desk, number: int, task: str, owner: str) -> Outcome:
    """Ben gives that task to this person."""
    given: dict[str, dict[str, Any]] = {
        f"task.due:{task}": {"selected_date": some_day(desk).isoformat()},
        f"task.owner:{task}": {"selected_user": desk.people[owner].slack_id},
    }
    blocks = [{"block_id": key} for key in given]
    form: dict[str, Any] = {"type": "modal", "callback_id": ids.VIEW_TASKS, "blocks": blocks}
    form["state"] = {"values": {key: {key: value} for key, value in given.items()}}
    form["private_metadata"] = json.dumps({"h": number})
    return desk.outcome("Ben", number, desk.submit("Ben", form))


def test_a_task_of_another_workspace_is_not_touched(desk: Desk) -> None:
    number = desk.record(plan)
    assert SetTask.__name__ in planned(desk, number, "t1", "Ben").deeds
    assert SetTask.__name__ not in planned(desk, number, "t-of-another", "Ben").deeds


@pytest.mark.parametrize("name", OUTSIDERS)
def test_an_outsider_owns_no_task(desk: Desk, name: str) -> None:
    """Whoever owns a task is let into the workspace by it; nothing reaches a client by itself."""
    out = planned(desk, desk.record(plan), "t1", name)
    assert SetTask.__name__ not in out.deeds
    assert f"{name} is a guest" in out.refused


def test_who_was_the_holder_and_is_a_guest_now_opens_nothing_with_an_old_button(desk: Desk) -> None:
    def ended(desk: Desk) -> Handover:
        found = replace(scoped(desk), state=State.CANCELLED)
        found.roles[Role.PM] = desk.people["Klein"].id
        return found

    number = desk.record(ended)
    out = desk.outcome("Klein", number, desk.click("Klein", button(ids.SIGN, f"{number}:pm")))
    assert "ABC" not in out.shown + out.refused


@pytest.mark.parametrize(
    ("channel", "asks"),
    [
        ({"id": "C01", "name": "general"}, False),
        ({"id": "C02", "name": "privategroup"}, True),
        ({"id": "D03", "name": "directmessage"}, True),
        ({"id": "C04", "name": "mpdm-ana--klein--sten-1"}, True),
        ({"id": "C05", "name": None}, True),
    ],
)
def test_the_words_of_a_private_talk_are_kept_only_if_one_says_so(channel: dict[str, Any], asks: bool) -> None:  # noqa: FBT001
    assert public({"channel": channel}) is not asks
