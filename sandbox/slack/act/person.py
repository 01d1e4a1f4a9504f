"""What all hands share: who acts, what they see, how a click travels and what comes back."""

from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.shelf import Doc
from sandbox.slack.act.find import Block, Element, field, untouched
from sandbox.slack.refusal import NotThere
from sandbox.slack.wire import payloads
from sandbox.slack.wire.answers import Answer
from sandbox.slack.wire.events import Sent

if TYPE_CHECKING:
    from sandbox.world import World

EVENT_WAIT = 4.0
COPIED = ("text", "value", "style", "confirm", "placeholder", "initial_option", "initial_options", "initial_user")


@dataclass(frozen=True)
class Reaction:
    """What came of it: the bot's status and body, how long it took, and what the person sees when it went wrong.

    `status` is 0 when nothing was sent or nothing came back; `ms` is real time; `error` is None when all is well.
    """

    status: int
    body: Any = ""
    ms: float = 0.0
    error: str | None = None


class Person:
    """Somebody in front of the screen. Users are named by id or by short name; NotThere says what they can't reach."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.slack = world.slack
        self._offered: dict[tuple[str, str], list[Doc]] = {}

    def user(self, who: str) -> Doc:
        """The active person behind an id or a short name."""
        user = self.slack.user(who) or self.slack.people.named(who)
        if user is None or user["deleted"] or user["is_bot"]:
            raise NotThere(f"nobody called {who!r} can act here")
        return user

    def place(self, user: Doc, channel: str) -> Doc:
        """A conversation that the user sees."""
        room = self.slack.channel(channel)
        if room is not None and user["id"] in self.slack.members(channel):
            return room
        for one in self.slack.visible_channels(user["id"]):
            if one["id"] == channel:
                return one
        raise NotThere(f"{user['name']} does not see the conversation {channel!r}")

    def message(self, user: Doc, channel: str, ts: str) -> Doc:
        """A message that the user sees."""
        self.place(user, channel)
        message = self.slack.book.get(channel, ts)
        if message is None:
            raise NotThere(f"there is no message {ts!r} in {channel!r}")
        return message

    def view(self, user: Doc, view_id: str) -> Doc:
        """The top modal or the Home tab of the user, by id."""
        stack = self.slack.views(user["id"])
        home = self.slack.home(user["id"])
        for view in (stack[-1:] or []) + ([home] if home else []):
            if view["id"] == view_id:
                return view
        raise NotThere(f"{user['name']} has no view {view_id!r} in front of them")

    def send(self, kind: str, payload: Doc) -> Answer:
        """Sends to the bot; never called with the shelf's lock held, as the bot calls back."""
        answer = self.slack.deliver.send(kind, payload)
        self.world.changed()
        return answer

    def settle(self, sent: Sent) -> None:
        """Waits until the bot had its first chance at each event."""
        for future in sent:
            try:
                future.result(EVENT_WAIT)
            except Late:
                continue

    def now(self) -> str:
        """The moment of a click, as payloads carry it."""
        return f"{self.slack.clock.time():.6f}"

    def response_url(self, token: str) -> str:
        """The address for a response URL's token."""
        return f"{self.world.base_url}/slack/response/{token}"

    def action(self, block: Block, element: Element, part: Doc) -> Doc:
        """The one entry of `actions[]` for an element and the value part that was picked."""
        base = {"type": element["type"], "action_id": element.get("action_id", ""), "block_id": block["block_id"]}
        copied = {key: element[key] for key in COPIED if key in element}
        if element["type"] == "checkboxes":
            copied.setdefault("initial_options", [])
        return {**base, **copied, **part, "action_ts": self.now()}

    def acted(self, user: Doc, **fields: Any) -> Reaction:
        """Sends a block_actions payload with a fresh trigger."""
        trigger = self.slack.handles.trigger(user["id"])
        payload = payloads.interaction("block_actions", user, trigger_id=trigger, **fields)
        return self.reaction("action", self.send("action", payload))

    @staticmethod
    def reaction(kind: str, answer: Answer) -> Reaction:
        """An answer as the person sees it."""
        return Reaction(answer.status, answer.parsed(), answer.ms, answer.error(kind))

    @staticmethod
    def state(element: Element, part: Doc) -> Doc:
        """The state entry of an element whose value part was picked."""
        name = field(element)[0]
        return {**untouched(element), name: part[name]}

    def offered(self, user: Doc, action_id: str) -> list[Doc]:
        """The options that the last search of this element gave this user."""
        return self._offered.get((user["id"], action_id), [])

    def offer(self, user: Doc, action_id: str, options: list[Doc]) -> None:
        """Keeps what a search gave."""
        self._offered[user["id"], action_id] = options
