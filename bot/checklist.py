"""The lists: which item is done, which can be done now, who may tick it.

The record answers an item by its check (a closed list, see bot/template.py); only `hand` items are ticked by people.
"""

from collections.abc import Callable, Iterable, Mapping

from bot.context import Kind
from bot.deal import DocumentKind
from bot.handover import Handover, Item, State, StepState
from bot.people import HANDOVER_ROLES, Person, Role, may
from bot.rights import Deed, Who
from bot.rights.table import TABLE

STATES: Mapping[str, State] = {state.value: state for state in State}


def done(handover: Handover, item: Item) -> bool:
    """Whether the item is done: ticked by hand, signed, or answered by the record."""
    if item.kind == "hand":
        return item.ticked_at is not None
    if item.kind == "signoff":
        return handover.signed(item.role) is not None
    name, _, argument = item.check.partition(":")
    return CHECKS[name](handover, argument) if name in CHECKS else False


def opened(handover: Handover, item: Item) -> bool:
    """Whether the item can be done by now; before that it stands under "Later" and is nobody's turn."""
    state = STATES.get(item.opens)
    if state is None:
        return handover.signed(Role(item.opens.removeprefix("signed:"))) is not None
    return handover.reached(state)


def of_role(handover: Handover, role: Role) -> list[Item]:
    """The items of one list, in the template's order."""
    return sorted((item for item in handover.items if item.role is role), key=lambda item: item.position)


def progress(handover: Handover, items: Iterable[Item] | None = None) -> tuple[int, int]:
    """How many items are done, of how many."""
    chosen = list(handover.items if items is None else items)
    return sum(done(handover, item) for item in chosen), len(chosen)


TICKS: Mapping[Role, Deed] = {role: Deed(f"tick.{role}") for role in HANDOVER_ROLES}


def may_tick(handover: Handover, item: Item, person: Person) -> bool:
    """Only the list's holder, the delivery manager, and whoever took the item over tick."""
    taken = (Who.TAKER,) if person.id and person.id == item.holder else ()
    return may(person, TICKS[item.role], handover.roles, taken)


def taker(handover: Handover, *checks: str) -> int:
    """Who took over an item that one of these checks answers ("entry:commitment", or "entry" for all); 0 for nobody."""
    return next((item.holder for item in handover.items if item.holder and _answered_by(item, checks)), 0)


def may_do(handover: Handover, person: Person, deed: Deed, *checks: str) -> bool:
    """Whether the person may do this: by the table, or as who took an item over that asks for it.

    `checks` are the item's, where the table's own name several. Sign-offs and questions are taken over by nobody.
    """
    asked = checks or TABLE[deed].taken
    mine = (item for item in handover.items if item.holder and item.holder == person.id)
    taken = (Who.TAKER,) if any(_answered_by(item, asked) for item in mine) else ()
    return may(person, deed, handover.roles, taken)


def stances(handover: Handover) -> tuple[bool, bool]:
    """Whether somebody is known who pushes back, and somebody who backs us."""
    found = [e.details.get("stance", "") for e in handover.entries if e.standing and e.kind is Kind.STAKEHOLDER]
    return "against" in found, "for" in found


def open_points(handover: Handover) -> int:
    """How many points keep the gate shut."""
    return sum(entry.open for entry in handover.entries)


def tasks_owned(handover: Handover) -> tuple[int, int]:
    """How many tasks of the workspace have an owner and a date, of how many; milestones need no owner."""
    tasks = [task for task in handover.tasks if not task.milestone]
    return sum(bool(task.owner and task.due) for task in tasks), len(tasks)


def presale_documents(handover: Handover) -> list[str]:
    """Ids of the documents that the project manager reads before the gate."""
    return [document.id for document in handover.deal.documents]


def documents_read(handover: Handover) -> tuple[int, int]:
    """How many presale documents the project manager has opened, of how many."""
    wanted = presale_documents(handover)
    if handover.answer("presale_read"):
        return len(wanted), len(wanted)
    return sum(handover.answer(f"read:{document}") is not None for document in wanted), len(wanted)


def provisioned(handover: Handover) -> bool:
    """Whether every step of provisioning is done, or acknowledged as done by hand."""
    return bool(handover.steps) and all(s.state in (StepState.DONE, StepState.MANUAL) for s in handover.steps)


def _answered_by(item: Item, checks: Iterable[str]) -> bool:
    return item.check in checks or item.check.partition(":")[0] in checks


def _entry(handover: Handover, kind: str) -> bool:
    if handover.answer(f"none:{kind}"):
        return True
    if kind == Kind.STAKEHOLDER:
        return all(stances(handover))
    return any(entry.standing and entry.kind == kind for entry in handover.entries)


def _presale_read(handover: Handover, _: str) -> bool:
    read, wanted = documents_read(handover)
    return read == wanted and (wanted > 0 or handover.answer("presale_read") is not None)


def _client_access(handover: Handover, _: str) -> bool:
    reviewed = handover.answer("access_reviewed") is not None
    return reviewed and all(access.state in ("given", "manual") for access in handover.access)


def _tasks_owned(handover: Handover, _: str) -> bool:
    owned, wanted = tasks_owned(handover)
    return wanted > 0 and owned == wanted


def _roles_filled(handover: Handover, roles: str) -> bool:
    return all(handover.roles.get(Role(role)) for role in roles.split(","))


def _presale_done(handover: Handover, kind: str) -> bool:
    return any(artefact.kind == kind and artefact.signed_off for artefact in handover.presale)


def _document(handover: Handover, kind: str) -> bool:
    if kind == DocumentKind.SCOPE and handover.scope_document:
        return True
    return any(document.kind == kind for document in handover.deal.documents)


def field_value(handover: Handover, path: str) -> object:
    """The value at a path of the record (`deal.amount`, `kickoff`): None or empty when it is missing."""
    value: object = handover
    for part in path.split("."):
        value = getattr(value, part, None)
    return value


CHECKS: dict[str, Callable[[Handover, str], bool]] = {
    "field": lambda handover, path: field_value(handover, path) not in (None, "", ()),
    "document": _document,
    "role_filled": _roles_filled,
    "entry": _entry,
    "points_answered": lambda handover, _: open_points(handover) == 0 and handover.reached(State.WON),
    "presale_read": _presale_read,
    "presale_done": _presale_done,
    "scope_confirmed": lambda handover, _: handover.scoped_at is not None,
    "tasks_owned": _tasks_owned,
    "client_access": _client_access,
    "access_reviewed": lambda handover, _: handover.answer("access_reviewed") is not None,
    "provisioned": lambda handover, _: provisioned(handover),
    "channel": lambda handover, _: bool(handover.channel_id),
    "kickoff_date": lambda handover, _: handover.kickoff is not None,
    "signoff": lambda handover, role: handover.signed(Role(role)) is not None,
}
