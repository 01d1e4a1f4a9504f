"""What the stand-in says that it offers is served and tested, and the small methods do what they say."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.company import BOT_USER, HANDOVERS_CHANNEL, PEOPLE, TEAM, by_key
from sandbox.slack import api
from sandbox.slack.limits import METHODS as TIERS
from sandbox.slack.seed import GENERAL
from sandbox.world import World
from tests.sandbox.conftest import error_of

ROOT = Path(__file__).resolve().parents[2]
ROWS: list[dict[str, Any]] = tomllib.loads((ROOT / "sandbox/slack/coverage.toml").read_text(encoding="utf-8"))[
    "methods"
]
SERVED = [row for row in ROWS if row["status"] != "planned"]


def test_every_served_method_has_a_row_and_a_tier() -> None:
    assert sorted(row["name"] for row in SERVED) == sorted(api.METHODS)
    assert set(api.METHODS) == set(TIERS)


def test_rows_have_a_known_status_and_partial_ones_say_what_is_left_out() -> None:
    for row in ROWS:
        assert row["status"] in ("supported", "partial", "planned"), row
        assert (row["status"] == "partial") == bool(row.get("left_out")), row


@pytest.mark.parametrize("row", SERVED, ids=lambda row: str(row["name"]))
def test_a_served_method_is_called_by_the_test_that_its_row_names(row: dict[str, Any]) -> None:
    text = (ROOT / row["tested_by"]).read_text(encoding="utf-8")
    called = row["name"].replace(".", "_")
    assert row["name"] in text or f".{called}(" in text, f"{row['tested_by']} never calls {row['name']}"


def test_a_planned_method_says_that_it_is_unknown(client: WebClient) -> None:
    for row in ROWS:
        if row["status"] == "planned":
            assert error_of(lambda name=row["name"]: client.api_call(name)) == "unknown_method"  # type: ignore[misc]


def test_api_test_answers_what_it_is_asked(client: WebClient) -> None:
    assert client.api_test(foo="bar")["args"]["foo"] == "bar"
    assert error_of(lambda: client.api_test(error="my_error")) == "my_error"


def test_the_workspace_and_its_people_are_listed(client: WebClient) -> None:
    assert client.team_info()["team"]["id"] == TEAM
    assert {one["id"] for one in client.users_list()["members"]} == {BOT_USER, *(one.id for one in PEOPLE)}
    page = client.users_list(limit=3)
    assert len(page["members"]) == 3
    assert page["response_metadata"]["next_cursor"]
    assert error_of(lambda: client.users_list(cursor="nonsense")) == "invalid_cursor"


def test_a_person_has_a_profile_a_presence_and_quiet_hours(client: WebClient, world: World) -> None:
    rafi = by_key("rafi").id
    assert client.api_call("users.profile.get", params={"user": rafi})["profile"]["email"] == "rafi@acme.example"
    assert client.api_call("users.getPresence", params={"user": rafi})["presence"] == "active"
    assert client.dnd_info(user=rafi)["dnd_enabled"] is False
    world.slack.change_user(rafi, dnd={"dnd_enabled": True})
    assert client.dnd_info(user=rafi)["dnd_enabled"] is True
    assert error_of(lambda: client.dnd_info(user="U404")) == "user_not_found"
    assert client.usergroups_list()["usergroups"] == []


def test_a_channel_is_renamed_by_its_maker_only(client: WebClient, world: World) -> None:
    made = client.conversations_create(name="proj-abc")["channel"]["id"]
    renamed = client.conversations_rename(channel=made, name="proj-abc-2")["channel"]
    assert (renamed["name"], renamed["previous_names"]) == ("proj-abc-2", ["proj-abc"])
    assert world.slack.messages(made)[-1]["subtype"] == "channel_name"
    rename = client.conversations_rename
    assert error_of(lambda: rename(channel=HANDOVERS_CHANNEL, name="other")) == "not_authorized"
    assert error_of(lambda: rename(channel=made, name="general")) == "name_taken"


def test_members_come_and_go(client: WebClient) -> None:
    ana = by_key("ana").id
    assert ana in client.conversations_members(channel=HANDOVERS_CHANNEL)["members"]
    client.conversations_kick(channel=HANDOVERS_CHANNEL, user=ana)
    assert ana not in client.conversations_members(channel=HANDOVERS_CHANNEL)["members"]
    kick = client.conversations_kick
    assert error_of(lambda: kick(channel=HANDOVERS_CHANNEL, user=ana)) == "not_in_channel"
    assert error_of(lambda: kick(channel=HANDOVERS_CHANNEL, user=BOT_USER)) == "cant_kick_self"
    client.conversations_join(channel=GENERAL)
    assert error_of(lambda: kick(channel=GENERAL, user=ana)) == "cant_kick_from_general"


def test_a_reaction_is_taken_back_once(client: WebClient, world: World) -> None:
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="x")["ts"]
    client.reactions_add(channel=HANDOVERS_CHANNEL, timestamp=ts, name="eyes")
    client.reactions_remove(channel=HANDOVERS_CHANNEL, timestamp=ts, name="eyes")
    assert "reactions" not in world.slack.messages(HANDOVERS_CHANNEL)[-1]
    remove = client.reactions_remove
    assert error_of(lambda: remove(channel=HANDOVERS_CHANNEL, timestamp=ts, name="eyes")) == "no_reaction"


def test_blocks_are_validated_without_a_token(client: WebClient) -> None:
    client.token = None
    assert client.api_call("blocks.validate", json={"blocks": [{"type": "divider"}]})["ok"]
    bad = {"blocks": [{"type": "nothing"}]}
    assert error_of(lambda: client.api_call("blocks.validate", json=bad)) == "invalid_blocks"
    assert error_of(lambda: client.api_call("blocks.validate", json={})) == "invalid_arguments"


def test_an_upload_that_nobody_announced_or_finished_is_no_file(client: WebClient) -> None:
    announced = client.files_getUploadURLExternal(filename="a.csv", length=3)
    files = [{"id": announced["file_id"], "title": "A"}]
    assert error_of(lambda: client.files_completeUploadExternal(files=files)) == "file_not_found"
    assert error_of(lambda: client.files_info(file=announced["file_id"])) == "file_not_found"
