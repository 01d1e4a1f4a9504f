"""The lists: ticks by hand, documents opened, tasks given owners and dates, the workspace and its steps."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks import access as access_face
from blocks import forms, ids
from blocks.frame import Frame
from bot.actions import access, provision, rights
from bot.actions import capture as reading
from bot.actions import lists as actions
from bot.errors import Refused
from bot.handover import Handover
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click, act, does
from handlers.ears.modals import Make, form, opens, submits
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.TICK)
    def ticked(ack: Ack, body: dict[str, Any]) -> None:
        tick(deps, body)
        ack()

    does(bolt, deps, ids.ITEM_DONE, _ticked_off)
    does(bolt, deps, ids.OPEN_DOCUMENT, _opened)
    does(bolt, deps, ids.ALL_READ, _all_read)
    does(bolt, deps, ids.PROVISION, _begun)
    does(bolt, deps, ids.RETRY_STEP, _retried)
    does(bolt, deps, ids.READ_TASKS, _tasks_read)
    opens(bolt, deps, ids.SET_TASKS, form(deps, access_face.tasks_view), may=rights.to_set_tasks)
    opens(bolt, deps, ids.STEP_BY_HAND, _by_hand_view(deps), may=rights.to_mend_step)
    submits(bolt, deps, ids.VIEW_TASKS, access_face.tasks_read, _tasks)
    submits(bolt, deps, ids.VIEW_BY_HAND, forms.by_hand_read, _by_hand)


def tick(deps: Deps, body: dict[str, Any]) -> None:
    """Applies the difference between what this person saw and what they chose; a refused tick is drawn back.

    Checkboxes are per client (https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element): the
    payload's own message says what that screen showed.
    """
    click = Click.of(body)
    now = deps.clock.now()
    shown = shown_options(body.get("message") or {}, click)
    chosen = {str(option.get("value")) for option in click.action.get("selected_options") or []}

    def deed(unit: StoreUnit, who: Person) -> Said | Refused:
        outcome: Said | Refused = Said()
        for value in sorted(shown ^ chosen):
            handover_id, _, key = value.partition(":")
            given = int(handover_id) if handover_id.isdigit() else 0
            outcome = actions.tick(unit, given, who, key=key, ticked=value in chosen, terms=deps.terms, now=now)
            if isinstance(outcome, Refused):
                drawn_back(unit, given, who, key, now)
                return outcome
        return outcome

    act(deps, click, deed)


def drawn_back(unit: StoreUnit, handover_id: int, who: Person, key: str, now: datetime) -> None:
    """A refused tick stays on that one screen until the list is drawn anew, under a new block id."""
    handover = unit.handover(handover_id)
    if handover is not None:
        handover.note(now, "tick_refused", person=who.id, item=key)
        unit.save(handover)


def shown_options(message: dict[str, Any], click: Click) -> set[str]:
    """The values that were ticked on the message as this person saw it."""
    for block in message.get("blocks") or []:
        if block.get("block_id") != click.block_id:
            continue
        for element in block.get("elements") or []:
            if element.get("action_id") == click.action_id:
                return {str(option.get("value")) for option in element.get("initial_options") or []}
    return {str(option.get("value")) for option in click.action.get("initial_options") or []}


def _ticked_off(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return actions.tick_off(unit, click.handover_id, who, key=click.subject, terms=deps.terms, now=now)


def _opened(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return reading.read(unit, click.handover_id, who, document=click.subject, terms=deps.terms, now=now)


def _all_read(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return reading.read(unit, click.handover_id, who, document="", terms=deps.terms, now=now)


def _begun(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return provision.begin(unit, click.handover_id, who, terms=deps.terms, now=now)


def _retried(_: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return provision.retry(unit, click.handover_id, who, key=click.subject, nonce=click.key, now=now)


def _tasks_read(_: Deps, unit: StoreUnit, who: Person, click: Click, __: datetime) -> Said | Refused:
    return access.read_tasks(unit, click.handover_id, who, nonce=click.key)


def _by_hand_view(deps: Deps) -> Make:
    def make(handover: Handover, _: Frame, __: Person, click: Click) -> dict[str, Any]:
        step = handover.step(click.subject)
        if step is None:
            return forms.note_view("Done by hand", "This step is not there any more.")
        return forms.by_hand_view(handover, step, nonce=deps.new_id())

    return make


def _tasks(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    del now
    rows = []
    for task_id, day, slack_id in read:
        owner = unit.by_slack(slack_id)
        if owner is None or not owner.email:
            return Refused("I do not know one of these people yet. Choose somebody with a role here.")
        rows.append((task_id, day, owner))
    return access.set_tasks(unit, click.handover_id, who, rows, nonce=deps.new_id())


def _by_hand(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    return provision.by_hand(unit, click.handover_id, who, key=read.key, words=read.words, terms=deps.terms, now=now)
