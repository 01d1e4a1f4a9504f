"""Rare deeds: a handover by hand, ending one, and presale sign-offs."""

import pytest

from bot import presale
from bot.actions import admin
from bot.deal import CrmPerson, PresaleKind, PresaleTicket, Standing
from bot.effects import MarkMigrated, Reply
from bot.handover import State
from bot.people import Role
from tests.bot.actions.company import Company
from tests.bot.builders import deal, person

BY_HAND = {"owner": None, "contacts": (), "documents": (), "line_items": ()}
ARTEFACT = {"kind": "discovery", "deliverable": "https://docs.example/notes", "external": "M. Klein"}

BOTH = ("discovery", "pricing")


class TestNew:
    """`/handover new`: a deal which no CRM tells of."""

    @pytest.mark.req("R35")
    def test_it_opens_as_won_and_whoever_sold_it_is_the_rep(self, company: Company) -> None:
        said = company.said(admin.create, company.who("rafi"), deal("m1", **BY_HAND))
        assert said.handover_id == 1
        assert company.ho().state is State.WON
        assert company.ho().roles[Role.SALES_REP] == company.who("rafi").id
        assert len(company.effects(Reply, "win")) == 1

    def test_the_same_again_is_the_same_record(self, company: Company) -> None:
        for _ in range(2):
            assert company.said(admin.create, company.who("rafi"), deal("m1", **BY_HAND)).handover_id == 1
        assert len(company.all()) == 1
        assert len(company.events("created")) == 1

    def test_the_named_owner_sells(self, company: Company) -> None:
        named = deal("m1", **BY_HAND | {"owner": CrmPerson("Ana Ruiz", "ana@acme.example")})
        company.said(admin.create, company.who("rafi"), named)
        assert company.ho().roles[Role.SALES_REP] == company.who("ana").id

    @pytest.mark.parametrize("values", [{"client": " "}, {"name": ""}])
    def test_it_needs_client_and_project(self, company: Company, values: dict[str, str]) -> None:
        assert "Name the client and the project." in company.refused(
            admin.create, company.who("ana"), deal("m1", **BY_HAND | values)
        )

    def test_it_is_for_people_with_a_role(self, company: Company) -> None:
        assert "can start a handover" in company.refused(admin.create, person(99, "Vera Voss"), deal("m1"))


class TestCancel:
    """Only a person ends a handover, with a reason; nothing is deleted."""

    @pytest.mark.parametrize(
        ("name", "may"), [("dev", True), ("hana", True), ("olga", True), ("ana", False), ("ben", False)]
    )
    def test_it_is_for_delivery_manager_operations_and_head(self, company: Company, *, name: str, may: bool) -> None:
        company.read()
        company.tell()
        if not may:
            assert "can cancel a handover" in company.refused(admin.cancel, 1, company.who(name), reason="x")
            return
        company.said(admin.cancel, 1, company.who(name), reason=" Opened by mistake ")
        made = company.ho()
        assert (made.state, made.end_reason, made.ended_at) == (State.CANCELLED, "Opened by mistake", company.now)
        assert len(made.entries) == 3
        assert company.effects(MarkMigrated) == []
        assert "closed already" in company.said(admin.cancel, 1, company.who(name), reason="again").line

    def test_it_needs_a_reason(self, company: Company) -> None:
        company.read()
        assert "Write the reason" in company.refused(admin.cancel, 1, company.who("dev"), reason=" ")

    def test_the_unknown_cancel_nothing_without_a_manager(self, company: Company) -> None:
        company.read()
        with company.store.write() as unit:
            made = unit.handover(1)
            assert made
            del made.roles[Role.DELIVERY_MANAGER]
            unit.save(made)
        company.refused(admin.cancel, 1, person(0, "Nobody"), reason="x")

    def test_a_cancelled_win_does_not_open_again(self, company: Company) -> None:
        company.read()
        company.said(admin.cancel, 1, company.who("dev"), reason="Opened by mistake")
        assert company.read() == "known"
        assert company.ho().state is State.CANCELLED


class TestPresale:
    """A presale artefact is not closed without its deliverable."""

    @pytest.fixture(autouse=True)
    def tracked(self, company: Company) -> None:
        """An open deal with a ticket of the CRM."""
        ticket = PresaleTicket("t1", PresaleKind.DISCOVERY, "Discovery call")
        company.read(deal(standing=Standing.OPEN, presale=(ticket,)), cause="track", by="ana")

    @pytest.mark.req("R226", "R227", "R228")
    def test_it_is_signed_off_with_its_deliverable_by_name(self, company: Company) -> None:
        company.said(admin.sign_presale, 1, company.who("ana"), **ARTEFACT)
        (artefact,) = company.ho().presale
        assert (artefact.signed_off, artefact.by, artefact.deliverable, artefact.external) == (
            True,
            company.who("ana").id,
            "https://docs.example/notes",
            "M. Klein",
        )
        (event,) = company.events("presale_signed")
        assert (event.person, event.data) == (company.who("ana").id, {"artefact": "discovery"})

    @pytest.mark.req("R227")
    def test_without_its_deliverable_it_stays_open(self, company: Company) -> None:
        refusal = company.refused(admin.sign_presale, 1, company.who("ana"), **ARTEFACT | {"deliverable": " "})
        assert "Link or name the deliverable first" in refusal

    def test_people_outside_do_not_sign(self, company: Company) -> None:
        assert "Only people of this handover" in company.refused(admin.sign_presale, 1, company.who("rafi"), **ARTEFACT)

    def test_a_second_sign_off_changes_nothing(self, company: Company) -> None:
        company.said(admin.sign_presale, 1, company.who("ana"), **ARTEFACT)
        before = company.snapshot()
        company.said(admin.sign_presale, 1, company.who("ben"), **ARTEFACT | {"deliverable": "other"})
        assert company.snapshot() == before

    def test_a_later_read_of_the_crm_does_not_take_it_back(self, company: Company) -> None:
        company.said(admin.sign_presale, 1, company.who("ana"), **ARTEFACT)
        ticket = PresaleTicket("t1", PresaleKind.DISCOVERY, "Discovery call")
        company.read(deal(presale=(ticket,)))
        assert [(a.signed_off, a.by) for a in company.ho().presale] == [(True, company.who("ana").id)]

    @pytest.mark.req("R228")
    def test_one_comes_after_the_other(self, company: Company) -> None:
        """An earlier one that is open keeps a later one shut; what the CRM signed off counts."""
        pricing = ARTEFACT | {"kind": "pricing"}
        refusal = company.refused(admin.sign_presale, 1, company.who("ana"), **pricing)
        assert refusal == "The discovery comes first: sign it off, then the pricing."
        for kind in ("discovery", "scoping", "proposal", "pricing"):
            company.said(admin.sign_presale, 1, company.who("ana"), **ARTEFACT | {"kind": kind})
        assert [(a.kind, a.signed_off, a.from_crm) for a in company.ho().presale] == [
            ("discovery", True, True),
            ("scoping", True, False),
            ("proposal", True, False),
            ("pricing", True, False),
        ]

    def test_the_crms_order_is_its_own(self, company: Company) -> None:
        """Pricing approved in the CRM before the scoping was: the scoping can still be signed off."""
        tickets = [PresaleTicket(f"t{n}", PresaleKind(kind), kind, signed_off=True) for n, kind in enumerate(BOTH)]
        company.read(deal("502", standing=Standing.OPEN, presale=tuple(tickets)), cause="track", by="ana")
        said = company.said(admin.sign_presale, 2, company.who("ana"), **ARTEFACT | {"kind": "scoping"})
        assert said.line == "Signed off: scoping."

    def test_two_of_a_kind_are_two_sign_offs(self, company: Company) -> None:
        tickets = (
            PresaleTicket("t1", PresaleKind.DISCOVERY, "Call"),
            PresaleTicket("t2", PresaleKind.DISCOVERY, "Visit"),
        )
        company.read(deal("502", standing=Standing.OPEN, presale=tickets), cause="track", by="ana")
        company.said(admin.sign_presale, 2, company.who("ana"), **ARTEFACT)
        assert [a.signed_off for a in company.ho(2).presale] == [True, False]
        assert "discovery comes first" in company.refused(
            admin.sign_presale, 2, company.who("ana"), **ARTEFACT | {"kind": "scoping"}
        )
        company.said(admin.sign_presale, 2, company.who("ana"), **ARTEFACT)
        assert presale.progress(company.ho(2)) == (1, 4)

    def test_a_closed_record_takes_no_more(self, company: Company) -> None:
        company.said(admin.cancel, 1, company.who("dev"), reason="Given up")
        assert "is closed" in company.refused(admin.sign_presale, 1, company.who("ana"), **ARTEFACT)


def test_a_record_that_is_not_there_is_said_kindly(company: Company) -> None:
    dev = company.who("dev")
    assert "not there any more" in company.refused(admin.cancel, 9, dev, reason="x")
    assert "not there any more" in company.refused(admin.end_hold, 9, dev)
    assert "not there any more" in company.refused(admin.sign_presale, 9, dev, **ARTEFACT)
