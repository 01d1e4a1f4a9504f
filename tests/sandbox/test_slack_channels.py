"""Channels and people through Slack's own client: names, members, visibility, guests, scopes and rates."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.company import BOT_USER, HANDOVERS_CHANNEL, by_key
from sandbox.server import Server
from sandbox.slack.hands import Hands, NotThere
from sandbox.slack.seed import CLIENT_CHANNEL, GENERAL, SHARED_CHANNEL
from sandbox.world import World
from tests.sandbox.conftest import client_of, error_of, new_world, refusal


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Proj", "invalid_name_specials"),
        ("a b", "invalid_name_specials"),
        ("größe", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("general", "name_taken"),
        ("channel", "name_taken"),
    ],
)
def test_bad_channel_names_are_refused(client: WebClient, name: str, error: str) -> None:
    assert error_of(lambda: client.conversations_create(name=name)) == error


def test_an_archived_channel_keeps_its_name_and_nobody_writes_there(client: WebClient, hands: Hands) -> None:
    made = client.conversations_create(name="proj-abc", is_private=True)["channel"]
    assert (made["is_private"], made["is_member"], made["creator"]) == (True, True, BOT_USER)
    client.conversations_invite(channel=made["id"], users=[by_key("ana").id])
    client.conversations_archive(channel=made["id"])
    with pytest.raises(NotThere):
        hands.say("ana", made["id"], "Hello?")
    assert error_of(lambda: client.conversations_create(name="proj-abc")) == "name_taken"
    assert error_of(lambda: client.chat_postMessage(channel=made["id"], text="x")) == "is_archived"
    assert error_of(lambda: client.conversations_archive(channel=made["id"])) == "already_archived"
    client.conversations_unarchive(channel=made["id"])
    assert client.chat_postMessage(channel=made["id"], text="x")["ok"]


def test_one_bad_invitation_fails_all_unless_forced(client: WebClient, world: World) -> None:
    channel = client.conversations_create(name="proj-abc")["channel"]["id"]
    ana, ben = by_key("ana").id, by_key("ben").id
    refused = refusal(lambda: client.conversations_invite(channel=channel, users=[ana, "U404"]))
    assert refused.response["error"] == "user_not_found"
    assert refused.response["errors"] == [{"user": "U404", "ok": False, "error": "user_not_found"}]
    assert world.slack.members(channel) == [BOT_USER]
    forced = client.conversations_invite(channel=channel, users=[ana, "U404", ben], force=True)
    assert [one["user"] for one in forced["errors"]] == ["U404"]
    assert world.slack.members(channel) == [BOT_USER, ana, ben]
    assert error_of(lambda: client.conversations_invite(channel=channel, users=[ana])) == "already_in_channel"
    assert error_of(lambda: client.conversations_invite(channel=channel, users=[BOT_USER])) == "cant_invite_self"


def test_topic_and_purpose_post_a_line_and_have_a_limit(client: WebClient, world: World) -> None:
    client.conversations_setTopic(channel=HANDOVERS_CHANNEL, topic="Won deals")
    client.conversations_setPurpose(channel=HANDOVERS_CHANNEL, purpose="From Sales to Delivery")
    lines = [one.get("subtype") for one in world.slack.messages(HANDOVERS_CHANNEL)]
    assert lines == ["channel_topic", "channel_purpose"]
    room = client.conversations_info(channel=HANDOVERS_CHANNEL)["channel"]
    assert (room["topic"]["value"], room["purpose"]["value"]) == ("Won deals", "From Sales to Delivery")
    long = "x" * 251
    assert error_of(lambda: client.conversations_setTopic(channel=HANDOVERS_CHANNEL, topic=long)) == "too_long"


def test_public_channels_are_seen_and_private_ones_hidden_from_a_bot_that_is_no_member(client: WebClient) -> None:
    assert client.conversations_info(channel=CLIENT_CHANNEL)["channel"]["is_member"] is False
    assert error_of(lambda: client.conversations_history(channel=CLIENT_CHANNEL)) == "not_in_channel"
    assert error_of(lambda: client.conversations_info(channel=SHARED_CHANNEL)) == "channel_not_found"
    found = client.conversations_list(types="public_channel,private_channel")["channels"]
    assert {one["id"] for one in found} == {GENERAL, CLIENT_CHANNEL, HANDOVERS_CHANNEL}
    own = client.users_conversations(types="public_channel,private_channel")["channels"]
    assert [one["id"] for one in own] == [HANDOVERS_CHANNEL]


def test_joining_works_for_public_channels_only(client: WebClient, hands: Hands) -> None:
    assert client.conversations_join(channel=CLIENT_CHANNEL)["ok"]
    assert client.conversations_join(channel=CLIENT_CHANNEL)["warning"] == "already_in_channel"
    assert len(client.conversations_history(channel=CLIENT_CHANNEL)["messages"]) == 6
    hands.invite("ana", SHARED_CHANNEL, BOT_USER)
    error = error_of(lambda: client.conversations_join(channel=SHARED_CHANNEL))
    assert error == "method_not_supported_for_channel_type"


def test_people_are_found_by_address_whatever_its_case(client: WebClient, world: World) -> None:
    user = client.users_lookupByEmail(email="ANA@acme.example")["user"]
    assert (user["id"], user["tz"], user["is_restricted"]) == (by_key("ana").id, "Europe/Berlin", False)
    assert client.users_info(user=by_key("klein").id)["user"]["is_restricted"] is True
    assert error_of(lambda: client.users_lookupByEmail(email="no@acme.example")) == "users_not_found"
    world.slack.change_user(by_key("ana").id, deleted=True)
    assert error_of(lambda: client.users_lookupByEmail(email="ana@acme.example")) == "users_not_found"
    assert error_of(lambda: client.conversations_open(users=by_key("ana").id)) == "user_disabled"


def test_a_guest_sees_their_channels_only(world: World, hands: Hands) -> None:
    klein = by_key("klein").id
    assert [one["id"] for one in world.slack.visible_channels(klein)] == [SHARED_CHANNEL]
    seen = {one["id"] for one in world.slack.visible_channels(by_key("nico").id)}
    assert seen == {GENERAL, CLIENT_CHANNEL}
    with pytest.raises(NotThere):
        hands.say("klein", GENERAL, "Hello?")


def test_tokens_are_checked_first(world: World) -> None:
    assert error_of(lambda: client_of(world, "xoxb-other").auth_test()) == "invalid_auth"
    assert error_of(lambda: client_of(world, "").auth_test()) == "not_authed"
    assert error_of(lambda: client_of(world, "xapp-sandbox").auth_test()) == "not_allowed_token_type"
    world.slack.token_error = "token_revoked"
    assert error_of(lambda: client_of(world).auth_test()) == "token_revoked"


def test_a_method_that_is_not_here_says_so_and_is_written_down(client: WebClient, world: World) -> None:
    assert error_of(lambda: client.api_call("canvases.create")) == "unknown_method"
    call = world.slack.call_log("canvases.create")[-1]
    assert (call["ok"], call["error"], call["status"]) == (False, "unknown_method", 200)


def manifest(tmp_path: Path, scopes: list[str]) -> Path:
    """A manifest with these scopes, in JSON as in block-style YAML."""
    lines = ["# what the app may do", "display_information:", "  name: Baton", "oauth_config:", "  scopes:", "    bot:"]
    path = tmp_path / "manifest.yml"
    path.write_text("\n".join([*lines, *(f"      - {scope}" for scope in scopes)]), encoding="utf-8")
    return path


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[WebClient]:
    """A client whose app has few scopes."""
    world = new_world(manifest=manifest(tmp_path, ["chat:write", "channels:manage", "users:read", "groups:read"]))
    with Server(world):
        yield client_of(world)


def test_scopes_that_the_manifest_lacks_are_refused_by_name(narrow: WebClient) -> None:
    refused = refusal(lambda: narrow.pins_list(channel=HANDOVERS_CHANNEL)).response
    assert refused["error"] == "missing_scope"
    assert refused["needed"] == "pins:read"
    assert refused["provided"] == "chat:write,channels:manage,users:read,groups:read"
    assert narrow.auth_test().headers["x-oauth-scopes"] == refused["provided"]


def test_scopes_are_checked_by_kind_of_conversation(narrow: WebClient) -> None:
    assert narrow.conversations_create(name="open")["ok"]
    refused = refusal(lambda: narrow.conversations_create(name="closed", is_private=True)).response
    assert (refused["error"], refused["needed"]) == ("missing_scope", "groups:write")
    assert narrow.conversations_info(channel=HANDOVERS_CHANNEL)["ok"]
    assert error_of(lambda: narrow.conversations_info(channel=GENERAL)) == "missing_scope"


def test_addresses_need_their_own_scope(narrow: WebClient) -> None:
    assert "email" not in narrow.users_info(user=by_key("ana").id)["user"]["profile"]


def test_one_message_a_second_and_channel_after_a_burst_of_three(client: WebClient, world: World) -> None:
    def post(channel: str = HANDOVERS_CHANNEL) -> Any:
        return client.chat_postMessage(channel=channel, text="x")

    for _ in range(3):
        post()
    refused = refusal(post).response
    assert (refused.status_code, refused["error"], refused.headers["Retry-After"]) == (429, "ratelimited", "1")
    assert post(by_key("ana").id)["ok"], "another channel has its own second"
    world.clock.advance(1.0)
    assert post()["ok"]


def test_a_method_has_its_minute_on_the_sandbox_clock(client: WebClient, world: World) -> None:
    def mark() -> Any:
        return client.bookmarks_add(channel_id=HANDOVERS_CHANNEL, title="t", type="link", link="https://a.example")

    for _ in range(25):
        mark()
    refused = refusal(mark).response
    assert refused.status_code == 429
    assert 50 <= int(refused.headers["Retry-After"]) <= 60
    assert client.pins_list(channel=HANDOVERS_CHANNEL)["ok"], "the other methods go on"
    world.clock.advance(60)
    assert mark()["ok"]


def test_arguments_are_merged_from_query_form_and_json(world: World) -> None:
    client = client_of(world)
    for sent in ({"json": {"user": by_key("ana").id}}, {"params": {"user": by_key("ana").id}}):
        assert client.api_call("users.info", **sent)["user"]["name"] == "ana"  # type: ignore[arg-type]
    blocks = json.dumps([{"type": "divider"}])
    args = {"channel": HANDOVERS_CHANNEL, "text": "x", "blocks": blocks}
    assert client.api_call("chat.postMessage", params=args)["message"]["blocks"][0]["type"] == "divider"
