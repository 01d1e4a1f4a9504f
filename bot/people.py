"""Roles, people, and who may see and do what.

A person holds roles of the company (by settings) and roles of one handover (by assignment). Signatures and ticks look
at the handover's role holders; seeing looks at both. A guest, a bot and a deactivated account have no rights at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.rights import Deed, Who
from bot.rights.table import TABLE


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


# What a role of the company makes somebody, whoever holds the roles of a record.
BY_COMPANY: Mapping[Role, Who] = {
    Role.SALES_REP: Who.PEER,
    Role.PM: Who.PEER,
    Role.CSM: Who.PEER,
    Role.DELIVERY_MANAGER: Who.ANY_MANAGER,
    Role.SALES_OPS: Who.SALES_OPS,
    Role.HEAD_OF_DELIVERY: Who.HEAD,
}
NO_HOLDERS: Mapping[Role, int] = MappingProxyType({})


def standing(person: Person, holders: Mapping[Role, int]) -> frozenset[Who]:
    """What this person is to a record with these role holders; nothing for a guest and for who left."""
    if person.guest or not person.active:
        return frozenset()
    here = {Who(role.value) for role, holder in holders.items() if person.id and holder == person.id}
    return frozenset({Who.COLLEAGUE, *here, *(BY_COMPANY[role] for role in person.roles)})


def may(person: Person, deed: Deed, holders: Mapping[Role, int] = NO_HOLDERS, also: Iterable[Who] = ()) -> bool:
    """What the table of rights says. `also` is what the person is to the thing itself: who took it, whose own it is."""
    found = standing(person, holders)
    if not found:
        return False
    right = TABLE[deed]
    instead = {stands for empty, stands in right.empty.items() if not holders.get(Role(empty.value))}
    return not found.union(also).isdisjoint(instead.union(right.may))


def sight(person: Person, holders: Mapping[Role, int]) -> Sight:
    """What this person may see of a handover with these role holders."""
    if not person.slack_id or not may(person, Deed.SEE_OUTLINE, holders):
        return Sight.NOTHING
    return Sight.WHOLE if may(person, Deed.SEE_WHOLE, holders) else Sight.OUTLINE


def may_capture(person: Person, holders: Mapping[Role, int]) -> bool:
    """Whether the person may add context."""
    return may(person, Deed.CONTEXT_ADD, holders)


def may_start(person: Person) -> bool:
    """Whether the person may open, track and search deals."""
    return may(person, Deed.START)


def may_assign(person: Person, holders: Mapping[Role, int]) -> bool:
    """Whether the person may name role holders."""
    return may(person, Deed.NAME, holders)


def may_read_history(person: Person, holders: Mapping[Role, int]) -> bool:
    """Whether the person may read the whole timeline."""
    return bool(person.slack_id) and may(person, Deed.SEE_HISTORY, holders)


def may_see_health(person: Person) -> bool:
    """Whether the person may see how the connections do."""
    return may(person, Deed.SEE_HEALTH)


def may_see_settings(person: Person) -> bool:
    """Whether the person may read what is in force."""
    return may(person, Deed.SEE_SETTINGS)
