"""People of another company, and who came from outside: whatever they send, they see and do nothing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from blocks import ids
from handlers.ears.guard import OUTSIDERS
from handlers.profile import person_of
from tests.rights.desk import Desk, desk_at
from tests.rights.doors import button
from tests.rights.records import won

CLIENT = "T9CLIENT"  # the workspace of a company that is connected with ours


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One Baton for all of them."""
    with desk_at(tmp_path_factory.mktemp("outsiders")) as made:
        yield made


def connected(desk: Desk, name: str, email: str = "") -> None:
    """Somebody of a connected company, whom Slack calls no stranger: they share a channel with Baton."""
    slack_id = f"U9{name.upper()}"
    desk.stage.world.slack.people.add(slack_id, name.lower(), f"{name} Other", email, team_id=CLIENT)
    desk.people[name] = replace(desk.people["Sten"], id=0, name=f"{name} Other", slack_id=slack_id)


def test_who_is_of_a_connected_company_is_no_colleague(desk: Desk) -> None:
    """https://docs.slack.dev/reference/objects/user-object: `is_stranger` is false for whoever shares a channel."""
    connected(desk, "Kai", "kai@client.example")
    number = desk.record(won)
    show = desk.click("Kai", button(ids.SHOW_CARD, str(number)))
    desk.outcome("Kai", number, show, keep=True)
    desk.work()
    again = desk.click("Kai", button(ids.SHOW_CARD, str(number)))
    assert desk.outcome("Kai", number, again).refused == OUTSIDERS


@pytest.mark.parametrize(
    ("user", "guest"),
    [
        ({"team_id": "T1"}, False),
        ({}, False),
        ({"team_id": "T9"}, True),
        ({"team_id": "T9", "enterprise_user": {"teams": ["T9", "T1"]}}, False),
        ({"team_id": "T9", "enterprise_user": {"teams": ["T9"]}}, True),
        ({"team_id": "T9", "enterprise_user": None}, True),
        ({"team_id": "T1", "is_ultra_restricted": True}, True),
    ],
)
def test_who_is_not_in_our_workspace_is_a_guest(user: dict[str, Any], guest: bool) -> None:  # noqa: FBT001
    assert person_of(user, "T1").guest is guest
    assert person_of(user, "").guest is bool(user.get("is_ultra_restricted"))  # nobody has said yet which is ours
