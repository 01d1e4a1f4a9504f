"""The words of pauses in digests that were posted: where they stand is kept, and they leave when outsiders come.

They leave, too, when their days are over, and when somebody is erased: words are cut there, so that nobody can tell
whom they name. A digest is the news of its day and is never drawn again: what stands there is read, and posted back
without them.
"""

import logging

from blocks import digest as face
from blocks.frame import Message
from bot.actions.digest import REASONS
from bot.company.effects import HideReasons
from bot.effects import CheckReaders, Effect
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger, Result
from handlers.slack_api import SlackRefused
from store.unit import StoreUnit

log = logging.getLogger("baton.deliver")


def keep(unit: StoreUnit, day: str, posted: Message, sent: Result) -> None:
    """Keeps where it stands, in the same transaction as its step; who came while it was posted is seen by a job."""
    if face.without_reasons(posted) != posted:
        unit.keep_setting(REASONS + day, f"{sent['channel']} {sent['ts']}")
        unit.emit(CheckReaders(sent["channel"], f"digest:{day}"))


def hide(ledger: Ledger, channel: str) -> None:
    """Takes them out of every digest in that channel, once. Raises what Slack said to one that it lets nobody edit.

    The others are edited all the same; that one is tried again each time.
    """
    with ledger.deps.store.read() as reader:
        kept = reader.settings(REASONS)
    refused: list[SlackRefused] = []
    for key, place in sorted(kept.items()):
        where, _, ts = place.partition(" ")
        if where != channel:
            continue
        try:
            _take_out(ledger, channel, ts)
        except SlackRefused as error:
            refused.append(error)
            continue
        with ledger.deps.store.write() as unit:
            unit.drop_setting(key)
    if refused:
        raise refused[0]


def hide_one(effect: Effect, ledger: Ledger) -> None:
    """Takes them out of the digest of one day, and forgets where it stands, also when Slack lets nobody edit it."""
    assert isinstance(effect, HideReasons)  # noqa: S101 - the performer of exactly this kind
    key = f"{REASONS}{effect.day}"
    with ledger.deps.store.read() as reader:
        channel, _, ts = reader.setting(key).partition(" ")
    if not ts:
        return
    try:
        _take_out(ledger, channel, ts)
    except SlackRefused as refused:
        log.warning("words of pauses stay in a digest", extra={"why": refused.code})
    with ledger.deps.store.write() as unit:
        unit.drop_setting(key)


def _take_out(ledger: Ledger, channel: str, ts: str) -> None:
    found = _read(ledger, channel, ts)
    if found is not None:
        posting.update(ledger, channel=channel, ts=ts, message=face.without_reasons(found))


def _read(ledger: Ledger, channel: str, ts: str) -> Message | None:
    answer = ledger.deps.slack.call(
        "conversations.history", channel=channel, oldest=ts, latest=ts, inclusive=1, limit=1
    )
    found = next((m for m in answer.get("messages") or [] if m.get("ts") == ts), None)
    return Message(str(found.get("text") or ""), list(found.get("blocks") or [])) if found else None
