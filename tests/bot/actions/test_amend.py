"""What a later read of the deal changes: holds, and signatures that count no longer."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.actions import access, admin, people, signoff
from bot.deal import MANUAL, Contact, ContactRole, Document, DocumentKind, LineItem, Money, Standing
from bot.effects import Direct, Provision, Reply
from bot.handover import State
from bot.people import Role
from bot.worktime import elapsed
from tests.bot.actions.company import Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import BERLIN, NOW, deal, table

AWAY = {
    Standing.OPEN: "the deal was reopened in the CRM",
    Standing.LOST: "the deal was lost in the CRM",
    Standing.DELETED: "the deal was deleted in the CRM",
}


class TestHold:
    """A deal that is won no longer puts its handover on hold, and deletes nothing."""

    @pytest.mark.parametrize("standing", AWAY)
    def test_it_is_on_hold_once_and_people_are_told_once(self, company: Company, standing: Standing) -> None:
        company.read()
        for _ in range(3):
            company.wait(minutes=5)
            company.read(deal(standing=standing, won_epoch=None))
        made = company.ho()
        assert [interval.reason for interval in made.intervals] == [AWAY[standing]]
        assert made.state is State.WON
        assert [reply.data for reply in company.effects(Reply, "hold")] == [{"why": AWAY[standing]}]
        assert len(company.events("hold")) == 1

    def test_a_deleted_deal_keeps_what_we_know(self, company: Company) -> None:
        company.read()
        company.tell()
        before = company.ho()
        company.read(
            replace(deal(client="", name=""), standing=Standing.DELETED, amount=None, line_items=(), documents=())
        )
        made = company.ho()
        assert (made.client, made.deal.amount, made.deal.documents) == ("ABC Fintech", deal().amount, deal().documents)
        assert [e.text for e in made.entries] == [e.text for e in before.entries]
        assert company.events("deal_changed") == []

    def test_a_new_win_resumes_the_same_record_and_its_clocks(self, company: Company) -> None:
        company.read()
        due = company.ho().scope_due_at
        assert due
        company.wait(hours=1)
        left = elapsed(BERLIN, start=company.now, end=due)
        company.read(deal(standing=Standing.OPEN, won_epoch=None))
        company.wait(days=5)
        assert company.read(deal(won_epoch=company.now)) == "known"
        made = company.ho()
        assert made.running("hold") is None
        assert made.won_epoch == company.now
        assert made.scope_due_at
        assert elapsed(BERLIN, start=company.now, end=made.scope_due_at) == left
        assert [reply.name for reply in company.effects(Reply)] == ["win", "hold", "resumed"]
        assert len(company.all()) == 1

    def test_the_clock_to_the_gate_stands_still_as_well(self, company: Company) -> None:
        company.read()
        company.scope()
        company.read(deal(standing=Standing.LOST, won_epoch=None))
        company.wait(days=7)
        company.read()
        assert company.ho().due_at == company.now + timedelta(days=2)

    def test_a_persons_word_outlives_the_next_read(self, company: Company) -> None:
        reopened = deal(standing=Standing.OPEN, won_epoch=None)
        company.read()
        company.read(reopened)
        company.said(admin.end_hold, 1, company.who("ana"))
        company.wait(minutes=5)
        company.read(reopened)
        assert company.ho().running("hold") is None
        company.read(deal(standing=Standing.LOST, won_epoch=None))
        assert company.ho().running("hold")

    def test_only_sales_rep_and_delivery_manager_say_that_it_goes_on(self, company: Company) -> None:
        company.read()
        assert "is not on hold any more" in company.said(admin.end_hold, 1, company.who("ana")).line
        company.read(deal(standing=Standing.LOST))
        for name in ("ben", "chloe", "rafi"):
            refusal = company.refused(admin.end_hold, 1, company.who(name))
            assert refusal.startswith("Only the sales rep (Ana) or the delivery manager (Dev) can say")

    def test_a_reason_that_changes_is_shown_and_rings_nobody_again(self, company: Company) -> None:
        company.read()
        company.read(deal(standing=Standing.OPEN, won_epoch=None))
        company.read(deal(standing=Standing.LOST, won_epoch=None))
        assert [interval.reason for interval in company.ho().intervals] == [AWAY[Standing.LOST]]
        assert len(company.effects(Reply, "hold")) == 1
        assert len(company.events("hold")) == 2

    def test_an_open_deal_that_is_lost_tells_its_rep_alone(self, company: Company) -> None:
        company.read(deal(standing=Standing.OPEN, won_epoch=None), cause="track", by="ana")
        company.read(deal(standing=Standing.LOST, won_epoch=None))
        assert [direct.person_id for direct in company.effects(Direct, "hold")] == [company.who("ana").id]
        assert company.effects(Reply) == []
        assert company.read() == "opened"
        assert company.ho().running("hold") is None

    def test_nothing_is_made_while_on_hold_and_it_goes_on_afterwards(self, companies: Opens) -> None:
        roles = {name: who for name, who in table()["people"]["roles"].items() if name != "pm"}
        company = companies(people={"roles": roles})
        company.read()
        company.scope()
        company.read(deal(standing=Standing.LOST, won_epoch=None))
        company.said(people.assign, 1, company.who("dev"), role=Role.PM, person=company.who("ben"))
        assert company.effects(Provision) == []
        company.read()
        assert [job.side for job in company.effects(Provision)] == ["slack", "tool"]

    def test_the_gate_opens_with_the_resumption_when_all_else_is_there(self, company: Company) -> None:
        company.provisioned()
        for name, role in (("dev", Role.DELIVERY_MANAGER), ("ben", Role.PM), ("ana", Role.SALES_REP)):
            company.sign(name, role)
        company.read(deal(standing=Standing.OPEN, won_epoch=None))
        company.nobody_yet()
        assert company.ho().state is State.PROVISIONED
        company.read()
        assert company.ho().state is State.IN_PROGRESS

    def test_what_has_ended_is_left_alone(self, company: Company) -> None:
        company.read()
        company.said(admin.cancel, 1, company.who("dev"), reason="Opened by mistake")
        before = company.ho()
        company.read(deal(standing=Standing.LOST, amount=None))
        assert company.ho() == before


@pytest.mark.req("R38")
class TestMissing:
    """What a read found missing in the CRM stays in the timeline, and so does what was filled since."""

    def test_what_is_missing_is_kept_with_its_time_and_what_is_filled_with_its_own(self, company: Company) -> None:
        company.read(deal(gaps=("amount", "region"), amount=None))
        company.wait(hours=3)
        champion = Contact("c1", "M. Klein", roles=(ContactRole.CHAMPION,))
        company.read(deal(gaps=("region",), contacts=(champion,)))
        (found,), (filled,) = company.events("crm_missing"), company.events("crm_filled")
        assert (found.at, found.data["text"]) == (NOW, "champion; economic buyer; amount; region")
        assert (filled.at, filled.data["text"]) == (NOW + timedelta(hours=3), "champion; amount")

    def test_the_same_gaps_are_written_down_once(self, company: Company) -> None:
        for label in ("Won", "Closed won", "Won"):
            company.read(deal(gaps=("region",), stage_label=label))
        assert len(company.events("crm_missing")) == 1
        assert company.events("crm_filled") == []

    def test_what_goes_missing_later_is_written_down_too(self, company: Company) -> None:
        company.read()
        company.read(deal(gaps=("close date",), close_date=None))
        assert [event.data["text"] for event in company.events("crm_missing")] == [
            "champion; economic buyer",
            "close date",
        ]

    def test_a_deleted_deal_fills_and_lacks_nothing_new(self, company: Company) -> None:
        company.read(deal(gaps=("region",)))
        company.read(deal(standing=Standing.DELETED, contacts=(), gaps=("amount", "owner")))
        assert len(company.events("crm_missing")) == 1
        assert company.events("crm_filled") == []

    def test_a_handover_by_hand_has_no_crm_that_could_lack_anything(self, company: Company) -> None:
        company.said(admin.create, company.who("ana"), replace(deal("m-1"), connection=MANUAL))
        assert company.events("crm_missing") == []


CHANGES: dict[str, tuple[dict[str, Any], set[Role]]] = {
    "Amount": ({"amount": Money(Decimal(90_000), "EUR")}, {Role.DELIVERY_MANAGER, Role.SALES_REP}),
    "Line items": (
        {"line_items": (LineItem("l1", "Migration", quantity=Decimal(2), total=Decimal(84_000)),)},
        {Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP},
    ),
    "Close date": ({"close_date": date(2026, 4, 30)}, {Role.PM}),
    "Scope document": (
        {"documents": (Document("d2", "Scope v2", DocumentKind.SCOPE, "https://crm.example/d2"),)},
        {Role.DELIVERY_MANAGER, Role.PM},
    ),
}


class TestSignatures:
    """A change in the CRM re-opens the signatures which it touches."""

    @staticmethod
    def signed(company: Company) -> None:
        company.provisioned()
        for name, role in (("dev", Role.DELIVERY_MANAGER), ("ben", Role.PM), ("ana", Role.SALES_REP)):
            company.sign(name, role)

    @pytest.mark.parametrize("label", CHANGES)
    def test_each_change_re_opens_whom_it_touches_and_keeps_old_and_new(self, company: Company, label: str) -> None:
        self.signed(company)
        values, touched = CHANGES[label]
        company.read(deal(**values))
        made = company.ho()
        assert {s.role for s in made.signatures if not s.stands} == touched
        assert {s.withdrawn_why for s in made.signatures if not s.stands} == {f"{label.lower()} changed in the CRM"}
        (event,) = company.events("deal_changed")
        assert event.data["label"] == label
        assert event.data["old"] != event.data["new"]
        (told,) = company.effects(Reply, "changed")
        assert told.data["changes"] == [
            [label, event.data["old"], event.data["new"], label in ("Amount", "Line items")]
        ]
        assert set(told.data["roles"]) == {role.value for role in touched}
        with company.store.read() as reader:
            assert len(reader.snapshots(1)) == 2

    def test_old_and_new_are_amounts_in_words(self, company: Company) -> None:
        self.signed(company)
        company.read(deal(amount=Money(Decimal(90_000), "EUR")))
        assert [company.events("deal_changed")[0].data[side] for side in ("old", "new")] == [
            "84,000.00 EUR",
            "90,000.00 EUR",
        ]

    def test_signed_again_the_gate_opens(self, company: Company) -> None:
        self.signed(company)
        company.read(deal(close_date=date(2026, 4, 30)))
        company.nobody_yet()
        assert company.ho().state is State.PROVISIONED
        company.sign("ben", Role.PM)
        assert company.ho().state is State.IN_PROGRESS
        assert len([s for s in company.ho().signatures if s.role is Role.PM]) == 2

    def test_the_reply_rings_and_no_direct_message_beside_it(self, company: Company) -> None:
        self.signed(company)
        before = company.effects(Direct)
        company.read(deal(close_date=date(2026, 4, 30)))
        company.tasks()
        assert company.effects(Direct) == before

    def test_a_change_of_nothing_signed_is_only_written_down(self, company: Company) -> None:
        company.provisioned()
        company.sign("ana", Role.SALES_REP)
        company.read(deal(close_date=date(2026, 4, 30)))
        assert company.ho().signed(Role.SALES_REP)
        assert company.effects(Reply, "changed") == []
        assert len(company.events("deal_changed")) == 1

    @pytest.mark.parametrize(
        "values",
        [
            {"stage_label": "Closed won (EMEA)"},
            {"line_items": (LineItem("l9", "Migration", quantity=Decimal("1.0"), total=Decimal(84_000)),)},
            {"documents": (Document("d1", "Scope", DocumentKind.SCOPE, "https://crm.example/moved"),)},
        ],
    )
    def test_the_same_written_otherwise_re_opens_nothing(self, company: Company, values: dict[str, Any]) -> None:
        self.signed(company)
        company.read(deal(**values))
        assert all(s.stands for s in company.ho().signatures)

    @pytest.mark.parametrize(("quantity", "changes"), [(1, 0), (2, 1)])
    def test_a_line_without_a_quantity_is_one(self, company: Company, quantity: int, changes: int) -> None:
        company.read(deal(line_items=(LineItem("l1", "Migration", total=Decimal(9)),)))
        company.read(deal(line_items=(LineItem("l1", "Migration", quantity=Decimal(quantity), total=Decimal(9)),)))
        assert len(company.events("deal_changed")) == changes

    def test_the_order_of_the_lines_is_no_change(self, company: Company) -> None:
        lines = tuple(LineItem(name, name, total=Decimal(n)) for n, name in enumerate(("a", "b", "c"), start=1))
        company.read(deal(line_items=lines))
        company.read(deal(line_items=lines[::-1]))
        assert company.events("deal_changed") == []

    def test_after_the_gate_a_change_only_tells(self, company: Company) -> None:
        company.live()
        company.read(deal(amount=Money(Decimal(90_000), "EUR")))
        made = company.ho()
        assert made.state is State.IN_PROGRESS
        assert all(s.stands for s in made.signatures)
        (told,) = company.effects(Reply, "changed")
        assert told.data["roles"] == []

    def test_on_hold_nothing_is_signed_and_nothing_overridden(self, company: Company) -> None:
        company.provisioned()
        company.read(deal(standing=Standing.LOST))
        assert "on hold" in company.refused(signoff.sign, 1, company.who("ben"), Role.PM)
        assert "on hold" in company.refused(signoff.override, 1, company.who("hana"), reason="The client wants it now.")

    def test_access_that_works_does_not_open_a_gate_with_a_withdrawn_signature(self, company: Company) -> None:
        self.signed(company)
        guests = [access.Invitation("klein@abc.example", "M. Klein")]
        company.said(access.review, 1, company.who("chloe"), guests, right="view", nobody="", nonce="n")
        company.read(deal(close_date=date(2026, 4, 30)))
        company.do(access.invited, 1, "klein@abc.example", state="given", words="")
        assert company.ho().state is State.PROVISIONED
