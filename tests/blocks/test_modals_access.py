"""The modals "Review and invite", "Set the kickoff date" and "Set dates"."""

import json
from datetime import date
from typing import Any

import pytest

from blocks import access
from blocks.access import Access, Kickoff
from blocks.frame import FieldErrors
from bot.deal import Contact
from bot.handover import ClientAccess, Handover, Signature, State
from bot.people import Role
from tests.blocks.modals import FRAME, HOSTILE, NOW, block, checked, deal, filled, handover, marked, task, texts

TASKS = [task(f"t{n}", f"Task {n}") for n in range(19)] + [task(f"m{n}", f"M{n}", milestone=True) for n in range(5)]


def record(**fields: Any) -> Handover:
    signed = [Signature(Role.DELIVERY_MANAGER, 4, NOW)]
    return handover(State.PROVISIONED, **({"tasks": TASKS, "signatures": signed} | fields))


def access_view(rights: tuple[str, ...] = ("comment", "view"), **fields: Any) -> dict[str, Any]:
    return access.access_view(record(**fields), FRAME, nonce="n1", rights=rights, tool="Asana")


def confirm_view(*invites: tuple[str, str]) -> dict[str, Any]:
    return access.access_confirm(record(), Access(42, list(invites), "view"), nonce="n2")


def test_nobody_is_preset_and_it_says_what_they_will_see() -> None:
    view = checked(access_view())
    people = block(view, "who")["element"]
    assert [o["text"]["text"] for o in people["options"]] == ["M. Klein", "R. Okafor"]
    assert "initial_options" not in people
    assert [o["text"]["text"] for o in block(view, "right")["element"]["options"]] == ["May comment", "May view"]
    assert block(view, "right")["hint"]["text"] == "Needed for whom you invite."
    assert (
        "They will see: 5 milestones, 19 tasks, 3 documents. "
        "They won't see: promises, discounts, stances, prices, this channel. Costs a paid seat: no"
    ) in texts(view)
    assert "The data is signed off by Dev Patel." in texts(view)


def test_a_paid_seat_is_said() -> None:
    view = access.access_view(record(), FRAME, nonce="n1", rights=("view",), tool="Asana", paid_seat=True)
    assert "Costs a paid seat: yes" in texts(view)


def test_who_is_chosen_is_read_with_the_right() -> None:
    chosen = {"who": ["klein@abc.example", "okafor@abc.example"], "right": "comment"}
    people = [("klein@abc.example", "M. Klein"), ("okafor@abc.example", "R. Okafor")]
    assert access.access_read(filled(access_view(), chosen)) == Access(42, people, "comment")


def test_only_the_rights_of_the_tool_are_offered_and_the_only_one_is_chosen() -> None:
    read = access.access_read(filled(access_view(("view",)), {"who": ["klein@abc.example"]}))
    assert isinstance(read, Access)
    assert read.right == "view"


def test_nothing_is_sent_without_the_second_look() -> None:
    first = access.access_read(filled(access_view(), {"who": ["klein@abc.example"], "right": "view"}))
    assert isinstance(first, Access)
    assert first.confirmed is False
    view = checked(access.access_confirm(record(), first, nonce="n2"))
    assert view["title"]["text"] == "Invite 1 person?"
    assert (view["submit"]["text"], view["close"]["text"]) == ("Invite 1 person", "Not now")
    assert "*Invite 1 person at ABC Fintech?* May view." in texts(view)
    assert access.access_read(filled(view)) == Access(42, [("klein@abc.example", "M. Klein")], "view", confirmed=True)


def test_two_people_are_two_and_a_name_with_signs_comes_back_as_it_was() -> None:
    view = checked(confirm_view(("a@x.example", "A & B <c>"), ("b@x.example", "Jean · Luc")))
    assert view["submit"]["text"] == "Invite 2 people"
    read = access.access_read(filled(view))
    assert isinstance(read, Access)
    assert read.invites == [("a@x.example", "A & B <c>"), ("b@x.example", "Jean · Luc")]


def test_nobody_yet_needs_a_reason() -> None:
    read = access.access_read(filled(access_view(), {"nobody": "They choose their team next week"}))
    assert read == Access(42, [], "", "They choose their team next week")


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({}, {"nobody": "Choose who gets access, or say why nobody does yet."}),
        ({"nobody": " \x00 "}, {"nobody": "Choose who gets access, or say why nobody does yet."}),
        ({"who": ["klein@abc.example"]}, {"right": "Choose what they may do: comment, or view."}),
        (
            {"who": ["klein@abc.example"], "right": "view", "nobody": "later"},
            {"nobody": "You have chosen people above: clear this, or clear them."},
        ),
    ],
)
def test_what_is_missing_gets_a_sentence(answers: dict[str, Any], errors: dict[str, str]) -> None:
    assert access.access_read(filled(access_view(), answers)) == FieldErrors(errors)


def test_who_is_invited_already_or_has_no_address_is_named_and_not_offered() -> None:
    view = checked(access_view(access=[ClientAccess("KLEIN@abc.example", "M. Klein", "view")]))
    assert [o["value"] for o in block(view, "who")["element"]["options"]] == ["okafor@abc.example"]
    assert "Invited already: M. Klein." in texts(view)
    assert "No e-mail address in the CRM: J. Mute. Add it there to invite them." in texts(view)


def test_without_contacts_only_the_reason_is_asked_for() -> None:
    view = checked(access_view(deal=deal(contacts=())))
    assert [b["block_id"] for b in view["blocks"] if b["type"] == "input"] == ["nobody"]
    assert block(view, "nobody")["optional"] is False


def test_a_crowd_of_hostile_contacts_fits_and_no_address_travels_in_the_metadata() -> None:
    crowd = [Contact(str(n), HOSTILE, f"{n}@x.example", title=HOSTILE) for n in range(300)]
    crowd += [Contact("long", HOSTILE, f"{'a' * 300}@x.example"), Contact("same", "Twin", "1@X.example")]
    view = checked(access_view(deal=deal(contacts=tuple(crowd)), client=HOSTILE, workspace_url=HOSTILE))
    assert len(block(view, "who")["element"]["options"]) == 100
    second = checked(confirm_view(*[(f"{n}@x.example", HOSTILE[:75]) for n in range(90)]))
    for one in (view, second):
        assert "<!channel>" not in marked(one)
        assert "@" not in one["private_metadata"]
    assert set(json.loads(second["private_metadata"])) == {"h", "n", "right"}


def test_the_kickoff_date_is_read() -> None:
    view = checked(access.kickoff_view(record(kickoff=date(2025, 9, 22)), FRAME, nonce="n1"))
    assert view["title"]["text"] == "Set the kickoff date"
    assert access.kickoff_read(filled(view)) == Kickoff(42, date(2025, 9, 22))
    assert access.kickoff_read(filled(view, {"kickoff": "2025-09-09"})) == Kickoff(42, date(2025, 9, 9))


@pytest.mark.parametrize(
    ("day", "sentence"), [(None, "Pick the day of the kickoff."), ("2025-09-08", "Pick a date after 8 Sep 2025.")]
)
def test_a_kickoff_is_not_in_the_past(day: str | None, sentence: str) -> None:
    view = access.kickoff_view(record(), FRAME, nonce="n1")
    assert access.kickoff_read(filled(view, {"kickoff": day})) == FieldErrors({"kickoff": sentence})


def test_each_task_without_owner_or_date_gets_both_fields() -> None:
    tasks = [
        task("t1", "Test data", owner="BEN@baton.example"),
        task("t2", "UAT script", due=date(2025, 10, 1)),
        task("t3", "Done", due=date(2025, 10, 1), owner="ben@baton.example"),
        task("m1", "Go-Live", milestone=True),
    ]
    view = checked(access.tasks_view(record(tasks=tasks), FRAME, nonce="n1"))
    assert view["title"]["text"] == "Set dates"
    assert [b["block_id"] for b in view["blocks"] if b["type"] == "input"] == [
        "task.due:t1",
        "task.owner:t1",
        "task.due:t2",
        "task.owner:t2",
    ]
    given = {"task.due:t1": "2025-09-30", "task.owner:t2": "U0DEV"}
    read = access.tasks_read(filled(view, given))
    assert read == [("t1", date(2025, 9, 30), "U0BEN"), ("t2", date(2025, 10, 1), "U0DEV")]


def test_half_a_task_is_asked_to_be_made_whole() -> None:
    tasks = [task("t1", "Test data"), task("t2", "UAT script"), task("t3", "Later")]
    view = access.tasks_view(record(tasks=tasks), FRAME, nonce="n1")
    read = access.tasks_read(filled(view, {"task.due:t1": "2025-09-30", "task.owner:t2": "U0DEV"}))
    assert read == FieldErrors({"task.owner:t1": "Choose an owner as well.", "task.due:t2": "Pick a date as well."})
    nothing = access.tasks_read(filled(view))
    assert nothing == FieldErrors({"task.due:t1": "Give at least one task a date and an owner."})


def test_many_tasks_come_ten_at_a_time_and_none_is_said() -> None:
    crowd = [task(str(n), HOSTILE) for n in range(25)]
    view = checked(access.tasks_view(record(tasks=crowd), FRAME, nonce="n1"))
    assert sum(b["type"] == "input" for b in view["blocks"]) == 20
    assert "10 of 25 are shown." in texts(view)
    none = checked(access.tasks_view(record(tasks=[]), FRAME, nonce="n1"))
    assert "Every task has an owner and a date." in texts(none)
