"""Presale work: discovery, scoping, proposal build, pricing approval, each with its deliverable, in that order."""

from bot.deal import PresaleKind
from bot.handover import Handover, Presale


def artefacts(handover: Handover) -> list[Presale]:
    """The index: every artefact in the protocol's order; one that nobody has named yet stands there empty."""
    return [artefact for kind in PresaleKind for artefact in of_kind(handover, kind) or [Presale(kind=kind.value)]]


def of_kind(handover: Handover, kind: PresaleKind) -> list[Presale]:
    """The artefacts of one kind; a CRM may track several."""
    return [artefact for artefact in handover.presale if artefact.kind == kind.value]


def signed_off(handover: Handover, kind: PresaleKind) -> bool:
    """Whether all there is of this kind is signed off; nothing of it is not."""
    found = of_kind(handover, kind)
    return bool(found) and all(artefact.signed_off for artefact in found)


def progress(handover: Handover) -> tuple[int, int]:
    """How many of the four kinds are signed off, of how many."""
    return sum(signed_off(handover, kind) for kind in PresaleKind), len(PresaleKind)


def comes_first(handover: Handover, kind: PresaleKind) -> PresaleKind | None:
    """The earliest kind that must be signed off before this one, or None when it is this one's turn."""
    earlier = list(PresaleKind)[: list(PresaleKind).index(kind)]
    return next((one for one in earlier if not signed_off(handover, one)), None)
