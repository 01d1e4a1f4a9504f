"""Channels and direct messages: who is in them and what they are called.

Names follow https://docs.slack.dev/reference/methods/conversations.create; documents are conversation objects.
"""

import re
from typing import Any

from sandbox.clock import Clock
from sandbox.company import BOT_USER, TEAM
from sandbox.shelf import Doc, Shelf
from sandbox.slack.limits import OTHER
from sandbox.slack.refusal import Refused
from sandbox.slack.state.drawer import Drawer

RESERVED = ("here", "channel", "everyone", "group", "me", "slack", "slackbot")


class Rooms:
    """Every conversation of the workspace, with its members in order of arrival."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._rooms = Drawer(shelf, "slack.room", lambda doc: str(doc["channel"]["id"]))

    def all(self) -> list[Doc]:
        """Every conversation, oldest first."""
        return [doc["channel"] for doc in self._rooms.values()]

    def get(self, channel_id: str) -> Doc | None:
        """The conversation, or None."""
        doc = self._rooms.get(channel_id)
        return doc["channel"] if doc else None

    def members(self, channel_id: str) -> list[str]:
        """Who is in it; empty for an unknown one."""
        doc = self._rooms.get(channel_id)
        return list(doc["members"]) if doc else []

    def create(self, name: str, creator: str, *, private: bool = False, channel_id: str = "", **flags: Any) -> Doc:
        """A new channel with its creator in it. Refuses bad and taken names, those of archived channels too."""
        self.check_name(name)
        channel_id = channel_id or f"C{self._shelf.number('slack.room'):09d}"
        return self._keep(self._new(channel_id, name, creator, is_private=private, **flags), [creator])

    def direct(self, user_id: str) -> Doc:
        """The direct message between the bot and a user, made at first use."""
        channel_id = "D" + user_id[1:]
        known = self.get(channel_id)
        if known is not None:
            return known
        room = {"id": channel_id, "created": int(self._clock.time()), "is_im": True, "user": user_id}
        room |= {"is_archived": False, "is_private": True, "is_org_shared": False, "context_team_id": TEAM}
        return self._keep(room, [BOT_USER, user_id])

    def group(self, users: list[str]) -> Doc:
        """The group direct message of the bot with several users, made at first use."""
        members = [BOT_USER, *users]
        for doc in self._rooms.values():
            if doc["channel"].get("is_mpim") and set(doc["members"]) == set(members):
                return dict(doc["channel"])
        number = self._shelf.number("slack.room")
        room = self._new(f"C{number:09d}", f"mpdm-{number}", BOT_USER, is_private=True, is_mpim=True)
        return self._keep(room, members)

    def enter(self, channel_id: str, user_id: str) -> None:
        """Puts a user in, at the end of the list; one who is in stays where they are."""
        members = self.members(channel_id)
        if user_id not in members:
            self._keep(self._known(channel_id), [*members, user_id])

    def leave(self, channel_id: str, user_id: str) -> None:
        """Takes a user out."""
        members = [one for one in self.members(channel_id) if one != user_id]
        self._keep(self._known(channel_id), members)

    def change(self, channel_id: str, **changes: Any) -> Doc:
        """Overwrites fields of a conversation; KeyError for an unknown one."""
        return self._keep({**self._known(channel_id), **changes}, self.members(channel_id))

    def check_name(self, name: str) -> None:
        """Refuses a channel name as conversations.create does."""
        if not name:
            raise Refused("invalid_name_required")
        if len(name) > OTHER["channel_name"]:
            raise Refused("invalid_name_maxlength")
        if not re.fullmatch(r"[a-z0-9_-]+", name):
            raise Refused("invalid_name_specials")
        if not re.search(r"[a-z0-9]", name):
            raise Refused("invalid_name_punctuation")
        if name in RESERVED or any(room.get("name") == name for room in self.all()):
            raise Refused("name_taken")

    def _known(self, channel_id: str) -> Doc:
        room = self.get(channel_id)
        if room is None:
            raise KeyError(channel_id)
        return room

    def _keep(self, channel: Doc, members: list[str]) -> Doc:
        channel = {**channel, "is_member": BOT_USER in members, "num_members": len(members)}
        return dict(self._rooms.put({"channel": channel, "members": members})["channel"])

    def _new(self, channel_id: str, name: str, creator: str, **flags: Any) -> Doc:
        empty = {"value": "", "creator": "", "last_set": 0}
        room = {"id": channel_id, "name": name, "name_normalized": name, "is_channel": True}
        room |= dict.fromkeys(("is_group", "is_im", "is_mpim", "is_private", "is_archived", "is_general"), False)
        room |= dict.fromkeys(("is_shared", "is_ext_shared", "is_org_shared"), False)
        room |= {"created": int(self._clock.time()), "creator": creator, "context_team_id": TEAM, "topic": empty}
        room |= {"purpose": dict(empty), "previous_names": [], "properties": {}}
        return {**room, **flags}
