"""The scope confirmation: one click of the delivery manager, by name; the clock runs from it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.actions import people, scope
from bot.actions.scope import Scope
from bot.deal import Document, DocumentKind, Standing
from bot.effects import Provision
from bot.handover import State
from bot.people import Role
from tests.bot.actions.company import SCOPE, Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import deal, table


@pytest.mark.req("R9", "R15", "R37")
@pytest.mark.parametrize(
    ("start", "due"),
    [
        ((2026, 3, 10, 9), (2026, 3, 12, 9)),
        ((2026, 3, 13, 9), (2026, 3, 17, 9)),
        ((2026, 4, 2, 9), (2026, 4, 8, 9)),
    ],
    ids=["Tuesday to Thursday", "Friday to Tuesday", "over Easter"],
)
def test_the_clock_runs_two_working_days_from_the_click(
    company: Company, start: tuple[int, int, int, int], due: tuple[int, int, int, int]
) -> None:
    company.clocks.now = datetime(*start, tzinfo=UTC)
    company.read()
    assert company.scope().line == "The scope is confirmed. The workspace is being set up."
    made = company.ho()
    assert (made.state, made.scoped_at, made.scoped_by) == (State.SCOPED, company.now, company.who("dev").id)
    assert made.due_at == datetime(*due, tzinfo=UTC)
    assert (made.scope_document, made.start, made.end) == (SCOPE.document, SCOPE.start, SCOPE.end)


def test_a_second_click_changes_nothing(company: Company) -> None:
    company.read()
    company.scope()
    before = company.snapshot()
    company.wait(hours=1)
    other = Scope("https://crm.example/other", SCOPE.start, SCOPE.end)
    outcome = company.said(scope.confirm, 1, company.who("dev"), other)
    assert outcome.line == "The scope is confirmed already, by Dev."
    assert company.snapshot() == before
    with company.store.read() as reader:
        assert scope.cannot(reader, company.ho(), company.who("dev")) == outcome.line


@pytest.mark.parametrize("name", ["ana", "ben", "chloe", "rafi", "hana", "olga"])
def test_only_the_delivery_manager_confirms(company: Company, name: str) -> None:
    company.read()
    refusal = company.refused(scope.confirm, 1, company.who(name), SCOPE)
    assert refusal == "Only Dev can confirm the scope. Ask Dev."


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (Scope(" ", SCOPE.start, SCOPE.end), "Link the scope document first"),
        (Scope("https://crm.example/d1", SCOPE.end, SCOPE.start), "The end date must be after the start date."),
        (Scope("https://crm.example/d1", SCOPE.start, SCOPE.start), "The end date must be after the start date."),
    ],
)
def test_what_is_not_complete_is_refused(company: Company, given: Scope, told: str) -> None:
    company.read()
    assert told in company.refused(scope.confirm, 1, company.who("dev"), given)


def test_there_is_no_scope_of_an_open_deal(company: Company) -> None:
    company.read(deal(standing=Standing.OPEN), cause="track", by="ana")
    assert "not won yet" in company.refused(scope.confirm, 1, company.who("dev"), SCOPE)


def test_on_hold_nothing_is_confirmed(company: Company) -> None:
    company.read()
    company.read(deal(standing=Standing.LOST))
    assert "on hold" in company.refused(scope.confirm, 1, company.who("dev"), SCOPE)


@pytest.mark.req("R17")
def test_the_name_takes_the_confirmed_start(company: Company) -> None:
    company.read()
    later = Scope("https://crm.example/d1", date(2026, 9, 1), date(2026, 12, 1))
    company.said(scope.confirm, 1, company.who("dev"), later)
    assert company.ho().workspace_name == "ABC Fintech – Cloud Migration – Sep2026"


class TestProvisioningBegins:
    """By itself, as soon as the scope is confirmed and a project manager is there."""

    @pytest.mark.req("R10")
    def test_with_a_project_manager_it_begins_at_once(self, company: Company) -> None:
        company.read()
        company.scope()
        assert company.ho().initiated_at == company.now
        assert [job.side for job in company.effects(Provision)] == ["slack", "tool"]

    def test_without_one_it_waits_for_the_name(self, companies: Opens) -> None:
        roles = {name: who for name, who in table()["people"]["roles"].items() if name != "pm"}
        company = companies(people={"roles": roles})
        company.read()
        assert company.scope().line == "The scope is confirmed. The clock runs."
        assert company.effects(Provision) == []
        company.said(people.assign, 1, company.who("dev"), role=Role.PM, person=company.who("ben"))
        assert [job.side for job in company.effects(Provision)] == ["slack", "tool"]


class TestScopeAuto:
    """With `scope.auto` a linked scope document alone confirms the scope."""

    def test_a_linked_document_confirms_at_the_win(self, companies: Opens) -> None:
        company = companies(scope={"auto": True})
        company.read()
        made = company.ho()
        assert (made.state, made.scoped_by, made.scope_document) == (State.SCOPED, 0, "https://crm.example/d1")
        assert made.due_at
        assert len(company.effects(Provision)) == 2

    def test_a_document_that_comes_later_confirms_later(self, companies: Opens) -> None:
        company = companies(scope={"auto": True})
        company.read(deal(documents=()))
        assert company.ho().state is State.WON
        company.read()
        assert company.ho().state is State.SCOPED

    @pytest.mark.parametrize(
        "values",
        [
            {"start": None},
            {"end": None},
            {"documents": (Document("d", "Proposal", DocumentKind.PROPOSAL, "https://crm.example/p"),)},
            {"documents": (Document("d", "Scope", DocumentKind.SCOPE, ""),)},
            {"standing": Standing.OPEN, "closing": True},
        ],
    )
    def test_what_is_not_known_is_asked(self, companies: Opens, values: dict[str, Any]) -> None:
        company = companies(scope={"auto": True})
        company.read(deal(**values))
        assert company.ho().scoped_at is None

    def test_it_is_off_by_itself(self, company: Company) -> None:
        company.read()
        assert company.ho().scoped_at is None
