"""Cancelled: everyone concerned hears it once. Won again: the same record goes on where it stood."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.actions import access, admin, capture, intake, lists, people, points, prefs, provision, scope, signoff
from bot.context import Disposition, Kind
from bot.deal import Money, Standing
from bot.effects import Direct, PromiseTasks, Provision, ReadDeal, Reply, TellAdmin
from bot.handover import State
from bot.people import Role
from tests.bot.actions.company import SCOPE, Company
from tests.bot.builders import NOW, deal

REOPENED: dict[str, Any] = {"standing": Standing.OPEN, "won_epoch": None}
REASON = "The client went elsewhere."


def cancelled(company: Company, *, by: str = "dev") -> None:
    """Somebody ends HO-1."""
    company.said(admin.cancel, 1, company.who(by), reason=REASON)


def won_again(company: Company, **values: Any) -> str:
    """The deal leaves the won stages, and comes back an hour later."""
    company.read(deal(**REOPENED))
    company.wait(hours=1)
    return company.read(deal(won_epoch=company.now, **values))


@pytest.mark.parametrize("change", [{"guest": True}, {"active": False}])
def test_who_left_while_it_was_closed_holds_nothing_when_it_goes_on(company: Company, change: dict[str, Any]) -> None:
    """Else a guest would be let into the project channel as its project manager. Who names people is told."""
    company.read()
    cancelled(company)
    for name in ("dev", "ben"):
        company.do(prefs.noticed, replace(company.who(name), **change), None, nonce=name)
    assert company.ho().roles.keys() >= {Role.PM, Role.DELIVERY_MANAGER}
    won_again(company)
    assert company.ho().roles.keys() == {Role.SALES_REP, Role.CSM}
    told = company.effects(Direct, "left")
    assert {one.person_id for one in told} == {company.who("hana").id}
    assert sorted(place[1] for one in told for place in one.data["at"]) == ["delivery_manager", "pm"]


CLOSED = "is closed: nothing waits there any more."


def test_nothing_is_done_in_a_record_that_ended(company: Company) -> None:
    """A form that was open, a button of an old message: nobody is rung, nothing is made, and the no is true."""
    company.provisioned()
    company.add("ana", "Another promise")
    point = next(entry.id for entry in company.ho().entries if entry.open)
    cancelled(company)
    ana, ben, chloe, dev, hana = (company.who(name) for name in ("ana", "ben", "chloe", "dev", "hana"))
    asked = [points.PointAnswer(point, Disposition.ASK, question="Until when?")]
    for deed, who, given in (
        (points.answer, ben, {"answers": asked, "nonce": "a"}),
        (points.reply, ana, {"replies": {point: "May"}, "nonce": "r"}),
        (access.set_kickoff, chloe, {"day": (company.now + timedelta(days=3)).date()}),
        (access.set_tasks, ben, {"rows": [], "nonce": "t"}),
        (access.by_hand, chloe, {"email": "klein@abc.example"}),
        (provision.by_hand, dev, {"key": "channel", "words": ""}),
        (people.not_mine, ben, {"role": Role.PM, "reason": "no time"}),
        (capture.none_of, ana, {"kind": Kind.REAL_DEADLINE}),
        (lists.tick, ben, {"key": "confirm-team", "ticked": False}),
        (signoff.sign, dev, {"role": Role.DELIVERY_MANAGER}),
        (signoff.override, hana, {"reason": "The client starts on Monday."}),
    ):
        assert CLOSED in company.refused(deed, 1, who, **given), deed
    nobody = company.refused(points.answer, 1, company.who("rafi"), asked, nonce="x")
    assert "Only Ben or Dev can" in nobody, "who may not hears whom to ask, as ever"


def test_a_scope_that_nobody_confirmed_is_closed_not_open(company: Company) -> None:
    """It is not so that the deal is not won yet."""
    company.read()
    cancelled(company)
    assert CLOSED in company.refused(scope.confirm, 1, company.who("dev"), SCOPE)
    with company.store.read() as reader:
        assert CLOSED in scope.cannot(reader, company.ho(), company.who("dev"))


def test_promises_that_got_no_task_in_time_get_it_when_it_goes_on(company: Company) -> None:
    company.provisioned()
    before = company.effects(PromiseTasks)
    cancelled(company)
    won_again(company)
    assert len(company.effects(PromiseTasks)) == len(before) + 1


class TestTold:
    """The thread and each who has a part in it hear of the end, with its reason, once."""

    def test_the_thread_and_each_holder_but_the_one_who_did_it(self, company: Company) -> None:
        company.read()
        cancelled(company)
        (reply,) = company.effects(Reply, "cancelled")
        assert reply.data == {"by": company.who("dev").id, "why": REASON}
        told = company.effects(Direct, "cancelled")
        assert sorted(one.person_id for one in told) == sorted(company.who(n).id for n in ("ana", "ben", "chloe"))
        assert all(one.data == reply.data for one in told)

    def test_an_outsider_who_ends_it_tells_all_four(self, company: Company) -> None:
        company.read()
        cancelled(company, by="olga")
        assert len(company.effects(Direct, "cancelled")) == 4

    def test_one_person_with_two_roles_or_an_item_hears_it_once(self, company: Company) -> None:
        company.read()
        ben, rafi = company.who("ben").id, company.who("rafi").id
        with company.store.write() as unit:
            made = unit.handover(1)
            assert made
            made.roles[Role.CSM] = ben
            made.items[0].holder = rafi
            unit.save(made)
        cancelled(company)
        names = [one.person_id for one in company.effects(Direct, "cancelled")]
        assert sorted(names) == sorted(company.who(n).id for n in ("ana", "ben", "rafi"))

    def test_a_second_click_tells_nobody_again(self, company: Company) -> None:
        company.read()
        cancelled(company)
        company.wait(minutes=1)
        assert "closed already" in company.said(admin.cancel, 1, company.who("hana"), reason="x").line
        assert len(company.effects(Reply, "cancelled")) == 1
        assert len(company.effects(Direct, "cancelled")) == 3

    def test_after_a_new_win_a_second_end_is_told_as_well(self, company: Company) -> None:
        company.read()
        cancelled(company)
        won_again(company)
        cancelled(company)
        assert len(company.effects(Reply, "cancelled")) == 2
        assert len(company.effects(Direct, "cancelled")) == 6

    def test_nobody_says_that_a_cancelled_one_goes_on(self, company: Company) -> None:
        company.read()
        company.read(deal(**REOPENED))
        cancelled(company)
        before = len(company.effects())
        assert "not on hold any more" in company.said(admin.end_hold, 1, company.who("dev")).line
        assert len(company.effects()) == before


class TestAgain:
    """A new win brings the same record back; a person's word stands against everything else."""

    @pytest.mark.parametrize("state", [State.WON, State.SCOPED, State.PROVISIONED, State.IN_PROGRESS])
    def test_it_goes_on_where_it_was(self, company: Company, state: State) -> None:
        ways = {State.PROVISIONED: company.provisioned, State.IN_PROGRESS: company.live}
        ways.get(state, company.read)()
        if state is State.SCOPED:
            company.scope()
        entries = [e.text for e in company.ho().entries]
        cancelled(company)
        assert won_again(company) == "opened"
        made = company.ho()
        assert (made.state, made.ended_at, made.end_reason, made.running("hold")) == (state, None, "", None)
        assert made.won_epoch == company.now
        assert [e.text for e in made.entries] == entries
        (told,) = company.effects(Reply, "again")
        assert told.data == {
            "by": company.who("dev").id,
            "why": REASON,
            "at": (company.now - timedelta(hours=1)).isoformat(),
            "tracked": False,
        }
        assert [e.data["why"] for e in company.events("state")][-1] == "the deal was won again in the CRM"
        assert company.effects(Reply, "resumed") == []
        assert company.read(deal(won_epoch=company.now)) == "known"
        assert len(company.effects(Reply, "again")) == 1

    def test_its_clock_stood_still_meanwhile(self, company: Company) -> None:
        company.read()
        company.scope()
        due = company.ho().due_at
        assert due
        cancelled(company)
        company.read(deal(**REOPENED))
        company.wait(days=7)
        company.read(deal(won_epoch=company.now))
        assert company.ho().due_at == due + timedelta(days=7)

    def test_an_open_deal_that_was_given_up_and_is_won_opens_its_thread(self, company: Company) -> None:
        company.read(deal(**REOPENED), cause="track", by="ana")
        company.tell()
        cancelled(company)
        assert company.read() == "opened"
        made = company.ho()
        assert (made.state, made.won_at) == (State.WON, NOW)
        assert len(made.entries) == 3
        assert [reply.name for reply in company.effects(Reply) if reply.name != "cancelled"] == ["win"]

    def test_a_win_between_two_reads_counts_by_its_beginning(self, company: Company) -> None:
        company.read()
        cancelled(company)
        company.wait(hours=1)
        assert company.read(deal(won_epoch=company.now)) == "opened"
        assert company.ho().state is State.WON

    def test_what_stayed_won_stays_cancelled(self, company: Company) -> None:
        company.read()
        company.wait(hours=2)
        cancelled(company)
        for values in ({}, {"won_epoch": NOW + timedelta(hours=1)}, {"won_epoch": None}):
            assert company.read(deal(**values)) == "known"
        company.read(deal(standing=Standing.LOST, won_epoch=None))
        assert company.ho().state is State.CANCELLED

    def test_tracking_a_won_deal_brings_it_back_and_an_open_one_only_its_own_state(self, company: Company) -> None:
        company.read()
        cancelled(company)
        company.read(deal(**REOPENED), cause="track", by="ana")
        assert company.ho().state is State.CANCELLED
        company.read(deal(**REOPENED))
        assert company.read(cause="track", by="ana") == "opened"
        assert company.ho().state is State.WON
        assert company.effects(Reply, "again")[0].data["tracked"] is True

    def test_tracking_brings_back_what_stayed_won_all_the_while(self, company: Company) -> None:
        company.read()
        cancelled(company)
        assert company.read() == "known"
        assert company.read(cause="track", by="ana") == "opened"
        assert company.ho().state is State.WON

    def test_tracking_an_open_deal_brings_its_open_record_back(self, company: Company) -> None:
        company.read(deal(**REOPENED), cause="track", by="ana")
        cancelled(company)
        assert company.read(deal(**REOPENED), cause="track", by="ana") == "tracked"
        assert company.ho().state is State.PRESALE
        assert company.effects(Reply, "again") == []

    def test_what_changed_meanwhile_is_followed_and_told(self, company: Company) -> None:
        company.provisioned()
        company.sign("dev", Role.DELIVERY_MANAGER)
        cancelled(company)
        money = Money(deal().amount.amount * 2, "EUR")  # type: ignore[union-attr]
        won_again(company, amount=money)
        assert company.ho().deal.amount == money
        assert company.ho().signed(Role.DELIVERY_MANAGER) is None
        assert len(company.effects(Reply, "changed")) == 1

    def test_a_flood_of_them_is_held_and_the_answer_opens_them(self, company: Company) -> None:
        company.read()
        cancelled(company)
        company.read(deal(**REOPENED))
        for number in range(9):
            company.read(deal(f"9{number:02}"))
        assert company.read(deal(won_epoch=company.now + timedelta(1))) == "held"
        assert company.read(deal(won_epoch=company.now + timedelta(1))) == "held"
        assert company.ho().state is State.CANCELLED
        assert len(company.effects(TellAdmin, "held_wins")) == 1
        company.said(intake.verdict, company.who("olga"), choice="open", nonce="n")
        (released,) = (read for read in company.effects(ReadDeal) if read.cause == "released")
        assert company.read(deal(won_epoch=company.now + timedelta(1)), cause=released.cause) == "opened"
        assert company.ho().state is State.WON

    def test_a_held_one_that_is_ignored_stays_cancelled(self, company: Company) -> None:
        company.read()
        cancelled(company)
        company.read(deal(**REOPENED))
        for number in range(9):
            company.read(deal(f"9{number:02}"))
        company.read()
        company.said(intake.verdict, company.who("olga"), choice="ignore", nonce="n")
        assert company.read() == "known"
        assert company.ho().state is State.CANCELLED

    def test_what_was_left_unmade_is_made(self, company: Company) -> None:
        company.read()
        company.scope()
        company.made("channel")
        cancelled(company)
        before = len(company.effects(Provision))
        won_again(company)
        new = company.effects(Provision)[before:]
        assert [job.side for job in new] == ["slack", "tool"]
        assert all(job.attempt.startswith("again:") for job in new)

    def test_what_was_made_while_it_was_cancelled_counts(self, company: Company) -> None:
        company.read()
        company.scope()
        *most, last = [step.key for step in company.ho().steps]
        company.made(*most)
        cancelled(company)
        company.made(last)
        assert company.ho().state is State.CANCELLED
        won_again(company)
        assert company.ho().state is State.PROVISIONED

    def test_only_the_links_are_left(self, company: Company) -> None:
        company.read()
        company.scope()
        company.made(*[step.key for step in company.ho().steps if step.side != "links"])
        cancelled(company)
        before = len(company.effects(Provision))
        won_again(company)
        assert "links" in [job.side for job in company.effects(Provision)[before:]]
