"""Capture: what people say they know, in seconds; and "nothing", which is an answer too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import checklist
from bot.actions import rights
from bot.actions.lists import gone, settle
from bot.actions.reopen import count_of, reopen
from bot.context import MAX_TEXT, POINT_KINDS, UNDO_WINDOW, Entry, Kind, Point, Source, line_problem
from bot.errors import Refused
from bot.handover import ENDED, Answer, Handover
from bot.people import Person, Role, may, may_capture
from bot.rights import Deed, Who
from bot.rights.whom import Known, whom
from bot.terms import Said, Terms
from bot.unit import Unit

NONE_WORDS = {
    Kind.COMMITMENT: "Nothing was promised",
    Kind.REAL_DEADLINE: "The contract date is the date",
    Kind.STAKEHOLDER: "Nobody is known who pushes back or backs us",
}


@dataclass(frozen=True)
class Capture:
    """What was said: one entry per line. `batch` names the save, for [Undo]; a repeated batch changes nothing."""

    kind: Kind
    lines: Sequence[str]
    batch: str
    source: Source = Source.MODAL
    details: Mapping[str, str] = field(default_factory=dict)
    evidence: str = ""
    evidence_words: str = ""


def add(unit: Unit, handover_id: int, who: Person, capture: Capture, *, terms: Terms, now: datetime) -> Said | Refused:
    """Adds entries. Everyone who sees the whole record, and every sales rep, may."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    refusal = cannot_add(unit, handover, who)
    problem = line_problem(list(capture.lines)) if capture.kind is Kind.COMMITMENT else _text_problem(capture.lines)
    if refusal or problem:
        return Refused(refusal or problem or "")
    if capture.batch and any(entry.batch == capture.batch for entry in handover.entries):  # taken back since, or not
        return _saved(unit, handover, capture)
    again = _typed_again(handover, who, capture, now)
    if again:
        return _saved(unit, handover, replace(capture, batch=again))
    for line in capture.lines:
        handover.entries.append(_entry(line, who, capture, now))
    handover.answers = [a for a in handover.answers if a.key != f"none:{capture.kind}"]
    reopened = reopen(unit, handover, {capture.kind: len(capture.lines)}, who, serial=capture.batch, now=now)
    handover.note(now, "captured", person=who.id, entry_kind=capture.kind.value, count=len(capture.lines))
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    mine = any(handover.roles.get(role) == who.id for role in reopened)
    return _saved(unit, handover, capture, mine=mine)


def undo(unit: Unit, handover_id: int, who: Person, *, batch: str, terms: Terms, now: datetime) -> Said | Refused:
    """Takes back a save within 15 minutes, by the one who made it. The timeline keeps that it was there."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    entries = [e for e in handover.entries if e.batch == batch and e.standing]
    if not entries:
        return Said("That was taken back already.")
    own = all(e.author == who.id for e in entries)
    if not may(who, Deed.CONTEXT_UNDO, handover.roles, (Who.SELF,) if own else ()):
        return Refused(f"Only the one who saved it can take it back. Ask {_pm(unit, handover)} to answer it instead.")
    if now - entries[0].at > UNDO_WINDOW:
        return Refused(f"15 minutes are over. Ask {_pm(unit, handover)} to mark it as declined.")
    if any(e.point and e.point.answered for e in entries):
        return Refused("It is answered already, so it stays on the record. Add what has changed instead.")
    for entry in entries:
        entry.undone_at = now
    handover.note(now, "undone", person=who.id, entry_kind=entries[0].kind.value, count=len(entries))
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said(f"Taken back: {count_of(entries[0].kind, len(entries))} on {handover.client}.")


def none_of(unit: Unit, handover_id: int, who: Person, *, kind: Kind, terms: Terms, now: datetime) -> Said | Refused:
    """Keeps "Nothing was promised" as an answer with name and time: by sales rep, delivery manager, or who took it."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    if not checklist.may_do(handover, who, Deed.CONTEXT_NONE, f"entry:{kind}"):
        names = whom(unit, handover.roles, Role.SALES_REP, Role.DELIVERY_MANAGER)
        return Refused(f"Only {names} can say that. Silence is not “none”.")
    if rights.closed(handover):
        return Refused(rights.closed(handover))
    # Whoever knows a backer only still says that nobody pushes back: one of the two must be unknown.
    known = all(checklist.stances(handover)) if kind is Kind.STAKEHOLDER else _any(handover, kind)
    if known:
        return Refused("There is something on the record already. Take it back, or let it be answered.")
    if handover.answer(f"none:{kind}") is None:
        handover.answers.append(Answer(f"none:{kind}", who.id, now, NONE_WORDS[kind]))
        handover.note(now, "none", person=who.id, entry_kind=kind.value)
        settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said(f"Noted on {handover.client}: {NONE_WORDS[kind].lower()}.")


def read(unit: Unit, handover_id: int, who: Person, *, document: str, terms: Terms, now: datetime) -> Said | Refused:
    """Marks a presale document (or '' for all) as read by the project manager, or by who took the reading over.

    Other readers change nothing.
    """
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    if not checklist.may_do(handover, who, Deed.DOCUMENTS_READ):
        return Said() if document else Refused(f"Only {_pm(unit, handover)} can say that the documents are read.")
    key = f"read:{document}" if document else "presale_read"
    if handover.answer(key) is None:
        handover.answers.append(Answer(key, who.id, now))
        handover.note(now, "read", person=who.id, document=document or "all")
        settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said()


def _any(handover: Handover, kind: Kind) -> bool:
    return any(entry.standing and entry.kind is kind for entry in handover.entries)


def _typed_again(handover: Handover, who: Person, capture: Capture, now: datetime) -> str:
    # Slack told them that their line did not work, though it did, and they typed it once more: it stays one promise.
    if capture.source is not Source.COMMAND:
        return ""
    fresh = [e for e in handover.entries if e.standing and e.author == who.id and now - e.at < UNDO_WINDOW]
    same = {e.text: e.batch for e in fresh if e.kind is capture.kind and e.source is Source.COMMAND}
    return same[capture.lines[0]] if all(line in same for line in capture.lines) else ""


def cannot_add(known: Known, handover: Handover, who: Person) -> str:
    """Why this person can add nothing here, whatever they write; '' when they can."""
    if handover.state in ENDED:
        return f"{handover.title} is closed: nothing can be added any more."
    return "" if may_add(handover, who) else no_role(known, handover.roles)


def may_add(handover: Handover, who: Person) -> bool:
    """Whether this person can add something here."""
    return handover.state not in ENDED and may_capture(who, handover.roles)


def _pm(known: Known, handover: Handover) -> str:
    return whom(known, handover.roles, Role.PM)


def no_role(known: Known, holders: Mapping[Role, int]) -> str:
    """What somebody reads who has no role in any handover. No `holders`: it is not known yet of which one."""
    manager = whom(known, holders, Role.DELIVERY_MANAGER)
    return f"Only people with a role in handovers can add context. Ask {manager} to name you."


def _text_problem(lines: Sequence[str]) -> str:
    if not lines or not all(line.strip() for line in lines):
        return "Write at least a few words."
    if any(len(line) > MAX_TEXT for line in lines):
        return f"That is longer than {MAX_TEXT:,} characters: cut it, and keep the evidence as a link."
    return ""


def _entry(line: str, who: Person, capture: Capture, now: datetime) -> Entry:
    return Entry(
        id=0,
        kind=capture.kind,
        text=line,
        author=who.id,
        at=now,
        source=capture.source,
        evidence=capture.evidence,
        evidence_words=capture.evidence_words,
        details={key: value for key, value in capture.details.items() if value},
        batch=capture.batch,
        point=Point() if capture.kind in POINT_KINDS else None,
    )


def _saved(unit: Unit, handover: Handover, capture: Capture, *, mine: bool = False) -> Said:
    words = f"Saved {count_of(capture.kind, len(capture.lines))} on {handover.client}."
    pm = unit.person(handover.roles.get(Role.PM, 0))
    if capture.kind in POINT_KINDS:
        answers = "answers them" if len(capture.lines) > 1 else "answers it"
        words += f" {pm.first_name} {answers}." if pm else f" The project manager {answers}."
    if mine:
        words += " After that, sign again."
    return Said(words, batch=capture.batch, handover_id=handover.id)
