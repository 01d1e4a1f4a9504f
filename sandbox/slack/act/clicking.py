"""Clicking in messages, visible to all or to one: buttons, menus, ticks, searches.

Payloads follow https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
"""

from typing import Any

from sandbox.shelf import Doc
from sandbox.slack.act.find import find
from sandbox.slack.act.person import Person, Reaction
from sandbox.slack.act.picked import picked
from sandbox.slack.refusal import NotThere
from sandbox.slack.wire import payloads


class Clicking(Person):
    """What a person does with a message's elements."""

    def click(
        self, user: str, channel: str, ts: str, action_id: str, *, value: str | None = None, block_id: str | None = None
    ) -> Reaction:
        """Clicks a button of a message; `value` and `block_id` tell apart buttons of one action_id."""
        who = self.user(user)
        message = self.message(who, channel, ts)
        block, element = find(message.get("blocks", []), action_id, block_id, value)
        if element["type"] != "button":
            raise NotThere(f"{action_id!r} is a {element['type']}, no button")
        return self._touch(who, channel, message, self.action(block, element, {}))

    def choose(
        self, user: str, channel: str, ts: str, action_id: str, value: Any, *, block_id: str | None = None
    ) -> Reaction:
        """Picks in a menu, a picker or an overflow of a message; None clears it."""
        who = self.user(user)
        message = self.message(who, channel, ts)
        return self._pick(who, channel, message, (action_id, block_id, value), place=f"{channel}:{ts}")

    def tick(
        self, user: str, channel: str, ts: str, action_id: str, values: list[str], *, block_id: str | None = None
    ) -> Reaction:
        """Sets the ticks of a message's checkboxes: `values` is the whole set that is ticked afterwards."""
        return self.choose(user, channel, ts, action_id, values, block_id=block_id)

    def click_ephemeral(
        self,
        user: str,
        ephemeral_id: str,
        action_id: str,
        *,
        value: str | None = None,
        block_id: str | None = None,
        choice: Any = None,
    ) -> Reaction:
        """Clicks a button of an ephemeral message; `choice` picks in its menus instead."""
        who = self.user(user)
        message = self.slack.whispers.get(ephemeral_id)
        if message is None or message["user"] != who["id"]:
            raise NotThere(f"{who['name']} does not see the message {ephemeral_id!r}")
        if choice is not None:
            wish = (action_id, block_id, choice)
            return self._pick(who, message["channel"], message, wish, place=ephemeral_id)
        block, element = find(message["blocks"], action_id, block_id, value)
        if element["type"] != "button":
            raise NotThere(f"{action_id!r} is a {element['type']}, no button")
        return self._touch(who, message["channel"], message, self.action(block, element, {}))

    def _pick(self, who: Doc, channel: str, message: Doc, wish: tuple[str, str | None, Any], *, place: str) -> Reaction:
        action_id, block_id, value = wish
        block, element = find(message.get("blocks", []), action_id, block_id)
        if element["type"] == "button":
            raise NotThere(f"{action_id!r} is a button, there is nothing to pick")
        part = picked(element, value, self.offered(who, action_id))
        if element["type"] != "overflow":
            self.slack.screens.touch(who["id"], place, block["block_id"], action_id, self.state(element, part))
        return self._touch(who, channel, message, self.action(block, element, part))

    def _touch(self, who: Doc, channel: str, message: Doc, action: Doc) -> Reaction:
        room = self.slack.channel(channel) or {}
        ephemeral = message["ts"] if "source" in message else ""
        place = message["id"] if ephemeral else f"{channel}:{message['ts']}"
        values = self.slack.screens.values(who["id"], place, message.get("blocks", []))
        token = self.slack.handles.source(
            who["id"],
            channel,
            ts="" if ephemeral else message["ts"],
            thread_ts=message.get("thread_ts", ""),
            ephemeral=message["id"] if ephemeral else "",
        )
        fields: Doc = {
            "container": payloads.container(channel, message, ephemeral=bool(ephemeral)),
            "channel": {"id": channel, "name": payloads.channel_name(room)},
            "state": {"values": values},
            "response_url": self.response_url(token),
            "actions": [action],
        }
        if not ephemeral:
            fields["message"] = message
        return self.acted(who, **fields)

    def suggest(
        self,
        user: str,
        *,
        action_id: str,
        block_id: str,
        text: str,
        view_id: str | None = None,
        channel: str | None = None,
        ts: str | None = None,
    ) -> list[Doc]:
        """Types into a searching menu of a view or a message; the options that the app offers, groups flattened."""
        who = self.user(user)
        fields: Doc = {"action_id": action_id, "block_id": block_id, "value": text}
        if view_id is not None:
            view = self.view(who, view_id)
            blocks = view["blocks"]
            fields |= {"container": {"type": "view", "view_id": view_id}, "view": view}
        else:
            message = self.message(who, channel or "", ts or "")
            blocks = message.get("blocks", [])
            room = {"id": channel, "name": payloads.channel_name(self.slack.channel(channel or "") or {})}
            fields |= {"container": payloads.container(channel or "", message), "message": message, "channel": room}
        _, element = find(blocks, action_id, block_id)
        if len(text) < element.get("min_query_length", 3):
            return []
        answer = self.send("options", payloads.interaction("block_suggestion", who, **fields))
        body = answer.parsed()
        groups = body.get("option_groups", []) if isinstance(body, dict) else []
        options = body.get("options", []) if isinstance(body, dict) else []
        found = [*options, *(option for group in groups for option in group["options"])][:100]
        self.offer(who, action_id, found)
        return found
