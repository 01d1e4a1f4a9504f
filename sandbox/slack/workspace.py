"""The workspace: people, conversations and everything in them, as Slack's own documents.

Decides what follows from a change (a system line, an event, a wake-up of who watches). Whether the bot may make the
change is decided by the methods; whether a person may, by the hands.
"""

from typing import Any

from sandbox.company import APP_ID, BOT_ID, BOT_USER, TEAM
from sandbox.ground import Ground
from sandbox.shelf import Doc
from sandbox.slack.manifest import Manifest
from sandbox.slack.state.calls import Calls
from sandbox.slack.state.ephemerals import Ephemerals, Screens
from sandbox.slack.state.files import Files
from sandbox.slack.state.handles import Handles
from sandbox.slack.state.messages import Messages
from sandbox.slack.state.people import People
from sandbox.slack.state.pinboard import Pinboard
from sandbox.slack.state.rates import Rates
from sandbox.slack.state.rooms import Rooms
from sandbox.slack.state.views import Views, named_blocks
from sandbox.slack.wire.deliver import Deliver
from sandbox.slack.wire.events import Events, Sent
from sandbox.slack.wire.sockets import Sockets

STATUS = 100  # characters of a status (https://docs.slack.dev/reference/methods/users.profile.set)
AUTHOR = {"user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID}


class Workspace:
    """Everything that this Slack knows. Documents that it hands out must not be changed."""

    def __init__(self, ground: Ground, manifest: Manifest) -> None:
        self.ground = ground
        self.manifest = manifest
        self.shelf = ground.shelf
        self.clock = ground.clock
        self.token_error: str | None = None
        self.people = People(self.shelf, self.clock)
        self.rooms = Rooms(self.shelf, self.clock)
        self.book = Messages(self.shelf, self.clock)
        self.pinboard = Pinboard(self.shelf, self.clock)
        self.drive = Files(self.shelf, self.clock)
        self.modals = Views(self.shelf)
        self.whispers = Ephemerals(self.shelf, self.clock)
        self.screens = Screens()
        self.handles = Handles(self.clock)
        self.rates = Rates(self.clock)
        self.calls = Calls(self.clock)
        self.socket = Sockets()
        self.deliver = Deliver(ground, self.socket)
        self.events = Events(ground, manifest, self.rooms, self.deliver)

    def users(self) -> list[Doc]:
        """Everybody as users.info gives them, the bot and deactivated people included."""
        return self.people.all()

    def user(self, user_id: str) -> Doc | None:
        """One user, or None."""
        return self.people.get(user_id)

    def channels(self) -> list[Doc]:
        """Every conversation, oldest first: channels, direct messages and group direct messages."""
        return self.rooms.all()

    def channel(self, channel_id: str) -> Doc | None:
        """One conversation, or None."""
        return self.rooms.get(channel_id)

    def members(self, channel_id: str) -> list[str]:
        """The ids of who is in a conversation."""
        return self.rooms.members(channel_id)

    def messages(self, channel_id: str) -> list[Doc]:
        """All messages of a conversation with the replies of its threads, oldest first."""
        return self.book.of(channel_id)

    def thread(self, channel_id: str, ts: str) -> list[Doc]:
        """A message and its replies."""
        return self.book.thread(channel_id, ts)

    def pins(self, channel_id: str) -> list[Doc]:
        """Pins with their message: `{channel, ts, created, created_by, message}`."""
        found = [{**pin, "message": self.book.get(channel_id, pin["ts"])} for pin in self.pinboard.pins(channel_id)]
        return [pin for pin in found if pin["message"]]

    def bookmarks(self, channel_id: str) -> list[Doc]:
        """The channel's bookmarks, oldest first."""
        return self.pinboard.bookmarks(channel_id)

    def files(self) -> list[Doc]:
        """The workspace's files, oldest first."""
        return self.drive.all()

    def ephemerals(self, user_id: str, channel_id: str) -> list[Doc]:
        """What only this user sees in this conversation, oldest first."""
        return self.whispers.of(user_id, channel_id)

    def forget_ephemeral(self, ephemeral_id: str) -> None:
        """Takes an ephemeral message off the screen."""
        self.whispers.forget(ephemeral_id)
        self.ground.changed()

    def home(self, user_id: str) -> Doc | None:
        """What the user's Home tab shows, or None."""
        return self.modals.home(user_id)

    def views(self, user_id: str) -> list[Doc]:
        """The user's open modals, the top one last."""
        return self.modals.stack(user_id)

    def dms(self, user_id: str) -> list[Doc]:
        """The user's direct and group direct messages."""
        rooms = [room for room in self.channels() if room.get("is_im") or room.get("is_mpim")]
        return [room for room in rooms if user_id in self.members(room["id"])]

    def visible_channels(self, user_id: str) -> list[Doc]:
        """The channels that the user may see: their own, and the public ones unless they are a guest."""
        user = self.user(user_id)
        guest = user is None or user["is_restricted"] or user["is_ultra_restricted"]
        rooms = [room for room in self.channels() if not room.get("is_im") and not room.get("is_mpim")]
        return [
            room
            for room in rooms
            if user_id in self.members(room["id"]) or (not guest and not room["is_private"] and not room["is_archived"])
        ]

    def call_log(self, method: str | None = None) -> list[Doc]:
        """The Web API calls so far, of one method or all, oldest first."""
        return self.calls.of(method)

    def permalink(self, channel_id: str, message: Doc) -> str:
        """A message's link on this sandbox, in the form of Slack's own."""
        link = f"{self.ground.base_url}/archives/{channel_id}/p{message['ts'].replace('.', '')}"
        parent = message.get("thread_ts", message["ts"])
        return link if parent == message["ts"] else f"{link}?thread_ts={parent}&cid={channel_id}"

    def post(self, channel_id: str, message: Doc) -> tuple[Doc, Sent]:
        """Adds a message and tells the app; the events' first answers come along."""
        channel = self.rooms.get(channel_id)
        if channel is None:
            raise KeyError(channel_id)
        full = {"type": "message", "team": TEAM, **message}
        if "blocks" in full:
            full["blocks"] = named_blocks(full["blocks"])
        if full.get("thread_ts"):
            parent = self.book.get(channel_id, full["thread_ts"])
            full["parent_user_id"] = parent.get("user", "") if parent else ""
        kept = self.book.add(channel_id, full)
        sent = self.events.message(channel, kept)
        self.ground.changed()
        return kept, sent

    def system(self, channel_id: str, user: str, subtype: str, text: str, **fields: Any) -> None:
        """Posts a line that Slack itself writes, such as `channel_topic`."""
        self.post(channel_id, {"user": user, "subtype": subtype, "text": text, **fields})

    def enter(self, channel_id: str, user: str, inviter: str = "") -> Sent:
        """Puts somebody into a channel, with the line and the event that follow."""
        if user in self.members(channel_id):
            return []
        self.rooms.enter(channel_id, user)
        fields = {"inviter": inviter} if inviter else {}
        self.system(channel_id, user, "channel_join", f"<@{user}> has joined the channel", **fields)
        return self.events.membership(self.rooms.get(channel_id) or {}, user, inviter=inviter)

    def leave(self, channel_id: str, user: str) -> Sent:
        """Takes somebody out of a channel, with the line and the event that follow."""
        channel = self.rooms.get(channel_id) or {}
        self.system(channel_id, user, "channel_leave", f"<@{user}> has left the channel")
        sent = self.events.membership(channel, user, joined=False)
        self.rooms.leave(channel_id, user)
        self.ground.changed()
        return sent

    def share(self, channel_id: str, team: str) -> Sent:
        """Connects a channel to another company's workspace, and tells the app."""
        channel = self.rooms.change(channel_id, is_shared=True, is_ext_shared=True)
        self.ground.changed()
        return self.events.shared(channel, team)

    def add_user(self, user_id: str, name: str, real_name: str, email: str, **flags: object) -> Doc:
        """Adds a person; `flags` are fields of the user object."""
        user = self.people.add(user_id, name, real_name, email, **flags)
        self.ground.changed()
        return user

    def change_user(self, user_id: str, **changes: object) -> Doc:
        """Changes a person (`deleted=True` deactivates), and tells the app."""
        user = self.people.change(user_id, **changes)
        self.events.user_changed(user)
        self.ground.changed()
        return user

    def set_status(self, user_id: str, emoji: str, text: str, until: int) -> Sent:
        """Sets or clears what stands beside somebody's name, and tells the app. `until` is in seconds, 0 for no end."""
        user = self.people.get(user_id)
        if user is None:
            raise KeyError(user_id)
        shown = bool(emoji or text)
        status = {"status_emoji": emoji, "status_text": text[:STATUS], "status_expiration": until if shown else 0}
        changed = self.people.change(user_id, profile={**user["profile"], **status})
        self.ground.changed()
        return self.events.user_changed(changed)

    def close(self) -> None:
        """Stops the background deliveries."""
        self.deliver.close()
        self.socket.cut()
