"""Capture: what people say they know, kept once, taken back within minutes; and "nothing", which is an answer too."""

import pytest

from bot import checklist
from bot.actions import admin, capture
from bot.actions.capture import Capture
from bot.context import MAX_LINES, MAX_TEXT, POINT_KINDS, Kind, Source
from bot.effects import Reply
from bot.people import Role
from tests.bot.actions.company import Company
from tests.bot.builders import NOW, person


@pytest.fixture(autouse=True)
def won(company: Company) -> None:
    """A deal is won."""
    company.read()


@pytest.mark.req("R46", "R256")
def test_several_promises_in_one_go_are_one_entry_each(company: Company) -> None:
    said = company.add("ana", "Weekly call", "Training for five", batch="b1")
    assert said.line == "Saved 2 promises on ABC Fintech. Ben answers them."
    assert said.batch == "b1"
    entries = company.ho().entries
    assert [(e.text, e.author, e.at, e.batch) for e in entries] == [
        ("Weekly call", company.who("ana").id, NOW, "b1"),
        ("Training for five", company.who("ana").id, NOW, "b1"),
    ]
    assert len({e.id for e in entries}) == 2
    assert all(e.open for e in entries)


@pytest.mark.req("R12", "R44", "R45", "R216", "R217")
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_kept_with_its_details_and_four_are_points(company: Company, kind: Kind) -> None:
    said = company.add("ana", "Something", kind=kind, details={"why": "board meets", "empty": ""})
    (entry,) = company.ho().entries
    assert (entry.kind, entry.text, entry.details) == (kind, "Something", {"why": "board meets"})
    assert (entry.point is not None) is (kind in POINT_KINDS)
    assert ("Ben answers it." in said.line) is (kind in POINT_KINDS)


@pytest.mark.req("R47", "R219")
def test_evidence_is_kept_with_source_author_and_time(company: Company) -> None:
    company.add(
        "ana",
        "Weekly call",
        source=Source.MESSAGE,
        evidence="https://acme.slack.example/p1",
        evidence_words="We call you weekly",
    )
    (entry,) = company.ho().entries
    assert (entry.source, entry.evidence) == (Source.MESSAGE, "https://acme.slack.example/p1")
    assert entry.evidence_words == "We call you weekly"


def test_a_repeated_save_is_one_save(company: Company) -> None:
    first = company.add("ana", "Weekly call", batch="b1")
    effects = len(company.effects())
    assert company.add("ana", "Weekly call", batch="b1") == first
    assert len(company.ho().entries) == 1
    assert len(company.effects()) == effects


@pytest.mark.parametrize(
    ("kind", "lines", "told"),
    [
        (Kind.COMMITMENT, [], "at least one promise"),
        (Kind.COMMITMENT, ["x"] * (MAX_LINES + 1), "11 lines are too many at once: save 10"),
        (Kind.RISK, [" "], "at least a few words"),
        (Kind.RISK, ["x" * (MAX_TEXT + 1)], "1,000 characters"),
        (Kind.RISK, ["short", "x" * (MAX_TEXT + 1)], "1,000 characters"),
    ],
)
def test_what_cannot_be_saved_is_refused_with_the_way_out(
    company: Company, kind: Kind, lines: list[str], told: str
) -> None:
    assert told in company.refused(capture.add, 1, company.who("ana"), Capture(kind, lines, "b"))


@pytest.mark.parametrize("name", ["ana", "rafi", "ben", "chloe", "dev", "olga", "hana"])
def test_everyone_with_a_role_may_add(company: Company, name: str) -> None:
    company.add(name, "Weekly call")
    assert company.ho().entries[0].author == company.who(name).id


@pytest.mark.parametrize("values", [{}, {"guest": True}, {"active": False}])
def test_who_has_no_role_or_no_rights_may_not(company: Company, values: dict[str, bool]) -> None:
    roles = [Role.SALES_REP] if values else []
    stranger = person(99, "Vera Voss", *roles, **values)
    assert "Only people with a role" in company.refused(
        capture.add, 1, stranger, Capture(Kind.COMMITMENT, ["Weekly call"], "b")
    )


def test_nothing_is_added_to_what_has_ended(company: Company) -> None:
    company.said(admin.cancel, 1, company.who("dev"), reason="Opened by mistake")
    refusal = company.refused(capture.add, 1, company.who("ana"), Capture(Kind.COMMITMENT, ["Weekly call"], "b"))
    assert "nothing can be added any more" in refusal


def test_a_record_that_is_not_there_is_said_kindly(company: Company) -> None:
    for deed, given in (
        (capture.add, {"capture": Capture(Kind.RISK, ["x"], "b")}),
        (capture.undo, {"batch": "b"}),
        (capture.none_of, {"kind": Kind.COMMITMENT}),
        (capture.read, {"document": ""}),
    ):
        assert "not there any more" in company.refused(deed, 99, company.who("ana"), **given)


class TestUndo:
    """Within 15 minutes, by the one who saved, and only while nobody answered."""

    @staticmethod
    def saved(company: Company) -> None:
        company.add("ana", "Weekly call", "Training", batch="b1")

    @pytest.mark.req("R220")
    def test_it_is_taken_back_and_the_timeline_keeps_that_it_was_there(self, company: Company) -> None:
        self.saved(company)
        said = company.said(capture.undo, 1, company.who("ana"), batch="b1")
        assert said.line == "Taken back: 2 promises on ABC Fintech."
        assert [e.standing for e in company.ho().entries] == [False, False]
        assert [e.text for e in company.ho().entries] == ["Weekly call", "Training"]
        assert [len(company.events(kind)) for kind in ("captured", "undone")] == [1, 1]
        assert "taken back already" in company.said(capture.undo, 1, company.who("ana"), batch="b1").line

    def test_another_person_cannot(self, company: Company) -> None:
        self.saved(company)
        assert "Only the one who saved it" in company.refused(capture.undo, 1, company.who("dev"), batch="b1")

    @pytest.mark.parametrize(("minutes", "may"), [(15, True), (15.1, False)])
    def test_the_time_is_over_after_fifteen_minutes(self, company: Company, *, minutes: float, may: bool) -> None:
        self.saved(company)
        company.wait(minutes=minutes)
        outcome = company.do(capture.undo, 1, company.who("ana"), batch="b1")
        assert ("Taken back" in getattr(outcome, "line", "")) is may

    def test_what_is_answered_stays(self, company: Company) -> None:
        self.saved(company)
        company.answer(company.ho().entries[1].id)
        assert "answered already" in company.refused(capture.undo, 1, company.who("ana"), batch="b1")

    def test_only_that_save_is_taken_back(self, company: Company) -> None:
        company.add("ana", "Data import", batch="b0")
        self.saved(company)
        company.said(capture.undo, 1, company.who("ana"), batch="b1")
        assert [e.text for e in company.ho().entries if e.standing] == ["Data import"]


class TestNone:
    """Silence is not "none": the click is an answer, with name and time."""

    ASKED = (Kind.COMMITMENT, Kind.REAL_DEADLINE, Kind.STAKEHOLDER)

    @pytest.mark.parametrize("kind", ASKED)
    def test_nothing_is_an_answer_by_name(self, company: Company, kind: Kind) -> None:
        assert not checklist.CHECKS["entry"](company.ho(), kind)
        company.said(capture.none_of, 1, company.who("ana"), kind=kind)
        answer = company.ho().answer(f"none:{kind}")
        assert answer
        assert (answer.person, answer.at) == (company.who("ana").id, NOW)
        assert checklist.CHECKS["entry"](company.ho(), kind)

    def test_a_second_click_changes_nothing(self, company: Company) -> None:
        first = company.said(capture.none_of, 1, company.who("ana"), kind=Kind.COMMITMENT)
        company.wait(minutes=1)
        assert company.said(capture.none_of, 1, company.who("dev"), kind=Kind.COMMITMENT) == first
        assert [a.person for a in company.ho().answers] == [company.who("ana").id]

    @pytest.mark.parametrize("name", ["ben", "chloe", "rafi", "olga", "hana"])
    def test_only_sales_rep_and_delivery_manager_say_so(self, company: Company, name: str) -> None:
        refusal = company.refused(capture.none_of, 1, company.who(name), kind=Kind.COMMITMENT)
        assert "Silence is not “none”" in refusal

    def test_it_does_not_stand_beside_an_entry(self, company: Company) -> None:
        company.add("ana", "Weekly call")
        refusal = company.refused(capture.none_of, 1, company.who("ana"), kind=Kind.COMMITMENT)
        assert "something on the record already" in refusal

    def test_an_entry_takes_its_place(self, company: Company) -> None:
        company.said(capture.none_of, 1, company.who("ana"), kind=Kind.COMMITMENT)
        company.add("ana", "Weekly call", batch="b1")
        company.said(capture.undo, 1, company.who("ana"), batch="b1")
        assert company.ho().answer("none:commitment") is None
        assert not checklist.CHECKS["entry"](company.ho(), Kind.COMMITMENT)

    def test_who_knows_a_backer_only_says_that_nobody_pushes_back(self, company: Company) -> None:
        company.add("ana", "M. Klein", kind=Kind.STAKEHOLDER, details={"stance": "for"})
        assert not checklist.CHECKS["entry"](company.ho(), Kind.STAKEHOLDER)
        company.said(capture.none_of, 1, company.who("ana"), kind=Kind.STAKEHOLDER)
        assert checklist.CHECKS["entry"](company.ho(), Kind.STAKEHOLDER)

    def test_both_known_is_not_nobody(self, company: Company) -> None:
        company.tell()
        assert "already" in company.refused(capture.none_of, 1, company.who("ana"), kind=Kind.STAKEHOLDER)


class TestRead:
    """The project manager's reading counts, and nobody else's."""

    def test_a_document_is_read_once(self, company: Company) -> None:
        for _ in range(2):
            company.said(capture.read, 1, company.who("ben"), document="d1")
        assert [a.key for a in company.ho().answers] == ["read:d1"]
        ben = company.who("ben").id
        assert [(e.person, e.data) for e in company.events("read")] == [(ben, {"document": "d1"})]
        assert checklist.documents_read(company.ho()) == (1, 1)

    def test_others_may_open_documents_and_change_nothing(self, company: Company) -> None:
        before = company.snapshot()
        assert company.said(capture.read, 1, company.who("ana"), document="d1").line == ""
        assert company.snapshot() == before

    def test_all_read_is_the_project_managers_word(self, company: Company) -> None:
        assert "Only the project manager (Ben)" in company.refused(capture.read, 1, company.who("dev"), document="")
        company.said(capture.read, 1, company.who("ben"), document="")
        assert checklist.documents_read(company.ho()) == (1, 1)


class TestAfterASignature:
    """What is added after a signature was not signed for."""

    @pytest.mark.parametrize("kind", Kind)
    def test_a_new_point_re_opens_project_manager_and_sales_rep(self, company: Company, kind: Kind) -> None:
        company.provisioned()
        for name, role in (("dev", Role.DELIVERY_MANAGER), ("ben", Role.PM), ("ana", Role.SALES_REP)):
            company.sign(name, role)
        company.add("ana", "One more thing", kind=kind, batch="late")
        withdrawn = {s.role for s in company.ho().signatures if not s.stands}
        assert withdrawn == ({Role.PM, Role.SALES_REP} if kind in POINT_KINDS else set())
        assert all("was added" in s.withdrawn_why for s in company.ho().signatures if not s.stands)
        assert len(company.events("signature_withdrawn")) == len(withdrawn)
        assert len(company.effects(Reply, "reopened")) == bool(withdrawn)

    def test_whose_signature_was_re_opened_is_rung_once_a_batch(self, company: Company) -> None:
        """Three promises of one save are one reply without their words; the next save finds nothing to re-open."""
        company.provisioned()
        for name, role in (("dev", Role.DELIVERY_MANAGER), ("ben", Role.PM), ("ana", Role.SALES_REP)):
            company.sign(name, role)
        said = company.add("chloe", "A third training", "A dry run", "An audit", batch="late")
        assert "sign again" not in said.line
        company.add("chloe", "A third training", "A dry run", "An audit", batch="late")
        company.add("dev", "A fourth", batch="later")
        (told,) = company.effects(Reply, "reopened")
        assert told.data == {
            "counts": {"commitment": 3}, "roles": ["pm", "sales_rep"], "by": company.who("chloe").id
        }  # fmt: skip

    def test_who_re_opens_their_own_signature_hears_it_at_once(self, company: Company) -> None:
        company.provisioned()
        company.sign("ana", Role.SALES_REP)
        said = company.add("ana", "One more thing", batch="late")
        assert said.line == "Saved 1 promise on ABC Fintech. Ben answers it. After that, sign again."

    def test_after_the_gate_a_new_point_leaves_signatures_alone(self, company: Company) -> None:
        company.live()
        company.add("ana", "One more thing", batch="late")
        assert all(s.stands for s in company.ho().signatures)


def test_a_line_typed_once_more_within_minutes_stays_one_promise(company: Company) -> None:
    """Slack says "operation_timeout" although the line was saved: typing it again doubles nothing."""
    for batch in ("first", "second"):
        assert company.add("ana", "weekly call", batch=batch, source=Source.COMMAND).batch == "first"
    assert [e.text for e in company.ho().entries] == ["weekly call"]


def test_the_same_line_of_somebody_else_or_of_another_hour_is_a_promise_of_its_own(company: Company) -> None:
    """So is one that was taken back."""
    company.add("ana", "weekly call", batch="first", source=Source.COMMAND)
    company.add("ben", "weekly call", batch="bens", source=Source.COMMAND)
    company.said(capture.undo, 1, company.who("ana"), batch="first")
    company.add("ana", "weekly call", batch="again", source=Source.COMMAND)
    company.wait(hours=1)
    company.add("ana", "weekly call", batch="later", source=Source.COMMAND)
    assert [e.batch for e in company.ho().entries if e.standing] == ["bens", "again", "later"]
