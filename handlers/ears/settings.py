"""`/handover settings` and `/handover health`: what is in force, and how each connection does, for those who run it."""

from blocks.company.health import health_message
from blocks.company.in_force import settings_message
from blocks.frame import Message
from bot.people import Role, may_see_health, may_see_settings
from bot.rights.whom import whom
from handlers import health
from handlers.deps import Deps
from handlers.ears.asked import Asked, line
from handlers.in_force import groups


def verb(deps: Deps, asked: Asked) -> Message:
    """`settings`: all groups, or a kind no."""
    if not may_see_settings(asked.person):
        return line(deps, f"Only {_names(deps)}, or a delivery manager, can see the settings. Ask one of them.")
    return settings_message(groups(deps, deps.clock.now()))


def healthy(deps: Deps, asked: Asked) -> Message:
    """`health`: each connection, what waits and whom to call; from our own database, no connection is asked for it."""
    if not may_see_health(asked.person):
        return line(deps, f"Only {_names(deps)} can see how the connections do. Ask one of them.")
    roles = deps.settings.roles
    emails = roles.get(Role.SALES_OPS) or roles.get(Role.HEAD_OF_DELIVERY, ())
    with deps.store.read() as reader:
        people = [reader.by_email(email) for email in emails]
    admins = [person for person in people if person and person.active]
    return health_message(health.of_connections(deps), health.work(deps), admins, deps.frame(None, {}))


def _names(deps: Deps) -> str:
    with deps.store.read() as reader:
        return whom(reader, {}, Role.SALES_OPS, Role.HEAD_OF_DELIVERY)
