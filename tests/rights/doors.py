"""The ways to a deed: buttons, menus, forms, verbs, shortcuts and words, each as somebody sends it."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from blocks import ids
from bot.clock.pause import mark
from bot.company.checklist import Version, parts
from bot.handover import (
    Handover,
)
from bot.people import Role
from handlers.company import checklist_text
from sandbox.slack.hands import Reaction
from tests.rights.desk import Desk, Outcome
from tests.rights.records import SECRET, some_day

Send = Callable[[Desk, str, int], Callable[[], Reaction]]
Values = dict[str, Any]
NO_STRANGER = "!for colleagues only"


@dataclass(frozen=True)
class Door:
    """One way to a deed. `passes` are the ids that it goes through, as they are registered.

    `fields` fill the form that it opens, which is then sent. `shows` is what stands in the answer to those who may.
    `silent`: whoever may not is told nothing, as nothing is refused to them that they would see. `saving`: others may
    open this form, for another deed; to send it is what counts.
    """

    passes: tuple[str, ...]
    send: Send
    fields: Callable[[Desk, Handover], Values] | None = None
    shows: str = ""
    silent: bool = False
    saving: bool = False

    @property
    def looks(self) -> bool:
        """Whether it only shows something, so that all may share one record."""
        return bool(self.shows) and self.passes[0] not in ("/commit", "/pause", "/resume", "/assign")

    def seen(self, out: Outcome) -> bool:
        """Whether the answer shows it; with `!` in front, whether it does not say that."""
        there = self.shows.removeprefix("!") in out.shown + out.refused
        return there is not self.shows.startswith("!")


def click(action_id: str, value: str = "", **more: Any) -> Door:
    """A button: its value is the record's number and what follows it."""
    return Door((action_id,), lambda desk, who, n: desk.click(who, button(action_id, f"{n}{value}")), **more)


def menu(menu_id: str, action_id: str, value: str = "", **more: Any) -> Door:
    """An entry of an overflow."""
    return Door(
        (menu_id, action_id), lambda desk, who, n: desk.click(who, _entry(menu_id, action_id, n, value)), **more
    )


def form(door: Door, view: str, fields: Callable[[Desk, Handover], Values], *, saving: bool = False) -> Door:
    """The door opens a form, which is filled and sent."""
    return replace(door, passes=(*door.passes, view), fields=fields, saving=saving)


def verb(words: str, shows: str = "", **more: Any) -> Door:
    """`/handover …`; `HO` in the words is the record's id."""
    name = words.split(" ", 1)[0]
    return Door(
        (f"/{name}",), lambda desk, who, n: desk.command(who, words.replace("HO", f"HO-{n}")), shows=shows, **more
    )


def button(action_id: str, value: str) -> Values:
    return {"action_id": action_id, "value": value}


def _entry(menu_id: str, action_id: str, number: int, value: str) -> Values:
    chosen = {"value": f"{action_id}:{number}{value}", "text": {"type": "plain_text", "text": "…"}}
    return {"action_id": menu_id, "type": "overflow", "selected_option": chosen}


def always(**values: Any) -> Callable[[Desk, Handover], Values]:
    return lambda _, __: values


def ticks(key: str) -> Door:
    def send(desk: Desk, who: str, number: int) -> Callable[[], Reaction]:
        option = {"value": f"{number}:{key}", "text": {"type": "plain_text", "text": "…"}}
        boxes = {"action_id": ids.TICK, "type": "checkboxes", "selected_options": [option], "initial_options": []}
        return desk.click(who, boxes)

    return Door((ids.TICK,), send)


def handed(key: str, role: Role) -> Door:
    """The form "I can't do this", sent for that item: it is done already."""

    def send(desk: Desk, who: str, number: int) -> Callable[[], Reaction]:
        option = {"text": {"type": "plain_text", "text": "…"}}
        item = {"selected_option": {"value": f"{number}:{role}:tick:{key}", **option}}
        why = {"selected_option": {"value": "done", **option}}
        state = {
            "item": {"item": item},
            ids.CANT_WHY: {ids.CANT_WHY: why},
            "where": {"where": {"value": "in the plan"}},
        }
        blocks = [{"block_id": name, "type": "input"} for name in state]
        view = {"type": "modal", "callback_id": ids.VIEW_CANNOT, "blocks": blocks, "state": {"values": state}}
        return desk.submit(who, view)

    return Door((ids.CANT_DO, ids.CANT_WHY, ids.VIEW_CANNOT), send)


def picked(role: Role) -> Door:
    def send(desk: Desk, who: str, number: int) -> Callable[[], Reaction]:
        action = {"action_id": ids.PICK_PERSON, "block_id": f"role:{role}:{number}", "type": "users_select"}
        return desk.click(who, {**action, "selected_user": desk.people["Nico"].slack_id})

    return Door((ids.PICK_PERSON,), send)


def mention(desk: Desk, who: str, number: int) -> Callable[[], Reaction]:
    place = desk.handover(number).posts[0]
    words = {"text": f"<@U0BATONBOT> promise {SECRET}", "thread_ts": place.ts, "ts": f"{place.ts[:-1]}9"}
    return desk.event(who, type="app_mention", channel=place.channel, **words)


def message(desk: Desk, who: str, number: int) -> Callable[[], Reaction]:
    place = desk.handover(number).posts[0]
    return desk.shortcut(who, ids.SHORTCUT_EVIDENCE, {"ts": place.ts, "text": SECRET, "user": "U1", "type": "message"})


def search(action_id: str, words: str, shows: str) -> Door:
    def send(desk: Desk, who: str, number: int) -> Callable[[], Reaction]:
        view = {
            "type": "modal",
            "callback_id": ids.VIEW_PROMISE,
            "blocks": [],
            "private_metadata": f'{{"h": {number}}}',
        }
        return desk.options(who, action_id, words, view)

    return Door((action_id,), send, shows=shows, silent=True)


def redraw(action_id: str, shows: str) -> Door:
    """A click in an open form which is drawn anew: whoever lost the right meanwhile sees nothing new in it."""

    def send(desk: Desk, who: str, number: int) -> Callable[[], Reaction]:
        view = {"id": f"V{secrets.token_hex(6)}", "type": "modal", "callback_id": "view.x", "blocks": []}
        carried = {"state": {"values": {}}, "private_metadata": json.dumps({"h": number})}
        return desk.click(who, button(action_id, str(number)), {**view, **carried})

    return Door((action_id,), send, shows=shows, silent=True)


def pause_mark(desk: Desk, number: int) -> str:
    return mark(desk.handover(number).intervals[0])


def later(desk: Desk, who: str, _: int) -> Callable[[], Reaction]:
    (row,) = desk.db.execute("SELECT max(id) FROM reminder").fetchone()
    until = (desk.now + timedelta(days=1)).isoformat()
    chosen = {"value": f"{row}:{until}", "text": {"type": "plain_text", "text": "…"}}
    return desk.click(who, {"action_id": ids.REMIND_LATER, "type": "static_select", "selected_option": chosen})


def into(desk: Desk, who: str, number: int) -> Callable[[], Reaction]:
    return desk.click(who, button(ids.CARRY, f"{number}:{number - 1}"))


def points(asked: bool) -> Callable[[Desk, Handover], Values]:  # noqa: FBT001 - which of the two points
    def values(_: Desk, handover: Handover) -> Values:
        open_, question = (entry.id for entry in handover.entries)
        return {f"point:{question}": "An hour"} if asked else {f"point:{open_}": ("points.choice", "in_scope")}

    return values


def hand_over(role: Role) -> Door:
    door = menu(ids.LIST_MENU, ids.HAND_OVER, f":{role}")
    return form(door, ids.VIEW_HAND_OVER, lambda desk, _: {"holder": desk.people["Nico"].slack_id})


def task(desk: Desk, _: Handover) -> Values:
    return {"task.due:t1": some_day(desk).isoformat(), "task.owner:t1": desk.people["Ben"].slack_id}


def named(desk: Desk, _: Handover) -> Values:
    return {"role:csm": desk.people["Nico"].slack_id}


def another_version(desk: Desk, _: Handover) -> Values:
    written = parts(checklist_text("default"))["csm"]
    return {"part:csm:0": f'{written}\n[[lists.csm]]\nkey = "hello-{desk.made}"\ntext = "Say hello"\nopens = "won"\n'}


def another_file(desk: Desk, _: Handover) -> Values:
    text = checklist_text("default").replace("Head of Delivery", f"Head of Delivery {desk.made}")
    return {"file": [desk.stage.hands.upload("olga", "default.toml", text.encode())]}


def applied(desk: Desk, who: str, _: int) -> Callable[[], Reaction]:
    (current,) = desk.db.execute("SELECT coalesce(max(n), 0) FROM checklist").fetchone()
    draft = Version(0, "default", 0, "1+x", checklist_text("default"), current, 1, desk.now)
    number = desk.arrange(lambda unit: unit.add_checklist(draft))
    view = {"type": "modal", "callback_id": ids.VIEW_TEMPLATE_APPLY, "blocks": [], "state": {"values": {}}}
    return desk.submit(who, {**view, "private_metadata": json.dumps({"draft": str(number)})})
