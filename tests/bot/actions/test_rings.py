"""The ring budget: how often each person is called, over a whole handover without trouble."""

from bot import gate
from bot.actions import access, capture, lists, points
from bot.context import Disposition, Kind
from bot.deal import Standing
from bot.effects import Direct, MarkMigrated, PromiseTasks, Reply
from bot.handover import State
from bot.people import Role
from tests.bot.actions.company import Company
from tests.bot.builders import deal

BUDGET = {"ana": 3, "ben": 4, "chloe": 1, "dev": 2, "hana": 0}


def walk(company: Company) -> None:
    """The way of the protocol: closing stage, win, a question, answers, scope, workspace, three signatures."""

    def deliver() -> None:
        company.deliver()
        company.wait(minutes=20)

    company.read(deal(standing=Standing.OPEN, closing=True, won_epoch=None))
    deliver()
    company.add("ana", "Weekly call until go-live", "Training for five", "Data import")
    company.read()
    deliver()
    ids = [entry.id for entry in company.ho().entries]
    company.answer(*ids[:2], nonce="first")
    company.answer(ids[2], how=Disposition.ASK, question="How many records?", nonce="second")
    deliver()
    company.said(points.reply, 1, company.who("ana"), {ids[2]: "About 4,000."}, nonce="third")
    deliver()
    company.said(capture.none_of, 1, company.who("ana"), kind=Kind.REAL_DEADLINE)
    for stance in ("for", "against"):
        company.add("ana", f"Somebody {stance}", kind=Kind.STAKEHOLDER, details={"stance": stance})
    company.scope()
    deliver()
    company.made()
    deliver()
    company.tasks(owner="")
    deliver()
    company.answer(ids[2], nonce="fourth")
    company.said(capture.read, 1, company.who("ben"), document="")
    company.said(lists.tick, 1, company.who("ben"), key="confirm-team", ticked=True)
    deliver()
    company.tasks()  # dates were set in the tool, not by a click of Ben's
    deliver()
    company.sign("dev", Role.DELIVERY_MANAGER)
    deliver()
    company.nobody_yet()
    company.sign("ben", Role.PM)
    deliver()
    company.sign("ana", Role.SALES_REP)
    deliver()


def test_a_handover_without_trouble_keeps_the_ring_budget(company: Company) -> None:
    walk(company)
    assert company.ho().state is State.IN_PROGRESS
    over = {name: rings for name, rings in company.rings.items() if rings > BUDGET.get(name, 0)}
    assert not over, company.effects(Direct) + company.effects(Reply)
    assert company.replies <= 5


def test_each_who_must_act_is_rung_for_it(company: Company) -> None:
    """The budget is no silence: the walk rings each person for what only they can do."""
    walk(company)
    assert dict(company.rings) == {"ana": 3, "ben": 4, "chloe": 1, "dev": 2}
    assert [reply.name for reply in company.effects(Reply)] == ["win", "questions", "answers", "ready", "live"]


def test_a_saved_promise_rings_nobody(company: Company) -> None:
    company.read()
    company.deliver()
    before = dict(company.rings)
    company.add("ana", "Weekly call until go-live")
    company.deliver()
    assert dict(company.rings) == before


def test_the_gate_tells_the_crm_and_the_channel_once(company: Company) -> None:
    company.live()
    assert len(company.effects(MarkMigrated)) == 1
    assert len(company.effects(Reply, "live")) == 1
    assert len(company.effects(PromiseTasks)) == 1


def test_whoever_opens_the_gate_is_not_rung_to_sign(company: Company) -> None:
    company.provisioned()
    signers = {turn.role for turn in gate.turns(company.ho()) if turn.action == "sign"}
    assert signers == {Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP}
    for name, role in (("ana", Role.SALES_REP), ("ben", Role.PM), ("dev", Role.DELIVERY_MANAGER)):
        company.sign(name, role)
    rung = [(direct.person_id, direct.name) for direct in company.effects(Direct)]
    assert rung == [(company.who("chloe").id, "invite")]


def test_nobody_is_rung_for_what_their_own_click_made_possible(company: Company) -> None:
    company.read()
    company.scope()
    company.made()
    for kind in (Kind.COMMITMENT, Kind.REAL_DEADLINE):
        company.said(capture.none_of, 1, company.who("ana"), kind=kind)
    company.add("ana", "Somebody for us", kind=Kind.STAKEHOLDER, details={"stance": "for"})
    before = company.effects(Direct)
    assert "sign" not in {turn.action for turn in gate.turns_of(company.ho(), company.who("ana").id)}
    company.add("ana", "Somebody against us", kind=Kind.STAKEHOLDER, details={"stance": "against"})
    assert "sign" in {turn.action for turn in gate.turns_of(company.ho(), company.who("ana").id)}
    assert company.effects(Direct) == before


def test_a_review_rings_nobody(company: Company) -> None:
    company.provisioned()
    company.sign("dev", Role.DELIVERY_MANAGER)
    before = len(company.effects(Direct))
    guests = [access.Invitation("klein@abc.example", "M. Klein")]
    company.said(access.review, 1, company.who("chloe"), guests, right="view", nobody="", nonce="n")
    assert len(company.effects(Direct)) == before
