"""Each thing that somebody knows, as one line: what, who said it, when, how it was answered, where the evidence is.

Everything here is quoted or named foreign text, cut and escaped. Whether it may be shown at a place is the caller's
matter: promises, stances and amounts never stand where guests or other organisations read along.
"""

from collections.abc import Callable, Mapping
from datetime import date

from blocks import mrkdwn
from blocks.frame import Frame
from blocks.modal.kinds import BELIEVES, EFFORT, FIRM, IN_SCOPE, KINDS, SEVERITY, Options
from blocks.modal.kinds import PART as PARTS
from blocks.modal.kinds import STANCE as STANCES
from blocks.mrkdwn import Safe
from blocks.render import sentence
from bot.context import Disposition, Entry, Kind, Point, iso_day
from bot.handover import Answer, Handover
from bot.people import Role

LONG_LINK = 300  # a longer address would eat the room of the words
WORDS = 80
DETAIL = 50
MARKS: Mapping[Disposition, str] = {
    Disposition.IN_SCOPE: "✅ in scope",
    Disposition.CHANGE_REQUEST: "🟠 change request",
    Disposition.GOODWILL: "🎁 goodwill",
    Disposition.DECLINED: "⛔ declined",
}
OPEN = "⬜ open"
NOTHING = {
    "none:commitment": "nothing_promised",
    "none:real_deadline": "contract_counts",
    "none:stakeholder": "nobody_known",
}


def mark(entry: Entry, handover: Handover | None, frame: Frame) -> Safe:
    """How a point stands: symbol and word, never the symbol alone."""
    point = entry.point
    if point is None or point.disposition is None:
        return Safe(OPEN)
    if point.disposition is not Disposition.ASK:
        return Safe(MARKS[point.disposition])
    if point.waits_for_rep:
        rep = handover.roles.get(Role.SALES_REP, 0) if handover else 0
        return Safe(f"💬 waits for {first(frame, rep) if rep else 'the sales rep'}")
    return Safe("⬜ open, the question is answered")


def line(entry: Entry, handover: Handover | None, frame: Frame) -> Safe:
    """The whole line of an entry, with its evidence."""
    worded = _LINES.get(entry.kind, _said)(entry, handover, frame)
    return Safe(f"{worded}{_answered(entry.point, frame)}{_evidence(entry)}")


def nothing(answer: Answer, frame: Frame) -> Safe:
    """A click that says "nothing": by whom and when."""
    return sentence(
        f"entries.{NOTHING[answer.key]}",
        who=who(answer.person, mrkdwn.local_day(answer.at, frame.tz), frame, brackets=True),
    )


def first(frame: Frame, person_id: int) -> Safe:
    """A first name inside a line."""
    return mrkdwn.name(frame.first(person_id), 40)


def kind_title(kind: Kind) -> str:
    """What a kind is called on screen."""
    return KINDS[kind].name


def _promise(entry: Entry, handover: Handover | None, frame: Frame) -> Safe:
    base = sentence(
        "entries.promise",
        mark=mark(entry, handover, frame),
        words=mrkdwn.quote(entry.text, WORDS),
        to=_detail(entry, "to"),
        who=_said_by(entry, frame),
    )
    needed = iso_day(entry.details.get("needed_by", ""))
    parts = [
        f"needed by {mrkdwn.short_day(needed)}" if needed else "",
        _chosen(entry, "firm", FIRM),
        f"effort: {_chosen(entry, 'effort', EFFORT)}" if entry.details.get("effort") else "",
        f"client thinks it is included: {_chosen(entry, 'client_believes', BELIEVES)}"
        if entry.details.get("client_believes")
        else "",
        link_or_words(entry.details.get("where", "")),
    ]
    return Safe(" · ".join([base, *filter(None, parts)]))


def _real_deadline(entry: Entry, handover: Handover | None, frame: Frame) -> Safe:
    return sentence(
        "entries.real_deadline",
        mark=mark(entry, handover, frame),
        real=_day(entry, "real_date"),
        contract=_day(entry, "contract_date"),
        words=_quoted(entry.details.get("why") or entry.text),
        who=_said_by(entry, frame),
    )


def _stakeholder(entry: Entry, _: Handover | None, frame: Frame) -> Safe:
    return sentence(
        "entries.stakeholder",
        stance=dict(STANCES).get(entry.details.get("stance", ""), "Known"),
        person=_detail(entry, "name") or mrkdwn.name(entry.text, DETAIL),
        part=dict(PARTS).get(entry.details.get("part", ""), "").lower() or _detail(entry, "part"),
        topic=_detail(entry, "topic"),
        success=_quoted(entry.details.get("success", "")),
        who=_said_by(entry, frame),
    )


def _why_us(entry: Entry, _: Handover | None, frame: Frame) -> Safe:
    return sentence(
        "entries.why_us",
        words=_quoted(entry.text),
        alternative=_detail(entry, "alternative"),
        who=_said_by(entry, frame),
    )


def _success(entry: Entry, _: Handover | None, frame: Frame) -> Safe:
    return sentence(
        "entries.success_criterion", words=_quoted(entry.text), of=_detail(entry, "of"), who=_said_by(entry, frame)
    )


def _discount(entry: Entry, handover: Handover | None, frame: Frame) -> Safe:
    return sentence(
        "entries.discount",
        mark=mark(entry, handover, frame),
        value=_detail(entry, "value") or "no figure",
        words=_quoted(entry.details.get("reason") or entry.text),
        in_sow=_chosen(entry, "in_sow", IN_SCOPE),
        approved_by=_detail(entry, "approved_by"),
        who=_said_by(entry, frame),
    )


def _ambiguity(entry: Entry, handover: Handover | None, frame: Frame) -> Safe:
    return sentence(
        "entries.scope_ambiguity",
        mark=mark(entry, handover, frame),
        words=_quoted(entry.text),
        client_believes=_quoted(entry.details.get("client_believes", "")),
        we_believe=_quoted(entry.details.get("we_believe", "")),
        who=_said_by(entry, frame),
    )


def _risk(entry: Entry, _: Handover | None, frame: Frame) -> Safe:
    return sentence(
        "entries.risk",
        severity=dict(SEVERITY).get(entry.details.get("severity", ""), ""),
        words=_quoted(entry.text),
        owner=_detail(entry, "owner"),
        who=_said_by(entry, frame),
    )


def _dependency(entry: Entry, _: Handover | None, frame: Frame) -> Safe:
    needed = iso_day(entry.details.get("needed_by", ""))
    return sentence(
        "entries.dependency",
        words=_quoted(entry.text),
        owner=_detail(entry, "owner"),
        needed_by=mrkdwn.short_day(needed) if needed else "",
        who=_said_by(entry, frame),
    )


def _said(entry: Entry, _: Handover | None, frame: Frame) -> Safe:
    return sentence("entries.said", words=_quoted(entry.text), who=_said_by(entry, frame))


def _answered(point: Point | None, frame: Frame) -> Safe:
    if point is None:
        return Safe("")
    parts = []
    if point.question:
        parts.append(
            sentence(
                "entries.asked",
                by=first(frame, point.asked_by),
                question=_quoted(point.question),
                replier=first(frame, point.replied_by),
                reply=_quoted(point.reply),
            )
        )
    if point.disposition is Disposition.GOODWILL:
        parts.append(
            sentence(
                "entries.goodwill", hours=mrkdwn.name(point.hours, 20), approver=mrkdwn.name(point.approver, DETAIL)
            )
        )
    if point.disposition is Disposition.DECLINED:
        parts.append(sentence("entries.declined", told_by=mrkdwn.name(point.told_by, DETAIL)))
    return Safe("".join(f" {part}" for part in parts if part))


def _evidence(entry: Entry) -> Safe:
    usable = entry.evidence and len(entry.evidence) <= LONG_LINK and mrkdwn.address(entry.evidence)
    return Safe(f" · {mrkdwn.link(entry.evidence, 'where it was said')}" if usable else "")


def link_or_words(text: str) -> Safe:
    """A short address as a link, anything else as a few words."""
    if text and len(text) <= LONG_LINK and mrkdwn.address(text):
        return mrkdwn.link(text, "link")
    return mrkdwn.name(text, DETAIL)


def _quoted(text: str) -> Safe:
    return mrkdwn.quote(text, WORDS) if text.strip() else Safe("")


def _detail(entry: Entry, key: str) -> Safe:
    return mrkdwn.name(entry.details.get(key, ""), DETAIL)


def _chosen(entry: Entry, key: str, options: Options) -> Safe:
    """What was chosen, in the words of the form; else what stands there."""
    words = dict(options).get(entry.details.get(key, ""), "").lower()
    return mrkdwn.name(words, DETAIL) if words else _detail(entry, key)


def _day(entry: Entry, key: str) -> str:
    found = iso_day(entry.details.get(key, ""))
    return mrkdwn.day(found) if found else ""


def _said_by(entry: Entry, frame: Frame) -> Safe:
    return who(entry.author, iso_day(entry.details.get("said_on", "")) or mrkdwn.local_day(entry.at, frame.tz), frame)


def who(person_id: int, day: date, frame: Frame, *, brackets: bool = False) -> Safe:
    """`Ana, 21 Aug` or `Ana (21 Aug)`; person 0 is the CRM."""
    name = first(frame, person_id) if person_id else Safe("the CRM")
    return Safe(f"{name} ({mrkdwn.short_day(day)})" if brackets else f"{name}, {mrkdwn.short_day(day)}")


_LINES: Mapping[Kind, Callable[[Entry, Handover | None, Frame], Safe]] = {
    Kind.COMMITMENT: _promise,
    Kind.REAL_DEADLINE: _real_deadline,
    Kind.STAKEHOLDER: _stakeholder,
    Kind.WHY_US: _why_us,
    Kind.SUCCESS_CRITERION: _success,
    Kind.DISCOUNT: _discount,
    Kind.SCOPE_AMBIGUITY: _ambiguity,
    Kind.RISK: _risk,
    Kind.DEPENDENCY: _dependency,
}
