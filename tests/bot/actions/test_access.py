"""The client's access: nothing reaches a client by itself, and nobody gets more than was chosen."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import checklist
from bot.actions import access, admin, people, rights
from bot.actions.access import Invitation
from bot.deal import Contact, Standing
from bot.effects import InviteClient, ReadTasks, SetTask
from bot.handover import Interval, State, TaskCopy
from bot.people import Role
from tests.bot import builders
from tests.bot.actions.company import Company

KLEIN = Invitation("klein@abc.example", "M. Klein")
GIVEN = {"right": "comment", "nobody": "", "nonce": "n1"}


@pytest.fixture
def signed(company: Company) -> Company:
    """The delivery manager has signed: the client success may invite."""
    company.provisioned()
    company.sign("dev", Role.DELIVERY_MANAGER)
    return company


def works(company: Company) -> bool:
    item = company.ho().item("client-access")
    assert item
    return checklist.done(company.ho(), item)


@pytest.mark.req("R26", "R36")
def test_each_one_chosen_is_asked_for_exactly_that_right(signed: Company) -> None:
    guests = [KLEIN, Invitation("vogt@abc.example", "S. Vogt")]
    contacts = tuple(Contact(guest.email, guest.name, guest.email) for guest in guests)
    signed.read(builders.deal(contacts=contacts))
    assert signed.said(access.review, 1, signed.who("chloe"), guests, **GIVEN).line == "2 people are being invited."
    assert [(a.email, a.right, a.state, a.by) for a in signed.ho().access] == [
        (guest.email, "comment", "asked", signed.who("chloe").id) for guest in guests
    ]
    assert [job.email for job in signed.effects(InviteClient)] == [guest.email for guest in guests]
    assert not works(signed)


@pytest.mark.parametrize("name", ["ana", "ben", "dev", "hana", "olga"])
def test_only_the_client_success_invites(signed: Company, name: str) -> None:
    refusal = signed.refused(access.review, 1, signed.who(name), [KLEIN], **GIVEN)
    assert refusal == "Only Chloe can invite the client. Ask Chloe."


def test_only_a_contact_of_the_deal_is_invited(signed: Company) -> None:
    """Whoever was taken off the deal while the form was open, or never was on it."""
    guests = [KLEIN, Invitation("vogt@abc.example", "S. Vogt")]
    refusal = signed.refused(access.review, 1, signed.who("chloe"), guests, **GIVEN)
    assert refusal.startswith("vogt@abc.example is not among the deal's contacts.")


def test_without_client_success_the_way_out_is_to_name_one(signed: Company) -> None:
    signed.said(people.not_mine, 1, signed.who("chloe"), role=Role.CSM, reason="On leave")
    assert "Name one on the list" in signed.refused(access.review, 1, signed.who("dev"), [KLEIN], **GIVEN)


def test_nobody_is_invited_before_the_delivery_manager_signed(company: Company) -> None:
    company.provisioned()
    assert "signs first" in company.refused(access.review, 1, company.who("chloe"), [KLEIN], **GIVEN)


def test_nobody_at_the_client_is_invited_while_the_deal_is_on_hold_or_after_the_end(signed: Company) -> None:
    """A form that was open when the deal was lost must not reach the client any more."""
    signed.read(replace(builders.deal(), standing=Standing.LOST))
    assert "is on hold" in signed.refused(access.review, 1, signed.who("chloe"), [KLEIN], **GIVEN)
    signed.said(admin.cancel, 1, signed.who("dev"), reason="The client went elsewhere")
    assert "is closed" in signed.refused(access.review, 1, signed.who("chloe"), [KLEIN], **GIVEN)
    assert signed.ho().access == []
    assert not signed.effects(InviteClient)


@pytest.mark.req("R26")
@pytest.mark.parametrize("right", ["edit", "admin", "", "editor"])
def test_no_right_beyond_view_and_comment_is_given(signed: Company, right: str) -> None:
    refusal = signed.refused(access.review, 1, signed.who("chloe"), [KLEIN], **GIVEN | {"right": right})
    assert refusal == "Choose what they may do: comment, or view."


def test_what_keeps_an_invitation_back_is_asked_again_before_it_goes_out(company: Company) -> None:
    made = builders.complete()
    made.roles = {Role.DELIVERY_MANAGER: company.who("dev").id, Role.SALES_REP: company.who("ana").id}

    def why() -> str:
        with company.store.read() as reader:
            return rights.no_invitation(reader, made)

    assert why() == ""
    made.signatures = [s for s in made.signatures if s.role is not Role.DELIVERY_MANAGER]
    assert why().startswith("The delivery manager (Dev) signs first")
    made.live_at = builders.NOW
    assert why() == "", "the gate was opened against its rules"
    made.intervals = [Interval("hold", builders.NOW, "lost")]
    assert "is on hold" in why()
    assert "Clear that with the sales rep (Ana) first." in why()
    made.state = State.CLOSED
    assert "is closed" in why()


def test_a_workspace_is_read_anew_for_whoever_sees_the_record_once_there_is_one(company: Company) -> None:
    dev = company.who("dev")
    company.read()
    assert "There is no workspace to read yet" in company.refused(access.read_tasks, 1, dev, nonce="n")
    for number, who in ((9, dev), (1, replace(dev, guest=True)), (1, replace(dev, slack_id=""))):
        assert "not there any more" in company.refused(access.read_tasks, number, who, nonce="n")
    company.scope()
    company.made()
    assert company.ho().workspace_id
    assert company.said(access.read_tasks, 1, dev, nonce="n").line.startswith("One moment")
    assert ReadTasks(1, "n", by=dev.id) in company.effects(ReadTasks)


def test_nobody_yet_needs_a_reason(signed: Company) -> None:
    refusal = signed.refused(access.review, 1, signed.who("chloe"), [], **GIVEN | {"nobody": " "})
    assert "or say why nobody does yet" in refusal
    line = signed.said(access.review, 1, signed.who("chloe"), [], **GIVEN | {"nobody": " After the kickoff "}).line
    assert line == "Noted: nobody at the client gets access yet."
    answer, (event,) = signed.ho().answer("access_reviewed"), signed.events("access_reviewed")
    assert answer
    assert answer.text == event.data["why"] == "After the kickoff"
    assert works(signed)
    assert signed.effects(InviteClient) == []


def test_nobody_is_invited_twice(signed: Company) -> None:
    twice = [KLEIN, Invitation("KLEIN@abc.example", "M. Klein")]
    assert signed.said(access.review, 1, signed.who("chloe"), twice, **GIVEN).line == "1 person is being invited."
    again = signed.said(access.review, 1, signed.who("chloe"), [KLEIN], **GIVEN | {"nonce": "n2"})
    assert again.line == "They are invited already."
    assert len(signed.effects(InviteClient)) == len(signed.ho().access) == 1


class TestOutcome:
    """What became of an invitation: given, or a step by hand; never more rights."""

    @pytest.fixture(autouse=True)
    def invited(self, signed: Company) -> None:
        """One person is being invited."""
        signed.said(access.review, 1, signed.who("chloe"), [KLEIN], **GIVEN)

    def test_given_is_done(self, signed: Company) -> None:
        signed.do(access.invited, 1, "Klein@abc.example", state="given", words="Asana")
        assert works(signed)
        told = {"who": KLEIN.name, "right": "comment"}
        assert [event.data for event in signed.events("access") if event.data["state"] == "given"] == [
            {"state": "given", **told}
        ]

    def test_failed_is_a_step_by_hand_with_plain_words(self, signed: Company) -> None:
        signed.do(access.invited, 1, KLEIN.email, state="failed", words="Asana has no comment-only guests here.")
        (one,) = signed.ho().access
        assert (one.state, one.words, one.right) == (
            "failed",
            "Asana has no comment-only guests here.",
            "comment",
        )
        assert not works(signed)
        signed.said(access.by_hand, 1, signed.who("chloe"), email=KLEIN.email)
        assert works(signed)
        signed.do(access.invited, 1, KLEIN.email, state="failed", words="late")
        assert works(signed)

    def test_only_client_success_and_delivery_manager_acknowledge(self, signed: Company) -> None:
        refusal = signed.refused(access.by_hand, 1, signed.who("ben"), email=KLEIN.email)
        assert refusal.startswith("Only Chloe or Dev can mark this as done by hand.")

    @pytest.mark.parametrize(("right", "state"), [("comment", "given"), ("edit", "asked"), ("view", "asked")])
    def test_what_the_tool_shows_counts_only_when_it_is_that_right(
        self, signed: Company, right: str, state: str
    ) -> None:
        signed.do(access.tasks_read, 1, signed.ho().tasks, [("Klein@abc.example", right)], began=signed.now)
        assert [a.state for a in signed.ho().access] == [state]

    @pytest.mark.parametrize(
        ("shown", "late", "state"),
        [
            ([], 1, "failed"),
            ([], 0, "given"),
            ([("M. Klein", "view")], 1, "given"),
            ([(KLEIN.email, "view")], 1, "given"),
            ([("maria.klein@abc.example", "comment")], 1, "given"),
            ([("freelancer@other.example", "edit")], 1, "failed"),
        ],
        ids=[
            "gone",
            "given while it was read",
            "an address is hidden",
            "another right",
            "maybe there by another address",
            "somebody of elsewhere is there",
        ],
    )
    def test_given_is_taken_back_only_by_what_is_surely_not_there(
        self, signed: Company, shown: list[tuple[str, str]], late: int, state: str
    ) -> None:
        signed.do(access.invited, 1, KLEIN.email, state="given", words="Asana")
        began = signed.now + timedelta(minutes=late)
        signed.do(access.tasks_read, 1, signed.ho().tasks, shown, began=began)
        assert [a.state for a in signed.ho().access] == [state]

    def test_the_last_access_opens_the_gate(self, signed: Company) -> None:
        signed.sign("ben", Role.PM)
        signed.sign("ana", Role.SALES_REP)
        assert signed.ho().state is State.PROVISIONED
        signed.do(access.invited, 1, KLEIN.email, state="given", words="")
        assert signed.ho().state is State.IN_PROGRESS
        assert signed.events("state")[-1].person == 0, "nobody clicked: Baton found it"


class TestKickoff:
    """The kickoff's day: by client success, project manager or delivery manager, today or later."""

    @pytest.mark.req("R212")
    @pytest.mark.parametrize("name", ["chloe", "ben", "dev"])
    def test_it_is_set_also_after_the_gate(self, company: Company, name: str) -> None:
        company.live()
        said = company.said(access.set_kickoff, 1, company.who(name), day=date(2026, 3, 20))
        assert said.line == "The kickoff is on Fri 20 Mar 2026."
        assert company.ho().kickoff == date(2026, 3, 20)

    @pytest.mark.parametrize("name", ["ana", "rafi", "hana"])
    def test_others_do_not(self, company: Company, name: str) -> None:
        company.read()
        assert "can set the kickoff date" in company.refused(
            access.set_kickoff, 1, company.who(name), day=date(2026, 3, 20)
        )

    def test_the_past_is_that_of_the_office(self, company: Company) -> None:
        company.read()
        company.clocks.now = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)  # the 11th in Berlin
        dev = company.who("dev")
        assert "cannot be in the past" in company.refused(access.set_kickoff, 1, dev, day=date(2026, 3, 10))
        company.said(access.set_kickoff, 1, dev, day=date(2026, 3, 11))


class TestTasks:
    """Owners and dates go to the tool; the record follows when the tool has them."""

    def test_each_row_is_one_write_and_one_read_follows(self, signed: Company) -> None:
        rows = [("t1", date(2026, 5, 1), signed.who("ben")), ("t2", date(2026, 5, 2), signed.who("rafi"))]
        signed.do(
            access.tasks_read,
            1,
            [TaskCopy("t1", "Test data", ""), TaskCopy("t2", "UAT script", "")],
            [],
            began=signed.now,
        )
        before = signed.ho().tasks
        signed.said(access.set_tasks, 1, signed.who("ben"), rows, nonce="n1")
        assert [(job.task_id, job.due, job.owner) for job in signed.effects(SetTask)] == [
            ("t1", "2026-05-01", "ben@acme.example"),
            ("t2", "2026-05-02", "rafi@acme.example"),
        ]
        assert signed.effects(ReadTasks)[-1].nonce == "n1"
        assert signed.ho().tasks == before

    def test_what_is_gone_from_the_workspace_is_left_out_and_said(self, signed: Company) -> None:
        rows = [("t1", date(2026, 5, 1), signed.who("ben")), ("gone", date(2026, 5, 2), signed.who("rafi"))]
        line = signed.said(access.set_tasks, 1, signed.who("ben"), rows, nonce="n1").line
        assert line.endswith("What is not in the workspace any more was left out.")
        assert [job.task_id for job in signed.effects(SetTask)] == ["t1"]
        assert "Have it read anew" in signed.refused(access.set_tasks, 1, signed.who("ben"), rows[1:], nonce="n2")

    @pytest.mark.parametrize(
        ("change", "words"), [({"guest": True}, "Guests own no tasks"), ({"active": False}, "Slack")]
    )
    def test_only_a_colleague_owns_a_task(self, signed: Company, change: dict[str, Any], words: str) -> None:
        """Whoever owns one is let into the workspace by it."""
        rows = [("t1", date(2026, 5, 1), replace(signed.who("rafi"), **change))]
        assert words in signed.refused(access.set_tasks, 1, signed.who("ben"), rows, nonce="n1")

    @pytest.mark.parametrize("name", ["ana", "chloe", "hana"])
    def test_only_project_manager_and_delivery_manager_set_them(self, signed: Company, name: str) -> None:
        refusal = signed.refused(access.set_tasks, 1, signed.who(name), [], nonce="n")
        assert refusal.startswith("Only Ben or Dev can set owners and dates.")

    def test_the_record_keeps_what_the_tool_shows(self, signed: Company) -> None:
        shown = [TaskCopy("t9", "New", "https://tool.example/t9", section="Build", due=date(2026, 5, 1), owner="x@y.z")]
        signed.do(access.tasks_read, 1, shown, [], began=signed.now)
        assert signed.ho().tasks == shown


class TestRetry:
    """An invitation that failed is asked for again: the same person and right, by client success or manager."""

    @pytest.fixture(autouse=True)
    def failed(self, signed: Company) -> None:
        """The tool refused one person."""
        signed.said(access.review, 1, signed.who("chloe"), [KLEIN], **GIVEN)
        signed.do(access.invited, 1, KLEIN.email, state="failed", words="No guests here.")

    @pytest.mark.parametrize("name", ["chloe", "dev"])
    def test_it_is_asked_once_more_with_the_same_right(self, signed: Company, name: str) -> None:
        given = {"email": "Klein@abc.example", "nonce": "n2"}
        assert signed.said(access.retry, 1, signed.who(name), **given).line == "Inviting M. Klein once more."
        assert [(a.email, a.right, a.state, a.words) for a in signed.ho().access] == [
            (KLEIN.email, "comment", "asked", "")
        ]
        assert [job.attempt for job in signed.effects(InviteClient)] == ["n1", "n2"]
        again = signed.said(access.retry, 1, signed.who(name), email=KLEIN.email, nonce="n3")
        assert again.line == "This invitation does not need a retry any more."
        assert len(signed.effects(InviteClient)) == 2

    def test_others_and_a_handover_on_hold_are_refused(self, signed: Company) -> None:
        refusal = signed.refused(access.retry, 1, signed.who("ben"), email=KLEIN.email, nonce="n2")
        assert refusal.startswith("Only Chloe or Dev can invite them once more.")
        signed.read(replace(builders.deal(), standing=Standing.LOST))
        refusal = signed.refused(access.retry, 1, signed.who("chloe"), email=KLEIN.email, nonce="n2")
        assert "is on hold" in refusal

    def test_another_right_may_be_chosen_for_who_was_refused(self, signed: Company) -> None:
        signed.said(access.review, 1, signed.who("chloe"), [KLEIN], **GIVEN | {"right": "view", "nonce": "n2"})
        assert [(a.right, a.state) for a in signed.ho().access] == [("view", "asked")]
