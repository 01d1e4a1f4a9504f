"""What the rules and the hands need from the world: protocols that connectors and the store fulfil."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.deal import Deal, Standing
from bot.errors import VendorError


@dataclass(frozen=True)
class Hint:
    """An inbound event says only this: something happened to a deal of that connection.

    Of two with the same `dedupe` the second is a repeat; without one ('') nothing tells a repeat from a new event.
    """

    deal_id: str
    kind: str
    dedupe: str


@dataclass(frozen=True)
class Parsed:
    """What a webhook body means: deals to re-read, and how many events we know and ignore."""

    hints: tuple[Hint, ...]
    ignored: int = 0


@dataclass(frozen=True)
class DealBrief:
    """A search hit or a poll row: enough to choose by."""

    id: str
    name: str
    client: str = ""
    owner: str = ""
    standing: Standing = Standing.OPEN
    closing: bool = False
    modified: datetime | None = None


@dataclass(frozen=True)
class PollPage:
    """Deals changed since the cursor, and the next cursor (opaque text), by the CRM's own clock."""

    deals: tuple[DealBrief, ...]
    cursor: str


@dataclass(frozen=True)
class Made:
    """A thing that exists at a vendor: its id there and where a person can see it."""

    id: str
    url: str = ""


@dataclass(frozen=True)
class Check:
    """One line of a connection's self-check, with the next step when it is not right; `error` where a call failed."""

    name: str
    ok: bool
    words: str = ""
    error: VendorError | None = None


class Belonging(Protocol):
    """To which of the vendor's accounts a connection belongs, remembered from the first contact on."""

    def known(self) -> str:
        """The account's number, '' before the first contact."""

    def bind(self, found: str, *, anew: bool) -> str:
        """The number that counts, now that this one was found: the known one; `found` when `anew` or none is."""


class Crm(Protocol):
    """A CRM connection. Calls raise the VendorError tree; reads are safe to repeat; writes read first."""

    key: str
    title: str
    takes_webhooks: bool  # whether what proves them is set; without it Baton only polls

    def belong(self, belonging: Belonging) -> None:
        """From now on it is known to which account this belongs: no other one's deals are read or written."""

    def verify(self, *, body: bytes, headers: Mapping[str, str], url: str, now: datetime) -> None:
        """Raises BadSignature unless the vendor sent exactly this body just now (`url` is the public address)."""

    def sign(self, *, body: bytes, url: str, now: datetime) -> Mapping[str, str]:
        """The headers with which the vendor would send this body now: for feeding recorded deliveries to the door."""

    def parse(self, body: bytes) -> Parsed:
        """The hints in a verified body; raises Unrecognised when it is not this vendor's."""

    def read_deal(self, deal_id: str, *, known_standing: Standing | None = None) -> Deal:
        """The deal, whole. A deleted one comes back with standing DELETED; a merged one under its surviving id.

        Declined with status 404 for one that is not there and of which nothing was known.
        """

    def poll(self, cursor: str, *, since: datetime) -> PollPage:
        """Won deals and known-won deals that changed after the cursor ('' = since that moment), with overlap."""

    def search(self, words: str, *, limit: int) -> tuple[DealBrief, ...]:
        """Deals that match the words, best first."""

    def mark_migrated(self, deal_id: str, *, workspace_url: str, channel_url: str, at: datetime) -> None:
        """Writes "Closed → Migrated" by property or, when configured, by a won-type stage. Idempotent."""

    def write_links(self, deal_id: str, *, status: str, workspace_url: str, channel_url: str) -> None:
        """Writes the state ('' leaves it as it is) and the links as properties. Idempotent."""

    def find_note(self, deal_id: str, marker: str) -> Made | None:
        """The note on the deal which carries the marker."""

    def make_note(self, deal_id: str, *, text: str, marker: str) -> Made:
        """A note with links and state, no words of the record."""

    def check(self) -> tuple[Check, ...]:
        """Harmless calls: credential, scopes, mapping against the vendor's description."""


@dataclass(frozen=True)
class Member:
    """A person for the project tool: by e-mail, with the right they get."""

    email: str
    name: str
    right: str = "editor"


@dataclass(frozen=True)
class ProjectSpec:
    """The workspace to be made. `brief` is plain text with line breaks, client-safe: no entry of the record."""

    name: str
    marker: str
    start: date
    end: date
    owner_email: str
    brief: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskSpec:
    """A task or milestone to be made. `milestone` ones have only a due date. `estimate_hours` may be None."""

    name: str
    marker: str
    section: str
    due: date
    start: date | None = None
    owner_email: str = ""
    text: str = ""
    bullets: tuple[str, ...] = ()
    estimate_hours: float | None = None
    milestone: bool = False


@dataclass(frozen=True)
class ToolTask:
    """A task as the tool has it now."""

    id: str
    name: str
    url: str
    section: str = ""
    due: date | None = None
    owner_email: str = ""
    completed: bool = False
    milestone: bool = False


@dataclass(frozen=True)
class Access:
    """What a person of the client can do in the tool: 'comment', 'view', 'edit' or '' (none)."""

    email: str
    right: str


class ProjectTool(Protocol):
    """A project tool connection: `make_x` creates, `find_x` looks by marker; the ledger decides which is called."""

    key: str
    title: str
    client_rights: tuple[str, ...]

    def forget(self) -> None:
        """Lets go of people who are kept in memory: they are asked for again when they are needed."""

    def find_project(self, marker: str) -> Made | None:
        """The project whose description carries the marker; the oldest when there are two."""

    def make_project(self, spec: ProjectSpec) -> Made:
        """Creates the project."""

    def find_section(self, project_id: str, name: str) -> Made | None:
        """The section of that name."""

    def make_section(self, project_id: str, name: str) -> Made:
        """Adds a section after the last one."""

    def find_task(self, project_id: str, marker: str) -> Made | None:
        """The task whose description carries the marker."""

    def make_task(self, project_id: str, section_id: str, spec: TaskSpec) -> Made:
        """Creates the task in its section."""

    def add_member(self, project_id: str, member: Member) -> Made:
        """Adds one of our people with their right. Repeating it is harmless."""

    def find_link(self, project_id: str, url: str) -> Made | None:
        """The attached link of that address."""

    def make_link(self, project_id: str, *, name: str, url: str) -> Made:
        """Attaches a link."""

    def tag(self, project_id: str, tags: Iterable[str]) -> None:
        """Makes the tags visible on the project. Repeating it is harmless."""

    def invite_client(self, project_id: str, member: Member) -> Made:
        """Gives a person of the client exactly that right ('comment' or 'view'), never more; Declined when it can't."""

    def access(self, project_id: str, *, also: Collection[str] = ()) -> tuple[Access, ...]:
        """Who of outside our company has which right, and who of these lower-case addresses, wherever they belong."""

    def tasks(self, project_id: str) -> tuple[ToolTask, ...]:
        """All tasks and milestones, in order."""

    def set_dates(self, task_id: str, *, due: date, owner_email: str) -> None:
        """Sets a task's due date and owner."""

    def check(self) -> tuple[Check, ...]:
        """Harmless calls: credential, workspace, plan."""
