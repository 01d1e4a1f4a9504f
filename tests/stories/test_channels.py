"""Stories of the project's channel: it is found again by what is ours in it, never by its name alone."""

import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.handover import Handover, State
from handlers.clock import Clock
from sandbox import company
from sandbox.company import BOT_USER
from tests.stories import walk
from tests.stories.conftest import Road
from tests.stories.stage import Stage, staged


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries lie minutes in life; here they are short."""
    monkeypatch.setattr("handlers.deliver.loop.BACKOFF_CAP", 0.3)


def confirm(stage: Stage, number: int = 1) -> None:
    """Dev confirms the scope, and nobody waits for what follows."""
    walk.click(stage, "dev", "root", "scope.confirm", number=number)
    values = {"link": "https://docs.acme.example/scope", "start": "2027-03-01", "end": "2027-06-30"}
    walk.submit(stage, "dev", walk.fields(**values) if number > 1 else walk.fields(start=values["start"]))


def twin(stage: Stage) -> Handover:
    """A second deal of the same client and project."""
    made = stage.world.hubspot.create(
        dealname="ABC Fintech – Cloud Migration", amount="1000", hubspot_owner_id=company.owner_id("Ana Ruiz")
    )
    return walk.won(stage, made["id"], 2)


def names(stage: Stage) -> list[str]:
    """The names of all channels of this project."""
    found = (str(room.get("name", "")) for room in stage.world.slack.channels())
    return sorted(name for name in found if name.startswith("proj-abc"))


def purpose(stage: Stage, number: int) -> str:
    """What the channel of that handover says it is for."""
    rooms = {room["id"]: room for room in stage.world.slack.channels()}
    return str(rooms[stage.handover(number).channel_id]["purpose"]["value"])


@pytest.mark.slow
def test_two_handovers_of_one_client_and_project_never_share_a_channel(won_stage: Stage) -> None:
    """The first one's has no marker yet, as Slack is ill; the second looks for its own, and makes one."""
    twin(won_stage)
    won_stage.world.faults.add("slack", "conversations.setPurpose", "500", times=1000)
    confirm(won_stage)
    won_stage.until(lambda: bool(won_stage.handover(1).channel_id), "the first channel")
    create = won_stage.world.faults.add("slack", "conversations.create", "500")
    confirm(won_stage, 2)
    won_stage.until(lambda: bool(won_stage.handover(2).channel_id), "the second channel")
    won_stage.world.faults.clear()
    won_stage.settle(60)
    assert create.times == 0
    first, second = won_stage.handover(1), won_stage.handover(2)
    assert second.channel_id != first.channel_id
    assert names(won_stage) == [
        "proj-abc-fintech-cloud-migration-mar2027",
        "proj-abc-fintech-cloud-migration-mar2027-2",
    ]
    assert [purpose(won_stage, n).endswith(f":HO-{n}") for n in (1, 2)] == [True, True]
    assert (first.state, second.state) == (State.PROVISIONED, State.PROVISIONED)
    assert not won_stage.parked()


def test_a_channel_that_an_earlier_installation_left_unmarked_is_not_taken(won_stage: Stage) -> None:
    """The same app made it, for another database: whoever is in there reads nothing of this handover."""
    name = "proj-abc-fintech-cloud-migration-mar2027"
    old = int(won_stage.world.clock.time()) - 86_400
    left = won_stage.world.slack.rooms.create(name, BOT_USER, private=True, created=old)
    fault = won_stage.world.faults.add("slack", "conversations.create", "500")
    confirm(won_stage)
    won_stage.settle(60)
    assert fault.times == 0
    assert won_stage.handover().channel_id != left["id"]
    assert won_stage.handover().channel_name == f"{name}-2"


def test_a_channel_whose_making_was_not_answered_is_found_by_its_maker(won_stage: Stage) -> None:
    """Made, unmarked, and its answer lost: the name that this handover alone may try leads to it."""
    won_stage.world.faults.add("slack", "conversations.create", "drop_after")
    confirm(won_stage)
    won_stage.settle(60)
    assert names(won_stage) == ["proj-abc-fintech-cloud-migration-mar2027"]
    assert purpose(won_stage, 1).endswith(":HO-1")
    assert won_stage.handover().start == date(2027, 3, 1)


def test_it_is_found_too_when_our_clock_was_an_hour_ahead_and_is_set_right(tmp_path: Path, road: Road) -> None:
    """Machine time stays ahead, as it never goes back; Slack says by its own clock when the channel was made."""
    wrong = timedelta(hours=1)
    with staged(tmp_path, scene=road.scene("won")) as stage:
        stage.clock = Clock(lambda: time.time() + wrong.total_seconds())
        stage.start()
        wrong = timedelta()
        stage.world.faults.add("slack", "conversations.create", "drop_after")
        confirm(stage)
        stage.settle(60)
        assert names(stage) == ["proj-abc-fintech-cloud-migration-mar2027"]
        assert purpose(stage, 1).endswith(":HO-1")
