"""What all ears share: reading a click, knowing who clicked, doing it once, and answering kindly.

A click is keyed by its trigger (https://docs.slack.dev/interactivity): four deliveries of one click are one effect. An
answer to a person goes through the outbox, in the same transaction as the change it tells of.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks.modal import submission
from bot.effects import Identify, Whisper
from bot.errors import Conflict, Refused, VendorError
from bot.handover import Handover
from bot.people import Person, Sight, sight
from bot.terms import Said
from handlers.deps import Deps
from handlers.rows import people_of
from handlers.slack_api import SlackRefused
from store.unit import StoreUnit

log = logging.getLogger("baton.ears")
OUTSIDERS = "Handovers are for colleagues only. Ask your contact here what you need to know."
UNKNOWN = "One moment: I do not know you yet. Please do that once more."
OPENED = "exchanged_trigger_id"
Deed = Callable[[StoreUnit, Person], Said | Refused]
OfClick = Callable[[Deps, StoreUnit, Person, "Click", datetime], Said | Refused]


@dataclass(frozen=True)
class Click:
    """One interaction: who, where, on what, and the handles by which it can be answered."""

    slack_id: str
    key: str
    trigger_id: str = ""
    response_url: str = ""
    channel: str = ""
    thread_ts: str = ""
    action_id: str = ""
    block_id: str = ""
    value: str = ""
    view: dict[str, Any] = field(default_factory=dict)
    action: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Click":
        """From a block_actions, view_submission or shortcut payload; absent and null are the same."""
        actions = body.get("actions") or [{}]
        action = actions[0]
        container = body.get("container") or {}
        view = body.get("view") or {}
        user = body.get("user") or {}
        trigger = str(body.get("trigger_id") or "")
        opened = submission.origin(view)
        place = f"{container.get('message_ts', '')}{view.get('id', '')}"
        stamp = f"{user.get('id')}:{place}:{action.get('block_id', '')}:{action.get('action_id', '')}"
        return cls(
            slack_id=str(user.get("id", "")),
            key=f"{stamp}:{action.get('action_ts') or trigger or view.get('hash', '')}",
            trigger_id=trigger,
            response_url=str(body.get("response_url") or opened.response_url),
            channel=str(container.get("channel_id") or (body.get("channel") or {}).get("id") or opened.channel),
            thread_ts=str(container.get("thread_ts") or container.get("message_ts") or opened.thread_ts),
            action_id=str(action.get("action_id") or ""),
            block_id=str(action.get("block_id") or ""),
            value=value_of(action),
            view=view,
            action=action,
        )

    @property
    def parts(self) -> list[str]:
        """The value's parts; an overflow's entry begins with its own action."""
        return self.value.split(":")

    @property
    def handover_id(self) -> int:
        """The record it is about, 0 when it names none."""
        number = self.parts[0]
        return int(number) if number.isdigit() else submission.origin(self.view).handover_id

    @property
    def subject(self) -> str:
        """What of the record it is about."""
        return ":".join(self.parts[1:])

    @property
    def nonce(self) -> str:
        """What names this modal: the same for every delivery of its submission."""
        return submission.origin(self.view).nonce or self.key


def value_of(action: dict[str, Any]) -> str:
    """What was chosen, whatever the element."""
    option = action.get("selected_option") or {}
    for found in (
        action.get("value"),
        option.get("value"),
        action.get("selected_user"),
        action.get("selected_date"),
    ):
        if found:
            return str(found)
    return ""


def does(bolt: App, deps: Deps, action_id: str, deed: OfClick) -> None:
    """A click on this action does the deed, once; the moment that the deed is given is that of the click."""

    @bolt.action(action_id)
    def clicked(ack: Ack, body: dict[str, Any]) -> None:
        click, now = Click.of(body), deps.clock.now()
        act(deps, click, lambda unit, who: deed(deps, unit, who, click, now))
        ack()


def act(deps: Deps, click: Click, deed: Deed, *, quiet: bool = False) -> Said | Refused | None:
    """Does it once, in one transaction with the word about it. None when this very click came before.

    `quiet` leaves the answer to the caller (a modal shows it).
    """
    try:
        outcome = _act(deps, click, deed, quiet=quiet)
    except Conflict:
        outcome = _act(deps, click, deed, quiet=quiet)
    came = "refused" if isinstance(outcome, Refused) else "done" if outcome else "came before"
    log.info("acted", extra={"action": click.action_id or click.view.get("callback_id", ""), "came": came})
    return outcome


def _act(deps: Deps, click: Click, deed: Deed, *, quiet: bool) -> Said | Refused | None:
    with deps.store.write() as unit:
        if not unit.seen(f"click:{click.key}"):
            return None
        who = unit.by_slack(click.slack_id)
        if who is None:
            unit.emit(Identify(click.slack_id, "", nonce=deps.new_id(), response_url=click.response_url))
            return Refused(UNKNOWN)
        outcome = Refused(OUTSIDERS) if outsider(who) else deed(unit, who)
        if not quiet:
            say(unit, click, outcome)
        return outcome


def outsider(person: Person) -> bool:
    """Whether this person is a guest, a stranger from a shared channel, or gone: they see and do nothing here."""
    return sight(person, {}) is Sight.NOTHING


def turned_away(deps: Deps, click: Click, person: Person) -> bool:
    """The same, and such a person is told so."""
    if not outsider(person):
        return False
    with deps.store.write() as unit:
        say(unit, click, Refused(OUTSIDERS))
    return True


def say(unit: StoreUnit, click: Click, outcome: Said | Refused) -> None:
    """Tells the person what came of it, only them."""
    if isinstance(outcome, Refused):
        whisper(unit, click, "refused", {"sentence": outcome.sentence})
    elif outcome.batch:
        data = {"line": outcome.line, "batch": outcome.batch}
        whisper(unit, click, "saved", data, handover_id=outcome.handover_id)
    elif outcome.line:
        whisper(unit, click, "line", {"text": outcome.line})


def whisper(unit: StoreUnit, click: Click, name: str, data: dict[str, Any], *, handover_id: int = 0) -> None:
    """An ephemeral word by the click's own response_url, else where it happened, else by direct message."""
    unit.emit(
        Whisper(
            slack_id=click.slack_id,
            nonce=f"{click.key}:{name}",
            channel=click.channel or click.slack_id,
            thread_ts=click.thread_ts if click.channel else "",
            response_url=click.response_url,
            name=name,
            handover_id=handover_id,
            data=data,
        )
    )


def seen_by(deps: Deps, click: Click) -> tuple[Person | None, Handover | None, dict[int, Person]]:
    """Who clicked, and the record, in one read of our own database; nobody and nothing are None."""
    with deps.store.read() as reader:
        person = reader.by_slack(click.slack_id)
        handover = reader.handover(click.handover_id) if click.handover_id else None
        people = people_of(reader, handover) if handover else {}
    return person, handover, people


def open_view(deps: Deps, click: Click, view: dict[str, Any]) -> None:
    """Opens a modal on this click's trigger, within its 3 seconds. From inside a modal it is pushed on top.

    https://docs.slack.dev/reference/methods/views.open: a spent or expired trigger cannot be tried again. A spent one
    means that this very click came before: its modal is there, and nothing is said.
    """
    method = "views.push" if click.view.get("type") == "modal" else "views.open"
    try:
        place = click.response_url if not click.channel.startswith("D") else ""
        placed = submission.placed(view, channel=click.channel, thread_ts=click.thread_ts, response_url=place)
        deps.edge.call(method, trigger_id=click.trigger_id, view=placed)
    except VendorError as error:
        if isinstance(error, SlackRefused) and error.code == OPENED:
            return
        log.warning("modal not opened", extra={"why": error.words})
        sentence = "Slack was too slow to open that. Please click once more."
        with deps.store.write() as unit:
            whisper(unit, click, "refused", {"sentence": sentence})


def change_view(deps: Deps, click: Click, view: dict[str, Any]) -> None:
    """Replaces the modal in which the click happened; a closed one is no error."""
    try:
        deps.edge.call("views.update", view_id=click.view.get("id"), view=view)
    except VendorError as error:
        log.info("modal not updated", extra={"why": error.words})
