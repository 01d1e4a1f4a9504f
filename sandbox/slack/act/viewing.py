"""Modals and the Home tab: filling, clicking, submitting and closing.

Follows https://docs.slack.dev/surfaces/modals and
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
"""

from typing import Any

from sandbox.shelf import Doc
from sandbox.slack.act.find import find
from sandbox.slack.act.form import field_errors
from sandbox.slack.act.person import Person, Reaction
from sandbox.slack.act.picked import picked
from sandbox.slack.checks.payloads import refuse_view
from sandbox.slack.refusal import NotThere, Refused
from sandbox.slack.wire import payloads

TROUBLE = "We had some trouble connecting. Try again?"


class Viewing(Person):
    """What a person does with views."""

    def click_view(
        self, user: str, view_id: str, action_id: str, *, value: str | None = None, block_id: str | None = None
    ) -> Reaction:
        """Clicks a button of a modal or of the Home tab."""
        who = self.user(user)
        view = self.view(who, view_id)
        block, element = find(view["blocks"], action_id, block_id, value)
        if element["type"] != "button":
            raise NotThere(f"{action_id!r} is a {element['type']}, no button")
        return self._act(who, view, self.action(block, element, {}))

    def choose_view(
        self, user: str, view_id: str, action_id: str, value: Any, *, block_id: str | None = None
    ) -> Reaction:
        """Picks in an element of a view; an input tells the app only with `dispatch_action`."""
        who = self.user(user)
        block, element = find(self.view(who, view_id)["blocks"], action_id, block_id)
        part = picked(element, value, self.offered(who, action_id))
        if element["type"] != "overflow":
            with self.world.shelf.lock:
                self.slack.modals.write(view_id, block["block_id"], action_id, self.state(element, part))
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Reaction(0)
        return self._act(who, self.view(who, view_id), self.action(block, element, part))

    def fill(self, user: str, view_id: str, block_id: str, action_id: str, value: Any) -> None:
        """Types or picks without telling the app: what is kept until the submission. None empties the field."""
        who = self.user(user)
        _, element = find(self.view(who, view_id)["blocks"], action_id, block_id)
        part = picked(element, self._files(element, value), self.offered(who, action_id))
        with self.world.shelf.lock:
            self.slack.modals.write(view_id, block_id, action_id, self.state(element, part))

    def _files(self, element: Doc, value: Any) -> Any:
        if element["type"] != "file_input" or value is None:
            return value
        return [self.slack.drive.get(one) if isinstance(one, str) else one for one in value]

    def upload(self, user: str, name: str, content: bytes) -> Doc:
        """Uploads a file as this person, for a file field; returns the file object."""
        who = self.user(user)
        with self.world.shelf.lock:
            file = self.slack.drive.announce(name, len(content), who["id"], self.world.base_url)
            self.slack.drive.upload(file["id"], content)
            return self.slack.drive.complete(file["id"], name)

    def submit(self, user: str, view_id: str, values: dict[str, dict[str, Any]] | None = None) -> Reaction:
        """Sends a modal. `errors` in the body are the sentences below fields, by the client or by the app."""
        who = self.user(user)
        for block_id, fields in (values or {}).items():
            for action_id, value in fields.items():
                self.fill(user, view_id, block_id, action_id, value)
        view = self.view(who, view_id)
        errors = field_errors(view["blocks"], view["state"]["values"])
        if errors:
            return Reaction(0, {"errors": errors}, error="required")
        trigger = self.slack.handles.trigger(who["id"])
        urls = self._response_urls(who, view)
        payload = payloads.interaction("view_submission", who, trigger_id=trigger, view=view, response_urls=urls)
        answer = self.send("submission", payload)
        reaction = self.reaction("submission", answer)
        if reaction.error is None:
            reaction = self._obey(who, view, reaction)
        self.world.changed()
        return reaction

    def _response_urls(self, who: Doc, view: Doc) -> list[Doc]:
        found = []
        for block in view["blocks"]:
            element = block.get("element", {})
            if element.get("response_url_enabled"):
                state = view["state"]["values"][block["block_id"]][element["action_id"]]
                channel = state.get("selected_conversation") or state.get("selected_channel") or ""
                url = self.response_url(self.slack.handles.source(who["id"], channel))
                place = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel}
                found.append({**place, "response_url": url})
        return found

    def _obey(self, who: Doc, view: Doc, reaction: Reaction) -> Reaction:
        """Does what the app answered to a submission; an answer that Slack can't read is trouble."""
        body = reaction.body or {}
        wish = body.get("response_action") if isinstance(body, dict) else "unreadable"
        try:
            with self.world.shelf.lock:
                self._apply(who, view, wish, body)
        except Refused as refused:
            said = refused.extra.get("errors") or refused.error
            return Reaction(reaction.status, {"refused": said}, reaction.ms, TROUBLE)
        return reaction

    def _apply(self, who: Doc, view: Doc, wish: str | None, body: Any) -> None:
        if wish is None:
            self._pop(who, view)
        elif wish == "clear":
            self.slack.modals.set_stack(who["id"], [])
        elif wish == "update":
            self.slack.modals.update(view["id"], refuse_view(body.get("view"), "modal"))
        elif wish == "push":
            self.slack.modals.push(who["id"], refuse_view(body.get("view"), "modal"))
        elif wish != "errors":
            raise Refused("invalid_response_action")
        elif not self._fits(view, body.get("errors")):
            raise Refused("invalid_errors")

    @staticmethod
    def _fits(view: Doc, errors: Any) -> bool:
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        return isinstance(errors, dict) and bool(errors) and set(errors) <= inputs

    def _pop(self, who: Doc, view: Doc) -> None:
        stack = self.slack.views(who["id"])
        self.slack.modals.set_stack(who["id"], [one for one in stack if one["id"] != view["id"]])

    def close(self, user: str, view_id: str, *, everything: bool = False) -> Reaction:
        """Cancels a modal, or `everything` with the ×; the app hears of it only with `notify_on_close`."""
        who = self.user(user)
        view = self.view(who, view_id)
        gone = self.slack.views(who["id"])[0] if everything else view
        with self.world.shelf.lock:
            if everything or view.get("clear_on_close"):
                self.slack.modals.set_stack(who["id"], [])
            else:
                self._pop(who, view)
        self.world.changed()
        if not gone.get("notify_on_close"):
            return Reaction(0)
        shown = {**gone, "state": {"values": {}}}
        payload = payloads.interaction("view_closed", who, view=shown, is_cleared=everything)
        return self.reaction("action", self.send("action", payload))

    def _act(self, who: Doc, view: Doc, action: Doc) -> Reaction:
        place = {"type": "view", "view_id": view["id"]}
        return self.acted(who, container=place, view=view, actions=[action])
