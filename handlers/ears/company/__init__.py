"""What a company decides in Slack: `/handover setup` and `/handover template`."""

from slack_bolt import App

from handlers.deps import Deps
from handlers.ears.company import setup, template, upload


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of these conversations."""
    setup.register(bolt, deps)
    template.register(bolt, deps)
    upload.register(bolt, deps)
