"""Who is who in Slack: by e-mail for roles, by user id for somebody who clicked and was not known."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.actions import prefs
from bot.effects import CheckReaders, Effect, Home, Identify, Whisper
from bot.people import Person
from handlers import channel_facts
from handlers.deliver.ledger import Ledger, Pace
from handlers.profile import away_by_status, person_of
from handlers.slack_api import SlackRefused

GONE = frozenset({"user_not_found", "user_not_visible"})
INFO = Pace("slack:users.info", every=0.65, burst=20)  # tier 4: 100 a minute
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
        answer = {}
    # Also whom Slack found may be nobody by that address here: a guest is no colleague, an alias stands in no profile.
    deps.missed[email] = deps.clock.tick()
    return _noticed(ledger, answer["user"]) if answer.get("user") else None


def identify(effect: Effect, ledger: Ledger) -> None:
    """Stores who somebody is now; says so where they wait at a response_url; draws the Home of who is new here."""
    assert isinstance(effect, Identify)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    if effect.email:
        known(ledger, effect.email)
        return
    ledger.take_slot(INFO)
    with deps.store.read() as reader:
        met = reader.by_slack(effect.slack_id)
    person = _asked(ledger, effect.slack_id, met)
    if person is None:
        return
    with deps.store.write() as unit:
        if effect.response_url:
            data = {"text": f"Hello {person.first_name}, I know you now. Please do that once more."}
            unit.emit(Whisper(person.slack_id, f"met:{effect.nonce}", response_url=effect.response_url, data=data))
        elif person.active and met is None:
            unit.emit(Home(person.id, nonce=f"met:{effect.nonce}"))


def _asked(ledger: Ledger, slack_id: str, met: Person | None) -> Person | None:
    # Whom Slack does not know any more, or shows us no more, is gone for us as a deactivated account is.
    try:
        answer = ledger.deps.slack.call("users.info", user=slack_id)
    except SlackRefused as refused:
        if refused.code not in GONE:
            raise
        return _kept(ledger, replace(met, active=False), None) if met else None
    return _noticed(ledger, answer.get("user") or {})


def met(ledger: Ledger, slack_id: str) -> Person:
    """The person of that Slack id, asked from Slack and kept. SlackRefused when there is none."""
    return _noticed(ledger, ledger.deps.slack.call("users.info", user=slack_id).get("user") or {})


def _noticed(ledger: Ledger, user: dict[str, Any]) -> Person:
    deps = ledger.deps
    person = person_of(user, deps.identity.team_id)
    return _kept(ledger, person, away_by_status(user, deps.settings, deps.clock.now()))


def _kept(ledger: Ledger, person: Person, until: datetime | None) -> Person:
    deps, nonce = ledger.deps, f"job:{ledger.job.id}"
    with deps.store.read() as reader:
        before = reader.by_slack(person.slack_id)
        # Who becomes a guest reads along as an outsider, wherever they sit.
        channels = channel_facts.looked_at(reader) if before and person.guest and not before.guest else []
    with deps.store.write() as unit:
        kept = prefs.noticed(unit, person, until, nonce=nonce, terms=deps.terms, now=deps.clock.now())
        for channel in channels:
            channel_facts.forget(unit, channel, nonce)
            unit.emit(CheckReaders(channel, nonce))
    return kept
