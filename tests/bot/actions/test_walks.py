"""Whatever people and systems do, in whatever order: nothing skips the gate, and the timeline only grows."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot import gate
from bot.actions import access, admin, capture, lists, people, points, provision, scope, signoff
from bot.actions.access import Invitation
from bot.actions.capture import Capture
from bot.context import Disposition, Kind
from bot.deal import Money, Standing
from bot.handover import ALLOWED, LIVE, Event, Handover, State, TaskCopy
from bot.people import HANDOVER_ROLES, Person, Role
from store.engine import Db
from tests.bot import builders
from tests.bot.actions.company import NAMES, SCOPE, Company
from tests.bot.actions.conftest import company_of
from tests.conftest import Clocks

REASON = "The client starts on Monday anyway."
STEPS = ("channel", "channel_about", "channel_team", "channel_brief", "project", "project_tasks", "crm_links")
Deed = Callable[[Company, Person, int], Any]


def _read(**values: Any) -> Deed:
    return lambda c, _, n: c.read(replace(builders.deal(), **values), asked=("501", "500")[n % 7 == 0])


def _captured(c: Company, who: Person, n: int) -> Any:
    kind = list(Kind)[n % len(Kind)]
    save = Capture(kind, ["Something"], f"b{n % 5}", details={"stance": ("for", "against")[n % 2]})
    return c.do(capture.add, 1, who, save)


def _answered(c: Company, who: Person, n: int) -> Any:
    how = list(Disposition)[n % len(Disposition)]
    answers = [points.PointAnswer(e.id, how, question="?") for e in c.ho().entries]
    return c.do(points.answer, 1, who, answers, nonce=str(n))


def _replied(c: Company, who: Person, n: int) -> Any:
    return c.do(points.reply, 1, who, dict.fromkeys([e.id for e in c.ho().entries], "Yes."), nonce=str(n))


def _tasks(c: Company, _: Person, n: int) -> Any:
    owner = ("ben@acme.example", "")[n % 2]
    c.do(access.tasks_read, 1, [TaskCopy("t", "T", "", due=date(2026, 5, 1), owner=owner)], [], began=c.now)


def _reviewed(c: Company, who: Person, n: int) -> Any:
    guests = [Invitation("klein@abc.example", "M. Klein")][: n % 2]
    return c.do(access.review, 1, who, guests, right="view", nobody="later", nonce=str(n))


def _assigned(c: Company, who: Person, n: int) -> Any:
    role = HANDOVER_ROLES[n % len(HANDOVER_ROLES)]
    other = c.who(list(NAMES)[n % len(NAMES)])
    return c.do(people.assign, 1, who, role=role, person=other)


DEEDS: dict[str, Deed] = {
    "won": _read(),
    "reopened": _read(standing=Standing.OPEN),
    "lost": _read(standing=Standing.LOST),
    "deleted": _read(standing=Standing.DELETED),
    "amount": lambda c, _, n: c.read(builders.deal(amount=Money(Decimal(n), "EUR"))),
    "captured": _captured,
    "undone": lambda c, w, n: c.do(capture.undo, 1, w, batch=f"b{n % 5}"),
    "none": lambda c, w, n: c.do(capture.none_of, 1, w, kind=list(capture.NONE_WORDS)[n % 3]),
    "document read": lambda c, w, n: c.do(capture.read, 1, w, document=("d1", "")[n % 2]),
    "answered": _answered,
    "replied": _replied,
    "scope": lambda c, w, _: c.do(scope.confirm, 1, w, SCOPE),
    "begin": lambda c, w, _: c.do(provision.begin, 1, w),
    "step made": lambda c, _, n: c.do(provision.step_made, 1, STEPS[n % len(STEPS)], remote_id="r", url="u"),
    "step failed": lambda c, _, n: c.do(provision.step_failed, 1, STEPS[n % len(STEPS)], words="x", attempt=str(n)),
    "step by hand": lambda c, w, n: c.do(provision.by_hand, 1, w, key=STEPS[n % len(STEPS)], words=""),
    "tasks": _tasks,
    "tick": lambda c, w, n: c.do(lists.tick, 1, w, key="confirm-team", ticked=bool(n % 3)),
    "sign": lambda c, w, n: c.do(signoff.sign, 1, w, list(Role)[n % len(Role)]),
    "override": lambda c, w, n: c.do(signoff.override, 1, w, reason=REASON[: n % 40]),
    "review": _reviewed,
    "invited": lambda c, _, n: c.do(access.invited, 1, "klein@abc.example", state=("given", "failed")[n % 2], words=""),
    "assign": _assigned,
    "not mine": lambda c, w, n: c.do(people.not_mine, 1, w, role=HANDOVER_ROLES[n % 4], reason="x"),
    "goes on": lambda c, w, _: c.do(admin.end_hold, 1, w),
    "cancel": lambda c, w, n: c.do(admin.cancel, 1, w, reason="x") if n % 5 == 0 else None,
    "time": lambda c, _, n: c.wait(minutes=n),
}
WALKS = st.lists(st.tuples(st.sampled_from(list(DEEDS)), st.sampled_from(list(NAMES)), st.integers(0, 99)), max_size=25)


def begin(company: Company, *, far: bool) -> None:
    """Where a walk begins: an open deal, or a workspace that is ready."""
    if far:
        company.provisioned()
    else:
        company.read(builders.deal(standing=Standing.OPEN), cause="track", by="ana")


def path(events: list[Event]) -> list[tuple[State, State]]:
    return [(State(e.data["was"]), State(e.data["now"])) for e in events if e.kind == "state"]


def stood(record: Handover, told: list[Event]) -> Handover:
    """The record in the state in which it was cancelled; any other as it is."""
    if record.state is not State.CANCELLED:
        return record
    return replace(record, state=path(told)[-1][0])


def check_path(taken: list[tuple[State, State]]) -> None:
    """Each step follows the arrows; the only way back from a cancellation leads to where the record was."""
    for number, (was, to) in enumerate(taken):
        assert to in ALLOWED[was] or (was is State.CANCELLED and to is taken[number - 1][0])


def check_gate(before: Handover, after: Handover) -> None:
    """Delivery began only with an override, or with everything there."""
    if after.state not in LIVE or before.state in LIVE or after.override:
        return
    at_the_gate = replace(after, state=State.PROVISIONED)
    assert all(after.signed(role) for role in gate.GATE_ROLES)
    assert gate.missing(at_the_gate) == []
    assert before.state is State.PROVISIONED


@pytest.mark.req("R39", "R242", "R220")
@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(far=st.booleans(), walk=WALKS)
def test_nothing_skips_the_gate_and_the_timeline_only_grows(
    sqlite_template: Path, *, far: bool, walk: list[tuple[str, str, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "baton.db"
        shutil.copy(sqlite_template, file)
        db = Db(f"sqlite:///{file}")
        try:
            company = company_of(db, Clocks(now=builders.NOW), builders.terms())
            begin(company, far=far)
            for deed, name, number in walk:
                before, told = company.ho(), company.events()
                DEEDS[deed](company, company.who(name), number)
                after, tells = company.ho(), company.events()
                assert tells[: len(told)] == told
                assert [e.id for e in after.entries][: len(before.entries)] == [e.id for e in before.entries]
                check_gate(stood(before, told), after)
            taken = path(company.events())
            check_path(taken)
            assert [was for was, _ in taken] == [State.PRESALE, *(to for _, to in taken)][: len(taken)]
            assert company.ho().state is ([State.PRESALE] + [to for _, to in taken])[-1]
        finally:
            db.dispose()


@pytest.mark.parametrize(
    "walk",
    [
        [("sign", "dev", 3), ("review", "chloe", 0), ("sign", "ben", 1), ("sign", "ana", 0)],
        [("override", "hana", 39)],
    ],
    ids=["signatures", "override"],
)
def test_the_walks_deeds_do_open_the_gate(company: Company, walk: list[tuple[str, str, int]]) -> None:
    """Else the walk above would prove nothing."""
    begin(company, far=True)
    ready = company.ho()
    for deed, name, number in walk:
        assert company.ho().state is State.PROVISIONED
        DEEDS[deed](company, company.who(name), number)
    assert company.ho().state is State.IN_PROGRESS
    check_gate(ready, company.ho())
    with pytest.raises(AssertionError):
        check_gate(ready, replace(ready, state=State.IN_PROGRESS))
