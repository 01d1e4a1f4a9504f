"""Points: the project manager answers each, or asks the sales rep; no open point passes the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.actions import rights
from bot.actions.lists import gone, settle
from bot.context import Disposition, Entry, Point
from bot.effects import Direct, PromiseTasks, Reply
from bot.errors import Refused
from bot.handover import Handover, State
from bot.people import Person, Role
from bot.terms import Said, Terms, manager_of
from bot.unit import Unit


@dataclass(frozen=True)
class PointAnswer:
    """One answer: goodwill names hours and approver, declined who told the client, ask one sentence."""

    entry_id: int
    disposition: Disposition
    hours: str = ""
    approver: str = ""
    told_by: str = ""
    question: str = ""


def answer(
    unit: Unit,
    handover_id: int,
    who: Person,
    answers: Sequence[PointAnswer],
    *,
    nonce: str,
    terms: Terms,
    now: datetime,
) -> Said | Refused:
    """Saves the project manager's answers; all questions of one save are one reply that rings the sales rep once."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_answer_points(unit, handover, who)
    if problem:
        return Refused(problem)
    asked = []
    for given in answers:
        entry = handover.entry(given.entry_id)
        if entry is None or entry.point is None or entry.point.answered:
            continue  # answered meanwhile, or taken back: what stands, stands
        _write(entry, given, who, now)
        if given.disposition is Disposition.ASK:
            asked.append(entry.id)
        handover.note(now, "point", person=who.id, entry=entry.id, answer=given.disposition.value)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    if asked:
        _ring_rep(unit, handover, asked, who, nonce)
    if handover.workspace_id and any(given.disposition is Disposition.IN_SCOPE for given in answers):
        unit.emit(PromiseTasks(handover.id, nonce))
    left = sum(e.open for e in handover.entries)
    return Said("All points are answered." if not left else f"Saved. {left} {'point' if left == 1 else 'points'} open.")


def reply(
    unit: Unit, handover_id: int, who: Person, replies: Mapping[int, str], *, nonce: str, terms: Terms, now: datetime
) -> Said | Refused:
    """Saves the sales rep's answers; when the last question is answered, one reply rings the project manager."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_answer_questions(unit, handover, who)
    if problem:
        return Refused(problem)
    changed = False
    for entry_id, words in replies.items():
        entry = handover.entry(entry_id)
        if entry and entry.point and entry.point.waits_for_rep and words.strip():
            entry.point.reply, entry.point.replied_by, entry.point.replied_at = words.strip(), who.id, now
            handover.note(now, "replied", person=who.id, entry=entry.id)
            changed = True
    if not changed:
        return Said("These questions are answered already.")
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    left = sum(1 for e in handover.entries if e.open and e.point and e.point.waits_for_rep)
    if not left:
        ready = [e.id for e in handover.entries if e.open and e.point and e.point.reply]
        unit.emit(Reply(handover.id, "answers", serial=nonce, data={"by": who.id, "entries": ready}))
    return Said("Thank you. The project manager sees your answers." if not left else f"Saved. {left} left.")


def _ring_rep(unit: Unit, handover: Handover, asked: list[int], who: Person, nonce: str) -> None:
    data = {"entries": asked, "by": who.id}
    if handover.state is not State.PRESALE:
        unit.emit(Reply(handover.id, "questions", serial=nonce, data=data))
        return
    # An open deal has no thread yet: the question goes to the one who can answer it.
    rep = handover.roles.get(Role.SALES_REP) or manager_of(handover)
    if rep:
        unit.emit(Direct(rep, "question", f"{handover.shown_id}:{nonce}", handover.id, data))


def _write(entry: Entry, given: PointAnswer, who: Person, now: datetime) -> None:
    old = entry.point or Point()
    if given.disposition is Disposition.ASK:
        entry.point = Point(Disposition.ASK, question=given.question.strip(), asked_by=who.id, asked_at=now)
        return
    old.disposition, old.answered_by, old.answered_at = given.disposition, who.id, now
    old.hours, old.approver, old.told_by = given.hours.strip(), given.approver.strip(), given.told_by.strip()
    entry.point = old
