"""New replies in the thread: few, each because somebody must act or should know that it is over.

A mention rings, so it stands only for whom it is the turn of. A reply that shows a state (questions, their answers, a
failed step, a hold) is drawn again later: then without mention and buttons, with by whom and when.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from blocks import ids, kit, limits, mrkdwn, thread
from blocks.faces import progress
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.record import carried
from blocks.render import count, listed, sentence, upper_first
from blocks.words import entries, rings, spans, turns
from bot import checklist, gate
from bot.actions.reopen import count_of
from bot.clock.asked import stopped
from bot.context import Disposition, Entry, Kind
from bot.handover import ENDED, Handover, Signature, State, StepState, merged_into
from bot.people import TITLES, Role

QUESTIONS = 10  # shown in one reply; the modal has all
CHANGES = 10
ROOM = 6_000  # characters of the questions or changes in one reply
PARTS = 2_500  # characters of a split's parts: signs that are escaped take five places each
VALUE = 120  # characters of an old or new value

Draw = Callable[[Handover, Frame, Mapping[str, Any]], Message]


def reply(name: str, handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    """The reply of that name. KeyError for a name that is not there."""
    return limits.check_message(_REPLIES[name](handover, frame, data))


def _win(handover: Handover, frame: Frame, _: Mapping[str, Any]) -> Message:
    rung, names = rings.of_turns(handover, frame)
    idle = [entries.first(frame, person) for person in rings.idle(handover)]
    quiet = sentence("replies.win_nothing", names=listed(idle)) if idle else ""
    if not rung and not idle:
        quiet = sentence("replies.win_nobody")
    if handover.running("pause"):  # a workstream of a deal that waited when it was split
        quiet = sentence("replies.win_paused")
    text = sentence("replies.win_text", title=thread.short_title(handover), names=listed(names))
    return Message(text, [kit.section(sentence("replies.win", rings=rung, quiet=quiet))])


def _questions(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    asked = [entry for one in data.get("entries", []) if (entry := handover.entry(int(one))) and entry.point]
    by = entries.first(frame, int(data.get("by", 0)))
    left = [entry for entry in asked if entry.point and entry.point.waits_for_rep]
    waiting = [] if handover.state in ENDED else left
    rep = rings.mention(handover, frame, Role.SALES_REP) if waiting else Safe("")
    name = entries.first(frame, handover.roles.get(Role.SALES_REP, 0))
    n = len(data.get("entries", []))
    text = sentence("replies.questions_text", title=thread.short_title(handover), by=by, rep=name, n=n)
    if not frame.open_here or not asked:
        block = "question_hidden" if waiting else "questions_ended" if left else "questions_over"
        shown = [kit.section(sentence(f"replies.{block}", rep=rep, by=by, n=len(waiting) or n))]
    else:
        rung = next((entry.id for entry in waiting), 0)  # once is enough: the others say who asks only
        rows = [
            kit.section(_question(entry, frame, rep if entry.id == rung else Safe(""), by, ended=entry not in waiting))
            for entry in asked[:QUESTIONS]
        ]
        shown = limits.within(rows, ROOM)
        if len(shown) < len(asked):
            shown.append(kit.context(sentence("replies.questions_more", n=len(asked) - len(shown))))
    if waiting and not handover.running("hold"):
        shown.append(kit.actions(kit.button("Answer", ids.ANSWER_QUESTION, str(handover.id), style="primary")))
    return Message(text, shown)


def _question(entry: Entry, frame: Frame, rep: Safe, by: Safe, *, ended: bool) -> str:
    point = entry.point
    if point is None:
        return str(mrkdwn.quote(entry.text))
    question = mrkdwn.name(point.question, VALUE)
    if point.reply:
        replier, answer = entries.first(frame, point.replied_by), mrkdwn.name(point.reply, VALUE)
        return sentence("replies.question_answered", by=by, question=question, replier=replier, reply=answer)
    if not point.waits_for_rep:
        return sentence("replies.question_settled", by=by, question=question)
    if ended:
        return sentence("replies.question_ended", by=by, question=question)
    asked = sentence("replies.question", rep=rep, by=by, question=question)
    return f"{asked}\n{sentence('replies.question_about', words=mrkdwn.quote(entry.text))}"


def _answers(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    by = entries.first(frame, int(data.get("by", 0)))
    pm = entries.first(frame, handover.roles.get(Role.PM, 0))
    n = sum(bool(entry.open and entry.point and not entry.point.waits_for_rep) for entry in handover.entries)
    text = sentence("replies.answers_text", title=thread.short_title(handover), by=by, pm=pm)
    mine = {int(one) for one in data.get("entries", [])}  # a point that is opened later is not what this is about
    if handover.state in ENDED or not any(e.open and (e.id in mine or not mine) for e in handover.entries):
        return Message(text, [kit.section(sentence("replies.answers_over", by=by, pm=pm))])
    blocks = [kit.section(sentence("replies.answers", pm=rings.mention(handover, frame, Role.PM), by=by, n=n))]
    if n and not handover.running("hold"):
        button = kit.button(f"Answer {count(n, 'point')}", ids.ANSWER_POINTS, str(handover.id), style="primary")
        blocks.append(kit.actions(button))
    return Message(text, blocks)


def _ready(handover: Handover, frame: Frame, _: Mapping[str, Any]) -> Message:
    rung, names = rings.of_turns(handover, frame, only=("sign", "set_task_dates"))
    pm = handover.roles.get(Role.PM, 0)
    looks = pm and handover.state in (State.SCOPED, State.PROVISIONED) and not stopped(handover)
    if looks and mrkdwn.name(frame.first(pm), 40) not in names:
        own = f"{rings.mention(handover, frame, Role.PM)} {sentence('replies.ready_pm')}"
        rung, names = Safe(" · ".join(filter(None, [own, rung]))), [entries.first(frame, pm), *names]
    text = sentence("replies.ready_text", title=thread.short_title(handover), names=listed(names))
    return Message(text, [kit.section(sentence("replies.ready", rings=rung)), *_workspace(handover)])


def _live(handover: Handover, frame: Frame, _: Mapping[str, Any]) -> Message:
    signed = [s for role in gate.GATE_ROLES if (s := handover.signed(role))]
    names = listed([mrkdwn.name(frame.name(s.person), 40) for s in _by_person(signed)])
    title = thread.short_title(handover)
    promises = _promises(handover) if frame.open_here else ""
    worked = spans.worked_of(timedelta(seconds=handover.worked_seconds), frame.wanted, frame.day)
    shown = {"title": mrkdwn.name(handover.title), "signers": names, "worked": worked, "promises": promises}
    words: str = sentence("replies.live", **shown)
    if handover.override:
        by = mrkdwn.name(frame.name(handover.override.person), 40)
        reason = mrkdwn.name(handover.override.reason, 300) if frame.open_here else sentence("replies.reason_hidden")
        words += f"\n{sentence('replies.live_override', by=by, reason=reason)}"
    text = sentence("replies.live_text", title=title, signers=names)
    return Message(text, [kit.section(words), *_workspace(handover)])


def _promises(handover: Handover) -> Safe:
    found = [e for e in handover.entries if e.standing and e.kind is Kind.COMMITMENT]
    given = [e.point.disposition for e in found if e.point and e.point.answered]
    words = {d: d.value.replace("_", " ") for d in Disposition if d is not Disposition.ASK}
    parts = [f"{given.count(d)} {word}" for d, word in words.items() if given.count(d)]
    if not found:
        return Safe("no promises")
    return Safe(f"{count(len(found), 'promise')}{': ' if parts else ''}{', '.join(parts)}")


def _by_person(signed: Sequence[Signature]) -> list[Signature]:
    return list({signature.person: signature for signature in reversed(signed)}.values())[::-1]


def _step_failed(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    step = handover.step(str(data.get("step", "")))
    name = mrkdwn.name(step.title) if step else Safe("A step")
    text = sentence("replies.step_text", client=mrkdwn.name(handover.client), title=name)
    if step is None or step.state is not StepState.FAILED:
        by = entries.first(frame, step.by) if step and step.by else ""
        state = progress.MARKS[step.state] if step else progress.MARKS[StepState.DONE]
        return Message(text, [kit.section(sentence("replies.step_over", title=name, state=state, by=by))])
    if handover.state in ENDED:
        return Message(text, [kit.section(sentence("replies.step_ended", title=name))])
    who = rings.mention(handover, frame, Role.DELIVERY_MANAGER)
    words = sentence("replies.step_failed", who=who, title=name, words=mrkdwn.name(step.words, 300))
    return Message(text, [kit.section(words), progress.mending(handover, step)[1]])


def _hold(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    why = mrkdwn.name(str(data.get("why", "")), 200)
    # A merged record waits for who can carry it over; any other for who sold it.
    asked = Role.DELIVERY_MANAGER if merged_into(handover) else Role.SALES_REP
    name = thread.holder(handover, frame, asked)
    text = sentence("replies.hold_text", title=thread.short_title(handover), why=why, name=name)
    if handover.running("hold") is None:
        ended = [i.until for i in handover.intervals if i.kind == "hold" and i.until]
        until = thread.token(ended[-1], frame) if ended else "now"
        return Message(text, [kit.section(sentence("replies.hold_over", why=why, until=until))])
    if handover.state in ENDED:
        return Message(text, [kit.section(sentence("replies.hold_ended", why=why))])
    who = rings.mention(handover, frame, asked)
    words = sentence("replies.hold" if asked is Role.SALES_REP else "replies.hold_merged", why=why, rep=who)
    buttons = kit.actions(
        kit.button("It goes on", ids.RESUME_HOLD, str(handover.id)),
        kit.button("Cancel handover", ids.CANCEL, str(handover.id)),
    )
    return Message(text, [kit.section(words), *carried.offer(handover, frame, who), buttons])


def _cancelled(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    by, reason = entries.first(frame, int(data.get("by", 0))), _typed(str(data.get("why", "")), frame, 300)
    shown = {"title": thread.short_title(handover), "by": by, "there": frame.open_here}
    words = sentence("replies.cancelled", by=by, reason=reason)
    return Message(sentence("replies.cancelled_text", **shown), [kit.section(words)])


def _typed(reason: str, frame: Frame, most: int) -> Safe:
    """Why somebody did it, in their own words: they may hold a promise or a discount."""
    return mrkdwn.quote(reason, most) if frame.open_here else sentence("replies.reason_hidden")


def _again(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    rung, names = rings.of_turns(handover, frame)
    shown = {
        "by": entries.first(frame, int(data.get("by", 0))),
        "at": thread.token(datetime.fromisoformat(data["at"]), frame),
        "reason": _typed(str(data.get("why", "")), frame, 300),
        "tracked": bool(data.get("tracked")),
        "id": handover.shown_id,
    }
    idle = [entries.first(frame, person) for person in rings.idle(handover)]
    words = sentence("replies.again", rings=rung, idle=listed(idle), **shown)
    text = sentence("replies.again_text", title=thread.short_title(handover), names=listed(names))
    return Message(text, [kit.section(words)])


def _split(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    by = entries.first(frame, int(data.get("by", 0)))
    parts = [str(part) for part in data.get("parts", [])]
    text = sentence("replies.split_text", client=mrkdwn.name(handover.client), n=len(parts), by=by)
    whole, short = ("\n".join(f"• {mrkdwn.name(part, most)}" for part in parts) for most in (80, 40))
    rows = Safe(whole if len(whole) < PARTS else short)
    words = sentence("replies.split", by=by, n=len(parts), rows=rows, id=handover.shown_id)
    return Message(text, [kit.section(words)])


def _resumed(handover: Handover, frame: Frame, _: Mapping[str, Any]) -> Message:
    due, at = thread.spoken_due(handover, frame), thread.shown_due(handover)
    shown, late = thread.token(at, frame), bool(at and at <= frame.now)
    due = mrkdwn.clock(at, frame.tz) if late and at else upper_first(due)
    when, it = thread.when(handover), thread.it(handover, past=True)
    text = sentence("replies.resumed_text", title=thread.short_title(handover), due=due, late=late, it=it)
    return Message(text, [kit.section(sentence("replies.resumed", due=shown, late=late, when=when, it=it))])


def _late(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    due, it = thread.due_of(handover), thread.it(handover, past=True)
    title = thread.short_title(handover)
    spoken = mrkdwn.clock(due, frame.tz) if due else ""
    if handover.breach is None:
        ended = [breach.until for breach in handover.breaches if breach.until]
        words = sentence("replies.late_ended", until=thread.token(ended[-1], frame) if ended else "now")
        return Message(sentence("replies.late_ended_text", title=title), [kit.section(words)])
    ring = {int(person) for person, until in data["ring"].items() if frame.now < datetime.fromisoformat(until)}
    rung, names = rings.of_turns(handover, frame, ring=ring)
    words = sentence("replies.late", due=thread.token(due, frame) if due else "", it=it, rings=rung)
    text = sentence("replies.late_text", title=title, due=spoken, it=it, names=listed(names))
    return Message(text, [kit.section(words)])


def _late_over(handover: Handover, frame: Frame, _: Mapping[str, Any]) -> Message:
    due, shown = thread.spoken_due(handover, frame), thread.token(thread.shown_due(handover), frame)
    why = next((word for word in ("hold", "pause") if handover.running(word)), "running")
    text = sentence("replies.late_over_text", title=thread.short_title(handover), due=upper_first(due))
    return Message(text, [kit.section(sentence("replies.late_over", due=shown, why=why, it=thread.it(handover)))])


def _changed(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    changes = [list(change) for change in data.get("changes", [])][:CHANGES]
    roles = [Role(role) for role in data.get("roles", [])]
    # Whoever signed once more meanwhile, or need not as the gate is open, is not asked; nobody is rung while it stops.
    again = [role for role in roles if handover.signed(role) is None and handover.live_at is None]
    shown = _named if stopped(handover) else rings.mention
    rung = listed(_unique([shown(handover, frame, role) for role in again]))
    names = listed(_unique([entries.first(frame, handover.roles.get(role, 0)) for role in again]))
    labels = listed([mrkdwn.name(str(change[0]).lower(), 40) for change in changes])
    where = "in the split" if data.get("split") else "in the CRM"
    text = sentence("replies.changed_text", title=thread.short_title(handover), labels=labels, names=names, where=where)
    head = kit.section(sentence("replies.changed", rings=rung, n=len(again), split=bool(data.get("split"))))
    rows = [kit.section(_change(change, handover, frame)) for change in changes]
    return Message(text, [head, *limits.within(rows, ROOM)])


def _change(change: Sequence[Any], handover: Handover, frame: Frame) -> Safe:
    label, old, new, *rest = change
    if not frame.open_here and (not rest or rest[0]):
        link = mrkdwn.link(handover.deal.url, "open in CRM") if mrkdwn.address(handover.deal.url) else ""
        return sentence("replies.change_hidden", label=mrkdwn.name(label), link=link)
    shown = {"old": mrkdwn.name(str(old) or "nothing", VALUE), "new": mrkdwn.name(str(new) or "nothing", VALUE)}
    return sentence("replies.change", label=mrkdwn.name(label), **shown)


def _reopened(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    counts = {Kind(kind): int(n) for kind, n in data.get("counts", {}).items()}
    actor, roles = int(data.get("by", 0)), [Role(role) for role in data.get("roles", [])]
    shown = {"things": listed([count_of(kind, n) for kind, n in counts.items()]), "by": entries.first(frame, actor)}
    again = [role for role in roles if handover.signed(role) is None]
    names = listed(_unique([entries.first(frame, handover.roles.get(role, 0)) for role in roles]))
    text = sentence("replies.reopened_text", title=thread.short_title(handover), things=shown["things"], names=names)
    if not again or handover.live_at is not None or handover.state in ENDED:
        return Message(text, [kit.section(sentence("replies.reopened_over", signed=not again, **shown))])
    # Each is rung once, and nobody for their own deed: the project manager where the points are, the rest behind it.
    called = {role: handover.roles.get(role, 0) for role in again if handover.roles.get(role, 0) != actor}
    plain = {role: _named(handover, frame, role) for role in (Role.PM, *again)}
    pm = rings.mention(handover, frame, Role.PM) if Role.PM in called else plain[Role.PM]
    once = called.get(Role.PM, 0)
    signers = _unique(
        [
            rings.mention(handover, frame, role) if role in called and called[role] != once else plain[role]
            for role in again
        ]
    )
    n, one = sum(counts.values()), len(signers) == 1
    words = sentence("replies.reopened", pm=pm, signers=listed(signers), n=n, one=one, **shown)
    button = kit.button("Answer points", ids.ANSWER_POINTS, str(handover.id), style="primary")
    return Message(text, [kit.section(words), *([kit.actions(button)] if checklist.open_points(handover) else [])])


def _override(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    by = mrkdwn.name(frame.name(int(data.get("by", 0))), 40)
    reason = _typed(handover.override.reason, frame, 500) if handover.override else Safe("no reason given")
    shown = {"title": thread.short_title(handover), "by": by, "there": frame.open_here}
    text = sentence("replies.override_text", **shown)
    return Message(text, [kit.section(sentence("replies.override", by=by, reason=reason))])


def _new_holder(handover: Handover, frame: Frame, data: Mapping[str, Any]) -> Message:
    role = Role(data["role"])
    holder = handover.roles.get(role, 0)
    rows = turns.of_person(handover, holder) if holder else []
    name = mrkdwn.name(frame.name(holder), 40)
    # Only who can act now is rung; a holder with nothing to do yet is named.
    shown = rings.mention(handover, frame, role) if rows else name
    deeds = rings.deeds(handover, rows, frame)
    text = sentence("replies.new_holder_text", client=mrkdwn.name(handover.client), name=name, title=TITLES[role])
    before, stays = frame.people.get(int(data.get("before") or 0)), mrkdwn.name(str(data.get("stays", "")), 60)
    was = mrkdwn.name(before.first_name, 40) if before else ""
    words = sentence("replies.new_holder", name=shown, title=TITLES[role], deeds=deeds, was=was, stays=stays)
    return Message(text, [kit.section(words)])


def _named(handover: Handover, frame: Frame, role: Role) -> Safe:
    person = frame.people.get(handover.roles.get(role, 0))
    return mrkdwn.name(person.first_name, 40) if person else Safe(TITLES[role].capitalize())


def _workspace(handover: Handover) -> list[Block]:
    url = mrkdwn.address(handover.workspace_url)
    return [kit.actions(kit.button("Open workspace", ids.OPEN_LINK, str(handover.id), url=url))] if url else []


def _unique(words: list[Safe]) -> list[str]:
    return list(dict.fromkeys(words))


_REPLIES: Mapping[str, Draw] = {
    "win": _win,
    "questions": _questions,
    "answers": _answers,
    "ready": _ready,
    "live": _live,
    "step_failed": _step_failed,
    "hold": _hold,
    "cancelled": _cancelled,
    "again": _again,
    "split": _split,
    "resumed": _resumed,
    "late": _late,
    "late_over": _late_over,
    "changed": _changed,
    "reopened": _reopened,
    "override": _override,
    "new_holder": _new_holder,
}
