"""Who is who in Slack: by e-mail for roles, by user id for somebody who clicked and was not known."""

from typing import Any

from bot.actions import prefs
from bot.effects import Effect, Home, Identify, Whisper
from bot.people import Person
from handlers.deliver.ledger import Ledger
from handlers.profile import away_by_status, person_of
from handlers.slack_api import SlackRefused

STALE = 86_400.0  # seconds until somebody who was not found is looked for again


def known(ledger: Ledger, email: str) -> Person | None:
    """The person of that e-mail, looked up in Slack when we have not met; None when Slack knows nobody.

    https://docs.slack.dev/reference/methods/users.lookupByEmail: `users_not_found` also for deactivated accounts.
    """
    deps = ledger.deps
    with deps.store.read() as reader:
        person = reader.by_email(email)
    missed = deps.missed.get(email, 0.0)
    if (person is not None and person.slack_id) or deps.clock.tick() - missed < STALE:
        return person
    try:
        answer = deps.slack.call("users.lookupByEmail", email=email)
    except SlackRefused:
        deps.missed[email] = deps.clock.tick()
        return None
    return _noticed(ledger, answer.get("user") or {})


def identify(effect: Effect, ledger: Ledger) -> None:
    """Stores who somebody is now; says so where they wait at a response_url; draws the Home of who is new here."""
    assert isinstance(effect, Identify)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    if effect.email:
        known(ledger, effect.email)
        return
    answer = deps.slack.call("users.info", user=effect.slack_id)
    with deps.store.read() as reader:
        met = reader.by_slack(effect.slack_id)
    person = _noticed(ledger, answer.get("user") or {})
    with deps.store.write() as unit:
        if effect.response_url:
            data = {"text": f"Hello {person.first_name}, I know you now. Please do that once more."}
            unit.emit(Whisper(person.slack_id, f"met:{effect.nonce}", response_url=effect.response_url, data=data))
        elif person.active and met is None:
            unit.emit(Home(person.id, nonce=f"met:{effect.nonce}"))


def _noticed(ledger: Ledger, user: dict[str, Any]) -> Person:
    deps, now = ledger.deps, ledger.deps.clock.now()
    until = away_by_status(user, deps.settings, now)
    with deps.store.write() as unit:
        return prefs.noticed(
            unit, person_of(user), until, nonce=f"job:{ledger.job.id}", settings=deps.settings, now=now
        )
