"""Direct messages that say how something stands: where each was sent is kept, and it is edited once that has changed.

They stand among the record's messages, so that whatever draws the thread anew draws them, too.
"""

import logging
from collections.abc import Callable, Mapping

from blocks.direct import direct, elsewhere
from blocks.frame import Message
from bot.effects import Direct, Redraw
from bot.handover import Handover, Post
from bot.people import Person, Sight, sight
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger, Result
from handlers.slack_api import SlackRefused
from store.unit import StoreUnit

log = logging.getLogger("baton.deliver")
LIVING = frozenset({"paused", "question"})
PREFIX = "dm:"
Keep = Callable[[StoreUnit, Result], None]


def keeper(effect: Direct, handover: Handover | None, message: Message) -> Keep | None:
    """Keeps where a message that lives on was sent; None for one that does not."""
    if handover is None or effect.name not in LIVING:
        return None
    name, data = f"{PREFIX}{effect.name}:{effect.person_id}:{effect.serial}", {**effect.data, "to": effect.person_id}
    drawn = posting.digest(message)

    def keep(unit: StoreUnit, result: Result) -> None:
        unit.keep_post(handover.id, Post(name, result["channel"], result["ts"], digest=drawn, data=data))
        latest = unit.handover(handover.id)
        if latest is not None and latest.rev != handover.rev:
            # The record changed while this was on its way: the redraw of that change did not see it yet.
            unit.emit(Redraw(handover.id, latest.rev, nonce=effect.key))

    return keep


def redraw(ledger: Ledger, handover: Handover | None, people: Mapping[int, Person]) -> None:
    """Edits those that show what is so no longer; one that is gone, or that Slack lets nobody edit, is left alone.

    Whoever sees the record no more reads no new word of it: theirs says only that somebody else is asked now.
    """
    posts = [post for post in handover.posts if post.name.startswith(PREFIX)] if handover else []
    if handover is None or not posts:
        return
    with ledger.deps.store.read() as reader:
        known = {**people, **reader.people(int(post.data["to"]) for post in posts)}
    frame = ledger.deps.frame(handover, known)
    for post in posts:
        person = known.get(int(post.data["to"]))
        if person is None:
            continue
        sees = sight(person, handover.roles) is Sight.WHOLE
        message = direct(post.name.split(":")[1], handover, frame, post.data, person) if sees else elsewhere()
        if not _edited(ledger, handover.id, post, message):
            with ledger.deps.store.write() as unit:
                unit.keep_post(handover.id, post)


def _edited(ledger: Ledger, handover_id: int, post: Post, message: Message) -> bool:
    # One message to one person must not keep the thread from being drawn.
    try:
        return posting.redraw(ledger, handover_id, post, message)
    except SlackRefused as refused:
        log.warning("a direct message cannot be edited", extra={"why": refused.code})
        post.digest = posting.digest(message)
        return False
