"""Who is who in Slack: by e-mail for roles, by user id for somebody who clicked and was not known."""

from bot.effects import Effect, Home, Identify, Whisper
from bot.people import Person
from handlers.deliver.channels import person_of
from handlers.deliver.ledger import Ledger
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
    found = person_of(answer.get("user") or {})
    with deps.store.write() as unit:
        return unit.remember(found)


def identify(effect: Effect, ledger: Ledger) -> None:
    """Meets somebody: stores who they are; says so where they wait at a response_url, else draws their Home."""
    assert isinstance(effect, Identify)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    if effect.email:
        known(ledger, effect.email)
        return
    answer = deps.slack.call("users.info", user=effect.slack_id)
    with deps.store.write() as unit:
        person = unit.remember(person_of(answer.get("user") or {}))
        if effect.response_url:
            data = {"text": f"Hello {person.first_name}, I know you now. Please do that once more."}
            unit.emit(Whisper(person.slack_id, f"met:{effect.nonce}", response_url=effect.response_url, data=data))
        elif person.active:
            unit.emit(Home(person.id, nonce=f"met:{effect.nonce}"))
