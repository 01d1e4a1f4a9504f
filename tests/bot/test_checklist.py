"""The lists: the record answers its items by itself; only what nobody can compute is ticked by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from bot import checklist
from bot.context import Kind, Point
from bot.deal import Document, DocumentKind
from bot.handover import Answer, ClientAccess, Handover, Item, Presale, Signature, State, Step, StepState, TaskCopy
from bot.people import Role
from tests.bot.builders import CSM, DM, NOW, PM, REP, complete, deal, entry, handover, person, template

DONE: list[tuple[str, Callable[[Handover], Any]]] = [
    ("field:kickoff", lambda h: setattr(h, "kickoff", NOW.date())),
    ("field:repository", lambda h: setattr(h, "repository", "https://git.example/abc")),
    ("field:deal.industry", lambda h: setattr(h, "deal", deal(industry="Finance"))),
    (
        "document:contract",
        lambda h: setattr(h, "deal", deal(documents=(Document("d", "C", DocumentKind.CONTRACT, ""),))),
    ),
    ("document:scope", lambda h: setattr(h, "scope_document", "https://docs.example/scope")),
    ("role_filled:pm,csm", lambda h: h.roles.update({Role.PM: PM, Role.CSM: CSM})),
    ("entry:risk", lambda h: h.entries.append(entry(Kind.RISK))),
    ("entry:commitment", lambda h: h.answers.append(Answer("none:commitment", REP, NOW))),
    ("presale_read", lambda h: h.answers.append(Answer("presale_read", PM, NOW))),
    ("presale_done:discovery", lambda h: h.presale.append(Presale("discovery", signed_off=True))),
    ("scope_confirmed", lambda h: setattr(h, "scoped_at", NOW)),
    ("tasks_owned", lambda h: h.tasks.append(TaskCopy("t", "T", "", due=NOW.date(), owner="ben@acme.example"))),
    ("access_reviewed", lambda h: h.answers.append(Answer("access_reviewed", CSM, NOW))),
    ("client_access", lambda h: h.answers.append(Answer("access_reviewed", CSM, NOW, "not yet"))),
    ("provisioned", lambda h: h.steps.append(Step("channel", "slack", "C", StepState.DONE))),
    ("channel", lambda h: setattr(h, "channel_id", "C1")),
    ("kickoff_date", lambda h: setattr(h, "kickoff", NOW.date())),
    ("signoff:pm", lambda h: h.signatures.append(Signature(Role.PM, PM, NOW))),
]


def item(check: str) -> Item:
    return Item("it", Role.PM, "It", check=check)


@pytest.mark.parametrize(("check", "do"), DONE, ids=[check for check, _ in DONE])
def test_the_record_answers_the_item_once_it_is_true(check: str, do: Callable[[Handover], Any]) -> None:
    made = handover(roles={}, deal=deal(documents=()))
    assert not checklist.done(made, item(check))
    do(made)
    assert checklist.done(made, item(check))


def test_who_took_an_item_over_is_found_by_its_check_and_by_its_kind() -> None:
    made = handover(items=[Item("it", Role.PM, "It", check="entry:risk", holder=CSM)])
    assert checklist.taker(made, "entry:risk") == CSM
    assert checklist.taker(made, "entry") == CSM
    assert checklist.taker(made, "entry:commitment", "scope_confirmed") == 0


def test_the_scopes_own_document_stands_for_no_other() -> None:
    made = handover(deal=deal(documents=()), scope_document="https://docs.example/scope")
    assert not checklist.done(made, item("document:contract"))


def test_points_are_answered_when_none_is_open_and_never_before_the_win() -> None:
    made = handover(State.PRESALE)
    assert not checklist.done(made, item("points_answered"))
    made.state = State.WON
    assert checklist.done(made, item("points_answered"))
    made.entries.append(entry(point=Point()))
    assert not checklist.done(made, item("points_answered"))
    made.entries[0].undone_at = NOW
    assert checklist.done(made, item("points_answered"))


def test_silence_is_not_none() -> None:
    made = handover()
    asked = [made.item(key) for key in ("say-promises", "say-date", "say-stances")]
    assert not any(checklist.done(made, one) for one in asked if one)


@pytest.mark.req("R45")
def test_one_who_backs_us_does_not_say_who_pushes_back() -> None:
    made = handover(entries=[entry(Kind.STAKEHOLDER, details={"stance": "for"})])
    assert checklist.stances(made) == (False, True)
    assert not checklist.done(made, item("entry:stakeholder"))
    made.entries.append(entry(Kind.STAKEHOLDER, details={"stance": "against"}))
    assert checklist.done(made, item("entry:stakeholder"))
    made.entries[0].undone_at = NOW
    assert not checklist.done(made, item("entry:stakeholder"))


def test_each_document_is_read_on_its_own() -> None:
    documents = tuple(Document(name, name, DocumentKind.PROPOSAL, "") for name in ("a", "b"))
    made = handover(deal=deal(documents=documents), answers=[Answer("read:a", PM, NOW)])
    assert checklist.documents_read(made) == (1, 2)
    assert not checklist.done(made, item("presale_read"))
    made.answers.append(Answer("read:b", PM, NOW))
    assert checklist.done(made, item("presale_read"))


def test_where_there_is_no_document_somebody_must_say_so() -> None:
    made = handover(deal=deal(documents=()))
    assert not checklist.done(made, item("presale_read"))


def test_milestones_need_no_owner_and_no_tasks_are_not_all_tasks() -> None:
    made = handover(tasks=[TaskCopy("m", "Go-Live", "", milestone=True)])
    assert checklist.tasks_owned(made) == (0, 0)
    assert not checklist.done(made, item("tasks_owned"))


@pytest.mark.req("R36")
@pytest.mark.parametrize(("state", "works"), [("asked", False), ("failed", False), ("given", True), ("manual", True)])
def test_client_access_works_when_the_tool_shows_it_or_a_person_says_so(*, state: str, works: bool) -> None:
    made = handover(answers=[Answer("access_reviewed", CSM, NOW)])
    made.access = [ClientAccess("k@abc.example", "K", "view", state=state)]
    assert checklist.done(made, item("client_access")) is works


@pytest.mark.parametrize(
    ("state", "done"),
    [
        (StepState.PLANNED, False),
        (StepState.RETRYING, False),
        (StepState.FAILED, False),
        (StepState.DONE, True),
        (StepState.MANUAL, True),
    ],
)
def test_the_workspace_is_there_when_each_step_is_done_or_done_by_hand(*, state: StepState, done: bool) -> None:
    made = handover(steps=[Step("a", "slack", "A", StepState.DONE), Step("b", "tool", "B", state)])
    assert checklist.done(made, item("provisioned")) is done


def test_without_a_single_step_there_is_no_workspace() -> None:
    assert not checklist.provisioned(handover())


def test_an_item_opens_with_its_state_and_stays_open() -> None:
    later = Item("x", Role.PM, "X", opens="scoped")
    opened = {state for state in State if checklist.opened(handover(state), later)}
    assert opened == set(State) - {State.PRESALE, State.WON, State.CANCELLED}


def test_an_item_may_open_with_a_signature() -> None:
    later = Item("x", Role.CSM, "X", opens="signed:delivery_manager")
    made = handover(State.PROVISIONED)
    assert not checklist.opened(made, later)
    made.signatures = [Signature(Role.DELIVERY_MANAGER, DM, NOW)]
    assert checklist.opened(made, later)
    made.signatures[0].withdrawn_at = NOW
    assert not checklist.opened(made, later)


def test_only_the_holder_and_the_delivery_manager_tick() -> None:
    made = handover()
    team = made.item("confirm-team")
    assert team is not None
    may = {p for p in (REP, PM, CSM, DM, 5) if checklist.may_tick(made, team, person(p, "Somebody"))}
    assert may == {PM, DM}
    assert not checklist.may_tick(made, team, person(PM, "Ben Ortiz", guest=True))
    assert not checklist.may_tick(made, team, person(PM, "Ben Ortiz", active=False))


def test_nobody_ticks_for_an_empty_role_by_having_no_id() -> None:
    made = handover(roles={})
    team = made.item("confirm-team")
    assert team is not None
    assert not checklist.may_tick(made, team, person(0, "Nobody"))


@pytest.mark.req("R241")
def test_the_default_lists_have_fifteen_items_and_one_is_ticked_by_hand() -> None:
    items = template().items
    assert len(items) == 15
    assert [one.key for one in items if one.kind == "hand"] == ["confirm-team"]
    assert [one.key for one in items if one.role is Role.PM] == [
        "read-presale", "answer-points", "confirm-team", "sign-plan",
    ]  # fmt: skip


def test_nobody_waits_for_the_kickoff_date_at_the_gate() -> None:
    assert [one.key for one in template().items if not one.required] == ["kickoff-date"]


def test_progress_counts_what_is_done() -> None:
    assert checklist.progress(complete()) == (14, 15)
    assert checklist.progress(complete(), checklist.of_role(complete(), Role.PM)) == (4, 4)
