"""Menus that fill as one types: deals and the client's contacts, from our own database, never from a live CRM."""

from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks.modal.options import contact_options, deal_options
from bot.people import may_capture
from handlers.deps import Deps
from handlers.ears.guard import Click, seen_by
from handlers.rows import choices


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.options(ids.DEAL_SEARCH)
    def deals(ack: Ack, body: dict[str, Any]) -> None:
        words = str(body.get("value") or "")
        with deps.store.read() as reader:
            person = reader.by_slack(str((body.get("user") or {}).get("id")))
            rows = choices(reader, person, words)
        ack(options=deal_options(rows))

    @bolt.options(ids.CONTACT_SEARCH)
    def contacts(ack: Ack, body: dict[str, Any]) -> None:
        words = str(body.get("value") or "").strip()
        person, handover, _ = seen_by(deps, Click.of(body))
        theirs = person is not None and handover is not None and may_capture(person, handover.roles)
        ack(options=contact_options(handover.deal.contacts if handover and theirs else (), words))
