"""`/handover health`: each connection, its last success, what waits, the next action, whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blocks import kit, limits, mrkdwn
from blocks.frame import Block, Frame, Message
from blocks.render import sentence
from bot.people import Person

SHOWN = 20  # connections; Slack takes 50 blocks


@dataclass(frozen=True)
class Hooks:
    """How its webhooks are silent although one should have come (`bot.clock.silence`), '' when they are not.

    `page` is the page of the docs which says how they are set up, `address` is where they should go.
    """

    silent: str = ""
    page: str = ""
    address: str = ""


@dataclass(frozen=True)
class Health:
    """How one connection does. `words` is what went wrong last; `hook_at` is when the last webhook came.

    With silent `hooks` the connection itself may work.
    """

    title: str
    ok_at: datetime | None = None
    broken_since: datetime | None = None
    words: str = ""
    hook_at: datetime | None = None
    hooks: Hooks = Hooks()


@dataclass(frozen=True)
class Work:
    """How many jobs wait and since when the oldest does; how many are parked; since when no admin can be told."""

    waiting: int = 0
    oldest: datetime | None = None
    parked: int = 0
    untold: datetime | None = None


def health_message(found: Sequence[Health], work: Work, admins: Sequence[Person], frame: Frame) -> Message:
    """One line a connection, then the work, then who can mend it."""
    broken = [one for one in found if one.broken_since]
    unasked = sum(not one.ok_at and not one.broken_since for one in found)
    text = sentence("company.health_text", n=len(broken), unasked=unasked)
    silent = sorted({one.hooks.silent for one in found if one.hooks.silent})
    blocks: list[Block] = [kit.section(sentence("company.health_head", n=len(broken), unasked=unasked, silent=silent))]
    blocks += [kit.section(_line(one, frame)) for one in found[:SHOWN]]
    oldest = _moment(work.oldest, frame)
    blocks.append(kit.section(sentence("company.work", n=work.waiting, oldest=oldest, parked=work.parked)))
    if work.untold:
        blocks.append(kit.section(sentence("company.untold", since=_moment(work.untold, frame))))
    names = mrkdwn.Safe(", ".join(mrkdwn.name(one.name) for one in admins))
    blocks.append(kit.context(sentence("company.call", names=names)))
    return limits.check_message(Message(text, blocks))


def _line(one: Health, frame: Frame) -> str:
    return sentence(
        "company.connection",
        title=mrkdwn.name(one.title),
        ok=_moment(one.ok_at, frame),
        since=_moment(one.broken_since, frame),
        why=mrkdwn.name(one.words, 300),
        hook=_moment(one.hook_at, frame),
        silent=one.hooks.silent,
        page=mrkdwn.name(one.hooks.page),
        address=mrkdwn.name(one.hooks.address, 300),
    )


def _moment(moment: datetime | None, frame: Frame) -> str:
    return mrkdwn.date_token(moment, tz=frame.tz) if moment else ""
