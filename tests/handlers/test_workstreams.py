"""A deal in several workstreams, as whoever reads the CRM finds it: one state, one pair of links, a note of each."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot import provision
from bot.effects import Provision, WriteStage
from bot.handover import Handover, State, StepState
from sandbox.deals import ABC
from tests.builders import make_handover
from tests.handlers.bench import Bench
from tests.stories.stage import Stage

STREAMS = ("Data platform", "Cloud", "Portal")


@pytest.fixture
def bench(stage: Stage) -> Iterator[Bench]:
    """Its worker."""
    made = Bench(stage)
    yield made
    made.close()


def record(bench: Bench, number: int, state: State) -> Handover:
    """One workstream; all of its workspace is there but for the links in the CRM."""
    blank: dict[str, Any] = {"id": 0, "roles": {}, "entries": [], "answers": [], "presale": [], "signatures": []}
    steps = provision.planned(tool="Asana", crm="HubSpot") if state is State.SCOPED else []
    for step in steps[:-1]:
        step.state = StepState.DONE
    url = f"https://app.asana.example/{number}" if steps else ""
    made = make_handover(state, **blank, steps=steps, deal_id=ABC, workspace_url=url, channel_id="")
    made.workstream, made.scoped_by = STREAMS[number - 1], 0
    with bench.deps.store.write() as unit:
        return unit.add(made)


def move(bench: Bench, number: int, state: State) -> None:
    """A person moves it there, and the CRM is told."""
    with bench.deps.store.write() as unit:
        handover = unit.handover(number)
        assert handover is not None
        handover.state = state
        unit.save(handover)
        unit.emit(WriteStage(number, state.value, state.value))
    bench.work()


def told(bench: Bench) -> tuple[str, str]:
    """State and workspace, as the deal's properties say."""
    found = bench.stage.world.hubspot.deal(ABC)["properties"]
    return str(found.get("baton_handover_status") or ""), str(found.get("baton_workspace_url") or "")


def test_the_deal_says_what_holds_of_all_its_workstreams_whichever_wrote_last(bench: Bench) -> None:
    """The least far one speaks, the oldest one's links stay; who writes last changes neither."""
    for number, state in ((1, State.SCOPED), (2, State.SCOPED), (3, State.CANCELLED)):
        record(bench, number, state)
    bench.emit(Provision(2, "links"))
    bench.work()
    assert told(bench) == ("", "https://app.asana.example/1")
    bench.emit(Provision(1, "links"))
    bench.work()
    assert told(bench) == ("workspace_ready", "https://app.asana.example/1")
    notes = [str(note) for note in bench.stage.world.hubspot.deal(ABC)["notes"]]
    assert [name for name in STREAMS if any(f"({name}): Workspace ready." in note for note in notes)] == [*STREAMS[:2]]

    move(bench, 1, State.MITIGATION)
    move(bench, 2, State.MAINTENANCE)
    assert told(bench) == ("mitigation", "https://app.asana.example/1")
    move(bench, 1, State.CLOSED)
    assert told(bench) == ("maintenance", "https://app.asana.example/1")
    assert [job.error for job in bench.deps.store.outbox.jobs(("ready", "dead"))] == []
