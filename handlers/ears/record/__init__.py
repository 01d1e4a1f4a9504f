"""Rare turns of a whole record: its presale work, its stage after the gate, its merge and its split."""

from slack_bolt import App

from handlers.deps import Deps
from handlers.ears.record import merge, presale, split, stage

PARTS = (presale, stage, merge, split)


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of these conversations."""
    for part in PARTS:
        part.register(bolt, deps)
