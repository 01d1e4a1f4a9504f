"""Our words in the project channel: the pinned brief, kept true by edits, and the news that it is live.

Guests come into project channels more often than into the handovers channel: amounts and quotes leave with them there.
"""

import logging
from typing import Any

from blocks.brief import internal
from blocks.frame import Message
from blocks.replies import reply
from bot.handover import Handover, Post
from bot.people import Person
from handlers.deliver import posting
from handlers.deliver.channels import open_to_amounts
from handlers.deliver.ledger import Ledger, Result
from handlers.slack_api import SlackRefused

log = logging.getLogger("baton.deliver")
BRIEF, LIVE = "channel:brief", "channel:live"


def post_brief(ledger: Ledger, handover: Handover, people: dict[int, Person]) -> Result:
    """The brief, posted once."""
    message = internal(handover, ledger.deps.frame(handover, people, open_here=_open(ledger, handover)))
    return _post(ledger, "brief", handover, message, key=f"{handover.shown_id}:brief:1", name=BRIEF)


def tell_live(ledger: Ledger, handover: Handover, people: dict[int, Person], data: dict[str, Any]) -> None:
    """The news that the workspace is the record, told once."""
    frame = ledger.deps.frame(handover, people, open_here=_open(ledger, handover))
    message = reply("live", handover, frame, data)
    _post(ledger, "channel", handover, message, key=f"{handover.shown_id}:live:channel", name=LIVE, data=data)


def redraw(ledger: Ledger, handover: Handover, people: dict[int, Person]) -> None:
    """Brings the brief up to date; takes back the news' words where outsiders read along by now.

    A channel that was archived, or from which Baton was removed, keeps nothing else from being drawn.
    """
    brief, live = _brief(handover), handover.post(LIVE)
    if brief is None and live is None:
        return
    try:
        _redrawn(ledger, handover, people, brief, live)
    except SlackRefused as refused:
        log.info("project channel not drawn", extra={"handover": handover.shown_id, "why": refused.code})


def _redrawn(
    ledger: Ledger, handover: Handover, people: dict[int, Person], brief: Post | None, live: Post | None
) -> None:
    frame = ledger.deps.frame(handover, people, open_here=_open(ledger, handover))
    if brief is not None:
        posting.redraw(ledger, handover.id, brief, internal(handover, frame))
    if live is not None and not frame.open_here:
        posting.redraw(ledger, handover.id, live, reply("live", handover, frame, live.data))


def _open(ledger: Ledger, handover: Handover) -> bool:
    return open_to_amounts(ledger, handover.channel_id)


def _brief(handover: Handover) -> Post | None:
    # A brief of an earlier version was not kept as a message of the record: its step says where it stands.
    step = handover.step("channel_brief")
    known = step is not None and step.remote_id and handover.channel_id
    return handover.post(BRIEF) or (Post(BRIEF, handover.channel_id, step.remote_id) if step and known else None)


def _post(
    ledger: Ledger,
    step: str,
    handover: Handover,
    message: Message,
    *,
    key: str,
    name: str,
    data: dict[str, Any] | None = None,
) -> Result:
    drawn = posting.digest(message)
    return posting.post(
        ledger,
        step,
        channel=handover.channel_id,
        message=message,
        key=key,
        keep=lambda unit, sent: unit.keep_post(
            handover.id, Post(name, sent["channel"], sent["ts"], drawn, data=data or {})
        ),
    )
