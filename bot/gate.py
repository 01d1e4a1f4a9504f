"""The gate to delivery: whose turn it is, what is missing, and when it opens.

`turns` says what each person can do now: it feeds "Next", the rings, Home and the lists. `missing` says what keeps the
gate shut, each with the action that mends it. Both are derived from the record, never stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot import checklist
from bot.context import Disposition
from bot.handover import ENDED, LIVE, Handover, Item, State, StepState
from bot.people import HANDOVER_ROLES, Role

GATE_ROLES = (Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP)


@dataclass(frozen=True)
class Turn:
    """Something that somebody can do now. `person` is 0 while the role is empty; then it is the delivery manager's.

    `action` names what mends it (an action id of the face); `subject` its object (an item key, an entry id).
    `count` is how many of it there are: 6 points, 2 questions. `possible` is False for what cannot be done yet.
    """

    role: Role
    person: int
    action: str
    subject: str = ""
    count: int = 1
    possible: bool = True

    @property
    def key(self) -> str:
        """What names this turn within its record, whoever holds it."""
        return f"{self.role}:{self.action}:{self.subject}"


# What answers which item: the check or kind of an item, and the action that the face offers for it.
MENDS = {
    "entry:commitment": "add_promise",
    "entry:real_deadline": "add_date",
    "entry:stakeholder": "add_stakeholder",
    "points_answered": "answer_points",
    "presale_read": "read_documents",
    "role_filled": "fill_roles",
    "scope_confirmed": "confirm_scope",
    "provisioned": "provision",
    "tasks_owned": "set_task_dates",
    "access_reviewed": "review_access",
    "client_access": "fix_access",
    "kickoff_date": "set_kickoff",
    "document": "confirm_scope",
    "presale_done": "show_presale",
}


# What blocks most people comes first: an empty role and the scope before everything, signatures last.
URGENCY = {
    action: place
    for place, action in enumerate(
        (
            "fill_roles",
            "confirm_scope",
            "answer_question",
            "answer_points",
            "add_promise",
            "add_date",
            "add_stakeholder",
            "read_documents",
            "provision",
            "set_task_dates",
            "tick",
            "sign",
        )
    )
}


def mend_of(item: Item) -> str:
    """The action that does this item."""
    if item.kind == "hand":
        return "tick"
    if item.kind == "signoff":
        return "sign"
    return MENDS.get(item.check) or MENDS.get(item.check.partition(":")[0], "add_context")


def turns(handover: Handover) -> list[Turn]:
    """What can be done now, what blocks others first; nothing while the handover is on hold, paused or ended."""
    if handover.state in ENDED or handover.running("hold") or handover.running("pause"):
        return []
    return sorted([*_work(handover), *_plan(handover), *_signatures(handover)], key=_weight)


def turns_of(handover: Handover, person_id: int) -> list[Turn]:
    """What this person can do now; an empty role's items are the delivery manager's. Nothing for the unknown (0)."""
    if not person_id:
        return []
    dm = handover.roles.get(Role.DELIVERY_MANAGER, 0)
    return [turn for turn in turns(handover) if (turn.person or dm) == person_id]


def shown(handover: Handover, found: Iterable[Turn] | None = None) -> list[Turn]:
    """The turns that people can take. Setting up the workspace is nobody's while Baton is at it."""
    rows = turns(handover) if found is None else found
    return [turn for one in rows if (turn := _of_people(handover, one)) is not None]


def actor(handover: Handover, turn: Turn) -> int:
    """Who takes it: the holder, or the delivery manager for a role that nobody holds."""
    return turn.person or handover.roles.get(Role.DELIVERY_MANAGER, 0)


def missing(handover: Handover) -> list[Turn]:
    """All that keeps the gate shut, also what cannot be done yet; empty means that it opens."""
    if handover.reached(State.IN_PROGRESS):
        return []
    return sorted([*_missing_work(handover), *_missing_signatures(handover)], key=_weight)


def is_open(handover: Handover) -> bool:
    """Whether the three signatures stand, no point is open, and nothing required before the gate is undone."""
    return (
        handover.state is State.PROVISIONED
        and not handover.running("hold")
        and all(handover.signed(role) for role in GATE_ROLES)
        and not missing(handover)
    )


def sign_blockers(handover: Handover, role: Role) -> list[Turn]:
    """What must be done before this role can sign: what the role signs for, never somebody else's signature."""
    rows = _missing_work(handover)
    if role is Role.SALES_REP:
        wanted = {"add_promise", "add_date", "add_stakeholder", "answer_points", "answer_question"}
        return [row for row in rows if row.action in wanted]
    if role is Role.PM:
        return [*(row for row in rows if row.role is Role.PM or row.action == "answer_question"), *_plan(handover)]
    return [row for row in rows if row.role is Role.DELIVERY_MANAGER]


def _work(handover: Handover) -> list[Turn]:
    found = _questions(handover)
    for item in handover.items:
        if item.kind == "signoff" or checklist.done(handover, item) or not checklist.opened(handover, item):
            continue
        turn = _turn_of(handover, item)
        if turn is not None:
            found.append(turn)
    return found


def _plan(handover: Handover) -> list[Turn]:
    # The project manager signs for owners and dates: they are his turn although the default lists have no line for it.
    owned, wanted = checklist.tasks_owned(handover)
    listed = any(item.check == "tasks_owned" for item in handover.items)
    if handover.state is not State.PROVISIONED or owned == wanted or listed:
        return []
    return [Turn(Role.PM, handover.roles.get(Role.PM, 0), "set_task_dates", count=wanted - owned)]


def _signatures(handover: Handover) -> list[Turn]:
    # Before the workspace is ready nobody can sign; once the gate is open, by override too, nobody need.
    if handover.state is not State.PROVISIONED:
        return []
    return [
        Turn(item.role, handover.roles.get(item.role, 0), "sign", item.key)
        for item in _unsigned(handover)
        if checklist.opened(handover, item) and not sign_blockers(handover, item.role)
    ]


def _unsigned(handover: Handover) -> list[Item]:
    return [item for item in handover.items if item.kind == "signoff" and not checklist.done(handover, item)]


def _missing_work(handover: Handover) -> list[Turn]:
    can = _work(handover)
    named = {turn.subject for turn in can}
    rows = [turn for turn in can if turn.action == "answer_question" or _required(handover, turn.subject)]
    for item in handover.items:
        late = item.required and item.kind != "signoff" and item.key not in named and not checklist.done(handover, item)
        if late:
            rows.append(_not_yet(handover, item))
    return rows


def _missing_signatures(handover: Handover) -> list[Turn]:
    can = {turn.subject: turn for turn in _signatures(handover)}
    return [can.get(item.key) or _not_yet(handover, item) for item in _unsigned(handover) if item.required]


def _not_yet(handover: Handover, item: Item) -> Turn:
    holder = item.holder or handover.roles.get(item.role, 0)
    return Turn(item.role, holder, mend_of(item), item.key, possible=False)


def _required(handover: Handover, key: str) -> bool:
    item = handover.item(key)
    return item is not None and item.required


def _questions(handover: Handover) -> list[Turn]:
    waiting = [e for e in handover.entries if e.open and e.point and e.point.waits_for_rep]
    if not waiting:
        return []
    rep = handover.roles.get(Role.SALES_REP, 0)
    return [Turn(Role.SALES_REP, rep, "answer_question", str(waiting[0].id), len(waiting))]


def _turn_of(handover: Handover, item: Item) -> Turn | None:
    turn = Turn(item.role, item.holder or handover.roles.get(item.role, 0), mend_of(item), item.key)
    if turn.action == "answer_points":
        mine = [e for e in handover.entries if e.open and not (e.point and e.point.waits_for_rep)]
        return replace(turn, count=len(mine)) if mine else None
    if turn.action == "read_documents":
        read, wanted = checklist.documents_read(handover)
        return replace(turn, count=wanted - read)
    if turn.action == "fill_roles":
        dm = handover.roles.get(Role.DELIVERY_MANAGER, 0)
        return replace(turn, person=item.holder or dm)
    return turn


def failed_steps(handover: Handover) -> int:
    """How many steps of the workspace wait for a hand."""
    return sum(step.state is StepState.FAILED for step in handover.steps)


def _of_people(handover: Handover, turn: Turn) -> Turn | None:
    if turn.action != "provision":
        return turn
    if handover.steps:
        failed = failed_steps(handover)
        return replace(turn, action="mend_steps", count=failed) if failed else None
    return turn if handover.roles.get(Role.PM) else None


def _weight(turn: Turn) -> tuple[int, int]:
    place = URGENCY.get(turn.action, len(URGENCY))
    return (place if turn.possible else place + 100, HANDOVER_ROLES.index(turn.role))


def asked(handover: Handover) -> int:
    """How many points wait for the sales rep."""
    return sum(1 for e in handover.entries if e.open and e.point and e.point.disposition is Disposition.ASK)


def live(handover: Handover) -> bool:
    """Whether delivery has begun and the deal is not closed."""
    return handover.state in LIVE
