"""Waiting on the client: the modal that stops the clock until a date, and the one that moves the date.

Decides what is shown and how it is read; who may, and until when at most, `bot.actions.pause` and `bot.pause` decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import FieldErrors
from blocks.modal import inputs, submission
from blocks.mrkdwn import Safe
from blocks.render import sentence
from bot.handover import Handover

REASON = "reason"
EXPECTED = "expected"
SUBJECT = "s"  # key of the ids that the view carries
NO_REASON = "Say in a few words what the client owes you."
NO_DATE = "Pick the date on which you expect the answer."


@dataclass(frozen=True)
class Waiting:
    """What the client owes, and when it is expected; `subject` is the item that waits, '' for the whole record."""

    handover_id: int
    reason: str
    expected: date
    subject: str = ""


def pause_view(
    handover: Handover,
    *,
    nonce: str,
    latest: date | None,
    subject: str = "",
    reason: str = "",
    expected: date | None = None,
    note: str = "",
) -> dict[str, Any]:
    """The modal "Waiting on client"; `latest` is the last date that is possible, None when no day is left.

    `note` is what is wrong with the date that was typed.
    """
    words = f"*{inputs.fitted(handover.title, inputs.SHORT)}*\nThe clock stands still until the answer is here."
    blocks = [
        kit.section(words),
        *([kit.section(sentence("pause.note", note=note))] if note else []),
        inputs.words(REASON, "What do you wait for?", hint="For example: test data.", initial=reason, required=True),
        inputs.day(EXPECTED, "When do you expect it?", initial=expected, required=True, hint=_hint(latest)),
        kit.context("The delivery manager is told and can take it back. You are asked on that day."),
    ]
    carried = submission.metadata(handover.id, nonce, **{SUBJECT: subject})
    return kit.modal("Waiting on client", blocks, callback_id=ids.VIEW_PAUSE, submit="Pause", metadata=carried)


def no_date(words: str) -> Safe:
    """What is said of words that do not begin with a date, where one is wanted; '' of none."""
    first = words.partition(" ")[0].rstrip(".,:;")
    return sentence("pause.no_date", word=mrkdwn.quote(first, 30)) if first else Safe("")


def pause_read(view: Mapping[str, Any]) -> Waiting | FieldErrors:
    """What is waited for and until when, or the sentences under the fields."""
    known = submission.origin(view)
    reason, expected = submission.text(view, REASON), submission.day(view, EXPECTED)
    errors = FieldErrors()
    if not reason:
        errors[REASON] = NO_REASON
    if expected is None:
        errors[EXPECTED] = NO_DATE
    if errors or expected is None:
        return errors
    return Waiting(known.handover_id, reason, expected, known.rest.get(SUBJECT, ""))


def extend_view(handover: Handover, *, nonce: str, latest: date | None) -> dict[str, Any]:
    """The modal "Still waiting": another date, and other words when they changed."""
    pause = handover.running("pause")
    since = f"It was expected on {mrkdwn.day(pause.expected)}." if pause and pause.expected else "No date was said."
    blocks = [
        kit.section(f"*{inputs.fitted(handover.title, inputs.SHORT)}*\n{since}"),
        inputs.day(EXPECTED, "When do you expect it now?", required=True, hint=_hint(latest)),
        inputs.words(REASON, "What do you wait for?", initial=pause.reason if pause else ""),
        kit.context("The delivery manager is told. You are asked on that day."),
    ]
    carried = submission.metadata(handover.id, nonce)
    return kit.modal("Still waiting", blocks, callback_id=ids.VIEW_EXTEND, submit="Save", metadata=carried)


def extend_read(view: Mapping[str, Any]) -> Waiting | FieldErrors:
    """The new date, with the words as they stand."""
    expected = submission.day(view, EXPECTED)
    if expected is None:
        return FieldErrors({EXPECTED: NO_DATE})
    return Waiting(submission.origin(view).handover_id, submission.text(view, REASON), expected)


def _hint(latest: date | None) -> str:
    return f"{mrkdwn.day(latest)} at the latest." if latest else ""
