"""HubSpot's people as ours: the client's contacts with their roles on this deal, and the deal's owner.

A role comes from the label of the association (it belongs to this deal) before `hs_buying_role` (it belongs to the
person everywhere). HubSpot's own word is kept beside it.
"""

from collections.abc import Mapping
from typing import Any

from bot.deal import Contact, ContactRole, CrmPerson
from connectors.crm.hubspot.values import parts, text

CONTACT_PROPERTIES = ("email", "firstname", "lastname", "phone", "mobilephone", "jobtitle", "hs_buying_role")
_RANK = tuple(ContactRole)
_ROLES: Mapping[ContactRole, tuple[str, ...]] = {
    ContactRole.ECONOMIC_BUYER: ("economicbuyer", "economicdecisionmaker", "budgetholder", "financeapprover"),
    ContactRole.CHAMPION: ("champion", "internalchampion", "coach"),
    ContactRole.PRIMARY: ("primary", "primarycontact", "maincontact", "pointofcontact", "projectlead"),
    ContactRole.SECONDARY: ("secondary", "secondarycontact", "alternate", "backup"),
}
_ROLE_BY_WORD = {word: role for role, words in _ROLES.items() for word in words}


def read_contacts(
    records: list[dict[str, Any]], labels: Mapping[str, tuple[str, ...]], extra_roles: Mapping[str, ContactRole]
) -> tuple[Contact, ...]:
    """The contacts, highest role first. A deal's only contact is its primary one."""
    extra = {_letters(word): role for word, role in extra_roles.items()}
    contacts = [_contact(record, labels.get(str(record.get("id")), ()), extra) for record in records]
    if len(contacts) == 1 and ContactRole.PRIMARY not in contacts[0].roles:
        only = contacts[0]
        roles = _ranked({*only.roles, ContactRole.PRIMARY} - {ContactRole.OTHER})
        contacts = [Contact(only.id, only.name, only.email, only.phone, only.title, roles, only.role_raw)]
    return tuple(sorted(contacts, key=lambda contact: (_first_rank(contact), contact.id)))


def read_labels(associations: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The account's own labels by contact id; HubSpot's built-in types carry none."""
    found: dict[str, tuple[str, ...]] = {}
    for association in associations:
        types = [entry for entry in association.get("associationTypes") or [] if isinstance(entry, dict)]
        found[str(association.get("toObjectId"))] = tuple(text(entry, "label") for entry in types if entry.get("label"))
    return found


def read_owner(owner: Mapping[str, Any]) -> CrmPerson | None:
    """The owner by name and e-mail; None for a deal without one. A queue has a name only."""
    name = " ".join(filter(None, (text(owner, "firstName"), text(owner, "lastName"))))
    email = text(owner, "email")
    return CrmPerson(name or email, email) if name or email else None


def role_names(contacts: tuple[Contact, ...], role: ContactRole) -> str:
    """Who holds a role, by name."""
    return ", ".join(contact.name for contact in contacts if role in contact.roles)


def _contact(record: Mapping[str, Any], labels: tuple[str, ...], extra: Mapping[str, ContactRole]) -> Contact:
    properties = record.get("properties") or {}
    email = text(properties, "email")
    name = " ".join(filter(None, (text(properties, "firstname"), text(properties, "lastname"))))
    words = labels or parts(text(properties, "hs_buying_role"))
    return Contact(
        id=str(record.get("id", "")),
        name=name or email,
        email=email,
        phone=text(properties, "phone") or text(properties, "mobilephone"),
        title=text(properties, "jobtitle"),
        roles=_roles(words, extra),
        role_raw=", ".join(words),
    )


def _roles(words: tuple[str, ...], extra: Mapping[str, ContactRole]) -> tuple[ContactRole, ...]:
    known = {extra.get(_letters(word)) or _ROLE_BY_WORD.get(_letters(word)) for word in words}
    found = {role for role in known if role}
    return _ranked(found or ({ContactRole.OTHER} if words else set()))


def _ranked(roles: set[ContactRole]) -> tuple[ContactRole, ...]:
    return tuple(sorted(roles, key=_RANK.index))


def _first_rank(contact: Contact) -> int:
    return _RANK.index(contact.roles[0]) if contact.roles else len(_RANK)


def _letters(word: str) -> str:
    return "".join(sign for sign in word.casefold() if sign.isalpha())
