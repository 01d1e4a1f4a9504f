"""Somebody's profile changed: a status of absence, e-mail, zone, guest, deactivated.

https://docs.slack.dev/reference/events/user_change
"""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from bot.effects import Identify
from bot.people import Person
from handlers.deps import Deps
from handlers.profile import away_by_status, person_of


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.event("user_change")
    def user_change(ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        user = event.get("user")
        noticed(deps, user if isinstance(user, dict) else {}, str(body.get("event_id")))
        ack()


def noticed(deps: Deps, user: dict[str, Any], event_id: str) -> None:
    """Slack says that somebody's profile changed. The event is a hint: what is true now, a job asks.

    Most profiles that change are of people whom we do not know, or change nothing for us: those cost one read.
    """
    slack_id = str(user.get("id") or "")
    with deps.store.read() as reader:
        person = reader.by_slack(slack_id)
    if person is None:
        return
    now = deps.clock.now()
    says = person_of(user, deps.identity.team_id)
    if not _changed(person, says, away_by_status(user, deps.settings, now), now):
        return
    with deps.store.write() as unit:
        if unit.seen(f"event:{event_id}"):
            unit.emit(Identify(slack_id, "", nonce=f"event:{event_id}"))


def _changed(person: Person, says: Person, until: datetime | None, now: datetime) -> bool:
    # What the event leaves out (an app without users:read.email sees no address) says nothing.
    away = person.status_until if person.status_until and person.status_until > now else None
    words = ((says.name, person.name), (says.email, person.email))
    return (
        (until, says.active, says.guest, says.tz) != (away, person.active, person.guest, person.tz)
        or any(new and new != old for new, old in words)
    )  # fmt: skip
