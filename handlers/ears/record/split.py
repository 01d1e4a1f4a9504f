"""A deal split into workstreams: by verb, and from the message that its shares do not add up any more."""

from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt import App

from blocks import forms, ids
from blocks.frame import FieldErrors, Frame, Message
from blocks.record import split as face
from bot import split as rules
from bot.actions.record import split as actions
from bot.errors import Refused
from bot.handover import ENDED, Handover
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
    opens(bolt, deps, ids.SPLIT, make(deps))
    submits(bolt, deps, ids.VIEW_SPLIT, partial(_read, deps), _split, may=actions.problem)


def make(deps: Deps) -> Make:
    """Draws the form with the workstreams that are there, or one sentence with the way out."""

    def drawn(handover: Handover, _: Frame, person: Person, __: Click) -> dict[str, Any]:
        with deps.store.read() as reader:
            sentence = actions.problem(reader, handover, person)
        return forms.note_view("Split the deal", sentence) if sentence else _view(deps, handover)

    return drawn


def verb(deps: Deps, asked: Asked) -> Message | None:
    """`split ABC`: opens the form."""
    found = verbs.one(deps, asked, asked.rest)
    if isinstance(found, Message):
        return found
    with deps.store.read() as reader:
        sentence = actions.problem(reader, found, asked.person)
    if sentence:
        return line(deps, sentence)
    open_view(deps, verbs.clicked(asked), _view(deps, found))
    return None


def _view(deps: Deps, handover: Handover) -> dict[str, Any]:
    with deps.store.read() as reader:
        parts = reader.by_deal(handover.connection, handover.deal_id)
    return face.split_view(handover, [part for part in parts if part.state not in ENDED], nonce=deps.new_id())


def _read(deps: Deps, view: dict[str, Any]) -> face.Split | FieldErrors:
    found = face.split_read(view)
    if isinstance(found, FieldErrors):
        return found
    with deps.store.read() as reader:
        handover = reader.handover(found.handover_id)
    problem = rules.problem(found.parts, handover.deal.amount) if handover else ""
    return FieldErrors({face.PARTS: problem}) if problem else found


def _split(deps: Deps, unit: StoreUnit, who: Person, read: face.Split, click: Click, now: datetime) -> Said | Refused:
    return actions.split(unit, click.handover_id, who, read.parts, nonce=click.nonce, terms=deps.terms, now=now)
