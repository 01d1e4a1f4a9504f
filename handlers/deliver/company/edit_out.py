"""Our own messages in Slack, edited so that they name somebody no more who was erased.

What to look for stands in the database until the last edit is done, and not in the jobs; then it is forgotten.
"""

from collections.abc import Iterator
from typing import Any

from blocks.frame import Message
from bot.company.effects import EditOut
from bot.effects import Effect
from bot.erasure import Subject
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger
from handlers.slack_api import SlackRefused
from store.upkeep.traces import ERASED, LOOKED_FOR

GONE = frozenset({"channel_not_found", "thread_not_found", "not_in_channel", "message_not_found"})


def edit_out(effect: Effect, ledger: Ledger) -> None:
    """Edits what names them; the same edit twice is harmless. What others wrote stays theirs."""
    assert isinstance(effect, EditOut)  # noqa: S101 - the performer of exactly this kind
    if not effect.channel:
        with ledger.deps.store.write() as unit:
            unit.drop_setting(f"{LOOKED_FOR}{effect.token}")
            unit.keep_setting(ERASED, f"{effect.token}:everywhere")
        return
    with ledger.deps.store.read() as reader:
        kept = reader.setting(f"{LOOKED_FOR}{effect.token}")
    if not kept:
        return
    subject, ours = Subject.of(kept), ledger.deps.identity
    for message in list(_messages(ledger, effect)):
        if message.get("bot_id") != ours.bot_id and message.get("user") != ours.bot_user:
            continue
        text, blocks = str(message.get("text") or ""), message.get("blocks") or []
        clean = Message(subject.shown(text), subject.shown(blocks))
        if (clean.text, clean.blocks) != (text, blocks):
            posting.update(ledger, channel=effect.channel, ts=str(message["ts"]), message=clean)


def _messages(ledger: Ledger, effect: EditOut) -> Iterator[dict[str, Any]]:
    method = "conversations.replies" if effect.thread else "conversations.history"
    one = {"ts": effect.ts} if effect.thread else {"oldest": effect.ts, "latest": effect.ts, "inclusive": 1}
    pages = ledger.deps.slack.pages(method, channel=effect.channel, limit=200, **one)
    try:
        for answer in pages:
            yield from answer.get("messages") or []
    except SlackRefused as refused:
        if refused.code not in GONE:
            raise
