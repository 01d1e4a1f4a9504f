"""Posting to Slack so that nothing is lost and nothing appears twice.

chat.postMessage has no idempotency key: each post carries message metadata with a key of this installation, and before
a repeat the channel or thread is searched for it (https://docs.slack.dev/messaging/message-metadata).
"""

import hashlib
import json
import logging
from typing import Any

from blocks.frame import Message
from bot.handover import Post
from handlers.deliver.ledger import Ledger, Pace, Result
from handlers.slack_api import SlackRefused

log = logging.getLogger("baton.deliver")
UPDATES = Pace("slack:chat.update", every=1.2, burst=20)  # tier 3: 50 a minute
OPENS = Pace("slack:conversations.open", every=1.2, burst=20)  # tier 3, too
LOOK_BACK = 25 * 3600.0  # seconds before the first attempt: clocks differ, and are set right by a day and more
LONGEST_OUTAGE = 14 * 86_400.0  # seconds: longer than any outage that is waited out


def digest(message: Message) -> str:
    """What tells two drawings apart."""
    whole = json.dumps([message.text, message.blocks], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def posts(channel: str) -> Pace:
    """One post a second and channel (https://docs.slack.dev/apis/web-api/rate-limits)."""
    return Pace(f"slack:post:{channel}", every=1.05)


def metadata(ledger: Ledger, key: str) -> dict[str, Any]:
    """The key by which this post is found again. No words of the record: other apps may read metadata."""
    return {"event_type": "baton", "event_payload": {"key": marker(ledger, key)}}


def marker(ledger: Ledger, key: str) -> str:
    """A key that no other installation of Baton can have."""
    return f"baton:{ledger.deps.store.nonce}:{key}"


def post(
    ledger: Ledger,
    name: str,
    *,
    channel: str,
    message: Message,
    key: str,
    thread_ts: str = "",
    broadcast: bool = False,
    keep: Any = None,
) -> Result:
    """Posts once; the result is {"channel", "ts"}.

    What an earlier try posted was drawn then, and what is kept of it is what it shows now: so it is edited.
    """
    slack = ledger.deps.slack

    def do() -> Result:
        answer = slack.call(
            "chat.postMessage",
            channel=channel,
            text=message.text,
            blocks=message.blocks or None,
            thread_ts=thread_ts or None,
            reply_broadcast=broadcast or None,
            metadata=metadata(ledger, key),
            unfurl_links=False,
            unfurl_media=False,
        )
        return {"channel": str(answer["channel"]), "ts": str(answer["ts"])}

    def find(started: float) -> Result | None:
        found = find_post(ledger, channel=channel, thread_ts=thread_ts, key=key, oldest=since(ledger, started))
        if found is not None:
            tried(ledger, channel=channel, ts=found["ts"], message=message)
        return found

    return ledger.step(name, do, find=find, pace=posts(channel), keep=keep)


def since(ledger: Ledger, started: float, back: float = LOOK_BACK) -> float:
    """From which of Slack's moments on to look for what was begun at that machine time, whatever our clocks said.

    Slack's moments are the world's. Machine time may be ahead of them for good, but what has passed by it is right.
    """
    clock = ledger.deps.clock
    by_the_wall = clock.machine_now().timestamp() - (clock.tick() - started)
    return min(started, by_the_wall) - back


def find_post(ledger: Ledger, *, channel: str, thread_ts: str, key: str, oldest: float) -> Result | None:
    """Our post of that key since `oldest` (machine seconds), or None."""
    method = "conversations.replies" if thread_ts else "conversations.history"
    wanted = marker(ledger, key)
    pages = ledger.deps.slack.pages(
        method,
        ahead=ledger.renew,  # a search of many pages may take longer than a lease
        channel=channel,
        ts=thread_ts or None,
        oldest=f"{oldest:.6f}",
        include_all_metadata=1,
        limit=200,
    )
    for message in (message for page in pages for message in page.get("messages", [])):
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        if payload.get("key") == wanted:
            return {"channel": channel, "ts": str(message["ts"])}
    return None


def update(ledger: Ledger, *, channel: str, ts: str, message: Message) -> bool:
    """Edits in place; the same edit twice is harmless. False when the message is gone and must be posted anew."""
    ledger.renew()
    ledger.take_slot(UPDATES)
    try:
        ledger.deps.slack.call("chat.update", channel=channel, ts=ts, text=message.text, blocks=message.blocks)
    except SlackRefused as refused:
        if refused.code in ("message_not_found", "cant_update_message", "channel_not_found"):
            return False
        raise
    return True


def tried(ledger: Ledger, *, channel: str, ts: str, message: Message) -> bool:
    """The same where the rest must go on whatever Slack has against this edit. False, too, when it was refused."""
    try:
        return update(ledger, channel=channel, ts=ts, message=message)
    except SlackRefused as refused:
        log.warning("a message cannot be edited", extra={"why": refused.code})
        return False


def redraw(ledger: Ledger, handover_id: int, post: Post, message: Message) -> bool:
    """Edits a message of ours when it would look different, and keeps what it shows. False when the message is gone."""
    drawn = digest(message)
    if post.digest == drawn:
        return True
    there = update(ledger, channel=post.channel, ts=post.ts, message=message)
    post.digest = drawn
    if there:
        with ledger.deps.store.write() as unit:
            unit.keep_post(handover_id, post)
    return there


def open_dm(ledger: Ledger, slack_id: str) -> str:
    """The channel of direct messages with that person; asking again gives the same one, so it is asked once."""
    rooms = ledger.deps.rooms

    def do() -> Result:
        known = rooms.get(slack_id)
        if known is None:
            ledger.take_slot(OPENS)
            answer = ledger.deps.slack.call("conversations.open", users=slack_id)
            known = rooms[slack_id] = str(answer["channel"]["id"])
        return {"channel": known}

    return ledger.step(f"open:{slack_id}", do, again=True)["channel"]
