"""Who holds which role, by select, modal and overflow: naming, handing over, "Not mine"."""

from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from blocks import forms, ids
from blocks import roles as face
from bot.actions import admin, intake, rights
from bot.actions import people as actions
from bot.deal import MANUAL, Deal, Standing
from bot.effects import Identify
from bot.errors import Refused
from bot.handover import Handover
from bot.people import HANDOVER_ROLES, Person, Role, may
from bot.rights import Deed
from bot.rights.whom import Known
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click, does
from handlers.ears.modals import form, open_on, opens, submits
from store.unit import StoreUnit

SHOWN, ROOM = 20, 400  # held deals in one sentence, and their characters: a plain word is cut at 500
UNKNOWN = "I do not know this person yet: I am asking Slack. Please choose them once more."


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    does(bolt, deps, ids.PICK_PERSON, _picked)

    @bolt.action(ids.LIST_MENU)
    def list_menu(ack: Ack, body: dict[str, Any]) -> None:
        menu(deps, body)
        ack()

    does(bolt, deps, ids.HELD, _verdict)
    does(bolt, deps, ids.RESUME_HOLD, _hold_ended)
    opens(bolt, deps, ids.CHANGE_PEOPLE, form(deps, face.people_view), may=may_name)
    opens(
        bolt,
        deps,
        ids.CANCEL,
        lambda h, *_: forms.cancel_view(h, nonce=deps.new_id()),
        may=rights.to_cancel,
    )
    submits(bolt, deps, ids.VIEW_NEW, forms.new_read, _new)
    submits(bolt, deps, ids.VIEW_PEOPLE, face.people_read, _people)
    submits(bolt, deps, ids.VIEW_NOT_MINE, face.not_mine_read, _not_mine)
    submits(bolt, deps, ids.VIEW_HAND_OVER, face.hand_over_read, _hand_over)
    submits(bolt, deps, ids.VIEW_CANCEL, forms.cancel_read, _cancel)


def menu(deps: Deps, body: dict[str, Any]) -> None:
    """The overflow of a list: its entry's value is `<action>:<handover>:<role>`."""
    click = Click.of(body)
    action, _, rest = click.value.partition(":")
    inner = Click.of({**body, "actions": [{**click.action, "selected_option": {"value": rest}}]})
    role = Role(inner.subject) if inner.subject in list(Role) else Role.PM
    if action == ids.NOT_MINE:
        open_on(
            deps,
            inner,
            lambda h, frame, *_: face.not_mine_view(h, role, frame, nonce=deps.new_id()),
            may=partial(rights.to_give_back, role=role),
        )
    elif action == ids.HAND_OVER:
        open_on(
            deps,
            inner,
            lambda h, frame, *_: face.hand_over_view(h, role, frame, nonce=deps.new_id()),
            may=lambda known, h, who: rights.to_name(known, h, who, [role]),
        )


def may_name(known: Known, handover: Handover, who: Person) -> str:
    """Why this person can name nobody here; '' when they can, or hand a role of theirs over."""
    return rights.to_name(known, handover, who, HANDOVER_ROLES)


def name(
    deps: Deps, unit: StoreUnit, who: Person, handover_id: int, role: Role, slack_id: str, now: datetime
) -> Said | Refused:
    """Names a person by Slack id; somebody we never met is looked up first."""
    person = unit.by_slack(slack_id)
    if person is None:
        unit.emit(Identify(slack_id, "", nonce=deps.new_id()))
        return Refused(UNKNOWN)
    return actions.assign(unit, handover_id, who, role=role, person=person, terms=deps.terms, now=now)


def _picked(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    _, _, rest = click.block_id.partition(ids.ROLE)
    role, _, number = rest.partition(":")
    handover_id = int(number.partition(":")[0] or 0)
    return name(deps, unit, who, handover_id, Role(role), click.value, now)


def _verdict(_: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    names, count = intake.held_names(unit, SHOWN, ROOM)
    if click.value != "show" or not count or not may(who, Deed.HELD_WINS):
        return intake.verdict(unit, who, choice=click.value, now=now, nonce=click.key)
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return Said(f"Held: {', '.join(names)}{more}. Open or ignore them.")


def _hold_ended(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return admin.end_hold(unit, click.handover_id, who, terms=deps.terms, now=now)


def _people(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    handover = unit.handover(click.handover_id)
    unknown = [slack_id for slack_id in read.values() if unit.by_slack(slack_id) is None]
    for slack_id in unknown:
        unit.emit(Identify(slack_id, "", nonce=deps.new_id()))
    if unknown:
        return Refused(UNKNOWN)
    lines: list[str] = []
    for role, slack_id in read.items():
        person = unit.by_slack(slack_id)
        if person and handover and handover.roles.get(role) == person.id:
            continue
        outcome = name(deps, unit, who, click.handover_id, role, slack_id, now)
        if isinstance(outcome, Refused) and not lines:
            return outcome
        # What was named before a refusal is named: both are said, as "Not saved" would be untrue.
        lines.append(outcome.sentence if isinstance(outcome, Refused) else outcome.line)
    return Said(" ".join(lines))


def _not_mine(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    return actions.not_mine(unit, click.handover_id, who, role=read[0], reason=read[1], terms=deps.terms, now=now)


def _hand_over(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    return name(deps, unit, who, click.handover_id, read[0], read[1], now)


def _new(deps: Deps, unit: StoreUnit, who: Person, read: forms.NewDeal, click: Click, now: datetime) -> Said | Refused:
    deal = Deal(
        connection=MANUAL,
        id=f"m-{click.nonce}",
        name=f"{read.client} – {read.project}",
        client=read.client,
        project=read.project,
        standing=Standing.WON,
        url=read.link,
        amount=read.amount,
        start=read.start,
        won_epoch=now,
    )
    return admin.create(unit, who, deal, terms=deps.terms, now=now)


def _cancel(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    del deps
    return admin.cancel(unit, click.handover_id, who, reason=read.reason, now=now)
