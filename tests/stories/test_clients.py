"""The client's access: exactly those whom client success chose, each with the right that was shown."""

from typing import Any

import pytest

from bot.effects import ReadTasks
from bot.people import Role
from tests.stories import walk
from tests.stories.stage import Stage

MARIA, JONAS = "m.klein@abcfintech.example", "j.weber@abcfintech.example"


@pytest.fixture
def ready(signed_stage: Stage) -> Stage:
    """Everything signed; what is left is the client's access."""
    return signed_stage


def test_two_people_of_one_client_are_both_invited(ready: Stage) -> None:
    """What is said of an invitation is true of each person: both are in the project, with that right and no other."""
    walk.click(ready, "chloe", "list:csm", "access.review")
    walk.submit(ready, "chloe", {"who": {"who": [MARIA, JONAS]}, "right": {"right": "comment"}})
    walk.submit(ready, "chloe", {})
    ready.settle()
    levels = {m["email"]: m["access_level"] for m in ready.world.asana.projects()[0]["members"]}
    assert (levels.get(MARIA), levels.get(JONAS)) == ("commenter", "commenter")
    assert {one.email: one.state for one in ready.handover().access} == {MARIA: "given", JONAS: "given"}


def test_access_that_is_taken_away_in_the_tool_before_the_gate_is_asked_for_again(ready: Stage) -> None:
    """Maria is in, somebody takes her out in Asana: what is read next says so, and Retry lets her in again."""
    with ready.deps.store.write() as unit:
        handover = unit.handover(1)
        assert handover is not None
        signature = handover.signed(Role.PM)
        assert signature is not None
        signature.withdrawn_at = ready.clock.now()
        unit.save(handover)
    ready.settle()
    walk.invited(ready)
    assert [one.state for one in ready.handover().access] == ["given"]
    (project,) = ready.world.asana.projects()
    (row,) = [
        one for one in ready.world.asana.all("membership") if one["parent"] == project["gid"] and is_maria(ready, one)
    ]
    ready.world.asana.delete("membership", row["gid"])
    reread(ready, "first")
    assert [one.state for one in ready.handover().access] == ["failed"]
    told = "Klein has no access yet: somebody took them out of the project in Asana"
    assert told in walk.shown(ready.post("list:csm"))
    walk.click(ready, "chloe", "list:csm", "access.retry")
    ready.settle()
    reread(ready, "second")
    assert [one.state for one in ready.handover().access] == ["given"]


def is_maria(stage: Stage, row: dict[str, Any]) -> bool:
    """Whether this membership is hers."""
    return bool(stage.world.asana.people.one(row["member"])["email"] == MARIA)


def reread(stage: Stage, nonce: str) -> None:
    """The workspace is read anew, as after each change of its tasks."""
    with stage.deps.store.write() as unit:
        unit.emit(ReadTasks(1, nonce))
    stage.settle()
