"""The thread: root, lists and "What we know" are edited in place; a reply is posted only when somebody must act."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from blocks.faces import faces
from blocks.frame import Frame, Message
from blocks.replies import reply
from bot.actions import lists
from bot.clock.asked import stopped
from bot.effects import Direct, Effect, Redraw, Reply
from bot.handover import Handover, Post, State, merged_into
from bot.people import Person, Role
from handlers import channel_facts
from handlers.deliver import late, letters, posting, project_channel
from handlers.deliver.channels import members, open_to_amounts
from handlers.deliver.ledger import Later, Ledger, Result
from handlers.deps import Deps
from handlers.rows import people_of
from handlers.slack_api import SlackRefused
from store.unit import StoreUnit

MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)>")
# Replies that show what became of them.
LIVING = frozenset({"questions", "answers", "step_failed", "hold", "late", "reopened"})
# Replies whose words are taken back where outsiders read along.
PRIVATE = frozenset({"changed", "live", "override", "cancelled", "again"})
# Replies that ring whoever can sign, by what names their roles.
RING_SIGNERS = {"ready": "signers", "changed": "roles"}
ROOTLESS = frozenset({"cannot_reply_to_message", "thread_not_found"})


def redraw(effect: Effect, ledger: Ledger) -> None:
    """Brings the messages of a handover up to date; a later redraw of the same thread makes this one needless.

    Raises what Slack said to an edit that it refuses for ever, once all the rest is drawn.
    """
    assert isinstance(effect, Redraw)  # noqa: S101 - the performer of exactly this kind
    if not ledger.deps.store.outbox.later_in_lane(ledger.job, "Redraw"):
        refused: list[SlackRefused] = []
        draw(ledger, effect.handover_id, refused)
        if refused:
            raise refused[0]


def draw(ledger: Ledger, handover_id: int, refused: list[SlackRefused]) -> Handover | None:
    """Posts what is missing, edits what differs. Returns the record as drawn, or None when there is no thread.

    A message that Slack lets nobody edit stays as it is, and is tried again each time: `refused` says why.
    """
    handover, people = load(ledger.deps, handover_id)
    if handover is None or not has_thread(handover):
        letters.redraw(ledger, handover, people)
        return None
    # One page of the ledger for the whole thread: what one job began to post, whichever job comes next finds.
    page = replace(ledger, scope=Redraw(handover_id, handover.rev).lane)
    frame = frame_of(ledger, handover, people)
    with _below(page, handover, frame):
        for name, message in faces(handover, frame).items():
            _show(page, handover, name, message, refused)
        _show_replies(page, handover, frame, refused)
    project_channel.redraw(page, handover, people)
    letters.redraw(ledger, handover, people)
    return handover


def send_reply(effect: Effect, ledger: Ledger) -> None:
    """One new reply. Who is rung but cannot read the channel gets the same words as a direct message."""
    assert isinstance(effect, Reply)  # noqa: S101 - the performer of exactly this kind
    handover = draw(ledger, effect.handover_id, [])  # what cannot be edited is the redraw's to tell
    root = handover.post("root") if handover else None
    if handover is None or root is None:
        return
    named = (int(effect.data.get(key) or 0) for key in ("by", "before"))
    handover, people = load(ledger.deps, effect.handover_id, *named)
    if handover is None or late.stale(ledger, handover, effect):
        return
    if effect.name in RING_SIGNERS and stopped(handover):
        _owe_signers(ledger, handover, effect)
    frame = frame_of(ledger, handover, people)
    message = reply(effect.name, handover, frame, effect.data)
    live = effect.name == "live"
    name, drawn = f"reply:{effect.name}:{effect.serial}", posting.digest(message)
    with _below(ledger, handover, frame):
        posting.post(
            ledger,
            "reply",
            channel=root.channel,
            message=message,
            key=late.key(handover, effect),
            thread_ts=root.ts,
            broadcast=live,
            keep=lambda unit, result: unit.keep_post(
                handover.id, Post(name, result["channel"], result["ts"], digest=drawn, data=effect.data)
            ),
        )
    if live and handover.channel_id:
        project_channel.tell_live(ledger, handover, people, effect.data)
    _reach_absent(ledger, handover, message, effect)


def load(deps: Deps, handover_id: int, *also: int) -> tuple[Handover | None, dict[int, Person]]:
    """The record as it is now, with everyone whom it or a message about it names, and these people."""
    with deps.store.read() as reader:
        handover = reader.handover(handover_id)
        if handover is None:
            return None, {}
        told_by = {int(post.data.get("by") or 0) for post in handover.posts}
        known = people_of(reader, handover)
        return handover, known | reader.people({*also, *told_by} - known.keys())


def has_thread(handover: Handover) -> bool:
    """An open deal has no thread yet; a cancelled one keeps the thread it had."""
    if handover.state is State.CANCELLED:
        return handover.post("root") is not None
    return handover.reached(State.WON)


def frame_of(ledger: Ledger, handover: Handover, people: dict[int, Person]) -> Frame:
    """The frame for the thread's channel: amounts and quotes only where no guest or other company reads along."""
    here = open_to_amounts(ledger, _place(ledger, handover))
    return ledger.deps.frame(handover, people, open_here=here)


def _place(ledger: Ledger, handover: Handover) -> str:
    # A thread stays where it began when another channel is chosen; it moves there once Baton is not in this one.
    root, chosen = handover.post("root"), ledger.deps.settings.handovers_channel
    if root is None or root.channel == chosen:
        return chosen
    try:
        open_to_amounts(ledger, root.channel)
    except SlackRefused as refused:
        if refused.code != "channel_not_found":
            raise
        return chosen
    return root.channel


@contextmanager
def _below(ledger: Ledger, handover: Handover, frame: Frame) -> Iterator[None]:
    """What is posted below the root. When somebody has deleted that, it is posted anew first, and this after it.

    Likewise, with the lists, where Baton was removed just now from a channel that is not the chosen one any more.
    """
    try:
        yield
    except SlackRefused as refused:
        root = handover.post("root")
        if root is None:
            raise
        lost: list[Post] = []
        if refused.code in ROOTLESS:
            drawn = faces(handover, frame)["root"]
            there = posting.update(ledger, channel=root.channel, ts=root.ts, message=drawn)
            lost = [] if there else [root]
        elif refused.code == "channel_not_found" and _has_left(ledger, handover, root):
            lost = [post for name in faces(handover, frame) if (post := handover.post(name))]
        if not lost:
            raise
        with ledger.deps.store.write() as unit:
            for post in lost:
                unit.keep_post(handover.id, replace(post, digest=""))
        raise Later(0.0) from refused


def _has_left(ledger: Ledger, handover: Handover, root: Post) -> bool:
    # What we saw of the channel may be from before Baton was removed.
    with ledger.deps.store.write() as unit:
        channel_facts.forget(unit, root.channel, f"job:{ledger.job.id}:{ledger.job.attempts}")
    return _place(ledger, handover) != root.channel


def _show_replies(ledger: Ledger, handover: Handover, frame: Frame, refused: list[SlackRefused]) -> None:
    for post in list(handover.posts):
        name = post.name.split(":")[1] if post.name.startswith("reply:") else ""
        if name in LIVING:
            _show(ledger, handover, post.name, reply(name, handover, frame, post.data), refused)
        elif name in PRIVATE and not frame.open_here:
            _edited(ledger, handover, post, reply(name, handover, frame, post.data), refused)


def _edited(ledger: Ledger, handover: Handover, post: Post, message: Message, refused: list[SlackRefused]) -> bool:
    """False when the message is gone. One that may not be edited is there, and keeps nothing else from being drawn."""
    try:
        return posting.redraw(ledger, handover.id, post, message)
    except SlackRefused as error:
        refused.append(error)
        return True


def _show(ledger: Ledger, handover: Handover, name: str, message: Message, refused: list[SlackRefused]) -> None:
    drawn = posting.digest(message)
    post = handover.post(name)
    if post is not None and _edited(ledger, handover, post, message, refused):
        return
    generation = post.generation + 1 if post else 1
    root = handover.post("root")

    def keep(unit: StoreUnit, result: Result) -> None:
        unit.keep_post(
            handover.id,
            Post(name, result["channel"], result["ts"], drawn, generation, dict(post.data) if post else {}),
        )

    result = posting.post(
        ledger,
        f"{name}:{generation}",
        channel=root.channel if root and name != "root" else _place(ledger, handover),
        message=message,
        key=f"{handover.shown_id}:{name}:{generation}",
        thread_ts=root.ts if root and name != "root" else "",
        keep=keep,
    )
    handover.posts = [p for p in handover.posts if p.name != name]
    handover.posts.append(Post(name, result["channel"], result["ts"], drawn, generation))


def _owe_signers(ledger: Ledger, handover: Handover, effect: Reply) -> None:
    # Nobody is rung while it stands still: they are once it goes on. That the workspace is ready rings who plans, too.
    also = {Role.PM.value} if effect.name == "ready" else set()
    with ledger.deps.store.write() as unit:
        for role in sorted({*effect.data.get(RING_SIGNERS[effect.name], []), *also}):
            lists.owe(unit, handover.id, "ready_to_sign", handover.roles.get(Role(role), 0), role)


def _reach_absent(ledger: Ledger, handover: Handover, message: Message, effect: Reply) -> None:
    """Whoever the reply rings but cannot read the channel gets the same words as a direct message."""
    called = set(MENTIONED.findall(str(message.blocks)))
    if not called:
        return
    absent = called - members(ledger, _place(ledger, handover))
    if effect.name == "late":
        late.tell_instead(ledger, handover, absent)
        return
    held = "merged" if merged_into(handover) else "hold"
    name = {"questions": "question", "hold": held}.get(effect.name, "ring")
    with ledger.deps.store.write() as unit:
        for slack_id in sorted(absent):
            person = unit.by_slack(slack_id)
            if person is not None:
                serial = f"{handover.shown_id}:{effect.name}:{effect.serial}"
                unit.emit(Direct(person.id, name, serial, handover.id, effect.data))
