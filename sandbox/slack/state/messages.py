"""Messages by channel: their timestamps, threads, and what an edit or a deletion leaves behind.

It keeps what it is given; who may post, and whether the blocks are allowed, is decided before
(https://docs.slack.dev/messaging).
"""

from typing import Any

from sandbox.clock import Clock
from sandbox.shelf import Doc, Shelf

KIND = "slack.message"


class Messages:
    """Every message of the workspace. A `ts` is `seconds.micro6` on the sandbox's clock, unique in its channel."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._channels: dict[str, dict[str, Doc]] = {}
        self._last: dict[str, int] = {}
        self._replies: dict[tuple[str, str], dict[str, None]] = {}
        for doc in shelf.all(KIND):
            self._remember(doc["channel"], doc["message"])

    def _remember(self, channel: str, message: Doc) -> None:
        self._channels.setdefault(channel, {})[message["ts"]] = message
        micro = int(message["ts"].replace(".", ""))
        self._last[channel] = max(micro, self._last.get(channel, 0))
        if message.get("thread_ts", message["ts"]) != message["ts"]:
            self._replies.setdefault((channel, message["thread_ts"]), {})[message["ts"]] = None

    def _store(self, channel: str, message: Doc) -> Doc:
        self._remember(channel, message)
        self._shelf.put(KIND, f"{channel}:{message['ts']}", {"channel": channel, "message": message})
        return message

    def next_ts(self, channel: str) -> str:
        """A timestamp after every other of the channel."""
        micro = max(int(self._clock.time() * 1_000_000), self._last.get(channel, 0) + 1)
        self._last[channel] = micro
        return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"

    def add(self, channel: str, message: Doc) -> Doc:
        """Adds a message under a new `ts`; a reply is counted in its parent."""
        kept = self._store(channel, {**message, "ts": self.next_ts(channel)})
        if "thread_ts" in kept and kept["thread_ts"] != kept["ts"]:
            self._count(channel, kept["thread_ts"])
        return kept

    def change(self, channel: str, ts: str, **changes: Any) -> Doc:
        """Puts other values into a message; a value of None takes the key away. KeyError for an unknown message."""
        merged = {**self._channels[channel][ts], **changes}
        return self._store(channel, {key: value for key, value in merged.items() if value is not None})

    def delete(self, channel: str, ts: str) -> None:
        """Deletes a message; one with replies leaves a tombstone, so that its thread lives on."""
        gone = self._channels[channel][ts]
        if gone.get("reply_count"):
            kept = {key: gone[key] for key in gone if key.startswith(("reply", "latest", "thread", "ts", "type"))}
            self._store(channel, {**kept, "subtype": "tombstone", "hidden": True, "text": "This message was deleted."})
            return
        del self._channels[channel][ts]
        self._shelf.delete(KIND, f"{channel}:{ts}")
        if gone.get("thread_ts", ts) != ts:
            self._replies[channel, gone["thread_ts"]].pop(ts, None)
            self._count(channel, gone["thread_ts"])

    def _count(self, channel: str, parent_ts: str) -> None:
        replies = self.thread(channel, parent_ts)[1:]
        users = list(dict.fromkeys(reply["user"] for reply in replies if reply.get("user")))
        self.change(
            channel,
            parent_ts,
            thread_ts=parent_ts if replies else None,
            reply_count=len(replies) or None,
            reply_users=users or None,
            reply_users_count=len(users) or None,
            latest_reply=replies[-1]["ts"] if replies else None,
        )

    def get(self, channel: str, ts: str) -> Doc | None:
        """The message, or None."""
        return self._channels.get(channel, {}).get(ts)

    def of(self, channel: str) -> list[Doc]:
        """All messages of a channel with the replies of its threads, oldest first."""
        return list(self._channels.get(channel, {}).values())

    def thread(self, channel: str, ts: str) -> list[Doc]:
        """The parent and its replies, oldest first; empty when there is no such parent."""
        parent = self.get(channel, ts)
        if parent is None:
            return []
        return [parent, *(self._channels[channel][reply] for reply in self._replies.get((channel, ts), {}))]
