"""One transaction, as the use-cases see it: load, decide, save, emit. The store fulfils this protocol.

Lock order: the handover row first, by id, then persons. Inside a unit no call leaves the process.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.deal import Deal
from bot.effects import Effect
from bot.handover import Handover
from bot.people import Person


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

    def by_deal(self, connection: str, deal_id: str) -> list[Handover]:
        """All handovers of a deal (one per workstream), locked, oldest first."""

    def add(self, handover: Handover) -> Handover:
        """Stores a new record and gives it its id; an existing one of the same deal and workstream is returned."""

    def save(self, handover: Handover) -> None:
        """Writes what changed, appends the timeline, raises `rev`, and emits the redraw of its messages."""

    def snapshot(self, handover: Handover, deal: Deal, at: datetime) -> None:
        """Keeps this read of the deal, for old → new."""

    def emit(self, effect: Effect, *, at: datetime | None = None) -> bool:
        """Puts an effect into the outbox, not before `at`. False when one of that key was there already."""

    def seen(self, key: str) -> bool:
        """True the first time a key (a click, an event, a submission) is seen; the same transaction keeps it."""

    def person(self, person_id: int) -> Person | None:
        """A person by id."""

    def by_slack(self, slack_id: str) -> Person | None:
        """A person by Slack user id."""

    def by_email(self, email: str) -> Person | None:
        """A person by e-mail, in any case."""

    def people(self, ids: Iterable[int]) -> dict[int, Person]:
        """Several people by id."""

    def remember(self, person: Person) -> Person:
        """Stores or updates a person (matched by Slack id, then e-mail) and returns them with their id."""

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

    def keep_setting(self, key: str, value: str) -> None:
        """Stores a small value."""

    def load_of(self, role: str) -> dict[int, int]:
        """How many open handovers each person holds in that role: for round robin."""
