"""The modal "Split the deal": one workstream a line, with its share of the amount behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks import forms, ids, kit, mrkdwn
from blocks.frame import FieldErrors
from blocks.modal import inputs, submission
from bot import split as rules
from bot.handover import Handover
from bot.split import Part

PARTS = "parts"
ROOM = 1_500


@dataclass(frozen=True)
class Split:
    """The workstreams as they were typed."""

    handover_id: int
    parts: tuple[Part, ...]


def split_view(handover: Handover, parts: Sequence[Handover], *, nonce: str) -> dict[str, Any]:
    """One field, filled with the workstreams that are there."""
    whole = handover.deal.amount
    priced = f"Data platform: {whole.amount / 2:,.2f}" if whole else "Data platform"
    blocks = [
        kit.section(
            f"*{inputs.fitted(handover.client, inputs.SHORT)}*: each workstream becomes a handover of its own."
        ),
        inputs.words(
            PARTS,
            "Workstreams, one a line",
            hint=f"For example {priced}." + (f" Together: {rules.words(whole)}." if whole else ""),
            initial="\n".join(_line(part) for part in parts if part.workstream),
            required=True,
            limit=ROOM,
            lines=True,
        ),
        kit.context(mrkdwn.name("The first line keeps this handover with all that was captured.")),
    ]
    carried = submission.metadata(handover.id, nonce)
    return kit.modal("Split the deal", blocks, callback_id=ids.VIEW_SPLIT, submit="Split", metadata=carried)


def split_read(view: Mapping[str, Any]) -> Split | FieldErrors:
    """The parts, or the sentence below the field. What stands behind a line's last colon is its amount."""
    parts = []
    for line in filter(None, (row.strip() for row in submission.text(view, PARTS).splitlines())):
        name, colon, typed = line.rpartition(":")
        amount = forms.amount_of(typed.strip()) if colon else None
        parts.append(Part(name.strip(), amount) if amount is not None else Part(line))
    if not parts:
        return FieldErrors({PARTS: "Write one workstream a line, with its amount behind a colon."})
    return Split(submission.origin(view).handover_id, tuple(parts))


def _line(part: Handover) -> str:
    share = rules.share(part)
    return f"{part.workstream}: {share.amount:,.2f}" if share else part.workstream
