"""Showing: card, brief, history, the root's overflow; tracking a deal that was found."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks import brief, history, ids
from blocks import roles as roles_face
from blocks.frame import Frame
from bot.actions import intake, rights
from bot.actions.lists import gone
from bot.effects import SearchCrm, SendHistory
from bot.errors import Refused
from bot.handover import Handover
from bot.people import Person, Sight, sight
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears import pause, roles
from handlers.ears.guard import Click, does, whisper
from handlers.ears.modals import Make, form, open_on, opens
from handlers.ears.record import stage
from handlers.rows import named_in
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    shows: dict[str, Make] = {ids.BRIEF: _brief, ids.HISTORY: _history(deps)}
    for action_id, make in shows.items():
        opens(bolt, deps, action_id, make)

    @bolt.action(ids.ROOT_MENU)
    def root_menu(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        action, _, rest = click.value.partition(":")
        inner = Click.of({**body, "actions": [{**click.action, "selected_option": {"value": rest}}]})
        views = {
            **pause.views(deps),
            ids.CHANGE_PEOPLE: form(deps, roles_face.people_view),
            ids.STAGE: stage.make(deps),
        }
        makes: dict[str, Make] = {**shows, **views}
        named = replace(inner, action_id=action)  # the overflow has one action id for all its entries
        if action in makes:
            open_on(deps, named, makes[action], may=roles.may_name if action == ids.CHANGE_PEOPLE else None)
        ack()

    does(bolt, deps, ids.SHOW_CARD, _card)
    does(bolt, deps, ids.HISTORY_FILE, _file)
    does(bolt, deps, ids.TRACK_DEAL, _tracked)
    does(bolt, deps, ids.SEARCH_CRM, _search)


def _search(_: Deps, unit: StoreUnit, who: Person, click: Click, __: datetime) -> Said | Refused:
    no = rights.to_start(unit, who, "search the CRM")
    if no:
        return Refused(no)
    unit.emit(SearchCrm(click.value, who.id, click.response_url, nonce=click.key))
    return Said()


def _tracked(_: Deps, unit: StoreUnit, who: Person, click: Click, __: datetime) -> Said | Refused:
    connection, deal_id = click.value.partition(":")[::2]
    outcome = intake.track(
        unit, who, connection=connection, deal_id=deal_id, response_url=click.response_url, nonce=click.key
    )
    # The card follows by itself; a word before it could arrive after it, as two whispers have no order.
    return Said() if isinstance(outcome, Said) else outcome


def _card(_: Deps, unit: StoreUnit, who: Person, click: Click, __: datetime) -> Said | Refused:
    handover = unit.handover(click.handover_id)
    if handover is None or sight(who, handover.roles) is Sight.NOTHING:
        return Refused("This handover is not there any more. Type /handover to see yours.")
    whisper(unit, click, "card", {}, handover_id=handover.id)
    return Said()


def _file(_: Deps, unit: StoreUnit, who: Person, click: Click, __: datetime) -> Said | Refused:
    handover = unit.handover(click.handover_id)
    if handover is None:
        return gone()
    no = rights.to_read_history(unit, handover, who)
    if no:
        return Refused(no)
    unit.emit(SendHistory(handover.id, who.id, nonce=click.key))
    return Said("The history comes as a file, by direct message.")


def _brief(handover: Handover, frame: Frame, *_: object) -> dict[str, Any]:
    return brief.modal(handover, frame)


def _history(deps: Deps) -> Make:
    def make(handover: Handover, frame: Frame, *_: object) -> dict[str, Any]:
        with deps.store.read() as reader:
            events = reader.events(handover.id)
            people = {**frame.people, **reader.people(named_in(events))}
        return history.modal(handover, events, deps.frame(handover, people))

    return make
