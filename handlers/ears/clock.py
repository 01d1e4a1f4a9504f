"""The clock's buttons: [Remind me later], and [Take it] of what is late."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from bot.actions import late, remind
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click, act
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.REMIND_LATER)
    def remind_later(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        act(deps, click, lambda unit, who: _later(deps, unit, who, click))
        ack()

    @bolt.action(ids.TAKE_IT)
    def take_it(ack: Ack, body: dict[str, Any]) -> None:
        click, now = Click.of(body), deps.clock.now()
        act(deps, click, lambda unit, who: late.take_it(unit, click.handover_id, who, terms=deps.terms, now=now))
        ack()


def _later(deps: Deps, unit: StoreUnit, who: Person, click: Click) -> Said | Refused:
    number, _, moment = click.value.partition(":")
    if not number.isdigit():
        return Refused("This reminder is out of date. Type /handover to go on.")
    until = datetime.fromisoformat(moment)
    return remind.later(unit, who, reminder_id=int(number), until=until, terms=deps.terms, now=deps.clock.now())
