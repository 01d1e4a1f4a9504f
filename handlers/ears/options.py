"""Menus that fill as one types: deals and the client's contacts, from our own database, never from a live CRM."""

from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks.modal.options import contact_options, deal_options
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
            rows = choices(reader, person.id, words) if person else []
        ack(options=deal_options(rows))

    @bolt.options(ids.CONTACT_SEARCH)
    def contacts(ack: Ack, body: dict[str, Any]) -> None:
        words = str(body.get("value") or "").strip()
        _, handover, _ = seen_by(deps, Click.of(body))
        ack(options=contact_options(handover.deal.contacts if handover else (), words))
