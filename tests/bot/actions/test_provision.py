"""Provisioning: each step is kept; what fails says so and waits for a hand; the last one makes the workspace ready."""

import pytest

from bot import provision as rules
from bot.actions import access, admin, people, provision, scope, signoff
from bot.actions.record import merge
from bot.deal import Standing
from bot.effects import PromiseTasks, Provision, Reply
from bot.handover import State, StepState
from bot.people import Role
from bot.terms import Terms
from tests.bot.actions.company import SCOPE, Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import deal, settings, template

REASON = "The client starts on Monday anyway."


@pytest.fixture
def begun(company: Company) -> Company:
    """The scope is confirmed and the workspace is being set up."""
    company.read()
    company.scope()
    return company


def states(company: Company) -> dict[str, str]:
    return {step.key: step.state.value for step in company.ho().steps}


def fail(company: Company, key: str, attempt: str = "1") -> None:
    company.do(provision.step_failed, 1, key, words="The name is taken.", attempt=attempt)


def test_without_tool_or_crm_their_steps_are_left_out(company: Company) -> None:
    company.terms = Terms(settings(), company.terms.offices, template())
    company.read()
    company.scope()
    assert {step.side for step in company.ho().steps} == {"slack"}
    assert [job.side for job in company.effects(Provision)] == ["slack"]


@pytest.mark.req("R27")
def test_steps_keep_what_was_made(begun: Company) -> None:
    begun.made("channel", "project")
    made = begun.ho()
    assert (made.channel_id, made.workspace_id, made.workspace_url) == (
        "id-channel",
        "id-project",
        "https://made.example/project",
    )
    assert made.state is State.SCOPED
    assert begun.effects(Reply, "ready") == []


def test_links_come_after_both_sides_and_once(begun: Company) -> None:
    keys = [step.key for step in begun.ho().steps if step.side != "links"]
    begun.made(*keys[:-1])
    assert [job.side for job in begun.effects(Provision)] == ["slack", "tool"]
    begun.made(keys[-1])
    begun.made(keys[-1])
    assert [job.side for job in begun.effects(Provision)] == ["slack", "tool", "links"]
    assert begun.ho().state is State.SCOPED


def test_the_last_step_makes_it_ready_and_rings_once(begun: Company) -> None:
    begun.made()
    begun.made()
    made = begun.ho()
    assert (made.state, made.provisioned_at) == (State.PROVISIONED, begun.now)
    (ring,) = begun.effects(Reply, "ready")
    assert ring.data == {"signers": ["delivery_manager"]}
    assert len(begun.effects(PromiseTasks)) == 1


def test_what_waits_is_shown_and_rings_nobody(begun: Company) -> None:
    before = len(begun.effects(Reply))
    begun.do(provision.step_waits, 1, "project", words="Asana does not answer. It goes on by itself.")
    step = begun.ho().step("project")
    assert step
    assert (step.state, step.words) == (StepState.RETRYING, "Asana does not answer. It goes on by itself.")
    assert len(begun.effects(Reply)) == before
    begun.made("project")
    step = begun.ho().step("project")
    assert step
    assert (step.state, step.words) == (StepState.DONE, "")


class TestFailure:
    """What cannot succeed says so, once per attempt; the rest goes on."""

    def test_it_is_told_and_what_needs_it_is_blocked(self, begun: Company) -> None:
        fail(begun, "channel")
        fail(begun, "channel")
        (told,) = begun.effects(Reply, "step_failed")
        assert told.data == {"step": "channel"}
        made = begun.ho()
        # The job fails again with it each time that a later step has to wait, a week long perhaps.
        assert len([e for e in made.events if e.kind == "step" and e.data["state"] == "failed"]) == 1
        assert {step.key for step in made.steps if rules.blocked(made, step)} == {
            "channel_about", "channel_team", "channel_brief", "project_tasks", "project_team", "project_links",
        }  # fmt: skip
        begun.made("project")
        assert not rules.blocked(begun.ho(), begun.ho().steps[5])

    def test_a_retry_makes_that_side_again(self, begun: Company) -> None:
        fail(begun, "channel")
        said = begun.said(provision.retry, 1, begun.who("dev"), key="channel", nonce="n1")
        assert said.line == "Trying again: Slack channel."
        assert states(begun)["channel"] == "planned"
        assert begun.effects(Provision)[-1] == Provision(1, "slack", attempt="n1")
        again = begun.said(provision.retry, 1, begun.who("dev"), key="channel", nonce="n2")
        assert "does not need a retry" in again.line
        fail(begun, "channel", attempt="n1")
        assert len(begun.effects(Reply, "step_failed")) == 2

    def test_done_by_hand_is_acknowledged_with_what_needs_it(self, begun: Company) -> None:
        fail(begun, "channel")
        begun.said(provision.by_hand, 1, begun.who("ben"), key="channel", words="Made it myself")
        assert {key: state for key, state in states(begun).items() if state == "manual"}.keys() == {
            "channel", "channel_about", "channel_team", "channel_brief",
        }  # fmt: skip
        step = begun.ho().step("channel")
        assert step
        assert (step.by, step.at, step.words) == (begun.who("ben").id, begun.now, "Made it myself")
        begun.made()
        assert begun.ho().state is State.PROVISIONED
        assert states(begun)["channel"] == "manual"

    def test_done_by_hand_goes_on_with_what_its_job_never_came_to(self, begun: Company) -> None:
        begun.made("channel")
        begun.do(provision.step_waits, 1, "channel_team", words="Slack does not answer. It goes on by itself.")
        assert [step.key for step in rules.tried_in_vain(begun.ho(), "slack")] == ["channel_team"]
        assert [step.key for step in rules.tried_in_vain(begun.ho(), "tool")] == ["project"]
        fail(begun, "channel_team")
        begun.said(provision.by_hand, 1, begun.who("ben"), key="channel_team", words="")
        assert begun.effects(Provision)[-1] == Provision(1, "slack", attempt="after:channel_team")

    def test_all_by_hand_is_ready_too(self, begun: Company) -> None:
        for key in ("channel", "project", "crm_links"):
            begun.said(provision.by_hand, 1, begun.who("dev"), key=key, words="")
        assert begun.ho().state is State.PROVISIONED
        assert begun.effects(PromiseTasks) == []

    def test_what_is_done_does_not_fail_later(self, begun: Company) -> None:
        begun.made("channel")
        fail(begun, "channel")
        assert states(begun)["channel"] == "done"
        assert begun.effects(Reply, "step_failed") == []
        assert "done already" in begun.said(provision.by_hand, 1, begun.who("dev"), key="channel", words="").line

    @pytest.mark.parametrize("name", ["ana", "chloe", "rafi", "hana", "olga"])
    def test_only_delivery_manager_and_project_manager_mend(self, begun: Company, name: str) -> None:
        fail(begun, "channel")
        who = begun.who(name)
        assert "Only Dev can retry this step." in begun.refused(provision.retry, 1, who, key="channel", nonce="n")
        refusal = begun.refused(provision.by_hand, 1, who, key="channel", words="")
        assert "Only Dev can mark this step as done by hand." in refusal

    def test_a_step_that_is_not_there_is_said_kindly(self, begun: Company) -> None:
        for deed, given in ((provision.retry, {"nonce": "n"}), (provision.by_hand, {"words": ""})):
            assert "not there any more" in begun.refused(deed, 1, begun.who("dev"), key="fax", **given)


class TestByButton:
    """With `provision.auto = false` somebody clicks [Set up workspace]."""

    @pytest.fixture
    def manual(self, companies: Opens) -> Company:
        """A company that sets up by button."""
        company = companies(provision={"auto": False})
        company.read()
        return company

    def test_it_begins_with_the_click_and_once(self, manual: Company) -> None:
        manual.scope()
        assert manual.effects(Provision) == []
        manual.said(provision.begin, 1, manual.who("ben"))
        assert len(manual.effects(Provision)) == 2
        assert "being set up already" in manual.said(provision.begin, 1, manual.who("dev")).line
        assert len(manual.effects(Provision)) == 2

    def test_what_comes_first_is_said(self, manual: Company) -> None:
        assert "scope is not confirmed yet" in manual.refused(provision.begin, 1, manual.who("dev"))
        manual.said(scope.confirm, 1, manual.who("dev"), SCOPE)
        assert "Only Dev can set up the workspace" in manual.refused(provision.begin, 1, manual.who("ana"))
        manual.said(people.not_mine, 1, manual.who("ben"), role=Role.PM, reason="On leave")
        assert "no project manager yet" in manual.refused(provision.begin, 1, manual.who("dev"))

    def test_not_while_on_hold(self, manual: Company) -> None:
        manual.scope()
        manual.read(deal(standing=Standing.LOST))
        assert "on hold" in manual.refused(provision.begin, 1, manual.who("dev"))


class TestAroundIt:
    """What happens to the record while the hands are at work."""

    def test_an_override_meanwhile_lets_the_rest_go_on(self, begun: Company) -> None:
        begun.said(signoff.override, 1, begun.who("hana"), reason=REASON)
        begun.made()
        assert begun.ho().state is State.IN_PROGRESS
        assert set(states(begun).values()) == {"done"}
        assert len(begun.effects(PromiseTasks)) == 1
        assert begun.effects(Reply, "ready") == []

    def test_a_cancelled_handover_keeps_what_was_made_and_moves_no_more(self, begun: Company) -> None:
        begun.said(admin.cancel, 1, begun.who("dev"), reason="Opened by mistake")
        begun.made()
        assert begun.ho().state is State.CANCELLED
        assert begun.ho().channel_id == "id-channel"

    def test_a_hold_meanwhile_does_not_stop_the_hands(self, begun: Company) -> None:
        begun.read(deal(standing=Standing.OPEN))
        begun.made()
        assert begun.ho().state is State.PROVISIONED
        begun.read()
        assert begun.ho().running("hold") is None

    def test_a_record_that_is_gone_is_no_error(self, company: Company) -> None:
        company.do(provision.step_made, 99, "channel", remote_id="", url="")
        company.do(provision.step_waits, 99, "channel", words="")
        company.do(provision.step_failed, 99, "channel", words="", attempt="1")
        company.do(access.invited, 99, "k@abc.example", state="given", words="")
        company.do(access.tasks_read, 99, [], [], began=company.now)
        company.do(merge.merged, ["99"], deal())
        assert company.effects() == []
