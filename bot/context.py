"""Context: what a CRM has no place for. Entries, and the points among them that the project manager answers."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of entry."""

    COMMITMENT = "commitment"
    REAL_DEADLINE = "real_deadline"
    STAKEHOLDER = "stakeholder"
    WHY_US = "why_us"
    PRESSURE = "pressure"
    SUCCESS_CRITERION = "success_criterion"
    DISCOUNT = "discount"
    SCOPE_AMBIGUITY = "scope_ambiguity"
    ASSUMPTION = "assumption"
    RISK = "risk"
    DEPENDENCY = "dependency"


POINT_KINDS = frozenset({Kind.COMMITMENT, Kind.REAL_DEADLINE, Kind.DISCOUNT, Kind.SCOPE_AMBIGUITY})
MAX_LINES = 10  # promises in one go
MAX_TEXT = 1_000  # characters of one entry
UNDO_WINDOW = timedelta(minutes=15)


class Source(StrEnum):
    """How an entry came to the record."""

    MODAL = "modal"
    MESSAGE = "message"
    MENTION = "mention"
    COMMAND = "command"
    CRM = "crm"


class Disposition(StrEnum):
    """What the project manager answered. ASK is no answer yet: the sales rep's turn."""

    IN_SCOPE = "in_scope"
    CHANGE_REQUEST = "change_request"
    GOODWILL = "goodwill"
    DECLINED = "declined"
    ASK = "ask"


@dataclass
class Point:
    """The answer to one entry, and the question that may have gone before it. Person fields are person ids."""

    disposition: Disposition | None = None
    answered_by: int = 0
    answered_at: datetime | None = None
    hours: str = ""
    approver: str = ""
    told_by: str = ""
    question: str = ""
    asked_by: int = 0
    asked_at: datetime | None = None
    reply: str = ""
    replied_by: int = 0
    replied_at: datetime | None = None

    @property
    def waits_for_rep(self) -> bool:
        """Whether a question of the project manager is unanswered."""
        return self.disposition is Disposition.ASK and not self.reply

    @property
    def answered(self) -> bool:
        """Whether it keeps the gate shut no longer."""
        return self.disposition is not None and self.disposition is not Disposition.ASK


@dataclass
class Entry:
    """One thing somebody knows. `details` holds the kind's own fields as text (see DETAILS); dates are ISO there.

    `author` is a person id; `evidence` a link; `evidence_words` the words of the message when they may be kept.
    """

    id: int
    kind: Kind
    text: str
    author: int
    at: datetime
    source: Source = Source.MODAL
    evidence: str = ""
    evidence_words: str = ""
    details: dict[str, str] = field(default_factory=dict)
    undone_at: datetime | None = None
    batch: str = ""
    point: Point | None = None

    @property
    def standing(self) -> bool:
        """Whether the entry counts (it was not undone)."""
        return self.undone_at is None

    @property
    def open(self) -> bool:
        """Whether it is a point that still needs an answer, from whomever."""
        return self.standing and self.point is not None and not self.point.answered


DETAILS: dict[Kind, tuple[str, ...]] = {
    Kind.COMMITMENT: ("to", "said_on", "needed_by", "firm", "in_scope", "effort", "client_believes", "where"),
    Kind.REAL_DEADLINE: ("contract_date", "real_date", "why"),
    Kind.STAKEHOLDER: ("name", "part", "stance", "topic", "success"),
    Kind.WHY_US: ("alternative",),
    Kind.PRESSURE: (),
    Kind.SUCCESS_CRITERION: ("of",),
    Kind.DISCOUNT: ("value", "reason", "in_sow", "approved_by"),
    Kind.SCOPE_AMBIGUITY: ("client_believes", "we_believe"),
    Kind.ASSUMPTION: (),
    Kind.RISK: ("severity", "owner"),
    Kind.DEPENDENCY: ("owner", "needed_by"),
}


def lines_of(text: str) -> list[str]:
    """The promises in a text box: one per line, blanks dropped, bullets and NUL removed."""
    clean = text.replace("\x00", "")
    return [line for raw in clean.splitlines() if (line := raw.strip().lstrip("-•*").strip())]


def line_problem(lines: list[str]) -> str | None:
    """The sentence that a field shows when the lines can't be saved as they are, or None."""
    if not lines:
        return "Write at least one promise."
    if len(lines) > MAX_LINES:
        return f"{len(lines)} lines are too many at once: save {MAX_LINES}, then add the rest."
    if any(len(line) > MAX_TEXT for line in lines):
        return f"One line is longer than {MAX_TEXT:,} characters: cut it, and keep the evidence as a link."
    return None


def iso_day(text: str) -> date | None:
    """The date in an ISO text, or None when there is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
