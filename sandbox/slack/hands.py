"""What people do in Slack, and what they see of it: the hands of everybody in the workspace."""

from sandbox.slack.act.clicking import Clicking
from sandbox.slack.act.person import Reaction
from sandbox.slack.act.talking import Talking
from sandbox.slack.act.viewing import Viewing
from sandbox.slack.refusal import NotThere

__all__ = ["Hands", "NotThere", "Reaction"]


class Hands(Talking, Clicking, Viewing):
    """Everything that a person can do. Each act is sent to the bot as Slack would; NotThere when it can't be done."""
