"""One item of a list: its words when done, its blocks when it can be done, and what it waits for when it can't."""

from collections.abc import Callable, Mapping

from blocks import ids, kit, mrkdwn, thread
from blocks.frame import Block, Frame
from blocks.mrkdwn import Safe
from blocks.render import listed, sentence
from blocks.words import entries, turns
from bot import checklist, gate
from bot.context import Kind
from bot.gate import Turn
from bot.handover import Handover, Item, StepState
from bot.people import TITLES, Role

DOCUMENTS = 5  # with a button of their own; the rest is behind "All read" and the CRM
FAILED = 5  # people whose access has a button of its own
LONG_URL = 1_000
NAMED = 3  # tasks in a line
REASONS = 4  # named before a sign-off; "What's missing" shows all

Done = Callable[[Handover, Item, Frame], Safe]


def done_words(handover: Handover, item: Item, frame: Frame) -> Safe:
    """What stands behind the ✓: who, when, how many."""
    make = _DONE.get(gate.mend_of(item))
    return make(handover, item, frame) if make else mrkdwn.name(item.text)


def open_item(handover: Handover, frame: Frame, item: Item, turn: Turn) -> list[Block]:
    """An item that can be done now: its words and its buttons."""
    if turn.action == "read_documents":
        return _documents(handover, item, turn, frame)
    if turn.action == "fix_access":
        return _access(handover, item)
    if turn.action == "mend_steps":
        link = mrkdwn.link(frame.links.get("progress", ""), "open it")
        return [kit.section(sentence("lists.mend_steps", n=turn.count, link=link))]
    return _row(_words(item), turns.buttons(handover, turn))


def questions(handover: Handover, frame: Frame, role: Role) -> list[Block]:
    """The questions that wait for this role's holder."""
    rows = [t for t in turns.shown(handover) if t.action == "answer_question" and t.role is role]
    return [
        block
        for turn in rows
        for block in _row(sentence("lists.question", do=turns.do(handover, turn, frame)), turns.buttons(handover, turn))
    ]


def role_selects(handover: Handover) -> list[Block]:
    """For each role that nobody holds: one select."""
    blocks = []
    for role in turns.empty_roles(handover):
        words = sentence("lists.empty_role", client=mrkdwn.name(handover.client), title=TITLES[role])
        element = kit.users_select(ids.PICK_PERSON, placeholder=f"Pick the {TITLES[role]}")
        blocks.append(kit.section(words, accessory=element, block_id=f"{ids.ROLE}{role.value}:{handover.id}"))
    return blocks


def signature(handover: Handover, frame: Frame, item: Item) -> list[Block]:
    """[Sign off] when it is possible, else what comes first; and why an earlier signature does not count any more."""
    blocks = []
    withdrawn = [s for s in handover.signatures if s.role is item.role and not s.stands]
    if withdrawn:
        why = mrkdwn.name(withdrawn[-1].withdrawn_why) if frame.open_here else ""
        blocks.append(kit.context(sentence("lists.reopened", why=why)))
    owned, wanted = checklist.tasks_owned(handover)
    if item.role is Role.PM and owned < wanted:
        button = kit.button("Set dates", ids.SET_TASKS, str(handover.id))
        blocks.append(kit.section(sentence("lists.tasks", owned=owned, wanted=wanted), accessory=button))
    if item.role is Role.PM:
        blocks += _after_the_date(handover)
    turn = next((t for t in turns.shown(handover) if t.subject == item.key and t.action == "sign"), None)
    if turn is None:
        reasons = _reasons(handover, frame, item.role)
        return [*blocks, kit.context(sentence("lists.for_signoff", reasons=reasons))]
    done, total = checklist.progress(handover)
    words = sentence("lists.sign", item=mrkdwn.name(item.text), done=done, total=total)
    return [*blocks, *_row(words, turns.buttons(handover, turn))]


def waits_words(handover: Handover, frame: Frame, item: Item) -> Safe:
    """For what an open item waits that its holder cannot do anything about."""
    action = gate.mend_of(item)
    if action == "answer_points":
        rep = entries.first(frame, handover.roles.get(Role.SALES_REP, 0))
        n = sum(bool(e.open and e.point and e.point.waits_for_rep) for e in handover.entries)
        return sentence("lists.waits_rep", rep=rep, n=n)
    if action == "provision":
        return sentence("lists.waits_baton", working=bool(handover.steps))
    return sentence("lists.waits_item", item=mrkdwn.name(item.text))


def opens_words(handover: Handover, frame: Frame, item: Item) -> Safe:
    """When an item opens that cannot be done yet."""
    if item.opens.startswith("signed:"):
        role = Role(item.opens.removeprefix("signed:"))
        return sentence("lists.opens_signed", name=entries.first(frame, handover.roles.get(role, 0)))
    return sentence(f"lists.opens_{item.opens}")


def _words(item: Item) -> Safe:
    return sentence("lists.item", text=mrkdwn.name(item.text), description=mrkdwn.name(item.description))


def _row(words: Safe, buttons: list[Block]) -> list[Block]:
    if len(buttons) == 1:
        return [kit.section(words, accessory=buttons[0])]
    return [kit.section(words), kit.actions(*buttons)] if buttons else [kit.section(words)]


def _documents(handover: Handover, item: Item, turn: Turn, frame: Frame) -> list[Block]:
    unread = [d for d in handover.deal.documents if handover.answer(f"read:{d.id}") is None]
    index = [kit.button("Presale work", ids.PRESALE, str(handover.id))] if handover.presale else []
    blocks = [*_row(_words(item), [*turns.buttons(handover, turn), *index])]
    openable = [d for d in unread if len(d.url) <= LONG_URL and mrkdwn.address(d.url) and len(d.id) <= LONG_URL]
    for document in openable[:DOCUMENTS]:
        value = f"{handover.id}:{document.id}"
        # Where outsiders read along, what a presale paper is called may tell of prices.
        shown = document.name if frame.open_here or document in handover.deal.outward else ""
        label = f"Open: {mrkdwn.plain(shown or 'document', 60)}"
        button = kit.button("Open", ids.OPEN_DOCUMENT, value, url=mrkdwn.address(document.url), label=label)
        words = sentence("lists.document", name=mrkdwn.name(shown or "document"), kind=document.kind.value)
        blocks.append(kit.section(words, accessory=button))
    left = len(unread) - len(openable[:DOCUMENTS])
    if left:
        crm = handover.deal.url if len(handover.deal.url) <= LONG_URL else ""
        blocks.append(kit.context(sentence("lists.more_documents", n=left, link=mrkdwn.link(crm, "in the CRM"))))
    return blocks


def _access(handover: Handover, item: Item) -> list[Block]:
    blocks = [kit.section(_words(item))]
    failed = [access for access in handover.access if access.state == "failed" and len(access.email) <= LONG_URL]
    for access in failed[:FAILED]:
        value = f"{handover.id}:{access.email}"
        words = sentence("lists.access_failed", name=mrkdwn.name(access.name), words=mrkdwn.name(access.words, 200))
        retry, by_hand = ("Retry", ids.RETRY_ACCESS), ("Done by hand", ids.ACCESS_BY_HAND)
        blocks += [
            kit.section(words),
            kit.actions(*(kit.button(text, action, value) for text, action in (retry, by_hand))),
        ]
    asked = [mrkdwn.name(access.name, 40) for access in handover.access if access.state == "asked"]
    if asked:
        blocks.append(kit.context(sentence("lists.access_asked", names=Safe(", ".join(asked[:FAILED])), n=len(asked))))
    return blocks


def _after_the_date(handover: Handover) -> list[Block]:
    # The client measures by the date that matters: whoever signs for the plan sees what would come after it.
    day, _ = thread.real_date(handover)
    late = [task for task in handover.tasks if day and task.due and task.due > day and not task.completed]
    if day is None or not late:
        return []
    names = listed([f"“{mrkdwn.name(task.name, 40)}”" for task in late[:NAMED]])
    return [kit.context(sentence("lists.after_the_date", n=len(late), day=mrkdwn.day(day), names=Safe(names)))]


def _reasons(handover: Handover, frame: Frame, role: Role) -> Safe:
    own = handover.roles.get(role, 0)
    # Tasks without owner or date have a line of their own; a point that was sent back waits for its question.
    rows = [t for t in gate.sign_blockers(handover, role) if t.possible or t.action != "answer_points"]
    words = []
    for turn in (row for row in rows if row.action != "set_task_dates"):
        mine = turns.actor(handover, turn) == own
        words.append(turns.do(handover, turn, frame) if mine else turns.next_words(handover, turn, frame))
    more = f", and {len(words) - REASONS} more" if len(words) > REASONS else ""
    return Safe("; ".join(words[:REASONS]) + more)


def _said(kind: Kind, question: str, block: str) -> Done:
    def words(handover: Handover, _: Item, frame: Frame) -> Safe:
        answer = handover.answer(question)
        n = sum(entry.standing and entry.kind is kind for entry in handover.entries)
        return entries.nothing(answer, frame) if answer and not n else sentence(f"lists.{block}", n=n)

    return words


def _ticked(_: Handover, item: Item, frame: Frame) -> Safe:
    day = mrkdwn.local_day(item.ticked_at, frame.tz) if item.ticked_at else None
    who = entries.who(item.ticked_by, day, frame, brackets=True) if item.ticked_by and day else ""
    return sentence("lists.done_tick", item=mrkdwn.name(item.text), who=who)


def _points(handover: Handover, _: Item, __: Frame) -> Safe:
    n = sum(entry.standing and entry.point is not None for entry in handover.entries)
    return sentence("lists.done_points", n=n)


def _read(handover: Handover, _: Item, __: Frame) -> Safe:
    read, wanted = checklist.documents_read(handover)
    return sentence("lists.done_read", read=read, wanted=wanted)


def _scope(handover: Handover, item: Item, frame: Frame) -> Safe:
    if handover.scoped_at is None:
        return mrkdwn.name(item.text)
    by = mrkdwn.name(frame.name(handover.scoped_by)) if handover.scoped_by else "Baton"
    return sentence("lists.done_scope", by=by, at=thread.token(handover.scoped_at, frame))


def _kickoff(handover: Handover, item: Item, _: Frame) -> Safe:
    if handover.kickoff is None:
        return mrkdwn.name(item.text)
    return sentence("lists.done_kickoff", day=mrkdwn.day(handover.kickoff))


def _workspace(handover: Handover, _: Item, __: Frame) -> Safe:
    by_hand = sum(step.state is StepState.MANUAL for step in handover.steps)
    return sentence("lists.done_workspace", n=by_hand)


def _reviewed(handover: Handover, item: Item, frame: Frame) -> Safe:
    answer = handover.answer("access_reviewed")
    if answer is None:
        return mrkdwn.name(item.text)
    by, why = entries.first(frame, answer.person), mrkdwn.name(answer.text) if frame.open_here else ""
    return sentence("lists.done_reviewed", n=len(handover.access), by=by, why=why)


def _signed(handover: Handover, item: Item, frame: Frame) -> Safe:
    found = handover.signed(item.role)
    if found is None:
        return mrkdwn.name(item.text)
    return sentence("lists.done_sign", by=mrkdwn.name(frame.name(found.person)), at=thread.token(found.at, frame))


_DONE: Mapping[str, Done] = {
    "add_promise": _said(Kind.COMMITMENT, "none:commitment", "done_promises"),
    "add_date": _said(Kind.REAL_DEADLINE, "none:real_deadline", "done_date"),
    "add_stakeholder": _said(Kind.STAKEHOLDER, "none:stakeholder", "done_stakeholders"),
    "answer_points": _points,
    "read_documents": _read,
    "confirm_scope": _scope,
    "set_kickoff": _kickoff,
    "provision": _workspace,
    "review_access": _reviewed,
    "sign": _signed,
    "tick": _ticked,
}
