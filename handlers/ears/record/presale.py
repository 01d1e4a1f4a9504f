"""The presale work: its index by button and verb, and the sign-off of one artefact."""

from datetime import datetime

from slack_bolt import App

from blocks import forms, ids
from blocks.frame import Message
from blocks.record import presale as face
from bot.actions import admin
from bot.deal import PresaleKind
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears import verbs
from handlers.ears.asked import Asked
from handlers.ears.guard import Click, open_view
from handlers.ears.modals import form, opens, submits
from handlers.rows import people_of
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    opens(bolt, deps, ids.PRESALE, form(deps, face.index_view))
    opens(
        bolt,
        deps,
        ids.PRESALE_SIGN,
        lambda h, _, __, c: forms.presale_view(h, PresaleKind(c.subject), nonce=deps.new_id()),
    )
    submits(bolt, deps, ids.VIEW_PRESALE, forms.presale_read, _signed_off)


def verb(deps: Deps, asked: Asked) -> Message | None:
    """`presale ABC`: opens the index of its presale work."""
    found = verbs.one(deps, asked, asked.rest)
    if isinstance(found, Message):
        return found
    with deps.store.read() as reader:
        people = people_of(reader, found)
    open_view(deps, verbs.clicked(asked), face.index_view(found, deps.frame(found, people), nonce=deps.new_id()))
    return None


def _signed_off(
    deps: Deps, unit: StoreUnit, who: Person, read: forms.PresaleSignOff, click: Click, now: datetime
) -> Said | Refused:
    return admin.sign_presale(
        unit,
        click.handover_id,
        who,
        kind=read.kind.value,
        deliverable=read.deliverable,
        external=read.external,
        terms=deps.terms,
        now=now,
    )
