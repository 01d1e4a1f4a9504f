"""What people choose for themselves: `/handover prefs`, [Preferences], and [Take over]."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks.company import preferences as face
from blocks.frame import Message
from bot.actions import people as people_actions
from bot.actions import prefs
from bot.effects import Identify
from bot.errors import Refused
from bot.people import Person, Role
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.asked import Asked
from handlers.ears.guard import Click, act, does, open_view, turned_away
from handlers.ears.modals import submits
from handlers.ears.verbs import clicked
from store.unit import StoreUnit

UNKNOWN = "I do not know this person yet: I am asking Slack. Please choose them once more."


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.PREFERENCES)
    def preferences(ack: Ack, body: dict[str, Any]) -> None:
        open_preferences(deps, Click.of(body))
        ack()

    does(bolt, deps, ids.TAKE_OVER, _take_over)
    submits(bolt, deps, ids.VIEW_PREFERENCES, face.preferences_read, _keep)


def verb(deps: Deps, asked: Asked) -> Message | None:
    """`prefs`: opens the preferences of whoever asks."""
    click = clicked(asked)
    open_preferences(deps, click)
    return None


def open_preferences(deps: Deps, click: Click) -> None:
    """Opens the modal with what is chosen now."""
    with deps.store.read() as reader:
        person = reader.by_slack(click.slack_id)
        chosen = reader.person(person.deputy) if person else None
        address = deps.settings.deputies.get(person.email, "") if person else ""
        configured = reader.by_email(address)
    if person is None:
        act(deps, click, lambda *_: Said())
        return
    if turned_away(deps, click, person):
        return
    frame = deps.frame(None, {})
    open_view(deps, click, face.preferences_view(person, chosen, configured, frame, nonce=deps.new_id()))


def _keep(deps: Deps, unit: StoreUnit, who: Person, read: face.Chosen, click: Click, now: datetime) -> Said | Refused:
    deputy = unit.by_slack(read.deputy)
    if read.deputy and deputy is None:
        unit.emit(Identify(read.deputy, "", nonce=deps.new_id()))
        return Refused(UNKNOWN)
    chosen = prefs.Preferences(read.reminders, read.away_until, deputy)
    return prefs.keep(unit, who, chosen, nonce=click.nonce, settings=deps.settings, now=now)


def _take_over(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    role, _, whom = click.subject.partition(":")
    if role not in list(Role) or not whom.isdigit():
        return Refused("This button is out of date. Type /handover to go on.")
    return people_actions.take_over(
        unit, click.handover_id, who, role=Role(role), whom=int(whom), terms=deps.terms, now=now
    )
