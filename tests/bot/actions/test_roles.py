"""Who holds which role: named by those who may, handed back with a reason; signatures stay."""

from dataclasses import replace
from datetime import date

import pytest

from bot.actions import admin, pause, people, rights
from bot.effects import Direct, Reply
from bot.people import Role
from bot.rights.whom import whom
from tests.bot.actions.company import Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import person, table


@pytest.fixture
def won(company: Company) -> Company:
    """A deal is won."""
    company.read()
    return company


def test_whom_one_asks_is_named_where_somebody_is_known(companies: Opens) -> None:
    """A record's role by its holder, the company's by the settings; nobody asks a dozen people, or who left."""
    many = ["olga", "hana", "rafi", "dev"]
    company = companies(
        people={"roles": table()["people"]["roles"] | {"sales_ops": [f"{one}@acme.example" for one in many]}}
    )
    company.read()
    held, left = company.ho().roles, replace(company.who("ben"), active=False)
    with company.store.write() as unit:
        assert whom(unit, held, Role.PM) == "the project manager (Ben)"
        assert whom(unit, {}, Role.PM, Role.CSM) == "the project manager or client success"
        assert whom(unit, held, *rights.IN_CHARGE) == (
            "the delivery manager (Dev), sales operations (Olga, Hana or others) or the Head of Delivery (Hana)"
        )
        unit.remember(left)
        assert whom(unit, held, Role.SALES_REP, Role.PM, last="and") == "the sales rep (Ana) and the project manager"


@pytest.mark.parametrize(("name", "may"), [("dev", True), ("hana", True), ("olga", True), ("ana", False)])
def test_naming_is_for_those_who_may(won: Company, *, name: str, may: bool) -> None:
    given = {"role": Role.PM, "person": won.who("rafi")}
    if may:
        assert "Rafi is the project manager" in won.said(people.assign, 1, won.who(name), **given).line
        assert won.ho().roles[Role.PM] == won.who("rafi").id
    else:
        assert "can name people" in won.refused(people.assign, 1, won.who(name), **given)


def test_a_holder_hands_over_what_is_theirs_and_nothing_else(won: Company) -> None:
    ben, rafi = won.who("ben"), won.who("rafi")
    won.said(people.assign, 1, ben, role=Role.PM, person=rafi)
    assert won.ho().roles[Role.PM] == rafi.id
    won.refused(people.assign, 1, ben, role=Role.CSM, person=rafi)
    (event,) = won.events("assigned")
    assert event.data == {"role": "pm", "was": ben.id, "now": rafi.id}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"guest": True}, "is a guest in Slack"),
        ({"active": False}, "no active Slack account"),
        ({"slack_id": ""}, "no active Slack account"),
    ],
)
def test_guests_and_those_who_left_hold_no_role(won: Company, values: dict[str, bool | str], told: str) -> None:
    with won.store.write() as unit:
        gus = unit.remember(person(0, "Gus Guest", **values))
    assert told in won.refused(people.assign, 1, won.who("dev"), role=Role.PM, person=gus)


def test_a_company_role_is_set_in_the_settings(won: Company) -> None:
    given = {"role": Role.HEAD_OF_DELIVERY, "person": won.who("rafi")}
    assert "baton.toml" in won.refused(people.assign, 1, won.who("hana"), **given)


def test_the_same_name_again_tells_nobody(won: Company) -> None:
    before = len(won.effects())
    said = won.said(people.assign, 1, won.who("dev"), role=Role.PM, person=won.who("ben"))
    assert said.line == "Ben is the project manager already."
    assert len(won.effects()) == before


def test_what_has_ended_keeps_its_people(won: Company) -> None:
    won.said(admin.cancel, 1, won.who("dev"), reason="Opened by mistake")
    given = {"role": Role.PM, "person": won.who("rafi")}
    assert "stay as they were" in won.refused(people.assign, 1, won.who("dev"), **given)


def test_who_can_act_is_rung_in_the_thread_and_others_get_the_brief(won: Company) -> None:
    won.said(people.assign, 1, won.who("dev"), role=Role.PM, person=won.who("rafi"))
    assert [reply.data for reply in won.effects(Reply, "new_holder")] == [{"role": "pm"}]
    won.said(people.assign, 1, won.who("dev"), role=Role.CSM, person=won.who("olga"))
    assert [direct.person_id for direct in won.effects(Direct, "brief")] == [won.who("olga").id]


def test_whoever_held_a_role_is_still_let_in_and_those_who_can_change_it_hear_so(company: Company) -> None:
    """Baton takes nobody out: whoever names hears it, the thread and the delivery manager. A head may read all."""
    company.read()
    company.scope()
    company.made()
    line = company.said(people.assign, 1, company.who("dev"), role=Role.PM, person=company.who("rafi")).line
    assert line.endswith(
        "Ben is still in the project's channel and the workspace: take them out there if that is not wanted."
    )
    assert company.effects(Reply, "new_holder")[-1].data == {
        "role": "pm",
        "before": company.who("ben").id,
        "stays": "the project's channel and the workspace",
    }
    line = company.said(people.not_mine, 1, company.who("rafi"), role=Role.PM, reason="On leave").line
    assert line.endswith("You are still in the project's channel and the workspace.")
    assert company.effects(Direct, "not_mine")[-1].data["stays"] == "the project's channel and the workspace"
    for one in ("hana", "ben"):
        line = company.said(people.assign, 1, company.who("dev"), role=Role.PM, person=company.who(one)).line
        assert "still" not in line


def test_who_names_themselves_is_not_told(won: Company) -> None:
    won.said(people.assign, 1, won.who("dev"), role=Role.PM, person=won.who("dev"))
    assert won.effects(Reply, "new_holder") == []


def test_the_delivery_managers_office_follows(companies: Opens) -> None:
    company = companies(
        people={"roles": table()["people"]["roles"], "offices": {"rafi@acme.example": "lisbon"}},
        offices={"berlin": {"timezone": "Europe/Berlin"}, "lisbon": {"timezone": "Europe/Lisbon"}},
    )
    company.read()
    company.said(people.assign, 1, company.who("dev"), role=Role.DELIVERY_MANAGER, person=company.who("rafi"))
    assert company.ho().office == "lisbon"


class TestNotMine:
    """A role is handed back with a reason; the delivery manager names somebody else."""

    def test_the_delivery_manager_reads_the_reason(self, won: Company) -> None:
        won.said(people.not_mine, 1, won.who("ben"), role=Role.PM, reason=" On leave ")
        assert Role.PM not in won.ho().roles
        (told,) = won.effects(Direct, "not_mine")
        assert told.person_id == won.who("dev").id
        assert told.data == {"role": "pm", "reason": "On leave", "by": won.who("ben").id}
        (event,) = won.events("not_mine")
        assert (event.person, event.data) == (won.who("ben").id, {"role": "pm", "why": "On leave"})

    @pytest.mark.req("R33")
    def test_a_delivery_managers_own_role_goes_to_the_head_of_delivery(self, won: Company) -> None:
        won.said(people.not_mine, 1, won.who("dev"), role=Role.DELIVERY_MANAGER, reason="On leave")
        assert [told.person_id for told in won.effects(Direct, "not_mine")] == [won.who("hana").id]

    def test_what_is_done_while_the_settings_name_no_head_is_kept_and_rings_nobody(self, won: Company) -> None:
        """Somebody took the role out of the file, and Baton waits for a new setup."""
        named = dict(won.terms.settings.roles)
        del named[Role.HEAD_OF_DELIVERY]
        won.terms = replace(won.terms, settings=replace(won.terms.settings, roles=named))
        won.store.know(named, won.terms.settings.office_of)
        won.said(people.not_mine, 1, won.who("dev"), role=Role.DELIVERY_MANAGER, reason="On leave")
        won.said(pause.pause, 1, won.who("ben"), reason="test data", expected=date(2026, 3, 12))
        assert (won.effects(Direct, "not_mine"), won.effects(Direct, "paused")) == ([], [])

    def test_nobody_is_said_to_be_told_when_the_only_head_left_the_company(self, won: Company) -> None:
        won.said(people.not_mine, 1, won.who("dev"), role=Role.DELIVERY_MANAGER, reason="On leave")
        gone = replace(won.who("hana"), active=False)
        with won.store.write() as unit:
            unit.remember(gone)
        said = won.said(pause.pause, 1, won.who("ben"), reason="test data", expected=date(2026, 3, 12))
        assert "told" not in said.line
        assert won.effects(Direct, "paused") == []

    def test_without_a_reason_it_stays(self, won: Company) -> None:
        assert "in a few words" in won.refused(people.not_mine, 1, won.who("ben"), role=Role.PM, reason=" ")

    def test_nobody_hands_back_what_is_anothers(self, won: Company) -> None:
        assert "Only Ben" in won.refused(people.not_mine, 1, won.who("dev"), role=Role.PM, reason="x")


def test_a_record_that_is_not_there_is_said_kindly(company: Company) -> None:
    dev = company.who("dev")
    assert "not there any more" in company.refused(people.assign, 9, dev, role=Role.PM, person=dev)
    assert "not there any more" in company.refused(people.not_mine, 9, dev, role=Role.PM, reason="x")
