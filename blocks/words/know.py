"""What is known, in groups of lines: for "What we know" in the thread, the brief and the modals.

Groups come in the order in which delivery needs them. `fitted` shares a room of characters among them, so that 200
entries never break a message; what is left out is counted and can be found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from blocks import kit, limits, mrkdwn
from blocks.frame import Block, Frame
from blocks.mrkdwn import Safe
from blocks.render import sentence
from blocks.words import deal, entries
from bot import presale
from bot.context import Kind
from bot.handover import Handover

MORE = 60  # characters kept for "and 12 more: …"
SECTION = limits.LIMITS["text"] - MORE


@dataclass(frozen=True)
class Group:
    """A heading and its lines, mrkdwn."""

    title: str
    lines: list[Safe]

    @property
    def size(self) -> int:
        """Its characters when nothing is left out."""
        return len(self.title) + 3 + sum(len(line) + 3 for line in self.lines)


def groups(handover: Handover, frame: Frame) -> list[Group]:
    """Everything that is known, without empty groups."""
    found = [Group(title, make(handover, frame)) for title, make in _GROUPS]
    return [group for group in found if group.lines]


def fitted(found: Sequence[Group], room: int) -> list[Block]:
    """One section a group. Small groups are whole; large ones share what room is left, at most a section each."""
    shares: dict[str, int] = {}
    left = room
    for place, group in enumerate(sorted(found, key=lambda one: one.size)):
        shares[group.title] = min(group.size + MORE, left // (len(found) - place), SECTION)
        left -= shares[group.title]
    return [kit.section(_text(group, shares[group.title])) for group in found]


def gaps(handover: Handover) -> list[Safe]:
    """What the CRM does not hold, named: never invented, never silent."""
    return [mrkdwn.name(words) for words in handover.deal.missing]


def _text(group: Group, share: int) -> str:
    text, shown = f"*{group.title}*", 0
    for line in group.lines:
        if len(text) + len(line) + 3 > share - (MORE if shown < len(group.lines) - 1 else 0):
            break
        text += f"\n• {line}"
        shown += 1
    left = len(group.lines) - shown
    return f"{text}\n{sentence('entries.more', n=left)}" if left else text


def _of_kind(kind: Kind, question: str = "") -> Callable[[Handover, Frame], list[Safe]]:
    def lines(handover: Handover, frame: Frame) -> list[Safe]:
        found = [entries.line(e, handover, frame) for e in handover.entries if e.standing and e.kind is kind]
        answer = handover.answer(question) if question and not found else None
        return [entries.nothing(answer, frame)] if answer else found

    return lines


def _with_crm(kind: Kind, crm: Callable[[Handover], Sequence[str]]) -> Callable[[Handover, Frame], list[Safe]]:
    own = _of_kind(kind)

    def lines(handover: Handover, frame: Frame) -> list[Safe]:
        # What the CRM knew at the win is an entry of the record by now: it is not said twice.
        said = {entry.text for entry in handover.entries if entry.standing and entry.kind is kind}
        return [*own(handover, frame), *(deal.from_crm(words) for words in crm(handover) if words not in said)]

    return lines


def _meddpicc(handover: Handover, _: Frame) -> list[Safe]:
    return [
        Safe(f"{mrkdwn.name(label.replace('_', ' ').capitalize(), 40)}: {mrkdwn.name(text, 160)}")
        for label, text in handover.deal.meddpicc
        if text.strip()
    ]


def _people(handover: Handover, _: Frame) -> list[Safe]:
    return [deal.contact(contact) for contact in handover.deal.contacts]


def _documents(handover: Handover, _: Frame) -> list[Safe]:
    return [deal.document(document) for document in handover.deal.documents]


def _presale(handover: Handover, frame: Frame) -> list[Safe]:
    # The index that the project manager inherits: once one piece is known, the ones that are missing stand there too.
    found = presale.artefacts(handover) if handover.presale else []
    return [deal.presale(artefact, frame, handover.deal.documents) for artefact in found]


def _missing(handover: Handover, _: Frame) -> list[Safe]:
    return gaps(handover)


_GROUPS: tuple[tuple[str, Callable[[Handover, Frame], list[Safe]]], ...] = (
    ("The date that matters", _of_kind(Kind.REAL_DEADLINE, "none:real_deadline")),
    ("Promises", _of_kind(Kind.COMMITMENT, "none:commitment")),
    ("Who backs us, who pushes back", _of_kind(Kind.STAKEHOLDER, "none:stakeholder")),
    ("Why they chose us", _of_kind(Kind.WHY_US)),
    ("Pressure on the client", _of_kind(Kind.PRESSURE)),
    ("What success means", _of_kind(Kind.SUCCESS_CRITERION)),
    ("Discounts", _of_kind(Kind.DISCOUNT)),
    ("Unclear in the scope", _of_kind(Kind.SCOPE_AMBIGUITY)),
    ("Assumptions", _of_kind(Kind.ASSUMPTION)),
    ("Risks", _with_crm(Kind.RISK, lambda handover: handover.deal.risks)),
    ("Dependencies", _with_crm(Kind.DEPENDENCY, lambda handover: handover.deal.dependencies)),
    ("MEDDPICC", _meddpicc),
    ("People at the client", _people),
    ("Documents", _documents),
    ("Presale work", _presale),
    ("Not in the CRM", _missing),
)
