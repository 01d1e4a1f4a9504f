"""The rare forms: a step done by hand, a handover without a CRM, an end, a presale sign-off; and plain notes.

Decides what is shown and how it is read; who may do it, and what follows, `bot.actions` decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import FieldErrors
from blocks.modal import inputs, submission
from bot.deal import Money, PresaleKind
from bot.handover import Handover, Step

WORDS = "words"
CLIENT = "client"
PROJECT = "project"
AMOUNT = "amount"
CURRENCY = "currency"
START = "start"
LINK = "link"
REASON = "reason"
DELIVERABLE = "deliverable"
EXTERNAL = "external"
# What each presale artefact leaves behind.
DELIVERABLES: Mapping[PresaleKind, str] = {
    PresaleKind.DISCOVERY: "Discovery notes",
    PresaleKind.SCOPING: "Decision log",
    PresaleKind.PROPOSAL: "Assumptions sheet",
    PresaleKind.PRICING: "Pricing rationale",
}
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?")


@dataclass(frozen=True)
class ByHand:
    """A step of provisioning that somebody did by hand."""

    handover_id: int
    key: str
    words: str


@dataclass(frozen=True)
class NewDeal:
    """A won deal which no CRM tells us about."""

    client: str
    project: str
    start: date
    amount: Money | None = None
    link: str = ""


@dataclass(frozen=True)
class Ending:
    """Why a handover is cancelled."""

    handover_id: int
    reason: str


@dataclass(frozen=True)
class PresaleSignOff:
    """A presale artefact with its deliverable, and who signed it at the client."""

    handover_id: int
    kind: PresaleKind
    deliverable: str
    external: str = ""


def by_hand_view(handover: Handover, step: Step, *, nonce: str) -> dict[str, Any]:
    """The modal "Done by hand" for one step of provisioning."""
    why = f"\n{inputs.fitted(step.words, inputs.SHORT)}" if step.words else ""
    blocks = [
        kit.section(f"*{mrkdwn.name(step.title)}* of {inputs.fitted(handover.title, inputs.SHORT)}{why}"),
        inputs.words(WORDS, "What did you do, and where is it?", hint="A link, or a few words."),
        kit.context("The record keeps your name and the time."),
    ]
    carried = submission.metadata(handover.id, nonce, step=step.key)
    return kit.modal("Done by hand", blocks, callback_id=ids.VIEW_BY_HAND, submit="It is done", metadata=carried)


def by_hand_read(view: Mapping[str, Any]) -> ByHand | FieldErrors:
    """Which step, and what was done."""
    known = submission.origin(view)
    if not known.rest.get("step"):
        return FieldErrors({WORDS: "This step is not known any more. Close this and open it again."})
    return ByHand(known.handover_id, known.rest["step"], submission.text(view, WORDS))


def new_view(*, nonce: str, client: str = "") -> dict[str, Any]:
    """The modal "New handover", for a won deal that is in no connected CRM."""
    blocks = [
        inputs.words(CLIENT, "Client", initial=client, required=True, limit=80),
        inputs.words(PROJECT, "Project", required=True, limit=80),
        inputs.day(START, "First day of the project", required=True),
        inputs.words(AMOUNT, "Amount", hint="For example 84,000.", limit=20),
        inputs.words(CURRENCY, "Currency", hint="Needed with an amount: three letters, for example EUR.", limit=3),
        inputs.words(LINK, "Link to the deal", limit=2_000),
    ]
    carried = submission.metadata(0, nonce)
    return kit.modal("New handover", blocks, callback_id=ids.VIEW_NEW, submit="Start", metadata=carried)


def new_read(view: Mapping[str, Any]) -> NewDeal | FieldErrors:
    """The deal as it was typed in, or the sentences under the fields."""
    client, project = submission.text(view, CLIENT), submission.text(view, PROJECT)
    start, link = submission.day(view, START), submission.text(view, LINK)
    errors = FieldErrors()
    if not client:
        errors[CLIENT] = "Name the client."
    if not project:
        errors[PROJECT] = "Name the project."
    if start is None:
        errors[START] = "Pick the project's first day."
    if link and not submission.is_link(link):
        errors[LINK] = "Paste a link that starts with https://."
    amount = _money(view, errors)
    if errors or start is None:
        return errors
    return NewDeal(client, project, start, amount, link)


def cancel_view(handover: Handover, *, nonce: str) -> dict[str, Any]:
    """The modal "Cancel this handover": a reason; nothing is deleted."""
    blocks = [
        kit.section(f"*{inputs.fitted(handover.title, inputs.SHORT)}* ends here. Nothing is deleted."),
        inputs.words(REASON, "Why is it cancelled?", required=True, limit=1_000, lines=True),
    ]
    return kit.modal(
        "Cancel this handover",
        blocks,
        callback_id=ids.VIEW_CANCEL,
        submit="Cancel handover",
        close="Keep it",
        metadata=submission.metadata(handover.id, nonce),
    )


def cancel_read(view: Mapping[str, Any]) -> Ending | FieldErrors:
    """The reason, or the sentence below the field."""
    reason = submission.text(view, REASON)
    if not reason:
        return FieldErrors({REASON: "Write the reason: it stays on the record."})
    return Ending(submission.origin(view).handover_id, reason)


def presale_view(handover: Handover, kind: PresaleKind, *, nonce: str) -> dict[str, Any]:
    """The modal "Sign off presale work" for one artefact, with what is known of it."""
    artefact = next((one for one in handover.presale if one.kind == kind.value), None)
    name = (artefact.title if artefact else "") or kind.value.capitalize()
    deliverable = artefact.deliverable if artefact else ""
    blocks = [
        kit.section(f"*{mrkdwn.name(name)}* of {inputs.fitted(handover.title, inputs.SHORT)}"),
        inputs.words(
            DELIVERABLE,
            DELIVERABLES[kind],
            hint="A link, or what it is called and where it is.",
            initial=deliverable,
            required=True,
            limit=1_000,
        ),
        inputs.words(EXTERNAL, "Who signed it at the client?", initial=artefact.external if artefact else ""),
        kit.context("The record keeps your name and the time."),
    ]
    carried = submission.metadata(handover.id, nonce, kind=kind.value)
    return kit.modal("Sign off presale work", blocks, callback_id=ids.VIEW_PRESALE, submit="Sign off", metadata=carried)


def presale_read(view: Mapping[str, Any]) -> PresaleSignOff | FieldErrors:
    """The artefact with its deliverable, or the sentence below the field."""
    known = submission.origin(view)
    deliverable = submission.text(view, DELIVERABLE)
    kind = known.rest.get("kind", "")
    if not deliverable:
        words = "Link or name the deliverable first: without it the work cannot be closed."
        return FieldErrors({DELIVERABLE: words})
    if kind not in list(PresaleKind):
        return FieldErrors({DELIVERABLE: "This work is not known any more. Close this and open it again."})
    return PresaleSignOff(known.handover_id, PresaleKind(kind), deliverable, submission.text(view, EXTERNAL))


def note_view(title: str, sentence: str) -> dict[str, Any]:
    """One sentence in place of a form: a refusal, or a thank you. The sentence is plain text."""
    words = inputs.fitted(sentence, 1_000) or "Nothing to show here."
    return kit.modal(mrkdwn.plain(title, 24), [kit.section(words)], callback_id=ids.VIEW_READ, close="Close")


def _money(view: Mapping[str, Any], errors: FieldErrors) -> Money | None:
    typed, currency = submission.text(view, AMOUNT), submission.text(view, CURRENCY).upper()
    if not typed:
        return None
    amount = amount_of(typed)
    if amount is None:
        errors[AMOUNT] = "Write the amount in digits, for example 84,000."
    if not re.fullmatch(r"[A-Z]{3}", currency):
        errors[CURRENCY] = "Write the currency in three letters, for example EUR."
    return Money(amount, currency) if amount is not None else None


def amount_of(typed: str) -> Decimal | None:
    """`84,000`, `84.000,50`, `84 000` and `84000.5`; None for what is no amount. Groups of three are thousands."""
    plain = re.sub(r"[\s’']", "", typed)
    if not _AMOUNT.fullmatch(plain):
        return None
    last = max(plain.rfind(","), plain.rfind("."))
    cents = plain[last + 1 :] if last >= 0 and len(plain) - last - 1 < 3 else ""  # noqa: PLR2004 - a group has three
    whole = plain[:last] if cents else plain
    return Decimal(re.sub(r"[.,]", "", whole) + (f".{cents}" if cents else ""))
