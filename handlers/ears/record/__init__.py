"""Rare turns of a whole record: its presale work, its stage after the gate, its merge."""

from slack_bolt import App

from handlers.deps import Deps
from handlers.ears.record import merge, presale, stage

PARTS = (presale, stage, merge)


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of these conversations."""
    for part in PARTS:
        part.register(bolt, deps)
