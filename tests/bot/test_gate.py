"""The gate: it opens when nothing is missing, and every turn is somebody's who can take it now."""

from collections.abc import Callable
from itertools import combinations

import pytest

from bot import gate
from bot.context import Disposition, Point
from bot.gate import Turn
from bot.handover import Handover, Interval, Signature, State, Step, StepState, TaskCopy
from bot.people import Role
from tests.bot.builders import CSM, DM, NOW, PM, REP, complete, entry, handover

# Each takes one needed thing away from a record that lacks nothing.
TAKEN: dict[str, Callable[[Handover], object]] = {
    "the delivery manager's signature": lambda h: h.signatures.remove(signature(h, Role.DELIVERY_MANAGER)),
    "the project manager's signature": lambda h: h.signatures.remove(signature(h, Role.PM)),
    "the sales rep's signature": lambda h: h.signatures.remove(signature(h, Role.SALES_REP)),
    "what was promised": lambda h: setattr(h, "entries", [e for e in h.entries if e.id != 1]),
    "which date matters": lambda h: setattr(h, "entries", [e for e in h.entries if e.id != 2]),
    "who backs us": lambda h: setattr(h, "entries", [e for e in h.entries if e.id != 3]),
    "who pushes back": lambda h: setattr(h, "entries", [e for e in h.entries if e.id != 4]),
    "an answer": lambda h: h.entries.append(entry(point=Point(), id=9)),
    "a reply of the rep": lambda h: h.entries.append(entry(point=Point(Disposition.ASK, question="?"), id=10)),
    "the presale documents read": lambda h: setattr(h, "answers", [a for a in h.answers if a.key != "read:d1"]),
    "the team": lambda h: setattr(h.item("confirm-team"), "ticked_at", None),
    "the client success": lambda h: h.roles.pop(Role.CSM),
    "the scope": lambda h: setattr(h, "scoped_at", None),
    "a step": lambda h: setattr(h.steps[0], "state", StepState.FAILED),
    "the access review": lambda h: setattr(h, "answers", [a for a in h.answers if a.key != "access_reviewed"]),
    "the client's access": lambda h: setattr(h.access[0], "state", "failed"),
}


def signature(handover: Handover, role: Role) -> Signature:
    found = handover.signed(role)
    assert found is not None
    return found


def actions(turns: list[Turn]) -> set[str]:
    return {turn.action for turn in turns}


@pytest.mark.req("R39", "R242")
def test_the_gate_opens_when_nothing_is_missing() -> None:
    assert gate.is_open(complete())
    assert gate.missing(complete()) == []


@pytest.mark.req("R39", "R242")
@pytest.mark.parametrize("size", [1, 2, 3, len(TAKEN)])
def test_the_gate_stays_shut_whatever_is_missing(size: int) -> None:
    """Every single thing, every two, every three, and all at once."""
    for names in combinations(TAKEN, size):
        made = complete()
        for name in names:
            TAKEN[name](made)
        assert not gate.is_open(made), names
        assert gate.missing(made), names


@pytest.mark.parametrize("state", [state for state in State if state is not State.PROVISIONED])
def test_only_a_provisioned_record_passes_the_gate(state: State) -> None:
    made = complete()
    made.state = state
    assert not gate.is_open(made)


def test_a_hold_keeps_the_gate_shut_and_is_nobodys_turn() -> None:
    made = complete()
    made.intervals = [Interval("hold", NOW, "the deal was reopened in the CRM")]
    assert not gate.is_open(made)
    assert gate.turns(made) == []
    made.intervals[0].until = NOW
    assert gate.is_open(made)


def test_a_withdrawn_signature_counts_no_longer() -> None:
    made = complete()
    signature(made, Role.PM).withdrawn_at = NOW
    assert not gate.is_open(made)
    assert [turn.role for turn in gate.turns(made) if turn.action == "sign"] == [Role.PM]


def test_what_waits_for_the_rep_is_not_the_project_managers_turn() -> None:
    made = handover(entries=[entry(point=Point(Disposition.ASK, question="How long?"), id=5)])
    assert "answer_points" not in actions(gate.turns_of(made, PM))
    question = next(turn for turn in gate.turns_of(made, REP) if turn.action == "answer_question")
    assert (question.subject, question.count) == ("5", 1)
    assert gate.asked(made) == 1


def test_an_empty_roles_items_are_the_delivery_managers() -> None:
    made = handover()
    del made.roles[Role.SALES_REP]
    assert {"add_promise", "add_date", "add_stakeholder"} <= actions(gate.turns_of(made, DM))
    assert gate.turns_of(made, REP) == []


def test_a_checklist_without_a_line_for_it_lets_nobody_through_unsigned() -> None:
    made = complete()
    made.items = [item for item in made.items if item.kind != "signoff"]
    assert gate.is_open(made)
    made.signatures.pop()
    assert gate.missing(made) == []
    assert not gate.is_open(made)


def test_what_nobody_holds_is_nobodys_until_there_is_a_manager() -> None:
    made = handover(roles={}, entries=[entry(point=Point(Disposition.ASK, question="?"), id=5)])
    found = gate.turns(made)
    assert {"answer_question", "fill_roles", "add_date"} <= actions(found)
    assert {turn.person for turn in found} == {0}
    assert {turn.person for turn in gate.missing(made)} == {0}
    assert gate.actor(made, found[0]) == 0


def test_what_somebody_took_over_is_their_turn_whosever_it_was() -> None:
    made = handover()
    del made.roles[Role.PM]
    for item in made.items:
        item.holder = 0 if item.kind == "signoff" else 9
    assert "fill_roles" in actions(gate.turns_of(made, 9))
    assert {turn.person for turn in gate.turns(made)} == {9}
    assert {turn.person for turn in gate.missing(made) if turn.action == "tick"} == {9}


def test_setting_up_is_a_turn_while_nothing_began_and_when_it_failed_and_there_is_somebody_to_run_it() -> None:
    made = handover(State.SCOPED, scoped_at=NOW, scoped_by=DM)
    setting_up = {"provision", "mend_steps"}

    def offered() -> list[tuple[str, int]]:
        return [(turn.action, turn.count) for turn in gate.shown(made) if turn.action in setting_up]

    assert offered() == [("provision", 1)]
    made.steps = [Step(str(n), "tool", "T", StepState.RETRYING) for n in range(3)]
    assert offered() == [], "Baton is at it"
    assert "confirm_scope" not in actions(gate.shown(made))
    made.steps[0].state = made.steps[1].state = StepState.FAILED
    assert offered() == [("mend_steps", 2)]
    made.steps = []
    del made.roles[Role.PM]
    assert offered() == [], "a workspace needs its project manager"
    assert gate.shown(made)[0].action == "fill_roles"


def test_an_empty_role_is_itself_due() -> None:
    made = handover()
    del made.roles[Role.PM]
    first = gate.turns(made)[0]
    assert (first.action, first.person) == ("fill_roles", DM)


def test_nobody_has_the_turns_of_person_nought() -> None:
    made = handover(roles={})
    assert gate.turns_of(made, 0) == []


def test_before_the_workspace_is_ready_nobody_signs() -> None:
    made = complete()
    made.state, made.signatures = State.SCOPED, []
    assert "sign" not in actions(gate.turns(made))


@pytest.mark.req("R28", "R29", "R30")
def test_each_role_signs_when_its_own_part_is_done() -> None:
    """Nobody waits for another's signature, only for what the own signature says."""
    made = complete()
    made.signatures = []
    assert {t.role for t in gate.turns(made) if t.action == "sign"} == {Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP}
    TAKEN["the team"](made)
    assert {t.role for t in gate.turns(made) if t.action == "sign"} == {Role.DELIVERY_MANAGER, Role.SALES_REP}
    TAKEN["who backs us"](made)
    assert {t.role for t in gate.turns(made) if t.action == "sign"} == {Role.DELIVERY_MANAGER}
    TAKEN["a step"](made)
    assert not [t for t in gate.turns(made) if t.action == "sign"]


@pytest.mark.req("R22", "R29")
def test_a_task_without_owner_or_date_blocks_the_project_managers_signature_alone() -> None:
    made = complete()
    made.signatures = []
    made.tasks.append(TaskCopy("t2", "Test data", "", due=None, owner="ben@acme.example"))
    made.tasks.append(TaskCopy("m1", "Go-Live", "", milestone=True))
    assert {t.role for t in gate.turns(made) if t.action == "sign"} == {Role.DELIVERY_MANAGER, Role.SALES_REP}
    assert [(t.person, t.count) for t in gate.turns(made) if t.action == "set_task_dates"] == [(PM, 1)]
    assert "set_task_dates" in actions(gate.sign_blockers(made, Role.PM))
    made.tasks[1].due = NOW.date()
    assert gate.sign_blockers(made, Role.PM) == []


def test_the_client_success_comes_after_the_delivery_manager_signed() -> None:
    made = complete()
    made.answers, made.access = [], []
    assert "review_access" in actions(gate.turns_of(made, CSM))
    made.signatures = []
    assert "review_access" not in actions(gate.turns_of(made, CSM))
    late = next(turn for turn in gate.missing(made) if turn.action == "review_access")
    assert not late.possible


def test_after_the_gate_the_kickoff_is_still_somebodys_turn_and_no_signature_is() -> None:
    made = complete()
    made.state, made.signatures = State.IN_PROGRESS, []
    assert actions(gate.turns_of(made, CSM)) == {"set_kickoff"}
    assert "sign" not in actions(gate.turns(made))
    assert gate.missing(made) == []


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED])
def test_when_it_has_ended_it_is_nobodys_turn(state: State) -> None:
    assert gate.turns(handover(state)) == []


def test_what_blocks_others_comes_first_and_what_cannot_be_done_last() -> None:
    made = handover(entries=[entry(point=Point(Disposition.ASK, question="?"), id=5), entry(point=Point(), id=6)])
    order = [turn.action for turn in gate.turns(made)]
    assert order[:3] == ["confirm_scope", "answer_question", "answer_points"]
    rows = gate.missing(made)
    assert [row.action for row in rows if row.possible][:3] == order[:3]
    assert [row.possible for row in rows] == sorted((row.possible for row in rows), reverse=True)


def test_unread_documents_are_counted() -> None:
    turn = next(turn for turn in gate.turns_of(handover(), PM) if turn.action == "read_documents")
    assert turn.count == 1


def test_a_failed_step_is_no_open_gate_but_one_done_by_hand_is() -> None:
    made = complete()
    made.steps.append(Step("project", "tool", "Asana project", StepState.RETRYING))
    assert not gate.is_open(made)
    made.steps[-1].state = StepState.MANUAL
    assert gate.is_open(made)
