"""What a setup asked for, found in Slack and put in force: its people by e-mail, its channel with Baton in it.

https://docs.slack.dev/reference/methods/users.info · conversations.info · conversations.create · conversations.invite
"""

from typing import Any

from bot.actions.company.setup import put_in_force, tell
from bot.company.effects import SetUp
from bot.company.setup import WANTED, Wanted
from bot.effects import Effect
from bot.naming import numbered
from bot.people import TITLES, Person, Role, can_hold
from bot.settings import NEEDED_ROLES, Settings
from bot.settings.stored import in_file
from handlers.company import take_up
from handlers.deliver.identify import met
from handlers.deliver.ledger import NOT_SET_UP, Later, Ledger, Result
from handlers.deliver.provision_slack import ALREADY_IN, CREATE, make_channel, rooms
from handlers.slack_api import SlackRefused

CHANNEL_NAME = "handovers"
INVITED = 5.0  # seconds between two looks whether Baton was invited
OPEN_HERE = "The channel is not private, or shared with others: amounts and promises are hidden there until it is."


def set_up(effect: Effect, ledger: Ledger) -> None:
    """Puts a form in force once all of it is found; says by direct message what is missing. A newer form wins."""
    assert isinstance(effect, SetUp)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    with deps.store.read() as reader:
        wanted = Wanted.of(reader.setting(WANTED))
    if wanted.rev != effect.rev:
        return
    found, notes = _people(ledger, wanted)
    empty = _still_empty(deps.settings, found)
    if empty:
        with deps.store.write() as unit:
            tell(unit, wanted, "set_up_refused", {"notes": [*notes, *empty]})
        return
    channel = _channel(ledger, wanted, found, notes)
    emails = {role: [person.email for person in people] for role, people in found.items()}
    with deps.store.write() as unit:
        held = put_in_force(unit, wanted, channel=channel, emails=emails, notes=notes)
    if held:
        take_up(deps)
        deps.store.outbox.hurry(NOT_SET_UP)


def _people(ledger: Ledger, wanted: Wanted) -> tuple[dict[Role, list[Person]], list[str]]:
    """Everyone who can hold what they were chosen for, by role; and a sentence for everyone who can't."""
    deps, notes = ledger.deps, []
    found: dict[Role, list[Person]] = {}
    for role, slack_ids in wanted.people.items():
        for slack_id in slack_ids:
            with deps.store.read() as reader:
                person = reader.by_slack(slack_id)
            person = person or _met(ledger, slack_id)
            problem = _unfit(person, role)
            if person is None or problem:
                notes.append(problem)
            else:
                found.setdefault(role, []).append(person)
    return found, notes


def _met(ledger: Ledger, slack_id: str) -> Person | None:
    try:
        return met(ledger, slack_id)
    except SlackRefused:
        return None


def _unfit(person: Person | None, role: Role) -> str:
    if person is None:
        return f"Slack does not know one of those chosen as {TITLES[role]}."
    if person.guest:
        return f"{person.name} is a guest in Slack and cannot be {TITLES[role]}."
    if not can_hold(person):
        return f"{person.name} has no active account here and cannot be {TITLES[role]}."
    if not person.email:
        return f"{person.name} shows no e-mail address in Slack and cannot be {TITLES[role]}."
    return ""


def _still_empty(settings: Settings, found: dict[Role, list[Person]]) -> list[str]:
    empty = [role for role in NEEDED_ROLES if not found.get(role) and not in_file(settings, f"people.roles.{role}")]
    return [f"There is no {TITLES[role]} left: choose a colleague." for role in empty]


def _channel(ledger: Ledger, wanted: Wanted, found: dict[Role, list[Person]], notes: list[str]) -> str:
    """The channel's id: the file's, the chosen one as soon as Baton is in it, or a new one with these people in it."""
    settings = ledger.deps.settings
    if in_file(settings, "slack.handovers_channel"):
        return settings.handovers_channel
    if not wanted.channel:
        return _new(ledger, found)
    room = _facts(ledger, wanted.channel)
    if not room.get("is_member"):
        with ledger.deps.store.write() as unit:
            tell(unit, wanted, "set_up_invite", {"channel": wanted.channel})
        raise Later(INVITED)
    if not room.get("is_private") or room.get("is_ext_shared"):
        notes.append(OPEN_HERE)
    return wanted.channel


def _facts(ledger: Ledger, channel: str) -> dict[str, Any]:
    # A private channel without Baton in it is not found: the same as one in which it is no member.
    try:
        return dict(ledger.deps.slack.call("conversations.info", channel=channel).get("channel") or {})
    except SlackRefused:
        return {}


def _new(ledger: Ledger, found: dict[Role, list[Person]]) -> str:
    made = ledger.step(
        "channel",
        lambda: make_channel(ledger, numbered(CHANNEL_NAME)),
        find=lambda _: _made_before(ledger),
        pace=CREATE,
    )
    users = ",".join(sorted({person.slack_id for people in found.values() for person in people}))
    ledger.step("invite", lambda: _invite(ledger, made["id"], users), again=True)
    return made["id"]


def _made_before(ledger: Ledger) -> Result | None:
    # An interrupted attempt left a private channel of that name, made by ourselves.
    ours, names = ledger.deps.identity.bot_user, set(numbered(CHANNEL_NAME))
    made = (room for room in rooms(ledger) if room.get("creator") == ours and room.get("name") in names)
    found = next(made, None)
    return {"id": str(found["id"])} if found else None


def _invite(ledger: Ledger, channel: str, users: str) -> Result:
    try:
        ledger.deps.slack.call("conversations.invite", channel=channel, users=users, force=True)
    except SlackRefused as refused:
        if refused.code not in ALREADY_IN:
            raise
    return {}
