"""Faults on demand at the Web API, and a restart over the same shelf."""

import time
import urllib.error
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.company import HANDOVERS_CHANNEL, by_key
from sandbox.faults import Faults
from sandbox.server import Server
from sandbox.shelf import Shelf
from sandbox.slack.manifest import parse, read_manifest
from sandbox.world import World
from tests.sandbox.conftest import client_of, error_of, new_world, refusal

BROKEN_LINE = (OSError, HTTPException, urllib.error.URLError)


def texts(world: World) -> list[str]:
    return [one["text"] for one in world.slack.messages(HANDOVERS_CHANNEL)]


def post(client: WebClient, text: str = "x") -> Any:
    return client.chat_postMessage(channel=HANDOVERS_CHANNEL, text=text)


@pytest.mark.parametrize(("kind", "left"), [("drop_before", []), ("drop_after", ["x"]), ("half", ["x"])])
def test_a_cut_line_comes_before_or_after_the_effect(
    client: WebClient, world: World, kind: str, left: list[str]
) -> None:
    world.faults.add("slack", "chat.postMessage", kind)
    with pytest.raises(BROKEN_LINE):
        post(client)
    assert texts(world) == left
    assert post(client)["ok"], "one fault is used up by one call"


def test_a_rate_limit_an_error_and_nonsense_can_be_asked_for(client: WebClient, world: World) -> None:
    world.faults.add("slack", "chat.postMessage", "429", retry_after=7)
    limited = refusal(lambda: post(client)).response
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    world.faults.add("slack", "chat.postMessage", "ok_false:internal_error")
    assert error_of(lambda: post(client)) == "internal_error"
    world.faults.add("slack", "chat.postMessage", "500")
    with pytest.raises(SlackApiError):
        post(client)
    world.faults.add("slack", "chat.postMessage", "garbage")
    with pytest.raises(SlackApiError):
        post(client)
    assert texts(world) == []
    ends = [(call["error"], call["status"]) for call in world.slack.call_log("chat.postMessage")]
    assert ends == [
        ("fault:429", 429),
        ("fault:ok_false:internal_error", 200),
        ("fault:500", 500),
        ("fault:garbage", 200),
    ]


def test_a_slow_answer_is_late_and_a_timeout_is_none(world: World, client: WebClient) -> None:
    world.faults.add("slack", "auth.test", "slow", seconds=0.3)
    begun = time.monotonic()
    assert client.auth_test()["ok"]
    assert time.monotonic() - begun >= 0.3
    world.faults.add("slack", "chat.postMessage", "timeout")
    client.timeout = 1
    with pytest.raises(BROKEN_LINE):
        post(client)
    assert texts(world) == []


def test_a_side_that_is_down_answers_503_until_it_is_up(world: World, client: WebClient) -> None:
    world.faults.down("slack")
    with pytest.raises(SlackApiError):
        client.auth_test()
    world.faults.down("slack", on=False)
    assert client.auth_test()["ok"]


def test_faults_match_by_method_and_path_prefix() -> None:
    box = Faults()
    box.add("hubspot", "PATCH /crm/v3/objects/deals", "500", times=2)
    assert box.take("hubspot", "GET /crm/v3/objects/deals/1") is None
    assert box.take("slack", "PATCH /crm/v3/objects/deals/1") is None
    assert [box.take("hubspot", "PATCH /crm/v3/objects/deals/1") is not None for _ in range(3)] == [True, True, False]
    with pytest.raises(ValueError, match="unknown fault"):
        box.add("slack", "*", "explode")


def test_a_restart_over_the_same_file_goes_on_where_it_was(tmp_path: Path) -> None:
    shelf = Shelf(str(tmp_path / "sandbox.db"))
    world = new_world(shelf=shelf)
    ana = by_key("ana").id
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Open"}, "blocks": [{"type": "divider"}]}
    with Server(world):
        client = client_of(world)
        parent = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="root")["ts"]
        client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="re", thread_ts=parent)
        client.pins_add(channel=HANDOVERS_CHANNEL, timestamp=parent)
        client.views_open(trigger_id=world.slack.handles.trigger(ana), view=view)
        made = client.conversations_create(name="proj-abc")["channel"]["id"]
    shelf.close()
    again = new_world(shelf=Shelf(str(tmp_path / "sandbox.db")))
    assert [one["text"] for one in again.slack.thread(HANDOVERS_CHANNEL, parent)] == ["root", "re"]
    assert again.slack.pins(HANDOVERS_CHANNEL)[0]["message"]["reply_count"] == 1
    assert [one["title"]["text"] for one in again.slack.views(ana)] == ["Open"]
    assert len(again.slack.users()) == len(world.slack.users())
    with Server(again):
        client = client_of(again)
        assert client.conversations_create(name="proj-def")["channel"]["id"] != made
        assert client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="new", thread_ts=parent)["ts"] > parent


def test_thousands_of_messages_do_not_slow_a_post_down(world: World) -> None:
    parent, _ = world.slack.post(HANDOVERS_CHANNEL, {"user": "U0ANA00001", "text": "root"})
    begun = time.monotonic()
    for number in range(3000):
        reply = {"user": "U0ANA00001", "text": str(number), "thread_ts": parent["ts"]} if number % 10 == 0 else {}
        world.slack.post(HANDOVERS_CHANNEL, {"user": "U0ANA00001", "text": str(number), **reply})
    assert time.monotonic() - begun < 15
    assert len(world.slack.messages(HANDOVERS_CHANNEL)) == 3001


def test_a_manifest_in_block_style_and_in_json_say_the_same(tmp_path: Path) -> None:
    block = """
# the app
features:
  app_home: {"messages_tab_enabled": true}
  slash_commands:
    - command: /handover
      usage_hint: "[client] | list: late"
      should_escape: true
  shortcuts:
  - name: 'Add to handover'
    type: message
    callback_id: add_to_handover
oauth_config:
  scopes:
    bot: [chat:write, commands, dnd:read]
    bot_optional:
      - dnd:read
settings:
  event_subscriptions:
    bot_events:
      - app_mention
"""
    path = tmp_path / "manifest.yml"
    path.write_text(block, encoding="utf-8")
    manifest = read_manifest(path)
    assert manifest.scopes == ("chat:write", "commands", "dnd:read")
    assert manifest.events == ("app_mention",)
    assert manifest.commands[0]["usage_hint"] == "[client] | list: late"
    assert manifest.shortcuts == ({"name": "Add to handover", "type": "message", "callback_id": "add_to_handover"},)
    assert (manifest.messages_tab, manifest.escapes("/handover")) == (True, True)
    path.write_text(block.replace(", dnd:read]", "]"), encoding="utf-8")
    with pytest.raises(ValueError, match="bot_optional names dnd:read, which must stand in bot as well"):
        read_manifest(path)
    path.write_text('{"oauth_config": {"scopes": {"bot": ["commands"]}}}', encoding="utf-8")
    assert read_manifest(path).scopes == ("commands",)
    with pytest.raises(ValueError, match="line 1"):
        parse("just words")
