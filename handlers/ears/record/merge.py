"""After a merge in the CRM: copying what was captured to the surviving deal's record."""

from datetime import datetime

from slack_bolt import App

from blocks import ids
from bot.actions.record import merge as actions
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click, does
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listener of this conversation."""
    does(bolt, deps, ids.CARRY, _carried)


def _carried(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    into = int(click.subject) if click.subject.isdigit() else 0
    return actions.carry(unit, click.handover_id, who, into=into, nonce=click.key, terms=deps.terms, now=now)
