"""Roles, people, and who may see and do what.

A person holds roles of the company (by settings) and roles of one handover (by assignment). Signatures and ticks look
at the handover's role holders; seeing looks at both. A guest, a bot and a deactivated account have no rights at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Role(StrEnum):
    """The protocol's roles. The first four are filled on each handover; the last two belong to the company."""

    SALES_REP = "sales_rep"
    PM = "pm"
    CSM = "csm"
    DELIVERY_MANAGER = "delivery_manager"
    SALES_OPS = "sales_ops"
    HEAD_OF_DELIVERY = "head_of_delivery"


FORMER, AT_CLIENT = "a former colleague", "a person at the client"  # the names of those who were erased
HANDOVER_ROLES = (Role.SALES_REP, Role.PM, Role.CSM, Role.DELIVERY_MANAGER)
TITLES: Mapping[Role, str] = {
    Role.SALES_REP: "sales rep",
    Role.PM: "project manager",
    Role.CSM: "client success",
    Role.DELIVERY_MANAGER: "delivery manager",
    Role.SALES_OPS: "sales operations",
    Role.HEAD_OF_DELIVERY: "Head of Delivery",
}


@dataclass(frozen=True)
class Person:
    """Somebody of the company, or somebody who clicked. `id` 0 means not stored yet. `tz` is an IANA zone name.

    `reminders` is what they chose: now, morning or off. They are away through the date `away_until` (their own zone,
    by their own word), and until the moment `status_until` (by their status in Slack); `deputy` is a person's id.
    """

    id: int
    name: str
    email: str = ""
    slack_id: str = ""
    tz: str = "UTC"
    office: str = ""
    guest: bool = False
    active: bool = True
    roles: frozenset[Role] = frozenset()
    reminders: str = "now"
    away_until: date | None = None
    status_until: datetime | None = None
    deputy: int = 0

    @property
    def first_name(self) -> str:
        """The name that short sentences use."""
        if self.name in (FORMER, AT_CLIENT):
            return self.name
        return self.name.split(" ", 1)[0] if self.name else "Somebody"

    def away(self, now: datetime) -> bool:
        """Whether the person is away at that moment."""
        by_word = self.away_until is not None and now.astimezone(ZoneInfo(self.tz)).date() <= self.away_until
        return by_word or (self.status_until is not None and now < self.status_until)

    def has(self, *roles: Role) -> bool:
        """Whether the company gave this person one of the roles."""
        return self.active and not self.guest and bool(self.roles.intersection(roles))


def can_hold(person: Person) -> bool:
    """Nobody without Slack, no guest and no deactivated account holds a role, or stands in for a holder."""
    return bool(person.id and person.slack_id and person.active and not person.guest)


class Sight(StrEnum):
    """How much of a handover a person may see."""

    NOTHING = "nothing"
    OUTLINE = "outline"  # client, project, state, dates, people
    WHOLE = "whole"  # promises, stances, amounts as well


def sight(person: Person, holders: Mapping[Role, int]) -> Sight:
    """What this person may see of a handover with these role holders."""
    if person.guest or not person.active or not person.slack_id:
        return Sight.NOTHING
    if person.id and person.id in holders.values():
        return Sight.WHOLE
    if person.has(Role.DELIVERY_MANAGER, Role.SALES_OPS, Role.HEAD_OF_DELIVERY):
        return Sight.WHOLE
    return Sight.OUTLINE


def may_capture(person: Person, holders: Mapping[Role, int]) -> bool:
    """Whether the person may add context: who sees the whole record, and every sales rep, project manager and CSM."""
    return sight(person, holders) is Sight.WHOLE or person.has(Role.SALES_REP, Role.PM, Role.CSM)


def may_start(person: Person) -> bool:
    """Whether the person may open, track and search deals: roles of sales, delivery and operations."""
    return person.has(*Role)


def may_assign(person: Person, holders: Mapping[Role, int]) -> bool:
    """Whether the person may name role holders: the delivery manager, a head, or sales operations."""
    if person.guest or not person.active:
        return False
    mine = bool(person.id) and holders.get(Role.DELIVERY_MANAGER) == person.id
    return mine or person.has(Role.DELIVERY_MANAGER, Role.HEAD_OF_DELIVERY, Role.SALES_OPS)


def may_read_history(person: Person, holders: Mapping[Role, int]) -> bool:
    """Whether the person may read the whole timeline: everyone who sees the whole record."""
    return sight(person, holders) is Sight.WHOLE


def may_see_health(person: Person) -> bool:
    """Whether the person may see how the connections do: sales operations and heads."""
    return person.has(Role.SALES_OPS, Role.HEAD_OF_DELIVERY)


def may_see_settings(person: Person) -> bool:
    """Whether the person may read what is in force: sales operations, delivery managers, heads."""
    return person.has(Role.SALES_OPS, Role.DELIVERY_MANAGER, Role.HEAD_OF_DELIVERY)
