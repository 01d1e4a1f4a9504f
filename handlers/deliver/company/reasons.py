"""The words of pauses in digests that were posted: where they stand is kept, and they leave when outsiders come.

A digest is the news of its day and is never drawn again: what stands there is read, and posted back without them.
"""

from blocks import digest as face
from blocks.frame import Message
from bot.effects import CheckReaders
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger, Result
from handlers.slack_api import SlackRefused
from store.unit import StoreUnit

PREFIX = "digest:reasons:"  # before the date: channel and time stamp of a digest that holds such words


def keep(unit: StoreUnit, day: str, posted: Message, sent: Result) -> None:
    """Keeps where it stands, in the same transaction as its step; who came while it was posted is seen by a job."""
    if face.without_reasons(posted) != posted:
        unit.keep_setting(PREFIX + day, f"{sent['channel']} {sent['ts']}")
        unit.emit(CheckReaders(sent["channel"], f"digest:{day}"))


def hide(ledger: Ledger, channel: str) -> None:
    """Takes them out of every digest in that channel, once. Raises what Slack said to one that it lets nobody edit.

    The others are edited all the same; that one is tried again each time.
    """
    with ledger.deps.store.read() as reader:
        kept = reader.settings(PREFIX)
    refused: list[SlackRefused] = []
    for key, place in sorted(kept.items()):
        where, _, ts = place.partition(" ")
        if where != channel:
            continue
        try:
            found = _read(ledger, channel, ts)
            if found is not None:
                posting.update(ledger, channel=channel, ts=ts, message=face.without_reasons(found))
        except SlackRefused as error:
            refused.append(error)
            continue
        with ledger.deps.store.write() as unit:
            unit.drop_setting(key)
    if refused:
        raise refused[0]


def _read(ledger: Ledger, channel: str, ts: str) -> Message | None:
    answer = ledger.deps.slack.call(
        "conversations.history", channel=channel, oldest=ts, latest=ts, inclusive=1, limit=1
    )
    found = next((m for m in answer.get("messages") or [] if m.get("ts") == ts), None)
    return Message(str(found.get("text") or ""), list(found.get("blocks") or [])) if found else None
