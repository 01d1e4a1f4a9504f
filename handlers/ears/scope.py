"""The scope: one modal, prefilled; the delivery manager's one click starts the clock."""

from datetime import datetime
from typing import Any

from slack_bolt import App

from blocks import ids
from blocks import scope as face
from bot.actions import scope as actions
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click
from handlers.ears.modals import form, opens, submits
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    opens(bolt, deps, ids.CONFIRM_SCOPE, form(deps, face.scope_view), may=actions.cannot)
    submits(bolt, deps, ids.VIEW_SCOPE, face.scope_read, _confirmed)


def _confirmed(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    scope = actions.Scope(document=read.document, start=read.start, end=read.end)
    return actions.confirm(unit, click.handover_id, who, scope, terms=deps.terms, now=now)
