"""Everything Baton can do outside: a closed set of frozen dataclasses, stored as jobs in the outbox.

`key` makes an effect unique: emitting one twice is one job. `lane` keeps order where order matters (edits of one
thread, messages to one person); two lanes never wait for each other, so that with one vendor down the others go on.
A best-effort effect (an ephemeral word to one person) is tried once and never parked.
"""

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.effect import Effect as Effect  # noqa: PLC0414 - the root is part of what this module offers

ANSWERED = ("response_url",)  # whoever has it may answer there in Baton's name, for half an hour


@dataclass(frozen=True)
class ReadInbox(Effect):
    """Work out what a stored webhook delivery means."""

    inbox_id: int

    @property
    def lane(self) -> str:
        """Deliveries of all connections are read side by side."""
        return f"inbox:{self.inbox_id}"


@dataclass(frozen=True)
class ReadDeal(Effect):
    """Read a deal whole from the CRM and act on what changed. `cause` says why; `nonce` tells two reads apart."""

    secrets: ClassVar[tuple[str, ...]] = ANSWERED
    connection: str
    deal_id: str
    cause: str
    nonce: str
    asked_by: int = 0
    response_url: str = ""

    @property
    def lane(self) -> str:
        """Reads of one deal keep their order."""
        return f"deal:{self.connection}:{self.deal_id}"


@dataclass(frozen=True)
class Redraw(Effect):
    """Bring the root, the lists and "What we know" of a handover up to date, by edits in place.

    One a revision; `nonce` names another cause: who reads along.
    """

    handover_id: int
    rev: int
    nonce: str = ""

    @property
    def lane(self) -> str:
        """All messages of one thread keep their order."""
        return f"thread:{self.handover_id}"


@dataclass(frozen=True)
class CheckReaders(Effect):
    """See who reads a channel by now; where outsiders do, draw what stands there without amounts and quotes."""

    channel: str
    nonce: str

    @property
    def lane(self) -> str:
        """One look at one channel at a time."""
        return f"channel:{self.channel}"


@dataclass(frozen=True)
class Reply(Effect):
    """One new reply in the thread; `name` says which message of the copy it is."""

    handover_id: int
    name: str
    serial: str
    data: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """One reply per name and serial."""
        return f"Reply:{self.handover_id}:{self.name}:{self.serial}"

    @property
    def lane(self) -> str:
        """All messages of one thread keep their order."""
        return f"thread:{self.handover_id}"


UNHURRIED = frozenset({"deputy", "stands_in"})  # what deputies are told
IN_HOURS = UNHURRIED | {"remind"}  # waits for the receiver's own hours


@dataclass(frozen=True)
class Direct(Effect):
    """A direct message to one person; `name` says which message of the copy it is."""

    person_id: int
    name: str
    serial: str
    handover_id: int = 0
    data: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """One message per person, name and serial."""
        return f"Direct:{self.person_id}:{self.name}:{self.serial}"

    @property
    def lane(self) -> str:
        """Messages to one person keep their order; what has time until their own hours keeps nothing waiting."""
        return f"dm:{self.person_id}:unhurried" if self.name in IN_HOURS else f"dm:{self.person_id}"


@dataclass(frozen=True)
class Whisper(Effect):
    """A word to one person only, at the place where they clicked. Tried once."""

    best_effort: ClassVar[bool] = True
    secrets: ClassVar[tuple[str, ...]] = ANSWERED
    slack_id: str
    nonce: str
    channel: str = ""
    thread_ts: str = ""
    response_url: str = ""
    name: str = "line"
    handover_id: int = 0
    data: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """Each word is said once."""
        return f"Whisper:{self.slack_id}:{self.nonce}"


@dataclass(frozen=True)
class Home(Effect):
    """Publish one person's Home anew."""

    person_id: int
    nonce: str

    @property
    def lane(self) -> str:
        """Publications of one Home keep their order."""
        return f"home:{self.person_id}"


@dataclass(frozen=True)
class Provision(Effect):
    """Make one side of the workspace: slack, tool or links."""

    handover_id: int
    side: str
    attempt: str = "1"

    @property
    def lane(self) -> str:
        """One side of one handover is made in order; the sides do not wait for each other."""
        return f"provision:{self.handover_id}:{self.side}"


@dataclass(frozen=True)
class MarkMigrated(Effect):
    """Write "Closed → Migrated" into the CRM."""

    handover_id: int
    nonce: str = ""

    @property
    def lane(self) -> str:
        """Writes to one deal keep their order."""
        return f"crm-write:{self.handover_id}"


@dataclass(frozen=True)
class WriteStage(Effect):
    """Tell the CRM of a stage after the gate: note, and state if it has a place; of one given up, the state alone."""

    handover_id: int
    state: str
    nonce: str

    @property
    def lane(self) -> str:
        """Writes to one deal keep their order."""
        return f"crm-write:{self.handover_id}"


@dataclass(frozen=True)
class InviteClient(Effect):
    """Give one of the client's people exactly the right that the CSM chose."""

    handover_id: int
    email: str
    attempt: str = "1"

    @property
    def lane(self) -> str:
        """Invitations to one workspace go one after the other."""
        return f"invite:{self.handover_id}"


@dataclass(frozen=True)
class PromiseTasks(Effect):
    """Make a task, in neutral words, for each promise that is in scope and has none yet."""

    handover_id: int
    nonce: str

    @property
    def lane(self) -> str:
        """One after the other, on one page of the ledger: a promise becomes one task."""
        return f"promises:{self.handover_id}"


@dataclass(frozen=True)
class LinkWorkspace(Effect):
    """Let channel and workspace lead to each other, whichever of the two was there first."""

    handover_id: int

    @property
    def lane(self) -> str:
        """On the page of the ledger of the tool's side: what that linked already is not linked again."""
        return Provision(self.handover_id, "tool").lane


@dataclass(frozen=True)
class ReadTasks(Effect):
    """Read the workspace's tasks and the client's access anew; `by` is who asked for it, and hears why it cannot be."""

    handover_id: int
    nonce: str
    by: int = 0

    @property
    def lane(self) -> str:
        """One read of one workspace at a time."""
        return f"tasks:{self.handover_id}"


@dataclass(frozen=True)
class JoinTeam(Effect):
    """Bring a new role holder into the project's channel and workspace, which are there already."""

    handover_id: int
    person_id: int
    nonce: str

    @property
    def lane(self) -> str:
        """One after the other for one handover."""
        return f"team:{self.handover_id}"


@dataclass(frozen=True)
class SetTask(Effect):
    """Set a task's due date (ISO) and owner in the tool; `by` is who asked for it, and hears when it is refused."""

    handover_id: int
    task_id: str
    due: str
    owner: str
    nonce: str
    by: int = 0

    @property
    def lane(self) -> str:
        """Writes and reads of one workspace keep their order."""
        return f"tasks:{self.handover_id}"


@dataclass(frozen=True)
class Remind(Effect):
    """The n-th reminder of a person's own day (ISO date): what waits for them, over all their handovers."""

    person_id: int
    day: str
    n: int

    @property
    def key(self) -> str:
        """One message per person, day and number, whoever of the replicas sees it first."""
        return f"nag:{self.person_id}:{self.day}:{self.n}"

    @property
    def lane(self) -> str:
        """Messages to one person keep their order."""
        return f"dm:{self.person_id}"


@dataclass(frozen=True)
class RedrawReminder(Effect):
    """Bring a reminder that was sent up to date: what is done loses its button."""

    reminder_id: int
    person_id: int
    nonce: str

    @property
    def lane(self) -> str:
        """Messages to one person keep their order."""
        return f"dm:{self.person_id}"


@dataclass(frozen=True)
class PostDigest(Effect):
    """The digest of an office date (ISO), in the handovers channel, while that date lasts."""

    day: str

    @property
    def lane(self) -> str:
        """Digests keep their order."""
        return "digest"


@dataclass(frozen=True)
class Identify(Effect):
    """Find out from Slack who somebody is: by user id, or by e-mail."""

    secrets: ClassVar[tuple[str, ...]] = ANSWERED
    slack_id: str
    email: str
    nonce: str
    response_url: str = ""


@dataclass(frozen=True)
class SearchCrm(Effect):
    """Look deals up in the CRM for a person, and answer at the response_url."""

    secrets: ClassVar[tuple[str, ...]] = ANSWERED
    words: str
    person_id: int
    response_url: str
    nonce: str


@dataclass(frozen=True)
class SendHistory(Effect):
    """Send the whole timeline of a handover as a file, by direct message."""

    handover_id: int
    person_id: int
    nonce: str


@dataclass(frozen=True)
class TellAdmin(Effect):
    """One message to the admin channel, or to sales operations; `name` says which, `serial` makes it unique."""

    name: str
    serial: str
    data: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """One message per name and serial."""
        return f"TellAdmin:{self.name}:{self.serial}"

    @property
    def lane(self) -> str:
        """Admin messages keep their order."""
        return "admin"


@dataclass(frozen=True)
class RedrawHeld(Effect):
    """Bring the question about held wins up to date: how many there are by now, or what was answered."""

    nonce: str

    @property
    def lane(self) -> str:
        """After the question itself."""
        return "admin"


KINDS: dict[str, type[Effect]] = {
    kind.__name__: kind
    for kind in (
        ReadInbox, ReadDeal, Redraw, Reply, Direct, Whisper, Home, Provision, MarkMigrated, InviteClient, PromiseTasks,
        LinkWorkspace, ReadTasks, JoinTeam, SetTask, WriteStage, Remind, RedrawReminder, PostDigest, Identify,
        SearchCrm, SendHistory, TellAdmin, RedrawHeld, CheckReaders,
    )
}  # fmt: skip


def load(kind: str, payload: str) -> Effect:
    """The effect of a stored job. KeyError for a kind that this version does not know."""
    return KINDS[kind](**json.loads(payload))
