"""One Web API call: its arguments as the client sent them, and the refusals that every method shares.

Arguments come by query, form or JSON; each reader accepts what all three make of a value.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.company import BOT_USER
from sandbox.shelf import Doc
from sandbox.slack.limits import METHODS
from sandbox.slack.refusal import Refused, bad_arguments

if TYPE_CHECKING:
    from sandbox.slack.workspace import Workspace

PREFIXES = {"channels": "public", "groups": "private", "im": "im", "mpim": "mpim"}


def kind_of(room: Doc) -> str:
    """A conversation's kind as scopes tell them apart: public, private, im or mpim."""
    if room.get("is_im"):
        return "im"
    if room.get("is_mpim"):
        return "mpim"
    return "private" if room.get("is_private") else "public"


@dataclass
class Call:
    """A call of a method with its merged arguments."""

    slack: "Workspace"
    method: str
    args: Doc

    def text(self, name: str, default: str = "") -> str:
        """An argument as text; the default when it is absent or null."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """An argument that must be there."""
        value = self.text(name)
        if not value:
            raise bad_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """An argument that is on: true, "true" or 1."""
        return self.text(name).lower() in ("true", "1")

    def number(self, name: str, default: int, *, most: int) -> int:
        """A whole number from 1 to `most`; refused with `invalid_limit` otherwise."""
        try:
            value = int(self.text(name, str(default)))
        except ValueError:
            raise Refused("invalid_limit") from None
        if value < 1:
            raise Refused("invalid_limit")
        return min(value, most)

    def json(self, name: str) -> Any:
        """An argument that is JSON, given as such or as text; None when absent, invalid_arguments when unreadable."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            error = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
            raise Refused(error) from None

    def allow(self, kind: str) -> None:
        """Refuses with `missing_scope` when no granted scope covers this kind of conversation."""
        scopes = METHODS[self.method]["scopes"]
        fitting = [one for one in scopes if PREFIXES.get(one.partition(":")[0], kind) == kind]
        self.require(*fitting)

    def require(self, *scopes: str) -> None:
        """Refuses with `missing_scope` unless one of the scopes is granted."""
        manifest = self.slack.manifest
        if not manifest.granted(*scopes):
            provided = ",".join(manifest.scopes or ())
            raise Refused("missing_scope", needed=scopes[0], provided=provided)

    def room(self, name: str = "channel", *, member: bool = False, live: bool = False) -> Doc:
        """The conversation named by an argument, as far as the bot may see it.

        Private ones without the bot are `channel_not_found`. `member` refuses others with `not_in_channel`, `live`
        refuses archived ones.
        """
        room = self.slack.channel(self.need(name))
        inside = room is not None and BOT_USER in self.slack.members(room["id"])
        if room is None or (not inside and kind_of(room) != "public"):
            raise Refused("channel_not_found")
        self.allow(kind_of(room))
        if member and not inside:
            raise Refused("not_in_channel")
        if live and room.get("is_archived"):
            raise Refused("is_archived")
        return room

    def page(self, found: list[Doc] | list[str], *, default: int, most: int) -> tuple[list[Any], Doc]:
        """One page of a list and the metadata with the cursor of the next, which is empty at the end."""
        limit = self.number("limit", default, most=most)
        cursor = self.text("cursor")
        if cursor and not cursor.startswith("next:"):
            raise Refused("invalid_cursor")
        start = int(cursor[5:] or 0) if cursor[5:].isdigit() else 0
        more = f"next:{start + limit}" if start + limit < len(found) else ""
        return list(found[start : start + limit]), {"next_cursor": more}
