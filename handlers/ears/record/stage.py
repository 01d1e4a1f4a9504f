"""The stages after the gate, by the root's overflow and by verb."""

from datetime import datetime
from typing import Any

from slack_bolt import App

from blocks import forms, ids
from blocks.frame import Frame, Message
from blocks.record import stage as face
from bot.actions import stage as actions
from bot.errors import Refused
from bot.handover import Handover
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears import verbs
from handlers.ears.asked import Asked, line
from handlers.ears.guard import Click, open_view
from handlers.ears.modals import Make, opens, submits
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    opens(bolt, deps, ids.STAGE, make(deps))
    submits(bolt, deps, ids.VIEW_STAGE, face.stage_read, _changed)


def make(deps: Deps) -> Make:
    """Draws what this person may choose, or one sentence with the way out."""

    def drawn(handover: Handover, _: Frame, person: Person, __: Click) -> dict[str, Any]:
        sentence = _problem(deps, handover, person)
        if sentence:
            return forms.note_view("Change stage", sentence)
        return face.stage_view(handover, actions.choices(handover, person), nonce=deps.new_id())

    return drawn


def verb(deps: Deps, asked: Asked) -> Message | None:
    """`stage ABC`: opens the choice of stages."""
    found = verbs.one(deps, asked, asked.rest)
    if isinstance(found, Message):
        return found
    sentence = _problem(deps, found, asked.person)
    if sentence:
        return line(deps, sentence)
    view = face.stage_view(found, actions.choices(found, asked.person), nonce=deps.new_id())
    open_view(deps, verbs.clicked(asked), view)
    return None


def _problem(deps: Deps, handover: Handover, person: Person) -> str:
    with deps.store.read() as reader:
        return actions.problem(reader, handover, person)


def _changed(_: Deps, unit: StoreUnit, who: Person, read: face.Stage, click: Click, now: datetime) -> Said | Refused:
    return actions.change(unit, click.handover_id, who, to=read.to, why=read.why, nonce=click.nonce, now=now)
