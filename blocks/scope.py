"""The modal "Confirm the scope": by the delivery manager, with document and dates prefilled from the deal.

Decides what is shown and how it is read; who may confirm, and what follows, `bot.actions.scope` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import Block, FieldErrors, Frame
from blocks.modal import inputs, submission
from bot.deal import Document, DocumentKind
from bot.handover import Handover
from bot.people import Role

DOCUMENT = "document"
LINK = "link"
START = "start"
END = "end"
OTHER = "other"
OPEN = "open:"  # + the document's number: the section that holds its address
MAX_DOCUMENTS = 9  # ten radio buttons with "Another link"
MAX_LINK = 2_000


@dataclass(frozen=True)
class Scope:
    """What was confirmed: the document as a link (its name where the CRM has no link), first and last day."""

    handover_id: int
    document: str
    start: date
    end: date


def scope_view(handover: Handover, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The modal "Confirm the scope"; the signed scope document of the deal is chosen already."""
    documents = _documents(handover)
    manager = mrkdwn.name(frame.name(handover.roles.get(Role.DELIVERY_MANAGER, 0)))
    title = inputs.fitted(handover.title, inputs.SHORT)
    blocks = [kit.section(f"*{title}*\nConfirmed by {manager}. The clock starts when you confirm.")]
    blocks += [_document_row(document, number) for number, document in enumerate(documents)]
    if documents:
        blocks.append(_document_choice(documents))
    blocks.append(_link_input(handover, alone=not documents))
    blocks.append(inputs.day(START, "First day", initial=handover.start or handover.deal.start, required=True))
    blocks.append(inputs.day(END, "Last day", initial=handover.end or handover.deal.end, required=True))
    carried = submission.metadata(handover.id, nonce, d=inputs.floor(handover, frame).isoformat())
    return kit.modal("Confirm the scope", blocks, callback_id=ids.VIEW_SCOPE, submit="Confirm scope", metadata=carried)


def scope_read(view: Mapping[str, Any]) -> Scope | FieldErrors:
    """What was confirmed, or the sentences under the fields."""
    errors = FieldErrors()
    document = _chosen_document(view, errors)
    start, end = submission.day(view, START), submission.day(view, END)
    if start is None:
        errors[START] = "Pick the project's first day."
    if end is None:
        errors[END] = "Pick the project's last day."
    elif start and end <= start:
        errors[END] = "The end date must be after the start date."
    elif submission.early(view, end):
        errors[END] = submission.early(view, end)
    if errors or start is None or end is None:
        return errors
    return Scope(submission.origin(view).handover_id, document, start, end)


def _documents(handover: Handover) -> list[Document]:
    found = [document for document in handover.deal.documents if document.kind is DocumentKind.SCOPE]
    return sorted(found, key=lambda document: not document.signed)[:MAX_DOCUMENTS]


def _document_row(document: Document, number: int) -> Block:
    signed = " · signed" if document.signed else ""
    words = f"{mrkdwn.name(document.name) or 'Document without a name'}{signed}"
    button = inputs.link_button("Open", document.url, label=f"Open {document.name}")
    return kit.section(words, accessory=button, block_id=f"{OPEN}{number}")


def _document_choice(documents: list[Document]) -> Block:
    options = [(str(n), mrkdwn.plain(d.name, 75) or f"Document {n + 1}") for n, d in enumerate(documents)]
    return inputs.radio(
        DOCUMENT,
        "Which document holds the scope?",
        (*options, (OTHER, "Another link")),
        initial=options[0][0],
        required=True,
    )


def _link_input(handover: Handover, *, alone: bool) -> Block:
    label = "Link to the scope document" if alone else "Another link"
    hint = "" if alone else "Only when none of the documents above is it."
    initial = handover.scope_document if alone else ""
    return inputs.words(LINK, label, hint=hint, initial=initial, required=alone, limit=MAX_LINK)


def _chosen_document(view: Mapping[str, Any], errors: FieldErrors) -> str:
    chosen = submission.choice(view, DOCUMENT)
    if chosen and chosen != OTHER:
        button = submission.block_of(view, f"{OPEN}{chosen}").get("accessory")
        address = button.get("url") if isinstance(button, dict) else None
        return str(address or submission.choice_words(view, DOCUMENT))
    link = submission.text(view, LINK)
    if not link:
        errors[LINK] = "Link the scope document first: it is what delivery builds from."
    elif not submission.is_link(link):
        errors[LINK] = "Paste a link that starts with https://."
    return link
