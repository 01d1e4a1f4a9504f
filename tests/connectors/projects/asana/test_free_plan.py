"""Asana's free plan: what it refuses is said in other words or becomes a step by hand, and the rest goes on."""

from datetime import date
from typing import Any

import pytest

from bot.errors import Declined
from connectors.projects.asana import words
from sandbox.world import World
from tests.connectors.projects.asana.test_projects import MARKER, MILESTONE, SPEC, TASK
from tests.connectors.stands import connect
from tests.connectors.wire import Reply, Wire


@pytest.fixture(autouse=True)
def free(world: World) -> None:
    world.asana.plan = "free"


def test_a_project_without_a_start_date_says_it_in_its_description(tool: Any, world: World) -> None:
    tool.make_project(SPEC)
    (project,) = world.asana.projects()
    assert (project["start_on"], project["due_on"]) == (None, "2027-04-07")
    assert project["notes"].splitlines()[-2:] == ["Start: 2026-12-07", MARKER]


def test_tasks_and_milestones_come_as_plain_tasks_with_their_dates_in_words(tool: Any, world: World) -> None:
    project = tool.make_project(SPEC).id
    section = tool.make_section(project, "Discovery").id
    for spec in (TASK, MILESTONE):
        tool.make_task(project, section, spec)
    tasks = {row["name"]: row for part in world.asana.projects()[0]["sections"] for row in part["tasks"]}
    assert "Start: 2026-12-08" in tasks["Kick-off workshop"]["notes"].splitlines()
    assert tasks["Discovery"]["resource_subtype"] == "default_task"
    assert [task.due for task in tool.tasks(project)] == [date(2026, 12, 10), date(2026, 12, 18)]


def test_the_check_tells_it_beforehand(tool: Any) -> None:
    (line,) = [line for line in tool.check() if line.name == "plan"]
    assert (line.ok, line.words) == (True, words.FREE_PLAN)


@pytest.mark.parametrize("call", [*words.PLAN, "something else"])
def test_each_refusal_says_what_to_do_by_hand(call: str) -> None:
    sentence = words.plan(call)
    assert sentence.startswith("Asana's plan ")
    assert sentence.endswith(".")
    assert len(sentence) < 160


def test_a_plan_that_refuses_even_the_plain_task_is_a_step_by_hand() -> None:
    refused = Reply(402, {"errors": [{"message": "Payment Required"}]})
    with Wire(Reply(200, {"data": {"gid": "7"}}), refused) as wire:
        tool = connect("asana", {"ASANA_TOKEN": "t", "ASANA_API_URL": wire.url}, table={"workspace": 1})
        with pytest.raises(Declined) as raised:
            tool.make_task("1", "12", TASK)
    assert raised.value.words == words.PLAN["make the task"]
    assert len(wire.requests) == 3
