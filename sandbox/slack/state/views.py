"""Open modals and Home tabs: the stack of three, hashes, and what was typed so far.

Follows https://docs.slack.dev/surfaces/modals. Views are kept as Slack stores them, with ids for every block.
"""

import secrets
from typing import Any

from sandbox.company import APP_ID, BOT_ID, TEAM
from sandbox.shelf import Doc, Shelf
from sandbox.slack.act.find import state_of
from sandbox.slack.limits import SURFACES
from sandbox.slack.refusal import Refused
from sandbox.slack.state.drawer import Drawer

KEPT = ("type", "title", "submit", "close", "blocks", "callback_id", "private_metadata", "external_id")


def named_blocks(blocks: list[Doc], prefix: str = "") -> list[Doc]:
    """The blocks with a random block_id where there was none, as Slack stores them."""
    return [block if "block_id" in block else {**block, "block_id": prefix + secrets.token_hex(3)} for block in blocks]


class Views:
    """Modal stacks by user (the top one last) and Home tabs by user."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._stacks = Drawer(shelf, "slack.stack", lambda doc: str(doc["user"]))
        self._homes = Drawer(shelf, "slack.home", lambda doc: str(doc["user"]))

    def stack(self, user: str) -> list[Doc]:
        """The user's open modals, the top one last."""
        doc = self._stacks.get(user)
        return list(doc["views"]) if doc else []

    def home(self, user: str) -> Doc | None:
        """What the user's Home tab shows, or None when nothing was ever published."""
        doc = self._homes.get(user)
        return doc["view"] if doc else None

    def set_stack(self, user: str, views: list[Doc]) -> None:
        """Replaces the user's stack; an empty one is closed."""
        self._stacks.put({"user": user, "views": views})

    def find(self, view_id: str = "", external_id: str = "") -> tuple[str, Doc]:
        """The user and the view by either id; refused with `not_found` when it is closed or unknown."""
        for user, view in self._all():
            if (view_id and view["id"] == view_id) or (external_id and view["external_id"] == external_id):
                return user, view
        raise Refused("not_found")

    def _all(self) -> list[tuple[str, Doc]]:
        stacked = [(doc["user"], view) for doc in self._stacks.values() for view in doc["views"]]
        return stacked + [(doc["user"], doc["view"]) for doc in self._homes.values()]

    def open(self, user: str, view: Doc) -> Doc:
        """Opens a modal as the only one."""
        fresh = self._fresh(view, None)
        self.set_stack(user, [fresh])
        return fresh

    def push(self, user: str, view: Doc) -> Doc:
        """Puts a modal on the stack; refused above three, and when none is open."""
        stack = self.stack(user)
        if not stack:
            raise Refused("not_found")
        if len(stack) >= SURFACES["modal"]["stack"]:
            raise Refused("push_limit_reached")
        fresh = self._fresh(view, stack[-1])
        self.set_stack(user, [*stack, fresh])
        return fresh

    def update(self, view_id: str, view: Doc, *, given_hash: str = "") -> Doc:
        """Replaces what a view shows; what was typed survives where block_id and action_id stay."""
        user, old = self.find(view_id)
        if given_hash and given_hash != old["hash"]:
            raise Refused("hash_conflict")
        self._refuse_doubled(view, view_id)
        values = old["state"]["values"]
        return self._replace(user, {**old, **self._content(view, values), "hash": self._hash()})

    def publish(self, user: str, view: Doc, *, given_hash: str = "") -> Doc:
        """Replaces the user's Home tab."""
        old = self.home(user)
        if given_hash and (old is None or given_hash != old["hash"]):
            raise Refused("hash_conflict")
        fresh = self._fresh(view, None)
        if old is not None:
            fresh = {**fresh, "id": old["id"], "root_view_id": old["id"]}
        self._homes.put({"user": user, "view": fresh})
        return fresh

    def write(self, view_id: str, block_id: str, action_id: str, state: Doc) -> Doc:
        """Keeps what a person typed or picked; the hash stays, as the app changed nothing."""
        user, view = self.find(view_id)
        values = view["state"]["values"]
        values = {**values, block_id: {**values.get(block_id, {}), action_id: state}}
        return self._replace(user, {**view, "state": {"values": values}})

    def _replace(self, user: str, view: Doc) -> Doc:
        if view["type"] == "home":
            self._homes.put({"user": user, "view": view})
        else:
            self.set_stack(user, [view if one["id"] == view["id"] else one for one in self.stack(user)])
        return view

    def _fresh(self, view: Doc, below: Doc | None) -> Doc:
        self._refuse_doubled(view, "")
        view_id = f"V{self._shelf.number('slack.view'):09d}"
        place = {"root_view_id": below["root_view_id"] if below else view_id}
        place["previous_view_id"] = below["id"] if below else None
        app = {"app_id": APP_ID, "app_installed_team_id": TEAM, "bot_id": BOT_ID, "team_id": TEAM}
        return {"id": view_id, **app, **place, **self._content(view, {}), "hash": self._hash()}

    def _refuse_doubled(self, view: Doc, own_id: str) -> None:
        name = view.get("external_id")
        if name and any(other["external_id"] == name and other["id"] != own_id for _, other in self._all()):
            raise Refused("duplicate_external_id")

    def _hash(self) -> str:
        return f"{self._shelf.number('slack.hash')}.{secrets.token_hex(4)}"

    @staticmethod
    def _content(view: Doc, values: dict[str, Any]) -> Doc:
        given = {key: view.get(key, "") for key in KEPT}
        blocks = named_blocks(view["blocks"])
        title = view.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True}
        shown = {"blocks": blocks, "title": title, "submit": view.get("submit"), "close": view.get("close")}
        flags = {key: bool(view.get(key, False)) for key in ("clear_on_close", "notify_on_close")}
        return {**given, **shown, **flags, "state": {"values": state_of(blocks, values)}}
