"""What Slack tells unasked: who came into a channel, and whose profile changed. Events are hints: a job asks Slack."""

from slack_bolt import App

from handlers.deps import Deps
from handlers.ears.notices import channels, profiles

PARTS = (channels, profiles)


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of these events."""
    for part in PARTS:
        part.register(bolt, deps)
