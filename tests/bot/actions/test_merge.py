"""Two deals become one in the CRM: the record moves along, or waits and can be carried over; nothing is lost."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.actions import admin, capture, scope
from bot.actions.record import merge, split
from bot.context import Disposition, Kind
from bot.deal import PresaleKind, PresaleTicket, Standing
from bot.effects import Direct, MarkMigrated, Reply
from bot.handover import State, merged_into
from bot.people import Role
from bot.split import Part
from tests.bot.actions.company import SCOPE, Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import deal, table
from tests.store.test_concurrency import at_once

OPEN: dict[str, Any] = {"standing": Standing.OPEN, "won_epoch": None}
INTO = "the deal was merged into “Surviving” in the CRM"


def survivor(**values: Any) -> Any:
    """The deal that is left after a merge."""
    return deal("777", name="Surviving", **values)


class TestMove:
    """While the surviving deal has no record, that of the old one goes with it."""

    def test_the_record_keeps_its_number_its_thread_and_its_entries(self, company: Company) -> None:
        company.read()
        company.tell()
        before = company.ho()
        for _ in range(3):
            company.wait(minutes=5)
            assert company.read(survivor(), asked="501") == "known"
        made = company.ho()
        assert (made.deal_id, made.state, made.running("hold")) == ("777", State.WON, None)
        assert [(e.id, e.text) for e in made.entries] == [(e.id, e.text) for e in before.entries]
        (event,) = company.events("merged")
        assert (event.data["was"], event.data["now"]) == ("Cloud Migration", "Surviving")
        assert [reply.name for reply in company.effects(Reply)] == ["win"]
        assert len(company.all()) == 1
        with company.store.read() as reader:
            assert reader.known_deals("hubspot") == ["777"]

    def test_a_merge_that_only_the_surviving_deal_tells_of_counts_too(self, company: Company) -> None:
        company.read()
        company.read(survivor(merged_from=("501",)))
        assert company.ho().deal_id == "777"

    def test_what_differs_re_opens_signatures_as_any_change_does(self, company: Company) -> None:
        company.provisioned()
        company.sign("ben", Role.PM)
        company.read(survivor(close_date=None), asked="501")
        assert company.ho().signed(Role.PM) is None
        assert len(company.effects(Reply, "changed")) == 1

    @pytest.mark.parametrize(
        ("standing", "words"), [(Standing.OPEN, "which is not won"), (Standing.LOST, "which was lost")]
    )
    def test_into_a_deal_that_is_not_won_it_waits_and_goes_on_with_the_win(
        self, company: Company, standing: Standing, words: str
    ) -> None:
        company.read()
        for _ in range(3):
            company.wait(minutes=5)
            company.read(survivor(standing=standing, won_epoch=None), asked="501")
        assert [i.reason for i in company.ho().intervals] == [f"the deal was merged into “Surviving”, {words}"]
        assert len(company.effects(Reply, "hold")) == 1
        company.read(survivor(won_epoch=company.now))
        made = company.ho()
        assert (made.running("hold"), made.state) == (None, State.WON)

    def test_an_open_record_is_won_with_the_deal_into_which_it_went(self, company: Company) -> None:
        company.read(deal(**OPEN), cause="track", by="ana")
        company.tell()
        assert company.read(survivor(), asked="501") == "opened"
        made = company.ho()
        assert (made.deal_id, made.state) == ("777", State.WON)
        assert len(company.all()) == 1

    def test_of_several_the_furthest_moves_and_the_others_wait_beside_it(self, company: Company) -> None:
        company.read(deal("502"))
        company.read()
        company.said(scope.confirm, 2, company.who("dev"), SCOPE)
        company.read(survivor(merged_from=("501", "502")))
        moved, waits = company.ho(2), company.ho(1)
        assert (moved.deal_id, moved.running("hold")) == ("777", None)
        assert (waits.deal_id, merged_into(waits)) == ("502", 2)

    def test_of_a_split_deal_the_workstream_that_came_furthest_counts(self, company: Company) -> None:
        company.read()
        parts = [Part("Data", Decimal(50_000)), Part("Cloud", Decimal(34_000))]
        company.said(split.split, 1, company.who("dev"), parts, nonce="n")
        company.read(deal("502"))
        for number in (1, 3):
            company.said(scope.confirm, number, company.who("dev"), SCOPE)
        company.read(survivor(merged_from=("501", "502")))
        assert [company.ho(number).deal_id for number in (1, 2, 3)] == ["777", "777", "502"]

    def test_a_record_that_goes_on_moves_before_one_that_waits(self, company: Company) -> None:
        company.read()
        company.said(scope.confirm, 1, company.who("dev"), SCOPE)
        company.read(deal(standing=Standing.LOST, won_epoch=None))
        company.read(deal("502"))
        company.read(survivor(merged_from=("501", "502")))
        assert (company.ho(2).deal_id, merged_into(company.ho(1))) == ("777", 2)

    def test_delivery_that_began_is_marked_on_the_surviving_deal(self, company: Company) -> None:
        company.live()
        marks = len(company.effects(MarkMigrated))
        company.read(survivor(), asked="501")
        assert (company.ho().state, company.ho().deal_id) == (State.IN_PROGRESS, "777")
        assert len(company.effects(MarkMigrated)) == marks + 1

    def test_what_has_ended_stays_where_it_is(self, company: Company) -> None:
        company.read()
        company.said(admin.cancel, 1, company.who("dev"), reason="Opened by mistake")
        assert company.read(survivor(), asked="501") == "opened"
        assert (company.ho(1).deal_id, company.ho(2).deal_id) == ("501", "777")


def test_racing_reads_of_a_merge_move_the_record_once(company_anywhere: Company) -> None:
    company_anywhere.read()
    company_anywhere.read(deal("502"))
    merges = [survivor(merged_from=("501", "502")), survivor(merged_from=("502", "501"))]
    at_once(lambda n: company_anywhere.read(merges[n % 2], asked=("501", "502", "777")[n % 3]), threads=6)
    moved, waits = company_anywhere.all()
    assert (moved.deal_id, merged_into(waits)) == ("777", moved.id)
    assert len(company_anywhere.events("merged")) == 1
    assert len(company_anywhere.effects(Reply, "hold")) == 1


class TestBeside:
    """With both records there, the merged one waits; what was captured is carried over by a click."""

    @staticmethod
    def two(company: Company) -> None:
        """HO-1 of the deal that goes, HO-2 of the one that stays."""
        company.read()
        company.tell()
        company.answer(1)
        company.read(survivor())
        company.read(survivor(), asked="501")

    def test_it_is_on_hold_once_and_says_for_which_record(self, company: Company) -> None:
        self.two(company)
        for _ in range(3):
            company.wait(minutes=5)
            company.read(survivor(merged_from=("501",)))
        waits = company.ho(1)
        assert [interval.reason for interval in waits.intervals] == [INTO]
        assert (waits.deal_id, merged_into(waits), merged_into(company.ho(2))) == ("501", 2, 0)
        assert len(company.effects(Reply, "hold")) == 1
        assert company.effects(Direct, "merged") == []

    def test_a_workstream_waits_for_its_namesake(self, company: Company) -> None:
        parts = [Part("Data", Decimal(50_000)), Part("Cloud", Decimal(34_000))]
        for number, one in ((1, survivor()), (3, deal())):
            company.read(one)
            company.said(split.split, number, company.who("dev"), parts, nonce="n")
        company.read(survivor(), asked="501")
        assert [merged_into(company.ho(number)) for number in (1, 2, 3, 4)] == [0, 0, 1, 2]

    def test_a_persons_word_outlives_the_merge(self, company: Company) -> None:
        self.two(company)
        company.said(admin.end_hold, 1, company.who("dev"))
        company.wait(minutes=5)
        company.read(survivor(), asked="501")
        assert company.ho().running("hold") is None
        refusal = company.refused(merge.carry, 1, company.who("dev"), into=2, nonce="n")
        assert refusal.startswith("HO-1 does not wait for a merged deal any more")

    @pytest.mark.parametrize("lost", [False, True])
    def test_where_no_reply_rings_the_delivery_manager_hears_directly(self, company: Company, *, lost: bool) -> None:
        company.read(deal(**OPEN) if not lost else deal(), cause="track", by="ana")
        if lost:
            company.read(deal(standing=Standing.LOST, won_epoch=None))
        company.read(survivor())
        for _ in range(2):
            company.read(survivor(), asked="501")
        (told,) = company.effects(Direct, "merged")
        assert (told.person_id, told.handover_id, told.data["into"]) == (company.who("dev").id, 1, 2)

    def test_without_a_delivery_manager_that_of_the_survivor_hears(self, companies: Opens) -> None:
        roles = table()["people"]["roles"] | {"delivery_manager": ["dev@acme.example", "rafi@acme.example"]}
        company = companies(
            people={"roles": roles}, routing=[{"region": "EMEA", "delivery_manager": "dev@acme.example"}]
        )
        company.read(deal(**OPEN), cause="track", by="ana")
        company.read(survivor(region="EMEA"))
        company.read(survivor(region="EMEA"), asked="501")
        assert [told.person_id for told in company.effects(Direct, "merged")] == [company.who("dev").id]
        assert company.said(merge.carry, 1, company.who("dev"), into=2, nonce="n").line.startswith("Everything of HO-1")

    def test_entries_go_over_with_their_answers_author_and_time(self, company: Company) -> None:
        self.two(company)
        said = company.said(merge.carry, 1, company.who("dev"), into=2, nonce="n")
        assert said.line == "3 things stand on HO-2 now. HO-1 keeps them too."
        for of, to in zip(company.ho(1).entries, company.ho(2).entries, strict=True):
            assert replace(to, id=of.id, batch=of.batch) == of
            assert to.id != of.id
        (promise,) = (e for e in company.ho(2).entries if e.kind is Kind.COMMITMENT)
        assert promise.point
        assert promise.point.disposition is Disposition.IN_SCOPE
        for number in (1, 2):
            (event,) = company.events("carried", number)
            assert (event.person, event.data) == (company.who("dev").id, {"was": "HO-1", "now": "HO-2", "count": 3})

    def test_a_second_click_copies_nothing_and_says_so(self, company: Company) -> None:
        self.two(company)
        company.said(merge.carry, 1, company.who("dev"), into=2, nonce="n")
        before = company.snapshot()
        again = company.said(merge.carry, 1, company.who("dev"), into=2, nonce="m")
        assert again.line == "Everything of HO-1 stands on HO-2 already."
        assert company.snapshot() == before

    def test_what_is_said_later_is_copied_by_the_next_click_alone(self, company: Company) -> None:
        self.two(company)
        company.said(merge.carry, 1, company.who("dev"), into=2, nonce="n")
        company.add("ana", "Free training")
        said = company.said(merge.carry, 1, company.who("dev"), into=2, nonce="m")
        assert said.line == "1 thing stands on HO-2 now. HO-1 keeps it too."
        texts = [e.text for e in company.ho(2).entries]
        assert len(texts) == len(set(texts)) == 4

    @pytest.mark.parametrize("name", ["ana", "rafi", "ben", "chloe", "hana", "olga"])
    def test_only_a_delivery_manager_of_either_carries(self, company: Company, name: str) -> None:
        self.two(company)
        refusal = company.refused(merge.carry, 1, company.who(name), into=2, nonce="n")
        assert refusal.startswith("Only the delivery manager (Dev) can carry this over.")

    def test_nothing_goes_to_a_record_that_is_closed_or_not_the_survivors(self, company: Company) -> None:
        self.two(company)
        company.read(deal("900"))
        assert "does not wait" in company.refused(merge.carry, 1, company.who("dev"), into=3, nonce="n")
        assert "not there" in company.refused(merge.carry, 1, company.who("dev"), into=99, nonce="n")
        company.said(admin.cancel, 2, company.who("dev"), reason="Opened by mistake")
        assert "is closed" in company.refused(merge.carry, 1, company.who("dev"), into=2, nonce="n")

    def test_an_answer_nothing_gives_way_to_what_is_carried(self, company: Company) -> None:
        self.two(company)
        company.said(capture.none_of, 2, company.who("ana"), kind=Kind.COMMITMENT)
        company.said(merge.carry, 1, company.who("dev"), into=2, nonce="n")
        assert company.ho(2).answer("none:commitment") is None

    def test_open_points_withdraw_the_signatures_of_the_survivor(self, company: Company) -> None:
        company.provisioned()
        company.sign("ben", Role.PM)
        company.read(deal("502"))
        save = capture.Capture(Kind.COMMITMENT, ("Free training",), "b")
        company.said(capture.add, 2, company.who("ana"), save)
        company.read(deal(merged_from=("502",)))
        company.said(merge.carry, 2, company.who("dev"), into=1, nonce="n")
        assert company.ho(1).signed(Role.PM) is None
        assert len(company.effects(Reply, "reopened")) == 1

    def test_presale_work_goes_over_once_in_place_of_what_is_unsigned(self, company: Company) -> None:
        company.read(deal(**OPEN), cause="track", by="ana")
        given = {"deliverable": "https://docs.example/1", "external": "S. Holm"}
        company.said(admin.sign_presale, 1, company.who("ana"), kind="discovery", **given)
        ticket = PresaleTicket("t1", PresaleKind.DISCOVERY, "Discovery call")
        company.read(survivor(presale=(ticket,)))
        company.read(survivor(presale=(ticket,)), asked="501")
        for nonce in ("n", "m"):
            company.said(merge.carry, 1, company.who("dev"), into=2, nonce=nonce)
        (artefact,) = company.ho(2).presale
        assert artefact == company.ho(1).presale[0]
        assert artefact.signed_off
