"""Making and finding: whatever happens to the answer of a write, the marker finds the one thing that was made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from bot.errors import Unavailable
from bot.ports import Made, ProjectSpec, TaskSpec
from sandbox.world import World
from tests.connectors.stands import connect, served

MARKER = "baton:k7f3:HO-42"
LINK = "https://app.hubspot.com/contacts/1/record/0-3/9001#file-7000001"
SPEC = ProjectSpec("ABC – X – Dec2026", MARKER, date(2026, 12, 7), date(2027, 4, 7), "ben@acme.example", "Scope", ())


@dataclass(frozen=True)
class Pair:
    """A make/find pair: `where` is the write on the wire, `count` how many of them the stand-in holds."""

    kind: str
    where: str
    make: Callable[[Any, Any], Made]
    find: Callable[[Any, Any], Made | None]
    count: Callable[[World], int]


def _task(number: int) -> TaskSpec:
    return TaskSpec(
        f"Task {number}", f"{MARKER}:task-{number}", "Build", date(2026, 12, 9), owner_email="mei@acme.example"
    )


def _sections(world: World) -> int:
    return sum(row["name"] == "Build" for project in world.asana.projects() for row in project["sections"])


def _tasks(world: World) -> int:
    return sum(len(row["tasks"]) for project in world.asana.projects() for row in project["sections"])


def _own_notes(world: World) -> int:
    return sum(MARKER in str(note) for deal in world.hubspot.deals() if deal["id"] == "9001" for note in deal["notes"])


PAIRS = {
    "note": Pair(
        "hubspot",
        "POST /crm/objects/2026-03/notes",
        lambda crm, _: crm.make_note("9001", text="Handover: in progress", marker=MARKER),
        lambda crm, _: crm.find_note("9001", MARKER),
        _own_notes,
    ),
    "project": Pair(
        "asana",
        "POST /projects",
        lambda tool, _: tool.make_project(SPEC),
        lambda tool, _: tool.find_project(MARKER),
        lambda world: len(world.asana.projects()),
    ),
    "section": Pair(
        "asana",
        "POST /projects",
        lambda tool, project: tool.make_section(project, "Build"),
        lambda tool, project: tool.find_section(project, "Build"),
        _sections,
    ),
    "task": Pair(
        "asana",
        "POST /tasks",
        lambda tool, project: tool.make_task(project, tool.find_section(project, "Untitled section").id, _task(1)),
        lambda tool, project: tool.find_task(project, f"{MARKER}:task-1"),
        _tasks,
    ),
    "link": Pair(
        "asana",
        "POST /attachments",
        lambda tool, project: tool.make_link(project, name="Signed proposal", url=LINK),
        lambda tool, project: tool.find_link(project, LINK),
        lambda world: sum(len(project["attachments"]) for project in world.asana.projects()),
    ),
}


@pytest.fixture(params=PAIRS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pair(name: str) -> Pair:
    return PAIRS[name]


@pytest.fixture
def connection(pair: Pair, world: World) -> Any:
    return connect(pair.kind, served(world))


@pytest.fixture
def place(name: str, pair: Pair, connection: Any) -> Any:
    """The project in which the thing is made, where it needs one."""
    return connection.make_project(SPEC).id if pair.kind == "asana" and name != "project" else None


def test_what_was_made_is_found_again(pair: Pair, connection: Any, place: Any) -> None:
    assert pair.find(connection, place) is None
    made = pair.make(connection, place)
    found = pair.find(connection, place)
    assert made.id
    assert found is not None
    assert found.id == made.id


@pytest.mark.req("R105")
def test_a_lost_answer_does_not_make_it_twice(pair: Pair, connection: Any, place: Any, world: World) -> None:
    world.faults.add(pair.kind, pair.where, "drop_after")
    with pytest.raises(Unavailable):
        pair.make(connection, place)
    assert pair.count(world) == 1
    assert pair.find(connection, place) is not None


def test_a_refused_request_made_nothing(pair: Pair, connection: Any, place: Any, world: World) -> None:
    world.faults.add(pair.kind, pair.where, "drop_before")
    with pytest.raises(Unavailable):
        pair.make(connection, place)
    assert pair.count(world) == 0
    assert pair.find(connection, place) is None


def test_of_two_the_older_one_is_adopted(name: str, pair: Pair, connection: Any, place: Any) -> None:
    first, second = pair.make(connection, place), pair.make(connection, place)
    found = pair.find(connection, place)
    assert found is not None
    assert (found.id, second.id != first.id) == (first.id, True), name


def test_a_longer_marker_is_another_thing(pair: Pair, world: World) -> None:
    """`…:task-1` must not find `…:task-11`, nor another installation's mark."""
    if pair.kind != "asana":
        return
    tool = connect("asana", served(world))
    project = tool.make_project(SPEC).id
    tool.make_task(project, tool.find_section(project, "Untitled section").id, _task(11))
    assert tool.find_task(project, f"{MARKER}:task-1") is None
    assert tool.find_project("baton:zzzz:HO-42") is None
