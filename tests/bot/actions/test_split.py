"""A deal split into workstreams: the shares must match, each is a record of its own, and nothing is lost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot import split as rules
from bot.actions import admin, capture, pause, people, sweep
from bot.actions.record import split
from bot.context import Kind
from bot.deal import Money, Standing
from bot.effects import Direct, MarkMigrated, Reply, TellAdmin
from bot.handover import State
from bot.people import Role
from bot.split import Part
from tests.bot.actions.company import Company
from tests.bot.builders import deal

DATA, CLOUD, PORTAL = (Part(name, Decimal(n)) for name, n in (("Data", 50_000), ("Cloud", 30_000), ("Portal", 4_000)))
ALL = (DATA, CLOUD, PORTAL)
LABELS = ("50,000.00 EUR", "30,000.00 EUR", "4,000.00 EUR")
OPEN: dict[str, Any] = {"standing": Standing.OPEN, "won_epoch": None}


def make(company: Company, *parts: Part, who: str = "dev", number: int = 1, nonce: str = "n") -> str:
    """Splits, and what was said."""
    said = company.said(split.split, number, company.who(who), parts or ALL, nonce=nonce)
    return str(said.line)


def shares(company: Company) -> list[tuple[int, str, Money | None]]:
    """Number, workstream and share of each record."""
    return [(made.id, made.workstream, rules.amount(made)) for made in company.all()]


class TestRules:
    """What is a split of an amount."""

    @pytest.mark.parametrize(
        ("parts", "words"),
        [
            ((DATA,), "Write 2 to 10 workstreams"),
            (tuple(Part(f"P{n}", Decimal(1)) for n in range(11)), "Write 2 to 10 workstreams"),
            ((DATA, Part("data", Decimal(34_000))), "Two workstreams have the same name"),
            ((DATA, Part("", Decimal(34_000))), "Give each workstream a name"),
            ((DATA, Part("x" * 61, Decimal(34_000))), "Give each workstream a name"),
            ((DATA, Part("Cloud")), "Write each workstream's amount behind its name; together they are 84,000.00 EUR."),
            ((DATA, CLOUD), "must add up to 84,000.00 EUR: 4,000.00 EUR are missing."),
            ((*ALL, Part("More", Decimal("0.01"))), "must add up to 84,000.00 EUR: 0.01 EUR are too much."),
            (ALL, ""),
        ],
    )
    def test_the_shares_add_up_to_the_cent(self, parts: tuple[Part, ...], words: str) -> None:
        found = rules.problem(parts, deal().amount)
        assert words in found if words else not found

    def test_a_deal_without_an_amount_has_names_alone(self) -> None:
        assert rules.problem((Part("Data"), Part("Cloud")), None) == ""
        assert "no amount in the CRM" in rules.problem(ALL, None)


@pytest.mark.req("R246")
class TestSplit:
    """The step itself, recorded with who took it."""

    def test_each_workstream_is_a_record_with_its_share_and_the_first_keeps_what_was_captured(
        self, company: Company
    ) -> None:
        company.read()
        company.tell()
        company.wait(hours=2)
        said = make(company)
        assert said == "ABC Fintech is split into 3 workstreams: HO-1 Data, HO-2 Cloud, HO-3 Portal."
        assert shares(company) == [
            (1, "Data", Money(Decimal(50_000), "EUR")),
            (2, "Cloud", Money(Decimal(30_000), "EUR")),
            (3, "Portal", Money(Decimal(4_000), "EUR")),
        ]
        first, second, _ = company.all()
        assert (len(first.entries), len(second.entries)) == (3, 0)
        assert [one.title for one in (first, second)] == [
            "ABC Fintech – Data – Apr2026",
            "ABC Fintech – Cloud – Apr2026",
        ]
        assert (second.state, second.won_at, second.scope_due_at) == (State.WON, first.won_at, first.scope_due_at)
        assert second.roles == first.roles
        for number in (1, 2, 3):
            (event,) = company.events("split", number)
            assert event.person == company.who("dev").id
            given = {"text": ALL[number - 1].name, "label": LABELS[number - 1], "currency": "EUR"}
            assert event.data == given | {"amount": str(ALL[number - 1].amount)}
        assert [(r.handover_id, r.name) for r in company.effects(Reply)] == [
            (1, "win"),
            (2, "win"),
            (3, "win"),
            (1, "split"),
        ]
        assert [told.data["deals"] for told in company.effects(TellAdmin, "split")] == [
            ["HO-1 Data", "HO-2 Cloud", "HO-3 Portal"]
        ]

    def test_an_open_deals_workstreams_are_won_together(self, company: Company) -> None:
        company.read(deal(**OPEN), cause="track", by="ana")
        make(company)
        assert [made.state for made in company.all()] == [State.PRESALE] * 3
        assert [amount for *_, amount in shares(company)] == [Money(p.amount or Decimal(), "EUR") for p in ALL]
        assert {made.roles[Role.DELIVERY_MANAGER] for made in company.all()} == {company.who("dev").id}
        assert company.effects(Reply) == []
        assert company.read() == "opened"
        assert [made.state for made in company.all()] == [State.WON] * 3

    def test_at_the_closing_stage_each_workstreams_project_manager_gets_a_ticket(self, company: Company) -> None:
        company.read(deal(closing=True, **OPEN), cause="track", by="ana")
        make(company)
        assert [told.handover_id for told in company.effects(Direct, "closing")] == [1, 2, 3]

    def test_who_was_named_by_hand_answers_for_the_new_workstreams_too(self, company: Company) -> None:
        company.read()
        dev, rafi = company.who("dev"), company.who("rafi")
        company.said(people.assign, 1, dev, role=Role.CSM, person=rafi)
        company.said(people.assign, 1, dev, role=Role.PM, person=rafi)
        make(company)
        second = company.ho(2)
        assert (second.roles[Role.CSM], second.roles[Role.PM]) == (rafi.id, company.who("ben").id)

    def test_the_same_form_twice_changes_nothing(self, company: Company) -> None:
        company.read()
        make(company)
        before, emitted = company.snapshot(), len(company.effects())
        assert make(company, nonce="m").startswith("The shares are kept:")
        assert (company.snapshot(), len(company.effects())) == (before, emitted)

    def test_a_read_of_the_deal_keeps_names_and_shares(self, company: Company) -> None:
        company.read()
        make(company)
        company.read(deal(project="Renamed"))
        assert [made.title for made in company.all()] == [f"ABC Fintech – {p.name} – Apr2026" for p in ALL]
        assert [amount for *_, amount in shares(company)] == [Money(p.amount or Decimal(), "EUR") for p in ALL]

    @pytest.mark.parametrize(
        ("name", "may"), [("dev", True), ("hana", True), ("olga", True), ("ana", False), ("ben", False)]
    )
    def test_it_is_for_delivery_manager_operations_and_head(self, company: Company, name: str, *, may: bool) -> None:
        company.read()
        if may:
            make(company, who=name)
            return
        assert "can split a deal" in company.refused(split.split, 1, company.who(name), ALL, nonce="n")

    def test_after_the_scope_on_hold_or_closed_it_is_refused_with_the_way_out(self, company: Company) -> None:
        dev = company.who("dev")
        assert "not there" in company.refused(split.split, 9, dev, ALL, nonce="n")
        company.read()
        company.read(deal(**OPEN))
        assert "is on hold" in company.refused(split.split, 1, dev, ALL, nonce="n")
        company.read()
        company.scope()
        assert "/handover new" in company.refused(split.split, 1, dev, ALL, nonce="n")
        company.said(admin.cancel, 1, dev, reason="x")
        assert "is closed" in company.refused(split.split, 1, dev, ALL, nonce="n")

    def test_a_sum_that_does_not_match_makes_nothing(self, company: Company) -> None:
        company.read()
        assert "are missing" in company.refused(split.split, 1, company.who("dev"), (DATA, CLOUD), nonce="n")


class TestLater:
    """The shares follow the deal; a workstream may come later, and none is dropped by a line that is missing."""

    @pytest.fixture(autouse=True)
    def done(self, company: Company) -> None:
        """A deal in three workstreams."""
        company.read()
        make(company)

    def test_a_new_amount_asks_the_delivery_manager_once_for_all(self, company: Company) -> None:
        for _ in range(2):
            company.wait(minutes=1)
            company.read(deal(amount=Money(Decimal(90_000), "EUR")))
            (asked,) = company.effects(Direct, "shares")
        assert asked.person_id == company.who("dev").id
        more = Part("Portal", Decimal(10_000))
        assert make(company, DATA, CLOUD, more, nonce="m").startswith("The shares are kept")
        assert shares(company)[2][2] == Money(Decimal(10_000), "EUR")
        (changed,) = [e for e in company.events("deal_changed", 3) if e.data["old"] == "4,000.00 EUR"]
        assert changed.data["new"] == "10,000.00 EUR"
        assert len(company.events("split", 1)) == 1

    def test_shares_that_move_re_open_the_signatures_of_the_amount(self, company: Company) -> None:
        company.scope()
        company.made()
        company.tell()
        company.answer(*[e.id for e in company.ho().entries if e.open])
        company.said(capture.read, 1, company.who("ben"), document="")
        company.tasks()
        company.sign("dev", Role.DELIVERY_MANAGER)
        make(company, Part("Data", Decimal(40_000)), Part("Cloud", Decimal(40_000)), PORTAL, nonce="m")
        assert company.ho().signed(Role.DELIVERY_MANAGER) is None
        (told,) = company.effects(Reply, "changed")
        assert (told.handover_id, told.data["split"]) == (1, True)
        assert company.ho().signatures[0].withdrawn_why == "amount changed in the split"

    def test_a_fourth_workstream_comes_later(self, company: Company) -> None:
        make(company, DATA, CLOUD, Part("Portal", Decimal(3_000)), Part("Care", Decimal(1_000)), nonce="m")
        assert [name for _, name, _ in shares(company)] == ["Data", "Cloud", "Portal", "Care"]

    def test_a_line_that_is_missing_or_had_ended_is_said(self, company: Company) -> None:
        dev = company.who("dev")
        parts = (DATA, Part("Cloud", Decimal(34_000)))
        assert "HO-3 is “Portal”: keep its line" in company.refused(split.split, 1, dev, parts, nonce="m")
        company.said(admin.cancel, 3, dev, reason="x")
        assert "choose another name" in company.refused(split.split, 1, dev, ALL, nonce="m")
        assert make(company, *parts, nonce="o").startswith("The shares are kept")

    def test_what_is_captured_on_one_stands_there_alone(self, company: Company) -> None:
        save = capture.Capture(Kind.COMMITMENT, ("Weekly call",), "b")
        company.said(capture.add, 2, company.who("ana"), save)
        assert [len(made.entries) for made in company.all()] == [0, 1, 0]

    def test_the_deal_waits_for_its_last_workstream_unless_that_is_given_up(self, company: Company) -> None:
        with company.store.write() as unit:
            for number in (1, 2):
                made = unit.handover(number)
                assert made
                made.state, made.live_at = State.IN_PROGRESS, company.now
                unit.save(made)
        assert company.effects(MarkMigrated) == []
        company.said(admin.cancel, 3, company.who("dev"), reason="Given up")
        assert [mark.handover_id for mark in company.effects(MarkMigrated)] == [1]

    def test_given_up_before_the_others_are_live_it_marks_nothing(self, company: Company) -> None:
        for number in (3, 2, 1):
            company.said(admin.cancel, number, company.who("dev"), reason="Given up")
        assert company.effects(MarkMigrated) == []

    def test_a_workstream_that_went_live_itself_lets_the_deal_wait_no_longer(self, company: Company) -> None:
        with company.store.write() as unit:
            for number in (1, 2, 3):
                made = unit.handover(number)
                assert made
                made.state, made.live_at = State.IN_PROGRESS, company.now
                unit.save(made)
        company.said(admin.cancel, 3, company.who("dev"), reason="Given up")
        assert company.effects(MarkMigrated) == [], "the deal was marked when the last one went live"


def test_a_workstream_that_comes_after_the_scope_is_not_late_from_its_first_day(company: Company) -> None:
    """Its scope has the time that a scope has; only what was late before the split stays late."""
    company.read()
    make(company, DATA, Part("Cloud", Decimal(34_000)))
    company.scope()
    company.wait(days=7)
    make(company, *ALL)
    third = company.ho(3)
    assert third.won_at == company.ho(1).won_at
    assert third.scope_due_at == company.terms.scope_due(third, company.now)
    company.do(sweep.look, 3)
    assert company.ho(3).breaches == []
    company.do(sweep.look, 2)
    assert company.ho(2).breach is not None, "nobody confirmed its scope since the win"


def test_what_waits_on_the_client_waits_in_each_workstream(company: Company) -> None:
    """Else each new one is late at once, with the days that the client was waited for."""
    company.read()
    dev, expected = company.who("dev"), (company.now + timedelta(days=3)).date()
    company.said(pause.pause, 1, dev, reason="the order form", expected=expected)
    company.wait(days=2)
    make(company)
    for number in (1, 2, 3):
        company.do(sweep.look, number)
        made = company.ho(number)
        assert made.running("pause") is not None
        assert made.breaches == []
    assert company.effects(Reply, "late") == []
    company.said(pause.resume, 2, dev)
    due = company.ho(2).scope_due_at
    company.said(pause.resume, 1, dev)
    assert company.ho(1).scope_due_at == due
    assert company.ho(3).running("pause") is not None
