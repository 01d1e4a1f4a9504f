"""Which events reach the app: those that its manifest subscribes to, from conversations that it is in.

Follows https://docs.slack.dev/reference/events. Edits and deletions of messages are not sent yet.
"""

from concurrent.futures import Future

from sandbox.company import BOT_USER, TEAM
from sandbox.ground import Ground
from sandbox.shelf import Doc
from sandbox.slack.manifest import Manifest
from sandbox.slack.state.rooms import Rooms
from sandbox.slack.wire import payloads
from sandbox.slack.wire.answers import Answer
from sandbox.slack.wire.deliver import Deliver

Sent = list[Future[Answer]]


def message_kind(channel: Doc) -> tuple[str, str]:
    """The subscription and the channel_type of a conversation's messages."""
    if channel.get("is_im"):
        return "message.im", "im"
    if channel.get("is_mpim"):
        return "message.mpim", "mpim"
    return ("message.groups", "group") if channel.get("is_private") else ("message.channels", "channel")


class Events:
    """Says to the app what happened."""

    def __init__(self, ground: Ground, manifest: Manifest, rooms: Rooms, deliver: Deliver) -> None:
        self._ground = ground
        self._manifest = manifest
        self._rooms = rooms
        self._deliver = deliver

    def emit(self, subscription: str, event: Doc, channel: Doc | None = None) -> Sent:
        """Sends an event when the app subscribes to it. The list holds the first try's answer, or is empty."""
        if subscription not in self._manifest.events:
            return []
        now = self._ground.clock.time()
        full = {**event, "event_ts": event.get("ts", f"{now:.6f}")}
        event_id = f"Ev{self._ground.shelf.number('slack.event'):09d}"
        shared = bool(channel and channel.get("is_ext_shared"))
        sent = payloads.envelope(full, event_id=event_id, at=int(now), ext_shared=shared)
        return [self._deliver.event(sent)]

    def message(self, channel: Doc, message: Doc) -> Sent:
        """Sends what a new message means: `message.*`, and `app_mention` outside direct messages."""
        if BOT_USER not in self._rooms.members(channel["id"]):
            return []
        inner = {key: value for key, value in message.items() if key != "metadata"}
        inner["channel"] = channel["id"]
        if channel.get("is_im") and not self._manifest.messages_tab:
            return []
        subscription, channel_type = message_kind(channel)
        sent = self.emit(subscription, {**inner, "channel_type": channel_type}, channel)
        mentioned = f"<@{BOT_USER}" in message.get("text", "") and message.get("user") != BOT_USER
        if mentioned and channel_type != "im" and "subtype" not in message:
            sent += self.emit("app_mention", {**inner, "type": "app_mention"}, channel)
        return sent

    def membership(self, channel: Doc, user: str, *, inviter: str = "", joined: bool = True) -> Sent:
        """Sends that somebody joined or left a channel of the app."""
        kind = "member_joined_channel" if joined else "member_left_channel"
        if user != BOT_USER and BOT_USER not in self._rooms.members(channel["id"]):
            return []
        event = {"type": kind, "user": user, "channel": channel["id"], "team": TEAM}
        event["channel_type"] = "G" if channel.get("is_private") else "C"
        return self.emit(kind, event | ({"inviter": inviter} if inviter else {}), channel)

    def archived(self, channel: Doc, by: str, *, on: bool) -> Sent:
        """Sends that a channel was archived or brought back."""
        kind = ("group_" if channel.get("is_private") else "channel_") + ("archive" if on else "unarchive")
        return self.emit(kind, {"type": kind, "channel": channel["id"], "user": by}, channel)

    def renamed(self, channel: Doc) -> Sent:
        """Sends that a channel has another name."""
        kind = "group_rename" if channel.get("is_private") else "channel_rename"
        short = {"id": channel["id"], "name": channel["name"], "created": channel["created"]}
        return self.emit(kind, {"type": kind, "channel": short}, channel)

    def shared(self, channel: Doc, team: str) -> Sent:
        """Sends that another company came into a channel of the app."""
        if BOT_USER not in self._rooms.members(channel["id"]):
            return []
        event = {"type": "channel_shared", "connected_team_id": team, "channel": channel["id"]}
        return self.emit("channel_shared", event, channel)

    def user_changed(self, user: Doc) -> Sent:
        """Sends that somebody's profile changed, a deactivation included."""
        return self.emit("user_change", {"type": "user_change", "user": user, "cache_ts": user["updated"]})

    def home_opened(self, user: str, channel: Doc, view: Doc | None, tab: str) -> Sent:
        """Sends that somebody looks at the app's Home or Messages tab."""
        event = {"type": "app_home_opened", "user": user, "channel": channel["id"], "tab": tab}
        return self.emit("app_home_opened", event | ({"view": view} if view else {}))
