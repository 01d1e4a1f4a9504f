"""The client's access: exactly those whom client success chose, each with the right that was shown."""

import pytest

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
