"""The clock's buttons: [Remind me later], and [Take it] of what is late."""

from datetime import datetime

from slack_bolt import App

from blocks import ids
from bot.actions import late, remind
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click, does
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    does(bolt, deps, ids.REMIND_LATER, _later)
    does(bolt, deps, ids.TAKE_IT, _taken)


def _later(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    number, _, moment = click.value.partition(":")
    if not number.isdigit():
        return Refused("This reminder is out of date. Type /handover to go on.")
    until = datetime.fromisoformat(moment)
    return remind.later(unit, who, reminder_id=int(number), until=until, terms=deps.terms, now=now)


def _taken(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return late.take_it(unit, click.handover_id, who, terms=deps.terms, now=now)
