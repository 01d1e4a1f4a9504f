"""A reminder: one direct message of what waits for a person over all their handovers, each thing with its button.

It is true when it is sent, so it may count down; when something in it is done, it is edited and rings nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil

from blocks import direct, ids, kit, limits, mrkdwn, thread
from blocks.company.deputy import take_over_button
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.render import count, sentence
from blocks.words import turns
from bot.clock import pause as pauses
from bot.clock.absence import missing
from bot.clock.became import DONE
from bot.clock.nag import LATE, is_turn
from bot.gate import Turn, turns_of
from bot.handover import Handover
from bot.naming import WEEKDAYS
from bot.people import Person, Role, Sight, sight

THINGS = 5  # shown in one reminder
QUESTIONS = 2  # handovers of whose pauses one reminder asks; the others go on by themselves the next working day
NOTICES = 4  # handovers that are late, or will be, shown to who answers for them
ROOM = 10  # blocks before the last three
SOON = timedelta(minutes=5)  # after which a message is there: one of nine o'clock speaks of 8 hours, not of 7 and a bit
HALVES = frozenset({"add_promise", "add_date", "add_stakeholder", "answer_question", "tick"})
LONGER = frozenset({"confirm_scope", "read_documents", "set_task_dates", "review_access", "mend_steps"})

Shown = tuple[int, int, str]


@dataclass(frozen=True)
class Line:
    """One handover of a reminder: what waits there for `whom`; `notice` (late or warn) when `whom` answers for it.

    `question` names what is asked of whoever paused it (`bot.clock.pause.question`).
    """

    handover: Handover
    whom: int
    turns: Sequence[Turn] = ()
    notice: str = ""
    left: timedelta | None = None  # working time until it is due
    question: str = ""

    @property
    def late(self) -> bool:
        """Whether it is past its due time."""
        return self.left is not None and self.left <= timedelta()


@dataclass(frozen=True)
class Asked:
    """All that one reminder says, in `lines` the most urgent first.

    `things` counts also what is not shown; `options` are moments to put it off to. `unread`: late ones without a line.
    `put_off`: until when the person does not want to hear of the rest, which waits all the same. `became`: what became
    of all that it showed and shows no more (`bot.clock.became`), on the one record `about`, when it is one.
    """

    person: Person
    lines: Sequence[Line]
    things: int
    reminder_id: int
    last_hour: bool = False
    options: Sequence[datetime] = ()
    since: datetime | None = None
    next_at: datetime | None = None
    next_is_last: bool = False
    done: int = 0
    became: str = DONE
    about: Handover | None = None
    unread: int = 0
    put_off: datetime | None = None


@dataclass
class Group:
    """Where the things of one handover stand in a reminder: below its title, as many as there is room for."""

    line: Line
    title: Block
    whole: bool  # whether the reader sees the record; a deputy does once the role is theirs
    told: list[Turn] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def cost(self, frame: Frame) -> int:
        """How many blocks its next thing takes; 0 when there is none."""
        return len(self._next(frame))

    def tell(self, frame: Frame) -> None:
        """Shows its next thing."""
        self.blocks += self._next(frame)
        self.told.append(self.line.turns[len(self.told)])

    def _next(self, frame: Frame) -> list[Block]:
        turn = next(iter(self.line.turns[len(self.told) :]), None)
        if turn is None:
            return []
        drawn = direct.deeds(self.line.handover, frame if self.whole else replace(frame, open_here=False), [turn])
        return drawn if self.told else [self.title, *drawn]


def reminder(asked: Asked, frame: Frame) -> tuple[Message, list[Shown]]:
    """The message, and what of it can be done by a button, so that it can be edited when that is done."""
    blocks: list[Block] = [kit.section(_headline(asked, frame))]
    shown: list[Shown] = []
    # What is most urgent has its place before anything that only informs.
    groups = [
        Group(
            line, kit.section(_title(line, asked, frame), accessory=_take_over(line, asked, frame)), _whole(line, asked)
        )
        for line in asked.lines
        if line.turns
    ]
    room = ROOM - (groups[0].cost(frame) if groups else 0)
    _notices(asked, frame, blocks, shown, room)
    _questions(asked, frame, blocks, shown, room)
    _things(groups, frame, max(ROOM - len(blocks), ROOM - room))
    for group in groups:
        blocks += group.blocks
        shown += [(group.line.handover.id, group.line.whom, turn.key) for turn in group.told]
    told = sum(1 for _, __, key in shown if is_turn(key))
    if asked.things > told:
        blocks.append(kit.context(sentence("reminder.more", n=asked.things - told)))
    blocks += _feet(asked, frame, told)
    return limits.check_message(Message(_spoken(asked, frame), blocks)), shown


def finished(asked: Asked, frame: Frame) -> Message:
    """What stands there once nothing of it waits for them any more: done, or why it is not."""
    at, one = mrkdwn.clock(frame.now, asked.person.tz), asked.about
    text = sentence(f"reminder.{asked.became}", at=at, link=thread.short_title(one) if one else "")
    words = sentence(f"reminder.{asked.became}", at=at, link=_link(one, frame) if one else "")
    return Message(text, [kit.section(words)])


def put_off(asked: Asked, frame: Frame) -> Message:
    """What stands there when all that is left of it was put off: nothing of that is done. It stays true."""
    words = sentence("reminder.put_off", at=mrkdwn.clock(asked.put_off or frame.now, asked.person.tz))
    return Message(words, [kit.section(words)])


def _notices(asked: Asked, frame: Frame, blocks: list[Block], shown: list[Shown], room: int) -> None:
    # At least one, and beside the first question and the line that counts the others.
    questions = sum(1 for line in asked.lines if line.question)
    kept = min(questions, 1) * 2 + (questions > 1)
    most = max(1, min(NOTICES, room - len(blocks) - kept))
    for line in [line for line in asked.lines if line.notice][:most]:
        blocks.append(_notice(line, asked, frame))
        shown.append((line.handover.id, line.whom, line.notice))


def _questions(asked: Asked, frame: Frame, blocks: list[Block], shown: list[Shown], room: int) -> None:
    lines = [line for line in asked.lines if line.question]
    left = room - len(blocks)
    most = max((n for n in range(QUESTIONS + 1) if 2 * n + (n < len(lines)) <= left), default=0)
    fitting = lines[:most]
    for line in fitting:
        blocks += _question(line, asked, frame)
        shown.append((line.handover.id, asked.person.id, line.question))
    if len(lines) > len(fitting):
        blocks.append(kit.context(sentence("reminder.more_questions", n=len(lines) - len(fitting))))


def _things(groups: Sequence[Group], frame: Frame, room: int) -> None:
    # One thing of each handover, then the second one of each: the first are not hidden by many of another one.
    left, most = room, THINGS
    for _ in range(THINGS):
        for group in groups:
            cost = group.cost(frame)
            if cost and most and cost <= left:
                group.tell(frame)
                left, most = left - cost, most - 1


def _take_over(line: Line, asked: Asked, frame: Frame) -> Block | None:
    # Whoever stands in for somebody takes over the role for which it waits; before that, their clicks do nothing.
    whom, roles = frame.people.get(line.whom), line.handover.roles
    if whom is None or not _on_behalf(line, asked) or not missing(whom, frame.now):
        return None
    wanted = [Role.DELIVERY_MANAGER] if line.notice else [turn.role for turn in line.turns]
    role = next((role for role in wanted if roles.get(role) == whom.id), None)
    return take_over_button(line.handover.id, role, whom, line.handover.title) if role else None


def _on_behalf(line: Line, asked: Asked) -> bool:
    return line.whom != asked.person.id


def _away(line: Line, asked: Asked, frame: Frame) -> Safe:
    whom = frame.people.get(line.whom)
    return mrkdwn.name(whom.first_name, 40) if whom and _on_behalf(line, asked) else Safe("")


def _title(line: Line, asked: Asked, frame: Frame) -> Safe:
    due = thread.due_of(line.handover)
    return sentence(
        "reminder.title",
        link=_link(line.handover, frame),
        due=thread.token(due, frame) if due else "",
        left=_left(line.left),
        when=thread.when(line.handover, past=line.late),
        away=_away(line, asked, frame),
    )


def _left(left: timedelta | None) -> str:
    if left is None or left <= timedelta():
        return ""
    hours = (left + SOON) // timedelta(hours=1)
    return f"{count(hours, 'working hour')} left" if hours else "less than an hour left"


def _notice(line: Line, asked: Asked, frame: Frame) -> Block:
    handover = line.handover
    due = thread.due_of(handover)
    words = sentence(
        f"reminder.{line.notice}",
        link=_link(handover, frame),
        due=thread.token(due, frame) if line.notice == LATE or not due else mrkdwn.date_token(due, tz=frame.tz),
        when=thread.when(handover, past=True),
        waits=turns.waiting(handover, frame, turns.shown(handover)) or "nobody",
        away=_away(line, asked, frame),
    )
    label = mrkdwn.plain(handover.client, 60)
    if _on_behalf(line, asked):
        button = _take_over(line, asked, frame)
    elif line.notice == LATE:
        button = kit.button("Take it", ids.TAKE_IT, str(handover.id), label=f"Take it: {label}")
    else:
        button = kit.button("Waiting on client", ids.PAUSE, str(handover.id), label=f"Waiting on client: {label}")
    return kit.section(words, accessory=button)


def _question(line: Line, asked: Asked, frame: Frame) -> list[Block]:
    handover, pause = line.handover, line.handover.running("pause")
    words = sentence(
        "reminder.question",
        link=_link(handover, frame),
        day=_expected(line),
        reason=mrkdwn.quote(pause.reason, 300) if pause and _whole(line, asked) else "",
    )
    label = mrkdwn.plain(handover.client, 60)
    value = str(handover.id)
    go_on = kit.button("It is here: go on", ids.RESUME, value, style="primary", label=f"It is here, go on: {label}")
    still = kit.button("Still waiting…", ids.STILL_WAITING, value, label=f"Still waiting: {label}")
    return [kit.section(words), kit.actions(go_on, still)]


def _whole(line: Line, asked: Asked) -> bool:
    # A deputy is told what waits; what people typed, and what papers are called, the people of the record read.
    return sight(asked.person, line.handover.roles) is Sight.WHOLE


def _expected(line: Line) -> str:
    # The day by its name: "today" would be wrong tomorrow.
    pause = line.handover.running(pauses.KIND)
    return mrkdwn.day(pause.expected) if pause and pause.expected else ""


def _headline(asked: Asked, frame: Frame) -> Safe:
    mine = [line for line in asked.lines if line.turns]
    notices = [line for line in asked.lines if line.notice]
    late = [line for line in mine if line.late]
    one = _link(mine[0].handover, frame) if len(mine) == 1 else ""
    name = mrkdwn.name(asked.person.first_name, 40)
    minutes = ceil(sum(_minutes(turn) for line in mine for turn in line.turns))
    if not mine and not notices:
        return sentence("reminder.head_question", n=sum(1 for line in asked.lines if line.question))
    if not mine:
        n_late = sum(line.notice == LATE for line in notices)
        return sentence("reminder.head_notice", late=n_late + asked.unread, soon=len(notices) - n_late)
    if late:
        return sentence("reminder.head_late", one=one, n=asked.things, late=len(late), name=name)
    if asked.last_hour:
        return sentence("reminder.head_last", one=one, n=asked.things, many=len(mine))
    return sentence("reminder.head", n=asked.things, name=name, minutes=minutes)


def _minutes(turn: Turn) -> float:
    if turn.action == "answer_points":
        return turn.count / 2
    return 0.5 if turn.action in HALVES else 2.0 if turn.action in LONGER else 1.0


def _feet(asked: Asked, frame: Frame, told: int) -> list[Block]:
    if not told:
        notices = any(line.notice for line in asked.lines)
        return [kit.context(sentence("reminder.foot_notice"))] if notices else []
    buttons: list[Block] = []
    if asked.options:
        zone = asked.person.tz
        options = [kit.option(_offer(option, frame, zone), _value(asked, option)) for option in asked.options]
        buttons.append(kit.select(ids.REMIND_LATER, options, placeholder="Remind me later…"))
    own = _own(asked)
    if own:
        buttons.append(kit.button("I can't do this", ids.CANT_DO, ":".join(own)))
    foot = sentence(
        "reminder.foot",
        since=WEEKDAYS[mrkdwn.local_day(asked.since, asked.person.tz).weekday()] if asked.since else "",
        next=mrkdwn.clock(asked.next_at, asked.person.tz) if asked.next_at else "",
        last=asked.next_is_last,
        done=asked.done,
    )
    return [*([kit.actions(*buttons)] if buttons else []), kit.context(foot)]


def _own(asked: Asked) -> list[str]:
    # What a deputy is told waits for somebody else: its form would say that nothing waits. They can take over.
    mine = [line.handover for line in asked.lines if line.turns and not _on_behalf(line, asked)]
    own = [str(handover.id) for handover in mine if turns_of(handover, asked.person.id)]
    return list(dict.fromkeys(own))[:THINGS]


def _value(asked: Asked, option: datetime) -> str:
    return f"{asked.reminder_id}:{option.isoformat()}"


def _offer(option: datetime, frame: Frame, zone: str) -> str:
    local = option.astimezone(mrkdwn.zone_of(zone))
    days = (local.date() - mrkdwn.local_day(frame.now, zone)).days
    day = "Today" if days == 0 else "Tomorrow" if days == 1 else mrkdwn.short_day(local.date())
    return f"{day} {local:%H:%M}"


def _link(handover: Handover, frame: Frame) -> Safe:
    return mrkdwn.link(frame.links.get(f"root:{handover.id}", ""), handover.title)


def _spoken(asked: Asked, frame: Frame) -> str:
    mine = [line.handover for line in asked.lines if line.turns]
    about = mine or [line.handover for line in asked.lines if line.notice]
    questions = [line for line in asked.lines if line.question]
    if not about and questions:
        title = thread.short_title(questions[0].handover) if len(questions) == 1 else ""
        day = _expected(questions[0])
        return sentence("reminder.text_question", title=title, n=len(questions), day=day)
    due, first = min(((at, one) for one in about if (at := thread.due_of(one))), key=_moment, default=(None, None))
    late = any(line.late or line.notice == LATE for line in asked.lines)
    return sentence(
        "reminder.text",
        things=asked.things if mine else 0,
        title=thread.short_title(about[0]) if len(about) == 1 else "",
        n=len(about) + (0 if mine else asked.unread),
        due=mrkdwn.clock(due, frame.tz) if due else "",
        late=late,
        when=thread.when(first, past=late) if first else "",
    )


def _moment(found: tuple[datetime, Handover]) -> datetime:
    return found[0]
