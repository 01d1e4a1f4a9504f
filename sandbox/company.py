"""The company of the demo: its people in Slack, who they are, and the clock on the wall of its office."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

OFFICE_TZ = "Europe/Berlin"


@dataclass(frozen=True)
class Person:
    """One member of the sandbox's Slack workspace."""

    id: str
    key: str
    name: str
    email: str
    title: str
    tz: str = OFFICE_TZ
    guest: bool = False
    admin: bool = False


TEAM = "T0BATON01"
BOT_USER = "U0BATONBOT"
BOT_ID = "B0BATON01"
APP_ID = "A0BATON01"
HANDOVERS_CHANNEL = "C0HANDOVER"

PEOPLE = (
    Person("U0ANA00001", "ana", "Ana Ruiz", "ana@acme.example", "Sales rep"),
    Person("U0BEN00001", "ben", "Ben Ortiz", "ben@acme.example", "Project manager"),
    Person("U0CHLOE001", "chloe", "Chloe Wu", "chloe@acme.example", "Client success"),
    Person("U0DEV00001", "dev", "Dev Patel", "dev@acme.example", "Delivery manager"),
    Person("U0OLGA0001", "olga", "Olga Novak", "olga@acme.example", "Sales operations", admin=True),
    Person("U0HANA0001", "hana", "Hana Sato", "hana@acme.example", "Head of Delivery"),
    Person("U0RAFI0001", "rafi", "Rafi Levy", "rafi@acme.example", "Sales rep", tz="Asia/Jerusalem"),
    Person("U0MEI00001", "mei", "Mei Lin", "mei@acme.example", "Project manager", tz="America/New_York"),
    Person("U0NICO0001", "nico", "Nico Bauer", "nico@acme.example", "Accounting, no role in handovers"),
    Person("U0KLEIN001", "klein", "Maria Klein", "m.klein@abcfintech.example", "Client guest", guest=True),
)


def by_key(key: str) -> Person:
    """The person with this short name; KeyError when there is none."""
    for person in PEOPLE:
        if person.key == key:
            return person
    raise KeyError(key)


def office_time(seconds: float) -> str:
    """A moment (seconds since the epoch) as the office reads it: "Tue 4 Aug 2026, 09:00 Berlin"."""
    moment = datetime.fromtimestamp(seconds, ZoneInfo(OFFICE_TZ))
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M} {OFFICE_TZ.rpartition('/')[2]}"


@dataclass(frozen=True)
class Owner:
    """One user of the CRM; an archived one was deactivated and still owns deals."""

    id: str
    name: str
    email: str
    archived: bool = False


OWNERS = (
    Owner("70011201", "Ana Ruiz", "ana@acme.example"),
    Owner("70011202", "Rafi Levy", "rafi@acme.example"),
    Owner("70011203", "Olga Novak", "olga@acme.example"),
    Owner("70011204", "Hana Sato", "hana@acme.example"),
    Owner("70011299", "Tom Fischer", "tom@acme.example", archived=True),
)


def owner_id(name: str) -> str:
    """The CRM's id of the owner with this name; KeyError when there is none."""
    for owner in OWNERS:
        if owner.name == name:
            return owner.id
    raise KeyError(name)
