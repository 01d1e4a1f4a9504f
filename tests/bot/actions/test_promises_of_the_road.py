"""What the whole road promises, proved on the record: nothing silently missing, nothing asked twice, no way round."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blocks.frame import Frame
from blocks.words import know
from bot import checklist, gate, presale
from bot.actions import access, admin, capture, people, signoff
from bot.actions.capture import Capture
from bot.context import Disposition, Kind
from bot.deal import PresaleKind, Standing
from bot.handover import State
from bot.people import HANDOVER_ROLES, Role
from store.playbooks import read_checklist
from tests.bot import builders
from tests.bot.actions.company import Company
from tests.bot.builders import deal

CHECKLIST = builders.ROOT / "playbooks" / "checklists" / "default.toml"
OPEN: dict[str, Any] = {"standing": Standing.OPEN, "won_epoch": None}
COMPANY_ROLES = {
    "ana": Role.SALES_REP,
    "ben": Role.PM,
    "chloe": Role.CSM,
    "dev": Role.DELIVERY_MANAGER,
    "olga": Role.SALES_OPS,
    "hana": Role.HEAD_OF_DELIVERY,
}


@pytest.mark.req("R2")
def test_whatever_is_wanted_and_not_there_is_named_with_somebody_who_mends_it(company: Company) -> None:
    company.read(deal(documents=(), contacts=(), amount=None, gaps=("the amount",)))
    made = company.ho()
    wanted = {item.key for item in made.items if item.required and not checklist.done(made, item)}
    found = gate.missing(made)
    assert wanted == {turn.subject for turn in found}
    assert all(gate.actor(made, turn) for turn in found)
    assert [str(gap) for gap in know.gaps(made)] == ["champion", "economic buyer", "the amount"]


@pytest.mark.req("R5")
def test_all_six_roles_are_there_and_four_are_assigned_on_each_handover(company: Company) -> None:
    company.read()
    assert {name: set(company.who(name).roles) for name in COMPANY_ROLES} == {
        name: {role} for name, role in COMPANY_ROLES.items()
    }
    assert {role: company.ho().roles[role] for role in HANDOVER_ROLES} == {
        role: company.who(name).id for name, role in COMPANY_ROLES.items() if role in HANDOVER_ROLES
    }
    rafi = company.who("rafi")
    for role in HANDOVER_ROLES:
        company.said(people.assign, 1, company.who("hana"), role=role, person=rafi)
    assert set(company.ho().roles.values()) == {rafi.id}


@pytest.mark.req("R50")
def test_the_win_asks_only_for_what_nobody_said_while_the_deal_was_open(company: Company) -> None:
    company.read(deal(**OPEN), cause="track", by="ana")
    company.add("ana", "Weekly call until go-live")
    company.said(capture.none_of, 1, company.who("ana"), kind=Kind.REAL_DEADLINE)
    company.wait(days=20)
    company.read()
    assert company.ho().state is State.WON
    asked = [turn.action for turn in gate.turns_of(company.ho(), company.who("ana").id)]
    assert asked == ["add_stakeholder"]


@pytest.mark.req("R222")
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_context_is_taken_at_any_stage_before_the_close(company: Company, kind: Kind) -> None:
    company.read(deal(**OPEN), cause="track", by="ana")
    company.add("ana", "Said in the first talk", kind=kind, batch="b1")
    company.wait(days=9)
    company.read(deal(**OPEN, closing=True))
    company.add("ana", "Said in the negotiation", kind=kind, batch="b2")
    company.wait(days=9)
    company.read()
    kept = [entry for entry in company.ho().entries if entry.author]
    assert [entry.text for entry in kept] == ["Said in the first talk", "Said in the negotiation"]
    assert (kept[1].at - kept[0].at).days == 9
    assert company.ho().won_at


@pytest.mark.req("R53")
def test_the_handover_is_a_period_whose_stretches_are_on_the_record(company: Company) -> None:
    company.read(deal(**OPEN), cause="track", by="ana")
    tracked = company.now
    company.add("ana", "Weekly call until go-live")
    company.wait(days=7)
    company.read()
    won = company.now
    company.wait(hours=3)
    company.provisioned()
    company.wait(hours=2)
    company.sign("dev", Role.DELIVERY_MANAGER)
    company.nobody_yet()
    company.sign("ben", Role.PM)
    company.sign("ana", Role.SALES_REP)
    made = company.ho()
    assert made.scoped_at is not None
    assert [made.opened_at, made.won_at, made.live_at] == [tracked, won, company.now]
    assert made.worked_seconds == 2 * 3600
    moves = [(event.data["now"], event.at) for event in company.events("state")]
    assert [to for to, _ in moves] == ["won", "scoped", "provisioned", "in_progress"]
    assert [moves[0][1], moves[1][1], moves[3][1]] == [won, made.scoped_at, made.live_at]


@pytest.mark.req("R60")
@pytest.mark.parametrize("how", [d for d in Disposition if d is not Disposition.ASK])
def test_what_is_unclear_in_the_scope_keeps_the_gate_shut_until_it_is_decided(
    company: Company, how: Disposition
) -> None:
    company.provisioned()
    save = Capture(Kind.SCOPE_AMBIGUITY, ["Does the import cover 2019?"], "b9", details={"client_belief": "included"})
    company.said(capture.add, 1, company.who("ana"), save)
    (unclear,) = [entry.id for entry in company.ho().entries if entry.open]
    company.sign("dev", Role.DELIVERY_MANAGER)
    company.nobody_yet()
    assert "answer_points" in {turn.action for turn in gate.sign_blockers(company.ho(), Role.PM)}
    company.answer(unclear, how=Disposition.ASK, question="Does it?")
    assert not gate.is_open(company.ho())
    assert "Something is missing" in company.refused(signoff.sign, 1, company.who("ben"), Role.PM)
    company.answer(unclear, how=how, nonce="b", hours="2", approver="Hana", told_by="Ana")
    company.sign("ben", Role.PM)
    company.sign("ana", Role.SALES_REP)
    assert company.ho().state is State.IN_PROGRESS


@pytest.mark.req("R213")
def test_a_meeting_that_was_held_does_nothing_by_itself(company: Company) -> None:
    """The kickoff has a date and passes: every other item stands as it stood, and the gate stays shut."""
    company.provisioned()
    before = {item.key: checklist.done(company.ho(), item) for item in company.ho().items}
    company.said(access.set_kickoff, 1, company.who("chloe"), day=date(2026, 3, 11))
    company.wait(days=3)
    made = company.ho()
    changed = {item.key for item in made.items if checklist.done(made, item) != before[item.key]}
    assert changed == {"kickoff-date"}
    assert not [item for item in made.items if item.required and item.check == "kickoff_date"]
    assert made.state is State.PROVISIONED


@pytest.mark.req("R224")
def test_the_five_artefacts_of_the_presale_are_structured_records(company: Company) -> None:
    """Discovery, scoping, proposal and pricing each with its deliverable and signer; what was promised as entries."""
    company.read(deal(**OPEN), cause="track", by="ana")
    deliverables = dict(
        zip(PresaleKind, ("notes", "decision log", "assumptions sheet", "pricing rationale"), strict=True)
    )
    for kind, name in deliverables.items():
        company.said(admin.sign_presale, 1, company.who("ana"), kind=kind.value, deliverable=name, external="")
    company.add("ana", "Weekly call until go-live")
    company.read()
    made = company.ho()
    assert [(one.kind, one.deliverable, one.by) for one in presale.artefacts(made)] == [
        (kind.value, name, company.who("ana").id) for kind, name in deliverables.items()
    ]
    frame_titles = [group.title for group in know.groups(made, Frame(now=builders.NOW, tz="Europe/Berlin"))]
    assert {"Promises", "Presale work"} <= set(frame_titles)


@pytest.mark.req("R186")
def test_a_field_that_the_checklist_demands_is_enforced_at_the_gate(company: Company, tmp_path: Path) -> None:
    """Sales Ops make the industry mandatory in the file: without it nobody signs the data as complete."""
    file = tmp_path / "default.toml"
    demand = '\n[[lists.delivery_manager]]\nkey = "industry"\ntext = "The industry"\nopens = "won"\n'
    text = CHECKLIST.read_text(encoding="utf-8") + demand + 'check = "field:deal.industry"\n'
    file.write_text(text, encoding="utf-8")
    template, problems = read_checklist(file)
    assert problems == ()
    assert template is not None
    company.terms = replace(company.terms, template=template)
    company.provisioned()
    assert "industry" in {turn.subject for turn in gate.missing(company.ho())}
    refusal = company.refused(signoff.sign, 1, company.who("dev"), Role.DELIVERY_MANAGER)
    assert "Something is missing" in refusal
    company.read(deal(industry="Finance"))
    company.sign("dev", Role.DELIVERY_MANAGER)
