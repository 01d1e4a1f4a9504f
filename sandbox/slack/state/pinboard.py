"""Pins, bookmarks and reactions of a channel (https://docs.slack.dev/reference/methods/bookmarks.add)."""

from sandbox.clock import Clock
from sandbox.company import APP_ID, BOT_USER, TEAM
from sandbox.shelf import Doc, Shelf
from sandbox.slack.limits import OTHER
from sandbox.slack.refusal import Refused
from sandbox.slack.state.drawer import Drawer


class Pinboard:
    """What is kept at the top of channels."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._pins = Drawer(shelf, "slack.pin", lambda doc: f"{doc['channel']}:{doc['ts']}")
        self._bookmarks = Drawer(shelf, "slack.bookmark", lambda doc: str(doc["id"]))

    def pins(self, channel: str) -> list[Doc]:
        """The channel's pins `{channel, ts, created, created_by}`, oldest first."""
        return [doc for doc in self._pins.values() if doc["channel"] == channel]

    def pin(self, channel: str, ts: str, by: str = BOT_USER) -> Doc:
        """Pins a message; refused when it is pinned already."""
        if self._pins.get(f"{channel}:{ts}"):
            raise Refused("already_pinned")
        if len(self.pins(channel)) >= OTHER["pins"]:
            raise Refused("too_many_pins")
        return self._pins.put({"channel": channel, "ts": ts, "created": int(self._clock.time()), "created_by": by})

    def unpin(self, channel: str, ts: str) -> None:
        """Takes a pin off; refused when there is none."""
        if not self._pins.get(f"{channel}:{ts}"):
            raise Refused("no_pin")
        self._pins.delete(f"{channel}:{ts}")

    def bookmarks(self, channel: str) -> list[Doc]:
        """The channel's bookmarks, oldest first."""
        return [doc for doc in self._bookmarks.values() if doc["channel_id"] == channel]

    def bookmark(self, channel: str, *, title: str, link: str, emoji: str) -> Doc:
        """Adds a bookmark; a link that is there already is added again, as Slack does."""
        if len(self.bookmarks(channel)) >= OTHER["bookmarks"]:
            raise Refused("too_many_bookmarks")
        number = self._shelf.number("slack.bookmark")
        doc: Doc = {"id": f"Bk{number:08d}", "channel_id": channel, "title": title, "link": link, "emoji": emoji}
        doc |= {"icon_url": "", "type": "link", "entity_id": None, "date_created": int(self._clock.time())}
        doc |= {"date_updated": 0, "rank": f"{number:04d}", "last_updated_by_user_id": BOT_USER, "app_id": APP_ID}
        return self._bookmarks.put({**doc, "last_updated_by_team_id": TEAM, "shortcut_id": None})

    def edit_bookmark(self, channel: str, bookmark_id: str, **changes: str) -> Doc:
        """Changes a bookmark; refused with `not_found`."""
        return self._bookmarks.put(
            {**self._bookmark(channel, bookmark_id), **changes, "date_updated": int(self._clock.time())}
        )

    def remove_bookmark(self, channel: str, bookmark_id: str) -> None:
        """Removes a bookmark; refused with `not_found`."""
        self._bookmarks.delete(self._bookmark(channel, bookmark_id)["id"])

    def _bookmark(self, channel: str, bookmark_id: str) -> Doc:
        doc = self._bookmarks.get(bookmark_id)
        if doc is None or doc["channel_id"] != channel:
            raise Refused("not_found")
        return doc
