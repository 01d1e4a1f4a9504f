"""The workspace as one person sees it: sidebar, channel, thread, App Home and the modal on top.

Decides what is shown to whom, by what the stand-in of Slack lets that person see; it changes nothing but read marks.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sandbox.company import BOT_USER, HANDOVERS_CHANNEL, Person
from sandbox.pages.dates import date_token
from sandbox.pages.emoji import with_emoji
from sandbox.pages.messages import Shown, shown, shown_ephemeral
from sandbox.pages.persona import display_name, reader_for
from sandbox.pages.reader import Reader
from sandbox.pages.render import blocks_html
from sandbox.pages.surface import Surface, Values
from sandbox.pages.unread import Unread, mark_read, unread
from sandbox.world import World

HOME = "home"
"""The place in the address (`c=`) that means Baton's App Home."""
APP_MESSAGES = "app"
"""The place that means the direct messages with Baton."""


@dataclass(frozen=True)
class Entry:
    """One line of the sidebar."""

    id: str
    name: str
    sign: str
    here: bool
    unread: Unread


@dataclass(frozen=True)
class Modal:
    """The modal on top of a person's stack. `key` changes when what is drawn changes, but not with what is typed."""

    id: str
    key: str
    title: str
    submit: str
    close: str
    depth: int
    root: str
    body: Markup


class Looking:
    """One person looking at one place (`c`) and perhaps one thread (`t`) of the workspace."""

    def __init__(self, world: World, person: Person, place: str, thread: str) -> None:
        self.world = world
        self.person = person
        self.reader: Reader = reader_for(world, person)
        rooms = [*world.slack.visible_channels(person.id), *world.slack.dms(person.id)]
        self.visible = {room["id"]: room for room in rooms}
        self.place = self._place(place)
        self.channel: dict[str, Any] | None = self.visible.get(self.place)
        self.thread_ts = thread if self.channel else ""

    def _place(self, place: str) -> str:
        if place == APP_MESSAGES:
            return self._open_dm()
        if place == HOME or place in self.visible:
            return place
        first = next(iter(self.channels()), None)
        return HANDOVERS_CHANNEL if HANDOVERS_CHANNEL in self.visible else first["id"] if first else HOME

    def _open_dm(self) -> str:
        """The direct messages with Baton; looking at them for the first time opens them, as in Slack."""
        with self.world.shelf.lock:
            room = self.world.slack.rooms.direct(self.person.id)
        self.visible[room["id"]] = room
        return str(room["id"])

    def channels(self) -> list[dict[str, Any]]:
        """Channels that this person sees, by name; archived ones last."""
        found = [one for one in self.visible.values() if not one.get("is_im") and not one.get("is_mpim")]
        return sorted(found, key=lambda one: (one.get("is_archived", False), one["name"]))

    @property
    def app_dm(self) -> str:
        """The direct messages with Baton, or nothing when there are none yet."""
        rooms = self.visible.values()
        return next((str(room["id"]) for room in rooms if room.get("is_im")), "")

    @property
    def app_tab(self) -> str:
        """The tab of the app that is open: "home", "messages", or nothing when a channel is."""
        if self.place == HOME:
            return "home"
        return "messages" if self.place == self.app_dm else ""

    def sidebar(self) -> list[Entry]:
        """The channels in order."""
        return [
            Entry(one["id"], one["name"], _sign(one), one["id"] == self.place, self._unread(one))
            for one in self.channels()
        ]

    def status(self) -> str:
        """This person's own status as it stands beside their name, with its end; nothing when there is none."""
        profile = (self.world.slack.user(self.person.id) or {}).get("profile") or {}
        words = with_emoji(f"{profile.get('status_emoji', '')} {profile.get('status_text', '')}").strip()
        end = int(profile.get("status_expiration") or 0)
        over = end and end <= self.reader.now.timestamp()
        if not words or over:
            return ""
        return f"{words} · until {date_token(end, '{date_short_pretty} {time}', self.reader)}" if end else words

    def app_unread(self) -> Unread:
        """What Baton wrote in direct messages and nobody read."""
        dm = self.visible.get(self.app_dm)
        return self._unread(dm) if dm else Unread(bold=False, rings=0)

    def _unread(self, channel: dict[str, Any]) -> Unread:
        return unread(self.world, self.person.id, channel)

    def read(self) -> None:
        """Marks the open place as read."""
        if self.place != HOME:
            mark_read(self.world, self.person.id, self.place)

    def messages(self) -> list[Shown]:
        """The open channel from the oldest: parents, broadcast replies, and notes that only this person sees."""
        if self.place == HOME:
            return []
        pinned = frozenset(pin["message"]["ts"] for pin in self.pins())
        top = [
            shown(one, self.reader, self._touched(one), pinned=pinned, replies=int(one.get("reply_count", 0)))
            for one in self.world.slack.messages(self.place)
            if one.get("thread_ts", one["ts"]) == one["ts"] or one.get("subtype") == "thread_broadcast"
        ]
        return _in_order(top + self._notes(""))

    def thread(self) -> list[Shown]:
        """The open thread: its parent, the replies, and notes in it."""
        if not self.thread_ts:
            return []
        messages = self.world.slack.thread(self.place, self.thread_ts)
        found = [shown(one, self.reader, self._touched(one)) for one in messages]
        return _in_order(found + self._notes(self.thread_ts))

    def _notes(self, thread_ts: str) -> list[Shown]:
        notes = self.world.slack.ephemerals(self.person.id, self.place)
        return [shown_ephemeral(one, self.reader) for one in notes if (one.get("thread_ts") or "") == thread_ts]

    def _touched(self, message: dict[str, Any]) -> Values:
        """What this person ticked and picked in a message: their client's own, no message stores it."""
        place = f"{self.place}:{message['ts']}"
        values: Values = self.world.slack.screens.values(self.person.id, place, message.get("blocks") or [])
        return values

    def pins(self) -> list[dict[str, Any]]:
        """What is pinned in the open channel, as pins.list gives it; messages only."""
        found = self.world.slack.pins(self.place) if self.channel else []
        return [pin for pin in found if pin.get("message")]

    def pinned(self) -> list[Shown]:
        """The pinned messages, ready to be drawn."""
        return [shown({**pin["message"], "scope": f"pin-{pin['message']['ts']}"}, self.reader) for pin in self.pins()]

    def bookmarks(self) -> list[dict[str, Any]]:
        """The bookmarks of the open channel."""
        return list(self.world.slack.bookmarks(self.place)) if self.channel else []

    def members(self) -> list[str]:
        """The names of those in the open channel."""
        ids = self.world.slack.members(self.place) if self.channel else []
        return [display_name(self.world.slack.user(one) or {"name": one}) for one in ids]

    def home(self) -> tuple[str, Markup] | None:
        """Baton's Home for this person: the view's id and its HTML; None when there is none yet."""
        view = self.world.slack.home(self.person.id)
        return (str(view["id"]), self._view_html(view)) if view else None

    def modal(self) -> Modal | None:
        """The modal on top, or None."""
        stack = self.world.slack.views(self.person.id)
        if not stack:
            return None
        view = stack[-1]
        return Modal(
            id=str(view["id"]),
            key=_key(view),
            title=_words(view, "title") or "Baton",
            submit=_words(view, "submit"),
            close=_words(view, "close") or "Close",
            depth=len(stack),
            root=str(stack[0]["id"]),
            body=self._view_html(view),
        )

    def _view_html(self, view: dict[str, Any]) -> Markup:
        state = (view.get("state") or {}).get("values") or {}
        return blocks_html(view.get("blocks") or [], Surface(self.reader, str(view["id"]), state))

    @property
    def title(self) -> str:
        """The name of the open place."""
        if self.app_tab:
            return "Baton"
        return f"{_sign(self.channel)} {self.channel['name']}" if self.channel else "Nothing to see"

    @property
    def may_write(self) -> bool:
        """Whether there is a place to write into."""
        open_channel = self.channel is not None and not self.channel.get("is_archived")
        member = self.person.id in self.world.slack.members(self.place)
        return self.app_tab == "messages" or (open_channel and member)

    @property
    def topic(self) -> str:
        """The topic of the open channel."""
        return str(((self.channel or {}).get("topic") or {}).get("value") or "")


def shortcuts(world: World, kind: str) -> list[dict[str, Any]]:
    """The app's shortcuts of a kind ("message" or "global") as its manifest names them."""
    return [one for one in world.slack.manifest.shortcuts if one.get("type") == kind]


STATUSES = (
    (":palm_tree:", "Vacationing"),
    (":face_with_thermometer:", "Out sick"),
    (":no_entry:", "Out of office"),
    (":spiral_calendar_pad:", "In a meeting"),
)


def statuses() -> list[tuple[str, str, str]]:
    """What Slack offers as a status: its code, its words, and how it looks."""
    return [(code, words, f"{with_emoji(code)} {words}") for code, words in STATUSES]


def bot_name(world: World) -> str:
    """What the app is called here."""
    return display_name(world.slack.user(BOT_USER) or {"name": "Baton"})


def _in_order(found: list[Shown]) -> list[Shown]:
    return sorted(found, key=lambda one: one.ts)


def _sign(channel: dict[str, Any] | None) -> str:
    return "🔒" if channel and channel.get("is_private") else "#"


def _words(view: dict[str, Any], part: str) -> str:
    return str((view.get(part) or {}).get("text") or "")


def _key(view: dict[str, Any]) -> str:
    drawn = {key: view.get(key) for key in ("id", "title", "submit", "close", "blocks")}
    return hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()[:16]
