"""After the gate: project manager and client success move the stage, the project manager closes."""

import pytest

from bot.actions import people, stage
from bot.deal import Standing
from bot.effects import WriteStage
from bot.handover import State
from bot.people import Role
from tests.bot.actions.company import Company
from tests.bot.builders import deal, person


def to(company: Company, who: str, state: State, why: str = "") -> str:
    """Moves the stage; what was said."""
    return company.said(stage.change, 1, company.who(who), to=state, why=why, nonce=f"{who}{state}").line


class TestAfterTheGate:
    """Live, then as the delivery goes."""

    @pytest.fixture(autouse=True)
    def live(self, company: Company) -> None:
        """Through the gate."""
        company.live()

    @pytest.mark.req("R231")
    def test_the_stages_come_and_go_and_the_timeline_knows(self, company: Company) -> None:
        assert to(company, "chloe", State.MITIGATION, " The cut-over slipped ").endswith("is in mitigation now.")
        assert to(company, "ben", State.IN_PROGRESS).endswith("is in progress now.")
        to(company, "ben", State.MAINTENANCE)
        company.wait(days=30)
        to(company, "ben", State.CLOSED, " Delivered; plan the cut-over earlier ")
        made = company.ho()
        assert (made.state, made.ended_at) == (State.CLOSED, company.now)
        assert made.end_reason == "Delivered; plan the cut-over earlier"
        moves = [(e.data["was"], e.data["now"], e.data["why"]) for e in company.events("state")][-4:]
        assert moves == [
            ("in_progress", "mitigation", "The cut-over slipped"),
            ("mitigation", "in_progress", ""),
            ("in_progress", "maintenance", ""),
            ("maintenance", "closed", "Delivered; plan the cut-over earlier"),
        ]
        assert [e.state for e in company.effects(WriteStage)] == ["mitigation", "in_progress", "maintenance", "closed"]
        assert all(signature.stands for signature in made.signatures)

    @pytest.mark.parametrize("name", ["ana", "dev", "hana", "olga", "rafi"])
    def test_others_change_no_stage_and_hear_whom_to_ask(self, company: Company, name: str) -> None:
        refusal = company.refused(stage.change, 1, company.who(name), to=State.MITIGATION, why="", nonce="n")
        assert refusal == "Only Ben or Chloe can change the stage. Ask Ben or Chloe."

    def test_client_success_does_not_close(self, company: Company) -> None:
        chloe = company.who("chloe")
        assert State.CLOSED not in stage.choices(company.ho(), chloe)
        refusal = company.refused(stage.change, 1, chloe, to=State.CLOSED, why="", nonce="n")
        assert refusal == "Only the project manager (Ben) can close it."

    def test_for_an_empty_role_the_delivery_manager_acts(self, company: Company) -> None:
        company.said(people.not_mine, 1, company.who("ben"), role=Role.PM, reason="On leave")
        assert stage.choices(company.ho(), company.who("ben")) == ()
        assert State.CLOSED in stage.choices(company.ho(), company.who("dev"))

    def test_the_same_stage_again_changes_nothing(self, company: Company) -> None:
        before = company.snapshot()
        assert to(company, "ben", State.IN_PROGRESS) == "It is in progress already."
        assert company.snapshot() == before

    @pytest.mark.parametrize("state", [State.PRESALE, State.PROVISIONED, State.CANCELLED])
    def test_only_the_stages_after_the_gate_can_be_chosen(self, company: Company, state: State) -> None:
        assert "Choose" in company.refused(stage.change, 1, company.who("ben"), to=state, why="", nonce="n")

    def test_what_is_closed_stays_closed(self, company: Company) -> None:
        to(company, "ben", State.CLOSED)
        refusal = company.do(stage.change, 1, company.who("ben"), to=State.MAINTENANCE, why="", nonce="n")
        assert refusal.sentence.endswith("is closed: its stage stays as it is.")
        company.read(deal(project="Renamed"))
        assert company.ho().project == "Cloud Migration"

    def test_on_hold_the_stage_stays(self, company: Company) -> None:
        company.read(deal(standing=Standing.OPEN, won_epoch=None))
        assert "on hold" in company.refused(stage.change, 1, company.who("ben"), to=State.MITIGATION, why="", nonce="n")


@pytest.mark.req("R242")
def test_no_stage_goes_past_the_gate(company: Company) -> None:
    """Before the three signatures there is nothing to choose."""
    company.provisioned()
    for state in (State.IN_PROGRESS, State.MITIGATION, State.CLOSED):
        refusal = company.refused(stage.change, 1, company.who("ben"), to=state, why="", nonce="n")
        assert "Delivery has not begun" in refusal
    assert "not there any more" in company.refused(
        stage.change, 9, person(0, "Nobody"), to=State.CLOSED, why="", nonce="n"
    )
