"""Whoever took an item over does it, wherever it is done; nobody else does, and a signature is never taken over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot import gate
from bot.actions import access, admin, cannot, capture, late, lists, pause, people, points, provision, scope, signoff
from bot.actions.access import Invitation
from bot.context import Disposition, Kind
from bot.deal import Standing
from bot.errors import Refused
from bot.handover import ClientAccess
from bot.people import Role
from tests.bot.actions.company import SCOPE, Company
from tests.bot.builders import deal

Deed = Callable[[Company, str], Any]
KLEIN = [Invitation("klein@abc.example", "M. Klein")]


def _points(c: Company, who: str) -> Any:
    answers = [points.PointAnswer(e.id, Disposition.IN_SCOPE) for e in c.ho().entries if e.open]
    return c.do(points.answer, 1, c.who(who), answers, nonce="n")


def _kickoff(c: Company, who: str) -> Any:
    return c.do(access.set_kickoff, 1, c.who(who), day=c.now.date() + timedelta(days=9))


def _by_hand(c: Company, who: str) -> Any:
    deeds = [c.do(provision.by_hand, 1, c.who(who), key=step.key, words="") for step in c.ho().steps]
    return deeds[-1]


def _nothing(kind: Kind) -> Deed:
    return lambda c, who: c.do(capture.none_of, 1, c.who(who), kind=kind)


# What can be done of which item, and who may not do it unless they took it over.
WON: dict[str, tuple[str, Deed]] = {
    "confirm-scope": ("olga", lambda c, who: c.do(scope.confirm, 1, c.who(who), SCOPE)),
    "say-promises": ("olga", _nothing(Kind.COMMITMENT)),
    "say-date": ("olga", _nothing(Kind.REAL_DEADLINE)),
    "say-stances": ("olga", _nothing(Kind.STAKEHOLDER)),
    "read-presale": ("olga", lambda c, who: c.do(capture.read, 1, c.who(who), document="")),
    "answer-points": ("olga", _points),
}
SCOPED: dict[str, tuple[str, Deed]] = {
    "confirm-team": ("olga", lambda c, who: c.do(lists.tick_off, 1, c.who(who), key="confirm-team")),
    "set-up-workspace": ("olga", _by_hand),
}
READY: dict[str, tuple[str, Deed]] = {
    "review-access": (
        "olga", lambda c, who: c.do(access.review, 1, c.who(who), KLEIN, right="view", nobody="", nonce="n"),
    ),
    "client-access": ("olga", lambda c, who: c.do(access.by_hand, 1, c.who(who), email=KLEIN[0].email)),
    "kickoff-date": ("olga", _kickoff),
}  # fmt: skip


def given(company: Company, key: str) -> Company:
    """The record as far as this item can be done, and not done."""
    if key in READY:
        company.provisioned()
        company.sign("dev", Role.DELIVERY_MANAGER)
    else:
        company.read()
    if key in SCOPED:
        company.scope()
    if key == "answer-points":
        company.add("ana", "Weekly call until go-live")
    if key == "client-access":
        with company.store.write() as unit:
            handover = unit.handover(1)
            assert handover
            handover.access.append(ClientAccess(KLEIN[0].email, KLEIN[0].name, "view", state="failed"))
            unit.save(handover)
        company.nobody_yet()
    return company


def taken(company: Company, key: str, who: str) -> None:
    """The holder hands the item on."""
    holder = company.who(who).id
    with company.store.write() as unit:
        handover = unit.handover(1)
        assert handover
        found = handover.item(key)
        assert found
        found.holder = holder
        unit.save(handover)


ALL = {**WON, **SCOPED, **READY}


@pytest.mark.parametrize("key", ALL)
def test_who_took_it_over_does_it_and_nobody_else(company: Company, key: str) -> None:
    given(company, key)
    stranger, deed = ALL[key]
    before = company.ho()
    refused = deed(company, stranger)
    assert isinstance(refused, Refused), refused
    assert company.ho() == before
    taken(company, key, stranger)
    assert key in [turn.subject for turn in gate.turns_of(company.ho(), company.who(stranger).id)]
    outcome = deed(company, stranger)
    assert not isinstance(outcome, Refused), outcome
    assert key not in [turn.subject for turn in gate.turns_of(company.ho(), company.who(stranger).id)]


def test_whoever_has_not_got_it_hears_who_has(company: Company) -> None:
    given(company, "answer-points")
    taken(company, "answer-points", "hana")
    refused = _points(company, "chloe")
    assert refused == Refused(
        "Only Hana or Dev can answer these points. Ask Hana. Is it yours? Ask Dev to hand it over."
    )
    assert not isinstance(_points(company, "ben"), Refused)  # the role's holder still may


def test_the_workspace_is_begun_by_who_took_it(company: Company) -> None:
    company.read()
    with company.store.write() as unit:
        handover = unit.handover(1)
        assert handover
        del handover.roles[Role.PM]
        unit.save(handover)
    company.scope()
    ben = company.who("ben").id
    with company.store.write() as unit:
        handover = unit.handover(1)
        assert handover
        handover.roles[Role.PM] = ben
        unit.save(handover)
    assert "Only" in company.refused(provision.begin, 1, company.who("olga"))
    taken(company, "set-up-workspace", "olga")
    assert company.said(provision.begin, 1, company.who("olga")).line == "The workspace is being set up."


def test_the_head_who_takes_all_can_do_all_but_sign(company: Company) -> None:
    """[Take it] after the win: every item of the head's can then be done by her."""
    company.read()
    company.add("ana", "Weekly call until go-live")
    company.said(late.take_it, 1, company.who("hana"))
    mine = {turn.subject for turn in gate.turns_of(company.ho(), company.who("hana").id)}
    assert {"confirm-scope", "read-presale", "answer-points", "say-date", "say-stances"} <= mine
    for key in ("say-date", "say-stances", "read-presale", "answer-points", "confirm-scope"):
        outcome = WON[key][1](company, "hana")
        assert not isinstance(outcome, Refused), (key, outcome)
    company.made()
    company.tasks()
    company.said(lists.tick_off, 1, company.who("ben"), key="confirm-team")
    for role in gate.GATE_ROLES:
        assert isinstance(company.do(signoff.sign, 1, company.who("hana"), role), Refused)


def test_a_deed_of_the_hand_says_what_was_ticked(company: Company) -> None:
    given(company, "confirm-team")
    ben = company.who("ben")
    for _ in range(2):
        said = company.said(lists.tick_off, 1, ben, key="confirm-team")
        assert said.line == "Ticked on ABC Fintech: Confirm that the team is available."
    assert len(company.events("ticked")) == 1
    refused = company.refused(lists.tick_off, 1, company.who("ana"), key="confirm-team")
    assert refused.startswith("Only Ben or Dev can tick this.")
    assert "ticks this item by itself" in company.refused(lists.tick_off, 1, ben, key="read-presale")


@pytest.mark.parametrize("how", ["assigned", "not mine"])
def test_who_leaves_the_record_leaves_what_they_took_over(company: Company, how: str) -> None:
    """Chloe took over from Ben; when she is the CSM no more, she does not see the record any more."""
    given(company, "confirm-team")
    company.said(
        cannot.hand_on, 1, company.who("ben"), key="confirm-team", person=company.who("chloe"), reason="I am away"
    )
    chloe, olga = company.who("chloe"), company.who("olga")
    if how == "assigned":
        company.said(people.assign, 1, olga, role=Role.CSM, person=company.who("rafi"))
    else:
        company.said(people.not_mine, 1, chloe, role=Role.CSM, reason="Another client")
    item = company.ho().item("confirm-team")
    assert item
    assert item.holder == 0
    assert [event.data["item"] for event in company.events("given_back")] == ["confirm-team"]
    assert "confirm-team" in [turn.subject for turn in gate.turns_of(company.ho(), company.who("ben").id)]


def test_who_still_sees_the_record_keeps_what_they_took_over(company: Company) -> None:
    given(company, "confirm-team")
    company.said(
        cannot.hand_on, 1, company.who("ben"), key="confirm-team", person=company.who("dev"), reason="I am away"
    )
    rafi = company.who("rafi")
    company.said(people.assign, 1, company.who("hana"), role=Role.DELIVERY_MANAGER, person=rafi)
    item = company.ho().item("confirm-team")
    assert item
    assert item.holder == company.who("dev").id


def test_where_there_is_nothing_to_take_the_reason_is_true(company: Company) -> None:
    """The message that it is late may be older than what became of it."""
    company.provisioned()
    dev, hana = company.who("dev"), company.who("hana")
    company.said(late.take_it, 1, dev)
    company.sign("dev", Role.DELIVERY_MANAGER)
    company.said(late.take_it, 1, dev)
    company.nobody_yet()
    company.said(access.set_kickoff, 1, dev, day=company.now.date() + timedelta(days=9))
    assert "Only sign-offs, questions and" in company.refused(late.take_it, 1, dev)
    company.said(pause.pause, 1, dev, reason="test data", expected=company.now.date() + timedelta(days=1))
    assert "waits on the client" in company.refused(late.take_it, 1, hana)
    company.read(deal(standing=Standing.LOST))
    assert "is on hold" in company.refused(late.take_it, 1, hana)
    company.read()
    company.said(pause.resume, 1, dev)
    company.sign("ben", Role.PM)
    company.sign("ana", Role.SALES_REP)
    assert "Nothing waits for anybody else here" in company.refused(late.take_it, 1, hana)
    company.said(admin.cancel, 1, dev, reason="Given up")
    assert "is closed" in company.refused(late.take_it, 1, hana)
