"""The record: one handover, for one workstream of one deal, from the open deal to the closed project."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.breach import Breach
from bot.context import Entry
from bot.deal import Deal
from bot.people import Role


class State(StrEnum):
    """The states of the protocol, in order; `cancelled` stands beside them."""

    PRESALE = "presale"
    WON = "won"
    SCOPED = "scoped"
    PROVISIONED = "provisioned"
    IN_PROGRESS = "in_progress"
    MITIGATION = "mitigation"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"
    CANCELLED = "cancelled"


ORDER = (
    State.PRESALE,
    State.WON,
    State.SCOPED,
    State.PROVISIONED,
    State.IN_PROGRESS,
    State.MITIGATION,
    State.MAINTENANCE,
    State.CLOSED,
)
PLACES = {state: place for place, state in enumerate(ORDER)}
ALLOWED: Mapping[State, frozenset[State]] = {
    State.PRESALE: frozenset({State.WON, State.CANCELLED}),
    State.WON: frozenset({State.SCOPED, State.CANCELLED}),
    State.SCOPED: frozenset({State.PROVISIONED, State.IN_PROGRESS, State.CANCELLED}),
    State.PROVISIONED: frozenset({State.IN_PROGRESS, State.CANCELLED}),
    State.IN_PROGRESS: frozenset({State.MITIGATION, State.MAINTENANCE, State.CLOSED, State.CANCELLED}),
    State.MITIGATION: frozenset({State.IN_PROGRESS, State.MAINTENANCE, State.CLOSED, State.CANCELLED}),
    State.MAINTENANCE: frozenset({State.IN_PROGRESS, State.MITIGATION, State.CLOSED, State.CANCELLED}),
    State.CLOSED: frozenset(),
    State.CANCELLED: frozenset(),
}
LIVE = frozenset({State.IN_PROGRESS, State.MITIGATION, State.MAINTENANCE})
ENDED = frozenset({State.CLOSED, State.CANCELLED})


@dataclass
class Item:
    """One line of a list, copied from the template. `kind`: record (a check answers it), hand, or signoff.

    `holder` is who took it over from the role's holder ("Take it"), 0 for nobody; a sign-off is never taken over.
    """

    key: str
    role: Role
    text: str
    description: str = ""
    required: bool = True
    opens: str = "presale"
    kind: str = "record"
    check: str = ""
    position: int = 0
    ticked_by: int = 0
    ticked_at: datetime | None = None
    holder: int = 0


@dataclass
class Signature:
    """A sign-off by its role's holder; `withdrawn_why` says which change re-opened it (old → new)."""

    role: Role
    person: int
    at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_why: str = ""

    @property
    def stands(self) -> bool:
        """Whether it counts for the gate."""
        return self.withdrawn_at is None


@dataclass
class Interval:
    """A pause (waiting on the client) or a hold (the deal changed in the CRM). `kind`: pause or hold.

    `expected` is the date on which the client should answer; `subject` the item that waits, '' for the whole record:
    once it is done, the pause ends by itself.
    """

    kind: str
    since: datetime
    reason: str
    by: int = 0
    expected: date | None = None
    until: datetime | None = None
    subject: str = ""

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.until is None


class StepState(StrEnum):
    """How a provisioning step stands."""

    PLANNED = "planned"
    DONE = "done"
    RETRYING = "retrying"
    FAILED = "failed"
    MANUAL = "manual"


@dataclass
class Step:
    """One step of provisioning, as people see it. `side`: slack, tool or links. `words`: why it failed."""

    key: str
    side: str
    title: str
    state: StepState = StepState.PLANNED
    remote_id: str = ""
    url: str = ""
    words: str = ""
    by: int = 0
    at: datetime | None = None
    position: int = 0


@dataclass
class Answer:
    """A click that answers a question of the record ("Nothing was promised"), with who and when."""

    key: str
    person: int
    at: datetime
    text: str = ""


@dataclass
class Presale:
    """A presale artefact: discovery, scoping, proposal or pricing, its deliverable and sign-offs."""

    kind: str
    title: str = ""
    deliverable: str = ""
    signed_off: bool = False
    by: int = 0
    at: datetime | None = None
    from_crm: bool = False
    external: str = ""


@dataclass
class Post:
    """A message of ours in Slack: where it is, the digest of what it shows, and what a reply was about (ids only)."""

    name: str
    channel: str
    ts: str
    digest: str = ""
    generation: int = 1
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class TaskCopy:
    """A task of the workspace as it was last read."""

    id: str
    name: str
    url: str
    section: str = ""
    due: date | None = None
    owner: str = ""
    completed: bool = False
    milestone: bool = False


@dataclass
class ClientAccess:
    """Access of one of the client's people: asked right, and how it stands (asked, given, manual, failed)."""

    email: str
    name: str
    right: str
    state: str = "asked"
    words: str = ""
    by: int = 0
    at: datetime | None = None


@dataclass
class Override:
    """The gate was opened against its rules, by the Head of Delivery, with a written reason."""

    person: int
    at: datetime
    reason: str


@dataclass
class Event:
    """A line of the timeline: who (0 = Baton), when, what; `data` holds from, to, why."""

    at: datetime
    person: int
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Handover:
    """The aggregate. Lists hold only what is stored; what is due, done or missing is derived by the rules.

    Dates are calendar dates of the delivery manager's office; moments are aware UTC.
    """

    id: int
    connection: str
    deal_id: str
    state: State
    deal: Deal
    client: str
    project: str
    opened_at: datetime
    workstream: str = ""
    start: date | None = None
    end: date | None = None
    office: str = ""
    template_version: str = ""
    rehearsal: bool = False
    won_at: datetime | None = None
    won_epoch: datetime | None = None
    scope_due_at: datetime | None = None
    scoped_at: datetime | None = None
    scoped_by: int = 0
    scope_document: str = ""
    due_at: datetime | None = None
    initiated_at: datetime | None = None
    provisioned_at: datetime | None = None
    live_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    kickoff: date | None = None
    repository: str = ""
    workspace_name: str = ""
    workspace_id: str = ""
    workspace_url: str = ""
    channel_id: str = ""
    channel_name: str = ""
    worked_seconds: int = 0
    rev: int = 0
    roles: dict[Role, int] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    presale: list[Presale] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    tasks: list[TaskCopy] = field(default_factory=list)
    access: list[ClientAccess] = field(default_factory=list)
    override: Override | None = None
    events: list[Event] = field(default_factory=list)

    @property
    def shown_id(self) -> str:
        """The id people see and every verb accepts."""
        return f"HO-{self.id}"

    @property
    def title(self) -> str:
        """Client and project, before there is a start date in the name."""
        return self.workspace_name or f"{self.client} – {self.project}"

    def reached(self, state: State) -> bool:
        """Whether the record is in that state or past it; a cancelled one has reached none."""
        if self.state is State.CANCELLED:
            return False
        return PLACES[self.state] >= PLACES[state]

    def signed(self, role: Role) -> Signature | None:
        """The standing signature of that role, or None."""
        for signature in self.signatures:
            if signature.role is role and signature.stands:
                return signature
        return None

    def running(self, kind: str) -> Interval | None:
        """The pause or hold that has not ended, or None."""
        for interval in self.intervals:
            if interval.kind == kind and interval.running:
                return interval
        return None

    @property
    def breach(self) -> Breach | None:
        """The breach that has not ended, or None."""
        return next((breach for breach in self.breaches if breach.running), None)

    def answer(self, key: str) -> Answer | None:
        """The click that answered this question, or None."""
        for answer in self.answers:
            if answer.key == key:
                return answer
        return None

    def entry(self, entry_id: int) -> Entry | None:
        """The standing entry of that id, or None."""
        for entry in self.entries:
            if entry.id == entry_id and entry.standing:
                return entry
        return None

    def item(self, key: str) -> Item | None:
        """The list item of that key, or None."""
        for item in self.items:
            if item.key == key:
                return item
        return None

    def step(self, key: str) -> Step | None:
        """The provisioning step of that key, or None."""
        for step in self.steps:
            if step.key == key:
                return step
        return None

    def post(self, name: str) -> Post | None:
        """Our message of that name, or None."""
        for post in self.posts:
            if post.name == name:
                return post
        return None

    @property
    def people(self) -> set[int]:
        """The ids of everyone whom the record names."""
        ids = set(self.roles.values()) | {self.scoped_by}
        for entry in self.entries:
            ids.add(entry.author)
            if entry.point:
                ids |= {entry.point.answered_by, entry.point.asked_by, entry.point.replied_by}
        ids |= {signature.person for signature in self.signatures} | {answer.person for answer in self.answers}
        ids |= {item.ticked_by for item in self.items} | {item.holder for item in self.items}
        ids |= {interval.by for interval in self.intervals}
        ids |= {step.by for step in self.steps} | {access.by for access in self.access}
        ids |= {artefact.by for artefact in self.presale}
        if self.override:
            ids.add(self.override.person)
        return ids - {0}

    def roles_of(self, person_id: int) -> tuple[Role, ...]:
        """The roles which that person holds here."""
        return tuple(role for role, holder in self.roles.items() if holder == person_id and person_id)

    def note(self, at: datetime, kind: str, *, person: int = 0, **data: Any) -> None:
        """Adds a line to the timeline; it is stored with the record."""
        self.events.append(Event(at=at, person=person, kind=kind, data=data))

    def move(self, to: State, at: datetime, *, person: int = 0, why: str = "") -> None:
        """Changes the state along the protocol's arrows; ValueError for any other change."""
        if to not in ALLOWED[self.state]:
            raise ValueError(f"{self.shown_id} cannot go from {self.state} to {to}")
        self.note(at, "state", person=person, was=self.state.value, now=to.value, why=why)
        self.state = to


def merged_into(handover: Handover) -> int:
    """The number of the surviving deal's record while this one is on hold for a merge, else 0."""
    if handover.running("hold") is None:
        return 0
    holds = [event for event in handover.events if event.kind == "hold"]
    return int(holds[-1].data.get("into") or 0) if holds else 0
