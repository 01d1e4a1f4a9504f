"""Messages that only one person sees, and what each person's client has ticked but no message stores.

Ephemeral messages are gone at a reload in Slack; here they stay until they are forgotten.
"""

from typing import Any

from sandbox.clock import Clock
from sandbox.shelf import Doc, Shelf
from sandbox.slack.act.find import Block, Values, state_of
from sandbox.slack.state.drawer import Drawer
from sandbox.slack.state.views import named_blocks


class Ephemerals:
    """What is `Only visible to you`, by user and channel."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._docs = Drawer(shelf, "slack.ephemeral", lambda doc: str(doc["id"]))

    def add(self, user: str, channel: str, *, text: str, blocks: list[Doc] | None, thread_ts: str, source: str) -> Doc:
        """Shows one. `source` is `command`, `response_url` or `ephemeral`."""
        number = self._shelf.number("slack.ephemeral")
        ts = f"{self._clock.time():.6f}"
        doc = {"id": f"Em{number:07d}", "user": user, "channel": channel, "text": text, "ts": ts, "source": source}
        return self._docs.put({**doc, "blocks": named_blocks(blocks or []), "thread_ts": thread_ts})

    def change(self, ephemeral_id: str, *, text: str, blocks: list[Doc] | None) -> None:
        """Replaces what one says; one that is gone stays gone."""
        doc = self._docs.get(ephemeral_id)
        if doc is not None:
            self._docs.put({**doc, "text": text, "blocks": named_blocks(blocks or [])})

    def get(self, ephemeral_id: str) -> Doc | None:
        """The ephemeral message, or None."""
        return self._docs.get(ephemeral_id)

    def of(self, user: str, channel: str) -> list[Doc]:
        """What the user sees in the channel, oldest first."""
        return [doc for doc in self._docs.values() if doc["user"] == user and doc["channel"] == channel]

    def forget(self, ephemeral_id: str) -> None:
        """Takes one off the screen."""
        self._docs.delete(ephemeral_id)


class Screens:
    """What each person's client shows in messages: ticks and picks that no message stores.

    A client keeps its own state of an element while block_id and action_id stay the same; a new block_id resets it
    (https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element).
    """

    def __init__(self) -> None:
        self._touched: dict[tuple[str, str], Values] = {}

    def values(self, user: str, place: str, blocks: list[Block]) -> Values:
        """The state as this user's client shows it. `place` is `channel:ts` or an ephemeral's id."""
        return state_of(blocks, self._touched.get((user, place)))

    def touch(self, user: str, place: str, block_id: str, action_id: str, state: dict[str, Any]) -> None:
        """Keeps what the user ticked or picked."""
        self._touched.setdefault((user, place), {}).setdefault(block_id, {})[action_id] = state
