"""Home: published when somebody opens it, and whenever what they see there changes."""

from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from bot.effects import Home, Identify
from handlers.deps import Deps
from handlers.ears.guard import Click


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.event("app_home_opened")
    def opened(ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            with deps.store.write() as unit:
                if unit.seen(f"event:{body.get('event_id')}"):
                    person = unit.by_slack(str(event.get("user")))
                    if person is None:
                        unit.emit(Identify(str(event.get("user")), "", nonce=deps.new_id()))
                    else:
                        unit.opened_home(person.id)
                        unit.emit(Home(person.id, nonce=deps.new_id()))
        ack()

    @bolt.action(ids.HOME_TAB)
    def refresh(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        with deps.store.write() as unit:
            person = unit.by_slack(click.slack_id)
            if person is not None and unit.seen(f"click:{click.key}"):
                unit.emit(Home(person.id, nonce=deps.new_id()))
        ack()
