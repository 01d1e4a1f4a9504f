"""After a merge in the CRM: copying what was captured to the surviving deal's record."""

from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from bot.actions.record import merge as actions
from handlers.deps import Deps
from handlers.ears.guard import Click, act


def register(bolt: App, deps: Deps) -> None:
    """Registers the listener of this conversation."""

    @bolt.action(ids.CARRY)
    def carry(ack: Ack, body: dict[str, Any]) -> None:
        click, now = Click.of(body), deps.clock.now()
        into = int(click.subject) if click.subject.isdigit() else 0
        act(
            deps,
            click,
            lambda unit, who: actions.carry(
                unit, click.handover_id, who, into=into, nonce=click.key, terms=deps.terms, now=now
            ),
        )
        ack()
