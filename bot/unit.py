"""One transaction, as the use-cases see it: load, decide, save, emit. The store fulfils this protocol.

Lock order: the handover row first, by id, then persons. Inside a unit no call leaves the process.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.clock.nag import Nag, Reminder
from bot.company.checklist import Version
from bot.deal import Deal
from bot.effects import Effect
from bot.handover import Handover
from bot.people import Person, Role


@dataclass(frozen=True)
class DealState:
    """What we knew of a deal before this read: its standing, the epoch of its win, and which handovers it has."""

    connection: str
    deal_id: str
    standing: str = ""
    won_epoch: datetime | None = None
    held: bool = False


class Unit(Protocol):
    """A write transaction. `handover` locks the row; everything returned is a copy that `save` writes back."""

    def handover(self, handover_id: int) -> Handover | None:
        """The record, locked until the transaction ends, or None."""

    def by_deal(self, connection: str, *deal_ids: str) -> list[Handover]:
        """All handovers of these deals (one per workstream), locked, oldest first."""

    def add(self, handover: Handover) -> Handover:
        """Stores a new record and gives it its id; an existing one of the same deal and workstream is returned."""

    def save(self, handover: Handover) -> None:
        """Writes what changed, appends the timeline, raises `rev`, and emits the redraw of its messages."""

    def look_again(self, handover_id: int, at: datetime | None) -> None:
        """When the record is looked at next, None for never by itself; a save makes it now."""

    def look_at_all(self, at: datetime) -> None:
        """Every record which has not ended is looked at then."""

    def nags(self, handover_id: int) -> dict[int, Nag]:
        """What of this record waits, by person."""

    def nags_due(self, people: Collection[int], now: datetime) -> list[Nag]:
        """What must be told to these people by now."""

    def keep_nags(self, handover_id: int, wanted: Iterable[Nag]) -> None:
        """Makes these the rows of the record. The caller holds the people."""

    def keep_nag(self, nag: Nag) -> None:
        """Writes one row that is there. The caller holds the person."""

    def lock_people(self, ids: Iterable[int]) -> dict[int, Person]:
        """Locks these people by ascending id, after the record's own row."""

    def reminder(self, reminder_id: int) -> Reminder | None:
        """A reminder by id."""

    def reminder_at(self, person_id: int, day: date, n: int) -> Reminder | None:
        """The n-th reminder of that person's day."""

    def reminders(self, person_id: int, day: date) -> list[Reminder]:
        """The reminders of that person's day, in order."""

    def nudged(self, person_id: int, day: date) -> bool:
        """Whether somebody else asked for a reminder to this person on that day of theirs."""

    def open_reminders(self, people: Collection[int], since: date) -> list[Reminder]:
        """Reminders of these people from that day on in which something still asks for a hand."""

    def add_reminder(self, person_id: int, day: date, n: int, *, at: datetime, causes: dict[int, list[str]]) -> bool:
        """The n-th reminder of that day; False when it is there already."""

    def keep_reminder(self, reminder: Reminder) -> None:
        """Writes one reminder that is there."""

    def open_of(self, person_ids: Iterable[int]) -> list[int]:
        """Ids of the open records in which one of these people holds a role or an item, or is waited for; ascending."""

    def snapshot(self, handover: Handover, deal: Deal, at: datetime) -> None:
        """Keeps this read of the deal, for old → new."""

    def emit(self, effect: Effect, *, at: datetime | None = None) -> bool:
        """Puts an effect into the outbox, not before `at`. False when one of that key was there already."""

    def seen(self, key: str) -> bool:
        """True the first time a key (a click, an event, a submission) is seen; the same transaction keeps it."""

    def unsee(self, key: str) -> bool:
        """That key is not seen from now on; whether it was until now."""

    def person(self, person_id: int) -> Person | None:
        """A person by id."""

    def by_slack(self, slack_id: str) -> Person | None:
        """A person by Slack user id."""

    def by_email(self, email: str) -> Person | None:
        """A person by e-mail, in any case."""

    def having(self, role: Role) -> list[Person]:
        """Whom the company gave this role, in the order of the settings."""

    def people(self, ids: Iterable[int]) -> dict[int, Person]:
        """Several people by id."""

    def remember(self, person: Person) -> Person:
        """Stores or updates a person (matched by Slack id, then e-mail) and returns them with their id."""

    def represented(self, person_ids: Iterable[int]) -> list[int]:
        """Ids of everyone who chose one of these people as deputy."""

    def home_seen(self, ids: Iterable[int]) -> list[int]:
        """Which of these people have ever opened their Home, by ascending id."""

    def keep_preferences(
        self, person_id: int, *, reminders: str | None = None, away_until: date | None = None, deputy: int | None = None
    ) -> None:
        """Keeps what a person chose about reminders and absence; None leaves reminders and deputy as they are."""

    def keep_status(self, person_id: int, until: datetime | None) -> None:
        """Keeps until when the person's status in Slack says that they are away; None: they are not."""

    def deal_state(self, connection: str, deal_id: str) -> DealState | None:
        """What we last knew of a deal, locked, or None when it was never read."""

    def keep_deal_state(self, state: DealState) -> None:
        """Stores what we know of a deal now."""

    def recent_wins(self, since: datetime) -> int:
        """How many handovers were opened by a win since that moment."""

    def held_wins(self) -> list[DealState]:
        """Wins that wait for the admin's word."""

    def setting(self, key: str) -> str:
        """A small stored value ('' when unset): cursors, first start, round robin."""

    def locked_setting(self, key: str) -> str:
        """The same, locked until the transaction ends, also when it is unset."""

    def keep_setting(self, key: str, value: str) -> None:
        """Stores a small value."""

    def drop_setting(self, key: str) -> None:
        """Forgets a small value."""

    def checklist(self, checklist_id: int) -> Version | None:
        """A checklist's draft or version, by id."""

    def checklist_at(self, name: str, n: int) -> Version | None:
        """The n-th version of a checklist that was put in force."""

    def checklist_in_force(self, name: str) -> Version | None:
        """The version in force; None while it is the file's that nobody ever changed."""

    def add_checklist(self, draft: Version) -> int:
        """Keeps a draft; its id."""

    def apply_checklist(self, checklist_id: int, *, n: int, by: int, at: datetime) -> int:
        """Puts a draft in force as the n-th version. The caller holds the checklist's name."""

    def load_of(self, role: str) -> dict[int, int]:
        """How many open handovers each person holds in that role: for round robin."""
