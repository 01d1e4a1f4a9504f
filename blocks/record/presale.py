"""The presale work: one index of the four artefacts, with deliverables and sign-offs, and the button that signs.

The one whose turn it is has the button; the rules (`bot.presale`) say which. A deliverable is shown only where the
record's words are.
"""

from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import Block, Frame
from blocks.modal import inputs, submission
from blocks.render import sentence
from blocks.words import deal
from bot import presale
from bot.deal import DocumentKind, PresaleKind
from bot.handover import ENDED, Handover, Presale

DOCUMENTS = 10
NOTE = "Each has its deliverable: discovery notes, decision log, assumptions sheet, pricing rationale."


def rows(handover: Handover, frame: Frame) -> list[Block]:
    """One section an artefact; [Sign off] on the one whose turn it is."""
    return [_row(handover, artefact, frame) for artefact in presale.artefacts(handover)]


def line(handover: Handover) -> list[Block]:
    """The sales rep's line while presale work is open: how much is signed off, and the way to it."""
    done, total = presale.progress(handover)
    if done == total:
        return []
    following = next(kind for kind in PresaleKind if not presale.signed_off(handover, kind))
    button = kit.button("Presale work", ids.PRESALE, str(handover.id))
    return [kit.section(sentence("lists.presale", n=done, total=total, next=following.value), accessory=button)]


def index_view(handover: Handover, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The modal "Presale work": the artefacts, and the other papers of the presale that the CRM holds."""
    named = {artefact.deliverable for artefact in handover.presale}
    papers = [d for d in handover.deal.documents if d.kind is DocumentKind.PRESALE and d.name not in named]
    blocks = [
        kit.section(f"*{inputs.fitted(handover.title, inputs.SHORT)}*"),
        *rows(handover, frame),
        *(kit.context(deal.document(paper)) for paper in papers[:DOCUMENTS]),
        kit.context(NOTE),
    ]
    carried = submission.metadata(handover.id, nonce)
    return kit.modal("Presale work", blocks, callback_id=ids.VIEW_READ, close="Close", metadata=carried)


def _row(handover: Handover, artefact: Presale, frame: Frame) -> Block:
    words = deal.presale(artefact, frame, handover.deal.documents)
    kind = PresaleKind(artefact.kind)
    mine = not artefact.signed_off and handover.state not in ENDED and presale.comes_first(handover, kind) is None
    if not mine:
        return kit.section(words)
    label = mrkdwn.plain(f"Sign off {kind}", 75)
    return kit.section(words, accessory=kit.button("Sign off", ids.PRESALE_SIGN, f"{handover.id}:{kind}", label=label))
