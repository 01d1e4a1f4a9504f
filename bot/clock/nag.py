"""What waits for whom, and when each person is told: the ladder, in the receiver's own hours, never twice.

A *cause* is one reason to be told about one handover, with the moment from which it holds. A person's causes are told
together, at most `PER_DAY` messages on a day of their own. A moment that passed before anything waited for the person
tells them nothing: what began to wait was told in the thread when it began.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot import gate
from bot.clock import counting as clock
from bot.clock.counting import Clock
from bot.gate import Turn
from bot.handover import Handover
from bot.people import Person, Role
from bot.worktime import DAY, Office, next_opening, window

PER_DAY = 2  # reminders to one person on one day of theirs, whatever they are about
DEFERRALS = 2  # times that "Remind me later" is offered for one handover
UNKNOWN = "UTC"
REMEMBERED = timedelta(days=14)  # how long a reminder is kept true by edits
LATE, WARNED = "late", "warn"  # what a reminder shows to managers and heads, beside turn keys
ASKED = "ask:"  # begins the cause of a question to whoever paused, and its key in a reminder
AFTERNOON = time(15)
BREATH = timedelta(hours=1)  # "later today" is at least this far away


@dataclass
class Nag:
    """What of one handover waits for one person (turn key → since when), and their plan (cause → when)."""

    handover_id: int
    person: int
    waits: dict[str, datetime] = field(default_factory=dict)
    plan: dict[str, datetime] = field(default_factory=dict)
    spent: list[str] = field(default_factory=list)
    deferred: int = 0
    due_at: datetime | None = None

    @property
    def next_at(self) -> datetime | None:
        """When the person must be told something; None: nothing is planned."""
        return min(self.plan.values(), default=None)

    def due(self, now: datetime) -> list[str]:
        """The causes whose moment has come."""
        return sorted(cause for cause, at in self.plan.items() if at <= now)

    def spend(self, causes: Iterable[str]) -> None:
        """These causes were told, or let go: they do not come again."""
        for cause in causes:
            self.plan.pop(cause, None)
            if cause not in self.spent:
                self.spent.append(cause)


@dataclass
class Reminder:
    """The n-th reminder of a person's own day. `causes`: handover id → what it is sent for.

    `shown` is what was drawn, as [handover id, person for whom, turn key]; `done_at` when none of it waits any more.
    """

    id: int
    person: int
    day: date
    n: int
    at: datetime
    causes: dict[int, list[str]] = field(default_factory=dict)
    channel: str = ""
    ts: str = ""
    shown: list[tuple[int, int, str]] = field(default_factory=list)
    done_at: datetime | None = None


@dataclass(frozen=True)
class Ladder:
    """When people are told, as the settings say."""

    first_share: Decimal
    last_hours: Decimal
    merge: timedelta


@dataclass(frozen=True)
class View:
    """One person's view of one handover: their calendar, what waits for them, and what they answer for."""

    hours: Office
    waits: Mapping[str, datetime]
    manages: bool = False  # is warned before it is late, and told each day while it is
    heads: bool = False  # is told each day while it is late
    reminders: str = "now"


def is_turn(key: str) -> bool:
    """Whether what a reminder shows under that key is somebody's turn, not a notice and not a question."""
    return key not in (LATE, WARNED) and not key.startswith(ASKED)


def nudge_key(person_id: int, day: date) -> str:
    """By what it is known that somebody asked for a reminder to this person on that day of theirs."""
    return f"remind:{person_id}:{day}"


def hours_of(person: Person, offices: Mapping[str, Office]) -> Office:
    """The person's own hours: week, holidays and hours of their office, in the zone that Slack has of them.

    "UTC" is what is kept of somebody whose zone Slack does not tell: then it is their office's.
    """
    office = offices[person.office] if person.office in offices else next(iter(offices.values()))
    return replace(office, tz=person.tz) if person.tz not in ("", UNKNOWN) else office


def waits(handover: Handover, heads: Iterable[int]) -> dict[int, list[Turn]]:
    """What people can do now, by person; what is not required waits for nobody, and neither does an empty role's work.

    A handover without a delivery manager waits for the heads.
    """
    found: dict[int, list[Turn]] = {}
    for turn in gate.shown(handover):
        item = handover.item(turn.subject)
        optional = item is not None and not item.required
        if optional or (not turn.person and turn.action != "fill_roles"):
            continue
        manager = gate.actor(handover, turn)
        for person in [manager] if manager else heads:
            found.setdefault(person, []).append(turn)
    if not handover.roles.get(Role.DELIVERY_MANAGER) and gate.turns(handover):
        empty = Turn(Role.DELIVERY_MANAGER, 0, "fill_roles", "delivery_manager")
        for person in heads:
            found[person] = [empty]
    return found


def since(turns: Iterable[Turn], before: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    """Each turn with the moment since which it waits: what waited before keeps its own."""
    return {turn.key: before.get(turn.key, now) for turn in turns}


def plan(
    view: View, handover: Handover, counting: Clock | None, office: Office, ladder: Ladder, *, now: datetime
) -> dict[str, datetime]:
    """All that this person will be told about this handover, each cause with its moment (UTC), told or not.

    The caller leaves out what is spent. Nothing while the clock stands still.
    """
    if counting is None:
        return {}
    found: dict[str, datetime] = {}
    if view.waits and view.reminders != "off" and not counting.late(now):
        found |= _rungs(view, handover, counting, office, ladder)
    if view.manages and not counting.late(now):
        at = next_opening(view.hours, clock.last_at(counting, office, ladder.last_hours))
        if at < counting.due:
            found[_warned(counting)] = at
    if view.waits or view.manages or view.heads:
        found |= _late(view, counting, now)
    return {cause: at for cause, at in found.items() if _holds(view, handover, counting, cause, at)}


def later_options(hours: Office, *, now: datetime, due: datetime | None, sent_today: int) -> list[datetime]:
    """Moments to which a reminder can be put off: this afternoon, the next working morning; none past the due time."""
    zone = ZoneInfo(hours.tz)
    today = now.astimezone(zone).date()
    options = []
    afternoon = datetime.combine(today, AFTERNOON, tzinfo=zone)
    opened = window(hours, today)
    if opened and opened[0] <= afternoon < opened[1] and afternoon - now >= BREATH and sent_today < PER_DAY:
        options.append(afternoon.astimezone(now.tzinfo))
    options.append(opening_after(hours, today))
    return [option for option in options if due is None or option < due]


def opening_after(hours: Office, day: date) -> datetime:
    """The opening of the first working date after that date (UTC)."""
    while True:
        day += DAY
        opened = window(hours, day)
        if opened:
            return opened[0]


def closing(hours: Office, now: datetime) -> datetime | None:
    """When these hours end today (UTC); None when they are not open now."""
    opened = window(hours, local_day(hours, now))
    return opened[1] if opened and opened[0] <= now < opened[1] else None


def local_day(hours: Office, moment: datetime) -> date:
    """The calendar date of that moment in these hours' zone."""
    return moment.astimezone(ZoneInfo(hours.tz)).date()


def late_cause(hours: Office, moment: datetime) -> str:
    """The cause of being told on that day that something is late."""
    return f"late:{local_day(hours, moment)}"


def _rungs(view: View, handover: Handover, counting: Clock, office: Office, ladder: Ladder) -> dict[str, datetime]:
    first = _start_of_day(view.hours, clock.first_at(counting, office, ladder.first_share))
    last = next_opening(view.hours, clock.last_at(counting, office, ladder.last_hours))
    if view.reminders == "morning":
        last = _start_of_day(view.hours, last)
    found = {f"{counting.name}:first": first} if first > counting.start else {}
    found = {cause: at for cause, at in found.items() if _holds(view, handover, counting, cause, at)}
    near = any(abs(last - at) <= ladder.merge for at in found.values())
    if counting.start < last < counting.due and not near:
        found[f"{counting.name}:last:{counting.due:%Y-%m-%dT%H:%M}"] = last
    return {cause: at for cause, at in found.items() if at < counting.due}


def _start_of_day(hours: Office, moment: datetime) -> datetime:
    opened = window(hours, local_day(hours, moment))
    return opened[0] if opened else next_opening(hours, moment)


def _warned(counting: Clock) -> str:
    return f"{counting.name}:warn:{counting.due:%Y-%m-%dT%H:%M}"


def _late(view: View, counting: Clock, now: datetime) -> dict[str, datetime]:
    # Today's, if there is any left of today's hours, and the next day's: one of them is always planned.
    first = next_opening(view.hours, max(counting.due, now))
    after = opening_after(view.hours, local_day(view.hours, first))
    return {late_cause(view.hours, at): at for at in (first, after)}


def _holds(view: View, handover: Handover, counting: Clock, cause: str, at: datetime) -> bool:
    stop = clock.last_stop(handover)
    if stop is not None and at < stop:
        return False
    if ":warn:" in cause:
        return True
    if cause.startswith("late"):
        # What began to wait today rang today: only managers and heads are told of it on the same day.
        day = local_day(view.hours, at)
        began = (begun < counting.due or local_day(view.hours, begun) < day for begun in view.waits.values())
        return view.manages or view.heads or any(began)
    return any(begun <= at for begun in view.waits.values())
