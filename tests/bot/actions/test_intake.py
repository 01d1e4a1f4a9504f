"""What a read of a deal means: a win opens one record, once; everything else keeps the record true."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot import gate
from bot.actions import intake, people
from bot.context import Kind
from bot.deal import CrmPerson, LineItem, Money, PresaleKind, PresaleTicket, Standing
from bot.effects import Direct, ReadDeal, RedrawHeld, Reply, TellAdmin
from bot.handover import State
from bot.people import Role
from bot.unit import DealState
from store.playbooks import read_checklist
from tests.bot.actions.company import Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import NOW, deal, person, table
from tests.store.test_concurrency import at_once

CHECKLIST = Path(__file__).resolve().parents[3] / "playbooks" / "checklists" / "default.toml"
ABC = "ABC Fintech – Cloud Migration"
OPEN: dict[str, Any] = {"standing": Standing.OPEN, "won_epoch": None}


@pytest.mark.req("R4", "R187")
def test_a_win_opens_one_record_however_often_it_is_read(company: Company) -> None:
    assert [company.read(), company.read(), company.read(cause="poll")] == ["opened", "known", "known"]
    (made,) = company.all()
    assert (made.state, made.won_at, made.won_epoch) == (State.WON, NOW, NOW)
    assert made.scope_due_at == NOW + timedelta(days=1)
    assert [reply.name for reply in company.effects(Reply)] == ["win"]


def test_only_wins_that_the_poll_found_are_counted_as_its_finds(company: Company) -> None:
    assert company.read(deal("501")) == "opened"
    with company.store.read() as reader:
        assert reader.setting("finds:hubspot") == ""
    assert [company.read(deal("502"), cause="poll"), company.read(deal("502"), cause="poll")] == ["opened", "known"]
    with company.store.read() as reader:
        assert reader.setting("finds:hubspot") == f"1 {NOW.isoformat()} {NOW.isoformat()}"


def test_racing_reads_open_one_record_and_ring_once(company_anywhere: Company) -> None:
    outcomes = at_once(lambda _: company_anywhere.read(), threads=6)
    assert sorted(outcomes) == ["known"] * 5 + ["opened"]
    assert len(company_anywhere.all()) == 1
    assert len(company_anywhere.effects(Reply, "win")) == 1


def test_racing_reads_of_a_tracked_deal_win_it_once(company_anywhere: Company) -> None:
    company_anywhere.read(deal(**OPEN), cause="track", by="ana")
    outcomes = at_once(lambda _: company_anywhere.read(), threads=6)
    assert outcomes.count("opened") == 1
    assert len(company_anywhere.effects(Reply, "win")) == 1


@pytest.mark.req("R246")
def test_two_deals_of_one_client_are_two_records(company: Company) -> None:
    company.read(deal("501"))
    company.read(deal("502"))
    assert [(made.deal_id, made.client) for made in company.all()] == [("501", "ABC Fintech"), ("502", "ABC Fintech")]


def test_an_open_or_lost_deal_opens_nothing(company: Company) -> None:
    assert company.read(deal(**OPEN)) == "ignored"
    assert company.read(deal(standing=Standing.LOST)) == "ignored"
    assert company.all() == []
    assert company.effects() == []


@pytest.mark.req("R62", "R63", "R223", "R225")
def test_what_was_said_while_the_deal_was_open_is_there_when_it_is_won(company: Company) -> None:
    assert company.read(deal(**OPEN), cause="track", by="ana") == "tracked"
    assert company.ho().state is State.PRESALE
    assert [event.person for event in company.events("tracked")] == [company.who("ana").id]
    company.tell()
    said = [(e.id, e.kind, e.text, e.author, e.at) for e in company.ho().entries]
    company.wait(days=3)
    assert company.read() == "opened"
    made = company.ho()
    assert made.state is State.WON
    assert [(e.id, e.kind, e.text, e.author, e.at) for e in made.entries] == said
    assert made.answer("none:real_deadline")
    assert len(company.all()) == 1


def test_tracking_is_for_people_with_a_role(company: Company) -> None:
    stranger = person(99, "Vera Voss")
    given = {"connection": "hubspot", "deal_id": "501", "response_url": "https://hooks.example/1", "nonce": "n"}
    assert "Ask sales operations (Olga) for a role." in company.refused(intake.track, stranger, **given)
    company.said(intake.track, company.who("ana"), **given)
    (asked,) = company.effects(ReadDeal)
    assert (asked.cause, asked.asked_by, asked.deal_id) == ("track", company.who("ana").id, "501")


def test_a_tracked_win_of_long_ago_opens_on_request(company: Company) -> None:
    company.do(intake.first_start, "hubspot")
    old = deal(won_epoch=NOW - timedelta(days=90))
    assert company.read(old) == "older"
    assert company.read(old, cause="track", by="ana") == "opened"


class TestClosing:
    """At the closing stage the incoming project manager gets the ticket."""

    @pytest.mark.req("R239", "R240")
    def test_the_project_manager_gets_the_ticket_once(self, company: Company) -> None:
        closing = deal(closing=True, **OPEN)
        assert [company.read(closing), company.read(closing)] == ["closing", "known"]
        assert company.ho().state is State.PRESALE
        (ticket,) = company.effects(Direct)
        assert (ticket.person_id, ticket.name, ticket.handover_id) == (company.who("ben").id, "closing", 1)

    @pytest.mark.req("R239")
    def test_a_deal_that_was_tracked_earlier_gets_its_ticket_too(self, company: Company) -> None:
        company.read(deal(**OPEN), cause="track", by="ana")
        assert company.effects(Direct) == []
        company.read(deal(closing=True, **OPEN))
        company.read(deal(closing=True, **OPEN))
        assert [ticket.person_id for ticket in company.effects(Direct, "closing")] == [company.who("ben").id]

    @pytest.mark.req("R240")
    def test_without_a_project_manager_the_delivery_manager_hears_and_then_the_new_one(self, companies: Opens) -> None:
        roles = {name: who for name, who in table()["people"]["roles"].items() if name != "pm"}
        company = companies(people={"roles": roles})
        company.read(deal(closing=True, **OPEN))
        dev, ben = company.who("dev"), company.who("ben")
        company.said(people.assign, 1, dev, role=Role.PM, person=ben)
        assert [ticket.person_id for ticket in company.effects(Direct, "closing")] == [dev.id, ben.id]

    def test_with_nobody_to_answer_for_it_nobody_gets_the_ticket(self, companies: Opens) -> None:
        company = companies(people={"roles": {"sales_rep": ["ana@acme.example"]}})
        company.read(deal(closing=True, **OPEN))
        assert company.ho().state is State.PRESALE
        assert company.effects(Direct, "closing") == []


def test_without_a_delivery_manager_the_office_is_open(companies: Opens) -> None:
    roles = {name: who for name, who in table()["people"]["roles"].items() if name != "delivery_manager"}
    company = companies(people={"roles": roles})
    company.read()
    assert (Role.DELIVERY_MANAGER in company.ho().roles, company.ho().office) == (False, "")


class TestHeldWins:
    """More than ten wins within an hour are an import until the admin says otherwise."""

    @staticmethod
    def flood(company: Company, count: int = 13) -> list[str]:
        return [company.read(deal(f"9{n:02}")) for n in range(count)]

    def test_the_eleventh_is_held_and_asked_about_once(self, company: Company) -> None:
        assert self.flood(company) == ["opened"] * 10 + ["held"] * 3
        assert len(company.effects(TellAdmin, "held_wins")) == 1
        assert len(company.effects(Reply, "win")) == 10

    def test_what_is_held_stays_held_when_it_is_read_again(self, company: Company) -> None:
        self.flood(company)
        company.wait(hours=3)
        assert company.read(deal("912")) == "held"
        with company.store.read() as reader:
            assert [state.deal_id for state in reader.held_wins()] == ["910", "911", "912"]

    def test_what_is_held_has_its_clients_name_for_as_long_as_it_is_held(self, company: Company) -> None:
        def names() -> list[str]:
            with company.store.read() as reader:
                assert len(reader.settings("held:name:")) == len(reader.held_wins())
                return intake.held_names(reader, 20)[0]

        self.flood(company)
        company.read(deal("911", client="Northwind", project="Data Platform"))
        assert names() == [ABC, "Northwind – Data Platform", ABC]
        company.read(deal("911", client="Northwind " * 20))
        assert [len(name) for name in names()] == [len(ABC), 80, len(ABC)]
        company.read(deal("912", **OPEN))
        company.read(deal("900", merged_from=("911",)))
        assert names() == [ABC]
        company.said(intake.verdict, company.who("olga"), choice="ignore", nonce="n")
        assert names() == []

    def test_in_one_line_only_whole_names_stand(self, company: Company) -> None:
        self.flood(company)
        with company.store.read() as reader:
            for room, n in ((0, 3), (400, 3), (2 * len(ABC) + 2, 2), (2 * len(ABC) + 1, 1)):
                assert intake.held_names(reader, 20, room) == ([ABC] * n, 3), room

    def test_open_opens_each(self, company: Company) -> None:
        self.flood(company)
        company.said(intake.verdict, company.who("olga"), choice="open", nonce="n")
        released = company.effects(ReadDeal)
        assert [(read.deal_id, read.cause) for read in released] == [(d, "released") for d in ("910", "911", "912")]
        assert [company.read(deal(r.deal_id), cause=r.cause) for r in released] == ["opened"] * 3
        assert len(company.all()) == 13

    def test_ignore_leaves_them_alone_for_good(self, company: Company) -> None:
        self.flood(company)
        company.said(intake.verdict, company.who("olga"), choice="ignore", nonce="n")
        assert company.read(deal("911")) == "known"
        assert len(company.all()) == 10
        assert (
            "no held wins any more" in company.said(intake.verdict, company.who("olga"), choice="open", nonce="m").line
        )

    def test_the_question_is_drawn_anew_for_each_that_is_held_or_is_no_longer(self, company: Company) -> None:
        def drawn() -> int:
            return len(company.effects(RedrawHeld))

        self.flood(company)
        assert drawn() == 3
        company.wait(minutes=1)
        assert company.read(deal("912")) == "held"
        assert drawn() == 3, "it was held before"
        company.read(deal("912", **OPEN))
        assert drawn() == 4
        company.wait(minutes=1)
        company.read(deal("900", merged_from=("911",)))
        assert drawn() == 5, "it went into another one"

    def test_what_is_held_after_an_answer_is_asked_about_again(self, company: Company) -> None:
        self.flood(company, 11)
        company.said(intake.verdict, company.who("olga"), choice="ignore", nonce="n")
        assert company.read(deal("999")) == "held"
        assert len(company.effects(TellAdmin, "held_wins")) == 2

    def test_only_operations_and_delivery_decide(self, company: Company) -> None:
        self.flood(company)
        assert "can decide about held wins" in company.refused(
            intake.verdict, company.who("ana"), choice="open", nonce="n"
        )

    def test_an_hour_later_wins_open_again(self, company: Company) -> None:
        self.flood(company, 10)
        company.wait(minutes=61)
        assert company.read(deal("999")) == "opened"


class TestFirstStart:
    """Wins of before the first start are a report."""

    def test_older_wins_open_nothing_and_newer_ones_do(self, company: Company) -> None:
        company.do(intake.first_start, "hubspot")
        company.wait(minutes=5)
        company.do(intake.first_start, "hubspot")
        assert company.read(deal("1", won_epoch=NOW - timedelta(seconds=1))) == "older"
        assert company.read(deal("1", won_epoch=NOW - timedelta(seconds=1))) == "known"
        assert company.read(deal("2", won_epoch=NOW + timedelta(seconds=1))) == "opened"

    def test_the_report_is_sent_once_and_only_when_there_is_something(self, company: Company) -> None:
        company.do(intake.first_report, "zoho", [])
        company.do(intake.first_report, "hubspot", ["A", "B"])
        company.do(intake.first_report, "hubspot", ["A", "B"])
        (report,) = company.effects(TellAdmin)
        assert report.data == {"count": 2, "deals": ["A", "B"]}


class TestRouting:
    """Roles are filled by the deal's owner, by rules, and by whoever is alone in a role."""

    def test_the_owner_sells_and_who_is_alone_in_a_role_fills_it(self, company: Company) -> None:
        company.read()
        names = {"sales_rep": "ana", "pm": "ben", "csm": "chloe", "delivery_manager": "dev"}
        assert company.ho().roles == {Role(role): company.who(name).id for role, name in names.items()}
        assert company.ho().office == "berlin"

    @pytest.mark.parametrize(
        ("rule", "filled"),
        [
            ({"service_line": "cloud"}, True),
            ({"region": "EMEA", "client": "abc fintech"}, True),
            ({"region": "EMEA", "service_line": "data"}, False),
            ({"region": "APAC"}, False),
        ],
    )
    def test_a_rule_fills_when_all_its_conditions_hold(
        self, companies: Opens, *, rule: dict[str, str], filled: bool
    ) -> None:
        company = companies(routing=[{**rule, "pm": "rafi@acme.example"}])
        company.read(deal(service_line="Cloud", region="EMEA"))
        assert company.ho().roles[Role.PM] == company.who("rafi" if filled else "ben").id

    def test_several_people_take_turns_by_what_they_hold(self, companies: Opens) -> None:
        company = companies(routing=[{"pm": ["ben@acme.example", "rafi@acme.example", "nobody@acme.example"]}])
        for number in range(4):
            company.read(deal(str(number)))
        ben, rafi = company.who("ben").id, company.who("rafi").id
        assert [made.roles[Role.PM] for made in company.all()] == [ben, rafi, ben, rafi]

    @pytest.mark.parametrize(
        "owner",
        [
            None,
            CrmPerson("No Mail", ""),
            CrmPerson("Un Known", "unknown@acme.example"),
            CrmPerson("Gus Guest", "gus@client.example"),
            CrmPerson("Gone Girl", "gone@acme.example"),
        ],
    )
    def test_an_owner_who_cannot_hold_a_role_leaves_it_to_the_delivery_manager(
        self, company: Company, owner: CrmPerson | None
    ) -> None:
        with company.store.write() as unit:
            unit.remember(person(0, "Gus Guest", email="gus@client.example", guest=True))
            unit.remember(person(0, "Gone Girl", email="gone@acme.example", active=False))
        company.read(deal(owner=owner))
        made = company.ho()
        assert Role.SALES_REP not in made.roles
        mine = {turn.action for turn in gate.turns_of(made, company.who("dev").id)}
        assert {"confirm_scope", "add_promise", "add_date", "add_stakeholder"} <= mine

    @pytest.mark.req("R33")
    def test_a_handover_without_delivery_manager_reaches_the_head_of_delivery(self, companies: Opens) -> None:
        roles = table()["people"]["roles"] | {"delivery_manager": ["dev@acme.example", "rafi@acme.example"]}
        company = companies(people={"roles": roles})
        company.read()
        assert Role.DELIVERY_MANAGER not in company.ho().roles
        (told,) = company.effects(Direct, "empty_role")
        assert (told.person_id, told.data) == (company.who("hana").id, {"role": "delivery_manager"})


class TestFromTheCrm:
    """What the CRM already knows is never asked for again."""

    @pytest.mark.req("R210", "R204")
    def test_risks_dependencies_and_discounts_are_entries(self, company: Company) -> None:
        lines = (
            discounted(),
            LineItem("l2", "Training", discount=Decimal(1500), currency="EUR"),
            LineItem("l3", "Plan"),
        )
        company.read(deal(risks=("Old ERP",), dependencies=("VPN",), line_items=lines))
        assert [(entry.kind, entry.text, entry.open) for entry in company.ho().entries] == [
            (Kind.RISK, "Old ERP", False),
            (Kind.DEPENDENCY, "VPN", False),
            (Kind.DISCOUNT, "10 % off Migration", True),
            (Kind.DISCOUNT, "1,500.00 EUR off Training", True),
        ]

    @pytest.mark.req("R210")
    def test_a_discount_that_comes_later_becomes_a_point_once(self, company: Company) -> None:
        company.read(deal(**OPEN), cause="track", by="ana")
        cheaper = (discounted(),)
        company.read(deal(line_items=cheaper, **OPEN))
        company.read(deal(line_items=cheaper))
        assert [(e.kind, e.text, e.open) for e in company.ho().entries] == [(Kind.DISCOUNT, "10 % off Migration", True)]

    def test_a_presale_ticket_follows_the_crm(self, company: Company) -> None:
        ticket = PresaleTicket("t1", PresaleKind.DISCOVERY, "Discovery call")
        company.read(deal(presale=(ticket,), **OPEN), cause="track", by="ana")
        assert [a.signed_off for a in company.ho().presale] == [False]
        done = PresaleTicket("t1", PresaleKind.DISCOVERY, "Discovery call", signed_off=True, deliverable="Notes")
        company.read(deal(presale=(done,), **OPEN))
        assert [(a.signed_off, a.deliverable) for a in company.ho().presale] == [(True, "Notes")]

    @pytest.mark.req("R17")
    def test_the_name_follows_the_crm_until_the_scope_is_confirmed(self, company: Company) -> None:
        company.read()
        assert company.ho().title == "ABC Fintech – Cloud Migration – Apr2026"
        company.read(deal(project="Data Platform"))
        assert company.ho().title == "ABC Fintech – Data Platform – Apr2026"
        company.scope()
        company.read(deal(project="Portal"))
        assert company.ho().title == "ABC Fintech – Data Platform – Apr2026"


@pytest.mark.req("R43")
def test_a_record_pins_the_checklist_with_which_it_began(company: Company, tmp_path: Path) -> None:
    """Sales Ops edit the file between two deals: the first keeps items and version, the second gets the new ones."""
    file = tmp_path / "default.toml"
    file.write_text(CHECKLIST.read_text(encoding="utf-8"), encoding="utf-8")

    def started() -> str:
        template, problems = read_checklist(file)
        assert problems == ()
        assert template is not None
        company.terms = replace(company.terms, template=template)
        return template.version

    old = started()
    company.read()
    before = [(item.key, item.text) for item in company.ho().items]
    text = file.read_text(encoding="utf-8").replace("Confirm that the team is available", "Confirm the whole team")
    file.write_text(text.replace("version = 1", "version = 2"), encoding="utf-8")
    new = started()
    company.read(deal("502"))
    company.read(deal(amount=Money(Decimal(90_000), "EUR")))

    assert (old[:2], new[:2]) == ("1+", "2+")
    assert [company.ho(number).template_version for number in (1, 2)] == [old, new]
    assert [(item.key, item.text) for item in company.ho(1).items] == before
    texts = [item.text for item in company.ho(2).items]
    assert "Confirm the whole team" in texts
    assert "Confirm that the team is available" not in texts


def test_what_we_know_of_a_deal_is_kept(company: Company) -> None:
    company.read(deal(**OPEN))
    with company.store.write() as unit:
        assert unit.deal_state("hubspot", "501") == DealState("hubspot", "501", "open")


def discounted() -> LineItem:
    """A line with a discount of a tenth."""
    return LineItem("l1", "Migration", quantity=Decimal(1), discount_percent=Decimal("10.0"), total=Decimal(75_600))
