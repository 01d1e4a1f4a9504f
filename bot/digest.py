"""The daily digest as a value: which handovers are late, due today, waiting, on track or newly live, in what order.

It decides from small rows, however many there are. What a shown row says beyond its row (`detail`) is asked of the
few records that are shown. A row names the role whose turn it is, never the person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import gate
from bot.clock import counting
from bot.gate import Turn
from bot.handover import LIVE, Handover, State
from bot.people import Role
from bot.worktime import Office, day_length

ROWS = 5  # of one section
KICKOFF_DAYS = 10  # working days after the win by which a kickoff date should be on the record: the end of week two
LATE_FROM = timedelta(minutes=15)  # a digest that comes so long after its time says so


@dataclass(frozen=True)
class Wait:
    """Why the clock stands still. `kind`: pause (waiting on the client) or hold (the deal changed in the CRM)."""

    kind: str
    since: datetime
    reason: str = ""
    expected: date | None = None


@dataclass(frozen=True)
class OpenRow:
    """One handover between the win and the gate, or just through it. `due` is the due time that counts now (UTC).

    `channel` and `ts` say where its thread is; both are empty while there is none.
    """

    id: int
    client: str
    project: str
    state: State
    due: datetime | None = None
    live_at: datetime | None = None
    wait: Wait | None = None
    channel: str = ""
    ts: str = ""

    @property
    def title(self) -> str:
        """Client and project; the id where both are blank."""
        return " – ".join(part for part in (self.client.strip(), self.project.strip()) if part) or f"HO-{self.id}"

    @property
    def short(self) -> str:
        """The client's name; the id where it is blank."""
        return self.client.strip() or f"HO-{self.id}"


@dataclass(frozen=True)
class Notes:
    """What is worth a look beside the clock.

    Open points with the client of the oldest; clients without a kickoff date, the first few; overrides of the gate.
    """

    points: int = 0
    oldest: datetime | None = None
    oldest_client: str = ""
    no_kickoff: tuple[str, ...] = ()
    no_kickoff_count: int = 0
    overrides: int = 0

    @property
    def any(self) -> bool:
        """Whether there is something to say."""
        return bool(self.points or self.no_kickoff_count or self.overrides)


@dataclass(frozen=True)
class Detail:
    """What the record of a shown row adds: who acts next, in which role and on what, how many other roles, who signed.

    `person` is for private views only. Days and hours are working time past the due time, pauses and holds left out.
    """

    role: Role | None = None
    person: int = 0
    action: str = ""
    others: int = 0
    signed: int = 0
    days: int = 0
    hours: int = 0


@dataclass(frozen=True)
class Digest:
    """All open handovers on one date of the digest's office, each in one group and in the order of its urgency.

    `since` is the moment from which news counts; `late_by` how long after its time the digest is drawn.
    """

    day: date
    since: datetime
    late: tuple[OpenRow, ...] = ()
    due_today: tuple[OpenRow, ...] = ()
    waiting: tuple[OpenRow, ...] = ()
    on_track: tuple[OpenRow, ...] = ()
    live: tuple[OpenRow, ...] = ()
    notes: Notes = Notes()
    late_by: timedelta = timedelta()

    @property
    def rows(self) -> tuple[OpenRow, ...]:
        """Every row, what hurts most first."""
        return (*self.late, *self.due_today, *self.waiting, *self.on_track, *self.live)

    @property
    def quiet(self) -> bool:
        """Whether nothing is late and nothing is due today."""
        return not self.late and not self.due_today

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell at all: then no message is sent."""
        return not self.rows and not self.notes.any

    @property
    def detailed(self) -> tuple[OpenRow, ...]:
        """The rows whose records are asked for details: those shown as late or due today."""
        return (*self.late[:ROWS], *self.due_today[:ROWS])


def digest(
    rows: Iterable[OpenRow], notes: Notes, *, now: datetime, since: datetime, tz: str, late_by: timedelta = timedelta()
) -> Digest:
    """Sorts the rows into their groups: longest late first, then soonest due; longest waiting; latest live first.

    `tz` is the digest's office: its date decides what is due today. A due time that has passed is late, also today. A
    handover that waits is neither late nor due: its clock stands still. News counts after `since`, up to `now`.
    """
    today = now.astimezone(ZoneInfo(tz)).date()
    groups: dict[str, list[OpenRow]] = {"late": [], "due_today": [], "waiting": [], "on_track": [], "live": []}
    for row in rows:
        name = _group(row, now=now, since=since, today=today, tz=tz)
        if name:
            groups[name].append(row)
    for name in ("late", "due_today", "on_track"):
        groups[name].sort(key=_urgency)
    groups["waiting"].sort(key=lambda row: (row.wait.since if row.wait else now, row.id))
    groups["live"].sort(key=lambda row: (row.live_at or now, row.id), reverse=True)
    late_by = late_by if late_by >= LATE_FROM else timedelta()
    sorted_rows = {name: tuple(found) for name, found in groups.items()}
    return Digest(today, since, notes=notes, late_by=late_by, **sorted_rows)


def detail(handover: Handover, *, office: Office, now: datetime, due: datetime | None = None) -> Detail:
    """What the record says for its row: the role that blocks most, and how many other roles are waited for.

    Days and hours are the working time past `due` in which the clock ran, by the handover's own office; a day is its
    nominal day.
    """
    turns = gate.shown(handover)
    roles = list(dict.fromkeys(role_of(handover, turn) for turn in turns))
    past = counting.ran(handover, office, start=due, end=now) if due else timedelta()
    days = past // day_length(office)
    return Detail(
        role=roles[0] if roles else None,
        person=gate.actor(handover, turns[0]) if turns else 0,
        action=turns[0].action if turns else "",
        others=max(len(roles) - 1, 0),
        signed=sum(handover.signed(role) is not None for role in gate.GATE_ROLES),
        days=days,
        hours=(past - days * day_length(office)) // timedelta(hours=1),
    )


def role_of(handover: Handover, turn: Turn) -> Role:
    """The role that is waited for: an empty role's turn is the delivery manager's, what was taken over its taker's."""
    if not turn.person:
        return Role.DELIVERY_MANAGER
    own = handover.roles_of(turn.person)
    return turn.role if turn.role in own or not own else own[0]


def page(rows: Sequence[OpenRow], number: int, size: int) -> tuple[int, Sequence[OpenRow]]:
    """The page of that number (from 0), or the last one when there are fewer; its number, and its rows."""
    last = max((len(rows) - 1) // size, 0)
    shown = min(max(number, 0), last)
    return shown, rows[shown * size : (shown + 1) * size]


def _group(row: OpenRow, *, now: datetime, since: datetime, today: date, tz: str) -> str:
    if row.state in LIVE:
        return "live" if row.live_at and since < row.live_at <= now else ""
    if row.wait:
        return "waiting"
    if row.due is None:
        return "on_track"
    if row.due < now:
        return "late"
    return "due_today" if row.due.astimezone(ZoneInfo(tz)).date() == today else "on_track"


def _urgency(row: OpenRow) -> tuple[bool, float, int]:
    return row.due is None, row.due.timestamp() if row.due else 0.0, row.id
