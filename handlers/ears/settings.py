"""`/handover settings`: what is in force and where each value comes from, for those who run the company's handovers."""

from blocks.company.in_force import settings_message
from blocks.frame import Message
from bot.people import may_see_settings
from handlers.deps import Deps
from handlers.ears.asked import Asked, line
from handlers.in_force import groups

NO = "Sales operations, delivery managers and heads see the settings. Ask one of them what you need to know."


def verb(deps: Deps, asked: Asked) -> Message:
    """`settings`: all groups, or a kind no."""
    if not may_see_settings(asked.person):
        return line(deps, NO)
    return settings_message(groups(deps, deps.clock.now()))
