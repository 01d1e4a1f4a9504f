"""Rare turns of a whole record: its presale work."""

from slack_bolt import App

from handlers.deps import Deps
from handlers.ears.record import presale

PARTS = (presale,)


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of these conversations."""
    for part in PARTS:
        part.register(bolt, deps)
