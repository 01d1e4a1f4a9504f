"""The families of a handover: every list of the record, with the columns that are named differently."""

from dataclasses import dataclass

from bot.breach import Breach
from bot.handover import (
    Answer,
    ClientAccess,
    Event,
    Handover,
    Interval,
    Item,
    Override,
    Post,
    Presale,
    Signature,
    Step,
    TaskCopy,
)
from bot.people import Role
from store.mapping.family import Family, listed
from store.tables import (
    AnswerRow,
    BreachRow,
    ClientAccessRow,
    EventRow,
    IntervalRow,
    ItemRow,
    OverrideRow,
    PostRow,
    PresaleRow,
    RoleHolderRow,
    SignatureRow,
    StepRow,
    TaskCopyRow,
)


@dataclass(frozen=True)
class Holder:
    """One row of the roles."""

    role: Role
    person: int


_ORDER = {role: n for n, role in enumerate(Role)}


def _holders(handover: Handover) -> list[Holder]:
    return [Holder(role, person) for role, person in handover.roles.items() if person]


def _put_holders(handover: Handover, holders: list[Holder]) -> None:
    handover.roles = {h.role: h.person for h in sorted(holders, key=lambda holder: _ORDER[holder.role])}


def _override(handover: Handover) -> list[Override]:
    return [handover.override] if handover.override else []


def _put_override(handover: Handover, overrides: list[Override]) -> None:
    handover.override = overrides[0] if overrides else None


PERSON = {"person": "person_id"}
BY = {"by": "person_id"}

POSTS = listed(Post, PostRow, "posts")
EVENTS = listed(Event, EventRow, "events", renamed=PERSON, only_grows=True)
FAMILIES: tuple[Family, ...] = (
    Family(Holder, RoleHolderRow, _holders, _put_holders, renamed=PERSON, key="role"),
    listed(Item, ItemRow, "items", renamed={"check": "check_name"}),
    listed(Signature, SignatureRow, "signatures", renamed=PERSON),
    listed(Interval, IntervalRow, "intervals", renamed={**BY, "expected": "expected_on"}),
    listed(Breach, BreachRow, "breaches"),
    listed(Step, StepRow, "steps", renamed=BY),
    listed(Answer, AnswerRow, "answers", renamed=PERSON),
    listed(Presale, PresaleRow, "presale", renamed=BY),
    listed(TaskCopy, TaskCopyRow, "tasks", renamed={"id": "task_id", "due": "due_on"}),
    listed(ClientAccess, ClientAccessRow, "access", renamed={**BY, "right": "access_right"}),
    Family(Override, OverrideRow, _override, _put_override, renamed=PERSON),
    EVENTS,
    POSTS,
)
