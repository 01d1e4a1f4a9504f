"""The modal "Change stage": what this person may choose after the gate, and a line for why or for the retro."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks import ids, kit, thread
from blocks.frame import FieldErrors
from blocks.modal import inputs, submission
from bot.handover import Handover, State

STAGE, WHY = "stage", "why"


@dataclass(frozen=True)
class Stage:
    """The chosen stage, and why."""

    handover_id: int
    to: State
    why: str


def stage_view(handover: Handover, choices: Sequence[State], *, nonce: str) -> dict[str, Any]:
    """The stages that this person may choose, none preset."""
    options = tuple((state.value, f"{thread.SYMBOLS[state.value]} {thread.WORDS[state.value]}") for state in choices)
    now = thread.WORDS[handover.state.value]
    blocks = [
        kit.section(f"*{inputs.fitted(handover.title, inputs.SHORT)}* · {now} now."),
        inputs.radio(STAGE, "Which stage?", options, required=True),
        inputs.words(WHY, "Why?", hint="When it is closed: what the retro found.", limit=1_000, lines=True),
        kit.context("The sales rep sees the stage; the reason stands in the history."),
    ]
    carried = submission.metadata(handover.id, nonce)
    return kit.modal("Change stage", blocks, callback_id=ids.VIEW_STAGE, submit="Change stage", metadata=carried)


def stage_read(view: Mapping[str, Any]) -> Stage | FieldErrors:
    """The choice, or the sentence below the field."""
    to = submission.choice(view, STAGE)
    if to not in list(State):
        return FieldErrors({STAGE: "Choose a stage."})
    return Stage(submission.origin(view).handover_id, State(to), submission.text(view, WHY))
