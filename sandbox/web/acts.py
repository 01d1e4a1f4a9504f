"""What a person does in the browser, carried out by the sandbox's hands: each act by its name."""

import base64
import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.company import Person
from sandbox.pages.forms import problems, typed, value_of
from sandbox.pages.persona import persona
from sandbox.slack.hands import Hands, NotThere, Reaction
from sandbox.world import World

Given = dict[str, Any]
IN_THREAD = "/handover is not supported in threads. Use it in the channel instead."


class Acts:
    """Every act that the page can ask for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hands = Hands(world)
        self._acts: dict[str, Callable[[Person, Given], Any]] = {
            "say": self._say,
            "click": self._click,
            "choose": self._choose,
            "submit": self._submit,
            "close": self._close,
            "upload": self._upload,
            "suggest": self._suggest,
            "home": lambda me, _: self.hands.open_home(me.id),
            "shortcut": self._shortcut,
            "global": lambda me, given: self.hands.global_shortcut(me.id, given["callback_id"]),
            "forget": self._forget,
            "status": self._status,
        }

    async def answer(self, request: Request) -> Response:
        """Does it and says what the person sees of it: an error strip, errors in fields, options of a menu."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return JSONResponse({"error": "Only the sandbox's own page may act."}, status_code=403)
        if self.world.starting:
            return JSONResponse({"error": "Baton is starting. Press again in a moment."})
        act = self._acts.get(request.path_params["act"])
        try:
            given = json.loads(await request.body() or b"{}")
        except ValueError:
            given = None
        if act is None or not isinstance(given, dict):
            return JSONResponse({"error": "This page asked for something that is not there. Reload it."})
        try:
            return JSONResponse(await run_in_threadpool(_done, act, persona(request), given))
        except (NotThere, KeyError, ValueError) as gone:
            return JSONResponse({"error": f"That is not on your screen any more: {gone}"})

    def _say(self, me: Person, given: Given) -> Any:
        text, channel, thread = str(given["text"]).strip(), given["channel"], given.get("thread") or None
        if not text.startswith("/"):
            self.hands.say(me.id, channel, text, thread)
            return {}
        if thread:
            return {"error": IN_THREAD}
        name, _, rest = text.partition(" ")
        return self.hands.command(me.id, channel, rest, name=name)

    def _click(self, me: Person, given: Given) -> Any:
        action, block, value = given["action"], given.get("block"), given.get("value")
        if given.get("view"):
            self._fill(me, given)
            return self.hands.click_view(me.id, given["view"], action, value=value, block_id=block)
        if given.get("ephemeral"):
            return self.hands.click_ephemeral(me.id, given["ephemeral"], action, value=value, block_id=block)
        return self.hands.click(me.id, given["channel"], given["ts"], action, value=value, block_id=block)

    def _choose(self, me: Person, given: Given) -> Any:
        action, block = given["action"], given.get("block")
        value = value_of(given.get("type", ""), given.get("value"), ZoneInfo(me.tz))
        if given.get("view"):
            self._fill(me, given)
            return self.hands.choose_view(me.id, given["view"], action, value, block_id=block)
        if given.get("ephemeral"):
            return self.hands.click_ephemeral(me.id, given["ephemeral"], action, block_id=block, choice=value)
        return self.hands.choose(me.id, given["channel"], given["ts"], action, value, block_id=block)

    def _fill(self, me: Person, given: Given) -> None:
        # What is typed so far must survive the redraw that the click may bring.
        view = self._view(me, given["view"])
        for block_id, fields in typed(given.get("values") or {}, view, ZoneInfo(me.tz)).items():
            for action_id, value in fields.items():
                self.hands.fill(me.id, given["view"], block_id, action_id, value)

    def _submit(self, me: Person, given: Given) -> Any:
        view = self._view(me, given["view"])
        values = typed(given.get("values") or {}, view, ZoneInfo(me.tz))
        wrong = problems(view, values)
        return {"errors": wrong} if wrong else self.hands.submit(me.id, given["view"], values)

    def _upload(self, me: Person, given: Given) -> Any:
        file = self.hands.upload(me.id, str(given["file"]), base64.b64decode(given["content"], validate=True))
        return {"id": file["id"], "name": file["name"]}

    def _close(self, me: Person, given: Given) -> Any:
        return self.hands.close(me.id, given["view"], everything=bool(given.get("all")))

    def _suggest(self, me: Person, given: Given) -> Any:
        options = self.hands.suggest(
            me.id,
            view_id=given.get("view"),
            channel=given.get("channel"),
            ts=given.get("ts"),
            action_id=given["action"],
            block_id=given["block"],
            text=str(given.get("text") or ""),
        )
        return {"options": [{"value": one["value"], "text": one["text"]["text"]} for one in options]}

    def _shortcut(self, me: Person, given: Given) -> Any:
        return self.hands.message_shortcut(me.id, given["channel"], given["ts"], given["callback_id"])

    def _forget(self, _: Person, given: Given) -> Any:
        self.world.slack.forget_ephemeral(given["ephemeral"])
        return {}

    def _status(self, me: Person, given: Given) -> Any:
        until = value_of("datetimepicker", given.get("until") or None, ZoneInfo(me.tz))
        self.hands.set_status(me.id, str(given.get("emoji") or ""), str(given.get("text") or ""), until or 0)
        return {}

    def _view(self, me: Person, view_id: str) -> dict[str, Any]:
        for view in self.world.slack.views(me.id):
            if view["id"] == view_id:
                return view
        home = self.world.slack.home(me.id)
        if home and home["id"] == view_id:
            return home
        raise NotThere("the window was closed")


def _done(act: Callable[[Person, Given], Any], me: Person, given: Given) -> dict[str, Any]:
    found = act(me, given)
    if not isinstance(found, Reaction):
        return found if isinstance(found, dict) else {}
    errors = found.body.get("errors") if isinstance(found.body, dict) else None
    if errors:
        return {"errors": errors}
    return {"error": found.error} if found.error else {}
