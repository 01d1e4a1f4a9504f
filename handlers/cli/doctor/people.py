"""The people whom the settings name, by e-mail: in Slack, active, no guest.

https://docs.slack.dev/reference/methods/users.lookupByEmail: `users_not_found` also for deactivated accounts.
"""

from collections.abc import Iterator

from bot.errors import BatonError, RateLimited
from bot.people import TITLES, Role
from bot.ports import Check
from bot.settings import Settings
from bot.settings.stored import SLACK
from handlers.cli.doctor.slack import Office
from handlers.health import unheard
from handlers.profile import person_of
from store.upkeep.condition import stored_setting

PATIENCE = 30.0  # seconds that the doctor waits when Slack asks it to slow down
TRIES = 3
NOT_FOUND = "no active account in Slack has this e-mail: correct the settings, or invite the person"
NEXT = (
    "Name colleagues who are in Slack as sales_ops or head_of_delivery, or an admin channel in which Baton is; then "
    "python app.py jobs --retry all"
)


def named(settings: Settings) -> dict[str, str]:
    """Each e-mail address of the settings, in lower case, with the first place that names it."""
    found: dict[str, str] = {}
    places = [(_place(settings, role), emails) for role, emails in settings.roles.items()]
    places += [(f"[people.functions] {name}", emails) for name, emails in settings.functions.items()]
    for number, rule in enumerate(settings.routing, start=1):
        places += [(f"[[routing]], rule {number}", emails) for emails in rule.roles.values()]
    places += [("[people.deputies]", pair) for pair in settings.deputies.items()]
    places.append(("[people.offices]", tuple(settings.person_offices)))
    for place, emails in places:
        for email in emails:
            found.setdefault(email.lower(), place)
    return found


def untold(settings: Settings) -> Iterator[Check]:
    """A line when what needs an admin reached nobody, and nobody was told since."""
    since = unheard.moment(stored_setting(str.__str__(settings.database_url), unheard.UNHEARD))
    if since is not None:
        yield Check(
            "Word to the admin", ok=False, words=f"since {since:%Y-%m-%d %H:%M} UTC nobody could be told. {NEXT}"
        )


def _place(settings: Settings, role: Role) -> str:
    set_up = settings.source(f"people.roles.{role}") == SLACK
    return f"{TITLES[role]} by /handover setup" if set_up else f"[people.roles] {role}"


def lines(office: Office) -> Iterator[Check]:
    """One line for all who are right, one for each who is not. Nothing when Slack does not take the token."""
    if not office.reachable:
        return
    wanted = named(office.settings)
    right = 0
    for email, place in sorted(wanted.items()):
        problem = _problem(office, email)
        right += not problem
        if problem:
            yield Check(f"Person {email}, {place}", ok=False, words=problem)
    if wanted:
        yield Check("People", ok=True, words=f"{right} of {len(wanted)} found in Slack, active, no guests")
    deputies = ", ".join(f"{who} → {deputy}" for who, deputy in office.settings.deputies.items())
    if deputies:
        yield Check("Deputies", ok=True, words=deputies)


def _problem(office: Office, email: str) -> str:
    for _ in range(TRIES):
        try:
            user = office.api.call("users.lookupByEmail", email=email).get("user") or {}
        except RateLimited as limited:
            office.clock.sleep(min(limited.after, PATIENCE))
            continue
        except BatonError as error:
            return NOT_FOUND if getattr(error, "code", "") == "users_not_found" else f"{error}."
        person = person_of(user, office.team)
        if not person.active or user.get("is_bot"):
            return NOT_FOUND
        return "a guest cannot hold a role: name a colleague" if person.guest else ""
    return "Slack asks to slow down: run doctor again in a minute"
