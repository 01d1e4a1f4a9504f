"""The sales rep's role follows the deal's owner in the CRM, until people name the sales rep by hand."""

from typing import Any

import pytest

from bot.actions import admin, people, signoff
from bot.deal import CrmPerson, Deal, Standing
from bot.effects import Direct, JoinTeam, Reply
from bot.people import Role
from tests.bot.actions.company import Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import deal

RAFI = CrmPerson("Rafi Levi", "Rafi@acme.example")
STRANGER = CrmPerson("Sue Sol", "sue@elsewhere.example")


def owned(owner: CrmPerson | None, **values: Any) -> Deal:
    """The deal in other hands."""
    return deal(owner=owner, **values)


def rep(company: Company) -> str:
    """The first name of the sales rep, '' for nobody."""
    found = company.ho().roles.get(Role.SALES_REP, 0)
    with company.store.read() as reader:
        person = reader.person(found)
    return person.first_name if person else ""


def test_the_new_owner_takes_over_as_if_assigned(company: Company) -> None:
    """The timeline says from whom to whom; one reply rings them, as there is something to do."""
    company.read()
    company.read(owned(RAFI))
    assert rep(company) == "Rafi"
    (event,) = company.events("owner_changed")
    assert (event.person, event.data["was"], event.data["now"]) == (0, company.who("ana").id, company.who("rafi").id)
    (told,) = company.effects(Reply, "new_holder")
    assert told.data == {"role": "sales_rep"}
    company.read(owned(RAFI))
    assert len(company.events("owner_changed")) == 1
    assert len(company.effects(Reply, "new_holder")) == 1


def test_signatures_stay_and_whoever_has_nothing_to_do_gets_the_brief(company: Company) -> None:
    company.provisioned()
    company.sign("dev", Role.DELIVERY_MANAGER)
    company.sign("ana", Role.SALES_REP)
    company.read(owned(RAFI))
    signature = company.ho().signed(Role.SALES_REP)
    assert signature
    assert signature.person == company.who("ana").id
    assert company.effects(Reply, "new_holder") == []
    (letter,) = company.effects(Direct, "brief")
    assert letter.person_id == company.who("rafi").id
    assert "signed this already" in company.said(signoff.sign, 1, company.who("rafi"), Role.SALES_REP).line


def test_the_new_owner_of_an_open_deal_gets_the_brief(company: Company) -> None:
    """There is no thread yet in which it would be read; once, however often the deal is read."""
    company.read(deal(standing=Standing.OPEN, closing=True))
    for _ in range(2):
        company.read(owned(RAFI, standing=Standing.OPEN, closing=True))
    (letter,) = company.effects(Direct, "brief")
    assert (letter.person_id, letter.data) == (company.who("rafi").id, {"role": "sales_rep"})


def test_a_new_owner_outside_slack_leaves_the_role_to_the_delivery_manager(company: Company) -> None:
    """Once, also when the next owner is a stranger too; somebody known fills it again."""
    company.read()
    company.read(owned(STRANGER))
    assert rep(company) == ""
    (asked,) = company.effects(Direct, "empty_role")
    assert (asked.person_id, asked.data) == (company.who("dev").id, {"role": "sales_rep"})
    company.read(owned(CrmPerson("Tim Tan", "tim@elsewhere.example")))
    assert len(company.effects(Direct, "empty_role")) == 1
    company.read(owned(RAFI))
    assert rep(company) == "Rafi"


def test_without_a_delivery_manager_the_head_is_asked(company: Company) -> None:
    company.read()
    company.said(people.not_mine, 1, company.who("dev"), role=Role.DELIVERY_MANAGER, reason="On leave")
    company.read(owned(STRANGER))
    assert [d.person_id for d in company.effects(Direct, "empty_role")] == [company.who("hana").id]


@pytest.mark.parametrize("by", ["dev", "ana"])
def test_whom_people_named_stays(company: Company, by: str) -> None:
    """Named by the delivery manager, or handed over: the CRM changes it no more, not even for its own next owner."""
    company.read()
    given = {"role": Role.SALES_REP, "person": company.who("rafi")}
    company.said(people.assign, 1, company.who(by), **given)
    company.read(owned(CrmPerson("Olga Berg", "olga@acme.example")))
    assert rep(company) == "Rafi"
    assert company.events("owner_changed") == []


def test_whoever_handed_the_role_back_does_not_get_it_by_the_crm(company: Company) -> None:
    company.read()
    company.said(people.not_mine, 1, company.who("ana"), role=Role.SALES_REP, reason="Sold by Rafi")
    company.read(owned(RAFI))
    assert rep(company) == ""


def test_another_role_named_by_hand_is_another_matter(company: Company) -> None:
    company.read()
    company.said(people.assign, 1, company.who("dev"), role=Role.PM, person=company.who("olga"))
    company.read(owned(RAFI))
    assert rep(company) == "Rafi"


def test_a_deal_without_an_owner_changes_nothing(company: Company) -> None:
    company.read()
    company.read(owned(None))
    company.read(owned(None, standing=Standing.DELETED))
    assert rep(company) == "Ana"
    company.read(owned(RAFI))
    assert rep(company) == "Rafi"


def test_a_rep_by_routing_stays_while_no_owner_is_in_slack(companies: Opens) -> None:
    company = companies(routing=[{"client": "ABC Fintech", "sales_rep": ["rafi@acme.example"]}])
    company.read(owned(STRANGER))
    assert rep(company) == "Rafi"
    company.read(owned(CrmPerson("Tim Tan", "tim@elsewhere.example")))
    assert rep(company) == "Rafi"


def test_what_has_ended_keeps_its_people(company: Company) -> None:
    company.read()
    company.said(admin.cancel, 1, company.who("dev"), reason="Given up")
    company.read(owned(RAFI))
    assert rep(company) == "Ana"


def test_an_amount_changed_with_the_owner_is_the_new_reps_to_sign(company: Company) -> None:
    """Both in one read: the signature is re-opened and the new holder is rung once, by the reply that says so."""
    company.provisioned()
    company.sign("dev", Role.DELIVERY_MANAGER)
    company.sign("ana", Role.SALES_REP)
    company.read(owned(RAFI, amount=None))
    assert company.ho().signed(Role.SALES_REP) is None
    assert [reply.data["roles"] for reply in company.effects(Reply, "changed")] == [["delivery_manager", "sales_rep"]]
    assert company.effects(Direct, "ready_to_sign") == []


def test_the_new_holder_joins_what_is_made_already(company: Company) -> None:
    """The project channel and the workspace are theirs too."""
    company.provisioned()
    company.read(owned(RAFI))
    assert [effect.person_id for effect in company.effects(JoinTeam)] == [company.who("rafi").id]
    (told,) = company.effects(Reply, "new_holder")
    assert (told.data["before"], "workspace" in told.data["stays"]) == (company.who("ana").id, True)
