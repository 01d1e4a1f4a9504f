"""Whom one asks: a role, and who that is where they are known. Every refusal that names a role words it here."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.people import HANDOVER_ROLES, TITLES, Person, Role

MOST = 2  # names of one role; nobody asks a dozen people
PLAIN = (Role.CSM, Role.SALES_OPS)  # titles that name no single person


class Known(Protocol):
    """Where people are found: a unit or a reader of the store."""

    def person(self, person_id: int) -> Person | None:
        """A person by id."""

    def having(self, role: Role) -> list[Person]:
        """Whom the company gave this role, in the order of the settings."""


def whom(known: Known, holders: Mapping[Role, int], *roles: Role, last: str = "or") -> str:
    """`the delivery manager (Dev), sales operations (Olga) or the Head of Delivery`; no name where nobody is known.

    A record's role is whoever holds it by `holders`; a role of the company is who has it by the settings.
    """
    return _listed([_called(known, holders, role) for role in roles], last)


def _called(known: Known, holders: Mapping[Role, int], role: Role) -> str:
    holder = known.person(holders.get(role, 0)) if role in HANDOVER_ROLES else None
    people = known.having(role) if role not in HANDOVER_ROLES else [holder] if holder else []
    return called(role, people)


def called(role: Role, people: Sequence[Person]) -> str:
    """One role with the first names of those who have it: `the delivery manager (Dev)`."""
    title = TITLES[role] if role in PLAIN else f"the {TITLES[role]}"
    names = [person.first_name for person in people if person.active and person.name]
    shown = names[:MOST] + (["others"] if len(names) > MOST else [])
    return f"{title} ({_listed(shown, 'or')})" if shown else title


def _listed(words: Sequence[str], last: str) -> str:
    return f" {last} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
