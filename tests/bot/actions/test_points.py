"""Points: the project manager answers each or asks; a point that is open or waits keeps the gate shut."""

import pytest

from bot import gate
from bot.actions import capture, points, signoff
from bot.actions.points import PointAnswer
from bot.context import Disposition, Kind, Point
from bot.deal import Standing
from bot.effects import Direct, Reply
from bot.people import Role
from tests.bot.actions.company import Company
from tests.bot.builders import NOW, deal

ASK = Disposition.ASK


@pytest.fixture
def ids(company: Company) -> list[int]:
    """A won deal with three promises; their ids."""
    company.read()
    company.add("ana", "Weekly call", "Training", "Data import")
    return [entry.id for entry in company.ho().entries]


def point(company: Company, entry_id: int) -> Point:
    entry = company.ho().entry(entry_id)
    assert entry
    assert entry.point
    return entry.point


@pytest.mark.parametrize(
    ("how", "fields"),
    [
        (Disposition.IN_SCOPE, {}),
        (Disposition.CHANGE_REQUEST, {}),
        (Disposition.GOODWILL, {"hours": "6", "approver": "Hana"}),
        (Disposition.DECLINED, {"told_by": "Ana, on the phone"}),
    ],
)
def test_an_answer_is_kept_with_its_fields_name_and_time(
    company: Company, ids: list[int], how: Disposition, fields: dict[str, str]
) -> None:
    assert company.answer(ids[0], how=how, **fields).line == "Saved. 2 points open."
    kept = point(company, ids[0])
    assert (kept.disposition, kept.answered_by, kept.answered_at) == (how, company.who("ben").id, NOW)
    assert {name: getattr(kept, name) for name in ("hours", "approver", "told_by")} == {
        "hours": "", "approver": "", "told_by": "", **fields,
    }  # fmt: skip


def test_half_done_is_fine_and_the_last_answer_says_so(company: Company, ids: list[int]) -> None:
    assert company.answer(*ids[:2]).line == "Saved. 1 point open."
    assert company.answer(ids[2]).line == "All points are answered."


def test_an_answer_stands_whoever_comes_later(company: Company, ids: list[int]) -> None:
    company.answer(ids[0], how=Disposition.DECLINED, told_by="Ana")
    late = [PointAnswer(ids[0], Disposition.IN_SCOPE), PointAnswer(999, Disposition.IN_SCOPE)]
    company.said(points.answer, 1, company.who("dev"), late, nonce="late")
    assert point(company, ids[0]).disposition is Disposition.DECLINED


def test_what_was_taken_back_is_not_answered(company: Company, ids: list[int]) -> None:
    company.said(capture.undo, 1, company.who("ana"), batch=company.ho().entries[0].batch)
    assert company.answer(ids[0]).line == "All points are answered."
    assert company.ho().entries[0].point == Point()


@pytest.mark.parametrize("name", ["ana", "chloe", "rafi", "hana", "olga"])
def test_only_project_manager_and_delivery_manager_answer(company: Company, ids: list[int], name: str) -> None:
    refusal = company.refused(points.answer, 1, company.who(name), [PointAnswer(ids[0], ASK)], nonce="n")
    assert refusal == ("Only Ben or Dev can answer these points. Ask Ben. Is it yours? Ask Dev to hand it over.")


class TestQuestions:
    """Asking is no answer: it is the rep's turn, and one reply rings them."""

    @pytest.mark.req("R248")
    def test_all_questions_of_one_save_are_one_reply(self, company: Company, ids: list[int]) -> None:
        company.answer(*ids[:2], how=ASK, question="How long?", nonce="n1")
        (ring,) = company.effects(Reply, "questions")
        assert ring.data == {"entries": ids[:2], "by": company.who("ben").id}
        turn = next(t for t in gate.turns_of(company.ho(), company.who("ana").id) if t.action == "answer_question")
        assert turn.count == 2
        left = next(t for t in gate.turns_of(company.ho(), company.who("ben").id) if t.action == "answer_points")
        assert left.count == 1

    def test_a_save_without_a_question_rings_nobody(self, company: Company, ids: list[int]) -> None:
        company.answer(*ids)
        assert [reply.name for reply in company.effects(Reply)] == ["win"]

    def test_the_last_reply_rings_the_project_manager_once(self, company: Company, ids: list[int]) -> None:
        company.answer(*ids[:2], how=ASK, question="How long?", nonce="n1")
        ana = company.who("ana")
        assert company.said(points.reply, 1, ana, {ids[0]: "Until June."}, nonce="r1").line == "Saved. 1 left."
        assert company.effects(Reply, "answers") == []
        company.said(points.reply, 1, ana, {ids[1]: " Two days. "}, nonce="r2")
        assert [ring.data for ring in company.effects(Reply, "answers")] == [{"by": ana.id, "entries": list(ids[:2])}]
        again = company.said(points.reply, 1, ana, {ids[1]: "Three days."}, nonce="r3")
        assert "answered already" in again.line
        assert len(company.effects(Reply, "answers")) == 1
        kept = point(company, ids[1])
        assert (kept.question, kept.reply, kept.replied_by) == ("How long?", "Two days.", ana.id)

    def test_an_empty_reply_is_none(self, company: Company, ids: list[int]) -> None:
        company.answer(ids[0], how=ASK, question=" How long? ")
        assert point(company, ids[0]).question == "How long?"
        before = company.snapshot()
        company.said(points.reply, 1, company.who("ana"), {ids[0]: "  "}, nonce="r")
        assert company.snapshot() == before

    def test_the_answer_keeps_question_and_reply(self, company: Company, ids: list[int]) -> None:
        company.answer(ids[0], how=ASK, question="How long?", nonce="n1")
        company.said(points.reply, 1, company.who("ana"), {ids[0]: "Until June."}, nonce="r1")
        company.answer(ids[0], how=Disposition.CHANGE_REQUEST, nonce="n2")
        kept = point(company, ids[0])
        assert (kept.disposition, kept.question, kept.reply) == (Disposition.CHANGE_REQUEST, "How long?", "Until June.")

    @pytest.mark.parametrize("name", ["ben", "chloe", "rafi", "hana"])
    def test_only_sales_rep_and_delivery_manager_reply(self, company: Company, ids: list[int], name: str) -> None:
        company.answer(ids[0], how=ASK, question="How long?")
        refusal = company.refused(points.reply, 1, company.who(name), {ids[0]: "x"}, nonce="r")
        assert refusal.startswith("Only Ana or Dev can answer these questions.")

    def test_while_the_deal_is_open_the_question_goes_to_the_rep_alone(self, company: Company) -> None:
        company.read(deal(standing=Standing.OPEN), cause="track", by="ana")
        company.add("ana", "Weekly call")
        entry = company.ho().entries[0].id
        company.answer(entry, how=ASK, question="How long?", nonce="n1")
        assert company.effects(Reply) == []
        (ring,) = company.effects(Direct, "question")
        assert (ring.person_id, ring.data["entries"]) == (company.who("ana").id, [entry])


@pytest.mark.req("R39", "R242")
@pytest.mark.parametrize("waiting", [False, True])
def test_a_point_that_is_open_or_waits_keeps_the_gate_shut(company: Company, *, waiting: bool) -> None:
    company.provisioned()
    company.sign("dev", Role.DELIVERY_MANAGER)
    company.nobody_yet()
    company.add("ana", "One more thing", kind=Kind.SCOPE_AMBIGUITY, batch="late")
    late = company.ho().entries[-1].id
    if waiting:
        company.answer(late, how=ASK, question="What is meant?")
    for name, role in (("ben", Role.PM), ("ana", Role.SALES_REP)):
        assert "missing" in company.refused(signoff.sign, 1, company.who(name), role)
    assert not gate.is_open(company.ho())
