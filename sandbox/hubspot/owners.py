"""Owners: the people who use the CRM. A deactivated one is found only when archived owners are asked for.

Page: developers.hubspot.com/docs/api-reference/crm-owners-v3/guide.
"""

from sandbox.company import OWNERS, Owner
from sandbox.hubspot.errors import not_found
from sandbox.shelf import Doc

_MADE = "2025-01-06T08:00:00.000Z"


def shown(owner: Owner) -> Doc:
    """An owner as the API answers it."""
    first, _, last = owner.name.partition(" ")
    user = int(owner.id) + 1000
    return {
        "id": owner.id,
        "email": owner.email,
        "firstName": first,
        "lastName": last,
        "type": "PERSON",
        "userId": None if owner.archived else user,
        "userIdIncludingInactive": user,
        "createdAt": _MADE,
        "updatedAt": _MADE,
        "archived": owner.archived,
        "teams": [],
    }


def find(owner_id: str | None) -> Owner | None:
    """The owner with this id, active or not, or None."""
    return next((owner for owner in OWNERS if owner.id == owner_id), None)


def one(owner_id: str, *, archived: bool) -> Doc:
    """One owner; 404 for an unknown one, and for one who is archived when that was not asked for."""
    owner = find(owner_id)
    if owner is None or owner.archived != archived:
        raise not_found(f"Owner {owner_id} not found")
    return shown(owner)


def listed(*, archived: bool, email: str) -> list[Doc]:
    """Owners, active or archived ones, of all or of one address."""
    return [shown(o) for o in OWNERS if o.archived == archived and email.lower() in {"", o.email.lower()}]
