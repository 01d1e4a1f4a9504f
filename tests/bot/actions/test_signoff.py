"""Signatures: each by its role's holder, never by proxy; the override is the Head of Delivery's, with a reason."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.actions import access, capture, lists, people, points, signoff
from bot.context import Disposition
from bot.effects import Direct, MarkMigrated, Reply
from bot.handover import Override, State, TaskCopy
from bot.people import Role
from tests.bot.actions.company import Company
from tests.bot.builders import NOW

SIGNERS = {Role.DELIVERY_MANAGER: "dev", Role.PM: "ben", Role.SALES_REP: "ana"}
REASON = "The client starts on Monday anyway."


@pytest.fixture
def ready(company: Company) -> Company:
    """Everything but the client's access is done; nobody has signed."""
    company.provisioned()
    return company


@pytest.mark.req("R28", "R29", "R30")
@pytest.mark.parametrize("role", SIGNERS)
def test_a_role_is_signed_by_its_holder_and_by_nobody_else(ready: Company, role: Role) -> None:
    holder = SIGNERS[role]
    for name in ("ana", "rafi", "ben", "chloe", "dev", "hana", "olga"):
        if name != holder:
            refusal = ready.refused(signoff.sign, 1, ready.who(name), role)
            assert refusal.startswith(f"Only {holder.capitalize()} can sign this.")
    ready.sign(holder, role)
    signature = ready.ho().signed(role)
    assert signature
    assert (signature.person, signature.at) == (ready.who(holder).id, ready.now)
    (event,) = ready.events("signed")
    assert event.data == {"role": role.value, "completeness": "9 of 15"}


def test_a_second_click_signs_nothing(ready: Company) -> None:
    ready.sign("ben", Role.PM)
    assert "signed this already" in ready.sign("ben", Role.PM).line
    assert len(ready.ho().signatures) == 1


@pytest.mark.parametrize("role", [Role.CSM, Role.HEAD_OF_DELIVERY, Role.SALES_OPS])
def test_only_three_roles_sign(ready: Company, role: Role) -> None:
    assert "has nothing to sign" in ready.refused(signoff.sign, 1, ready.who("chloe"), role)


@pytest.mark.parametrize("state", [State.WON, State.SCOPED])
def test_nobody_signs_before_the_workspace_is_ready(company: Company, state: State) -> None:
    company.read()
    if state is State.SCOPED:
        company.scope()
    for role, name in SIGNERS.items():
        assert "when the workspace is ready" in company.refused(signoff.sign, 1, company.who(name), role)


LACKS: dict[str, tuple[Callable[[Company], object], set[Role]]] = {
    "the team": (
        lambda c: c.said(lists.tick, 1, c.who("ben"), key="confirm-team", ticked=False),
        {Role.PM},
    ),
    "a task's owner": (lambda c: c.tasks(owner=""), {Role.PM}),
    "an answer": (lambda c: c.add("ana", "One more", batch="late"), {Role.PM, Role.SALES_REP}),
    "client success": (
        lambda c: c.said(people.not_mine, 1, c.who("chloe"), role=Role.CSM, reason="On leave"),
        {Role.DELIVERY_MANAGER},
    ),
}


@pytest.mark.req("R22", "R28", "R29", "R30")
@pytest.mark.parametrize("lack", LACKS)
def test_what_is_missing_blocks_whose_signature_speaks_of_it(ready: Company, lack: str) -> None:
    take, blocked = LACKS[lack]
    take(ready)
    for role, name in SIGNERS.items():
        if role in blocked:
            assert "missing" in ready.refused(signoff.sign, 1, ready.who(name), role)
        else:
            ready.sign(name, role)


def test_one_person_in_two_roles_signs_twice(company: Company) -> None:
    company.read()
    dev = company.who("dev")
    company.said(people.assign, 1, dev, role=Role.PM, person=dev)
    company.tell()
    answers = [points.PointAnswer(e.id, Disposition.IN_SCOPE) for e in company.ho().entries if e.open]
    company.said(points.answer, 1, dev, answers, nonce="n")
    company.said(capture.read, 1, dev, document="")
    company.scope()
    company.made()
    company.said(lists.tick, 1, dev, key="confirm-team", ticked=True)
    company.sign("dev", Role.DELIVERY_MANAGER)
    assert company.ho().signed(Role.PM) is None
    company.sign("dev", Role.PM)
    assert [s.person for s in company.ho().signatures] == [dev.id] * 2


@pytest.mark.req("R3", "R31")
def test_the_last_gap_opens_the_gate_whoever_closes_it(ready: Company) -> None:
    for role, name in SIGNERS.items():
        ready.sign(name, role)
    assert ready.ho().state is State.PROVISIONED
    ready.wait(hours=4)
    ready.nobody_yet()
    made = ready.ho()
    assert (made.state, made.live_at, made.worked_seconds) == (State.IN_PROGRESS, ready.now, 4 * 3600)
    (record,) = ready.events("system_of_record")
    assert record.data["workspace"] == "https://made.example/project"
    assert record.data["signers"] == [ready.who(name).id for name in SIGNERS.values()]
    assert [len(ready.effects(kind, name)) for kind, name in ((Reply, "live"), (MarkMigrated, ""))] == [1, 1]


def test_the_delivery_managers_signature_rings_the_client_success_once(ready: Company) -> None:
    ready.sign("dev", Role.DELIVERY_MANAGER)
    assert [d.person_id for d in ready.effects(Direct, "invite")] == [ready.who("chloe").id]


def test_a_signature_outlives_its_holders_role(ready: Company) -> None:
    ready.sign("ben", Role.PM)
    ready.said(people.assign, 1, ready.who("dev"), role=Role.PM, person=ready.who("rafi"))
    signature = ready.ho().signed(Role.PM)
    assert signature
    assert signature.person == ready.who("ben").id


class TestOverride:
    """Against the rules, by the Head of Delivery, and everyone concerned sees why."""

    @pytest.mark.req("R28", "R39")
    def test_it_opens_the_gate_with_its_reason_on_the_record(self, ready: Company) -> None:
        ready.said(signoff.override, 1, ready.who("hana"), reason=f"  {REASON} ")
        made = ready.ho()
        assert made.state is State.IN_PROGRESS
        assert made.override == Override(ready.who("hana").id, NOW, REASON)
        (event,) = ready.events("override")
        assert (event.person, event.data["why"], event.data["missing"]) == (ready.who("hana").id, REASON, 5)
        assert [len(ready.effects(Reply, name)) for name in ("override", "live")] == [1, 1]

    @pytest.mark.parametrize("name", ["ana", "ben", "chloe", "dev", "olga"])
    def test_only_the_head_of_delivery_may(self, ready: Company, name: str) -> None:
        assert "Only the Head of Delivery (Hana)" in ready.refused(signoff.override, 1, ready.who(name), reason=REASON)

    @pytest.mark.parametrize("reason", ["", "because", "x" * 19, f"{'x' * 19} "])
    def test_a_reason_has_twenty_characters(self, ready: Company, reason: str) -> None:
        refusal = ready.refused(signoff.override, 1, ready.who("hana"), reason=reason)
        assert "at least 20 characters" in refusal

    def test_twenty_are_enough(self, ready: Company) -> None:
        ready.said(signoff.override, 1, ready.who("hana"), reason="x" * 20)
        assert ready.ho().state is State.IN_PROGRESS

    def test_it_needs_a_confirmed_scope(self, company: Company) -> None:
        company.read()
        refusal = company.refused(signoff.override, 1, company.who("hana"), reason=REASON)
        assert "scope is not confirmed yet" in refusal

    def test_once_is_enough(self, ready: Company) -> None:
        ready.said(signoff.override, 1, ready.who("hana"), reason=REASON)
        before = ready.snapshot()
        assert "open already" in ready.said(signoff.override, 1, ready.who("hana"), reason="y" * 30).line
        assert ready.snapshot() == before

    def test_afterwards_there_is_nothing_to_sign(self, ready: Company) -> None:
        ready.said(signoff.override, 1, ready.who("hana"), reason=REASON)
        assert "nothing to sign any more" in ready.refused(signoff.sign, 1, ready.who("ben"), Role.PM)


class TestTicks:
    """The one item that nobody can compute is ticked by its holder or the delivery manager."""

    def test_it_is_ticked_and_unticked_by_name(self, company: Company) -> None:
        company.read()
        company.scope()
        ben = company.who("ben")
        company.said(lists.tick, 1, ben, key="confirm-team", ticked=True)
        company.said(lists.tick, 1, ben, key="confirm-team", ticked=True)
        item = company.ho().item("confirm-team")
        assert item
        assert (item.ticked_by, item.ticked_at) == (ben.id, NOW)
        assert len(company.events("ticked")) == 1
        company.said(lists.tick, 1, company.who("dev"), key="confirm-team", ticked=False)
        item = company.ho().item("confirm-team")
        assert item
        assert (item.ticked_by, item.ticked_at) == (0, None)

    @pytest.mark.parametrize("name", ["ana", "chloe", "hana", "olga"])
    def test_others_get_the_way_out(self, company: Company, name: str) -> None:
        company.read()
        company.scope()
        refusal = company.refused(lists.tick, 1, company.who(name), key="confirm-team", ticked=True)
        assert refusal == "Only Ben or Dev can tick this. Ask Ben. Is it yours? Ask Dev to hand it over."

    def test_what_cannot_be_done_yet_is_not_ticked(self, company: Company) -> None:
        company.read()
        refusal = company.refused(lists.tick, 1, company.who("ben"), key="confirm-team", ticked=True)
        assert "cannot be done yet" in refusal

    @pytest.mark.parametrize("key", ["say-promises", "sign-plan", "no-such-item"])
    def test_what_the_record_answers_is_not_ticked(self, company: Company, key: str) -> None:
        company.read()
        assert "by itself" in company.refused(lists.tick, 1, company.who("dev"), key=key, ticked=True)


def test_milestones_and_dates_of_the_tool_count(ready: Company) -> None:
    rows = [
        TaskCopy("t1", "Test data", "", due=date(2026, 5, 1), owner="ben@acme.example"),
        TaskCopy("m1", "Go-Live", "", milestone=True),
        TaskCopy("t2", "UAT script", "", owner="ben@acme.example"),
    ]
    ready.do(access.tasks_read, 1, rows, [], began=ready.now)
    assert "missing" in ready.refused(signoff.sign, 1, ready.who("ben"), Role.PM)
    ready.do(access.tasks_read, 1, rows[:2], [], began=ready.now)
    ready.sign("ben", Role.PM)
