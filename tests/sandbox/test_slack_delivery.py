"""Deliveries over signed HTTP: what arrives, what is retried, and what a person sees when nothing good comes back."""

import contextlib
import threading
import time
from typing import Any

import httpx
import pytest
from slack_bolt import Ack, App, BoltRequest, Respond
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from sandbox.company import BOT_USER, HANDOVERS_CHANNEL, by_key
from sandbox.slack.hands import Hands
from sandbox.slack.seed import CLIENT_CHANNEL, SHARED_CHANNEL
from sandbox.slack.wire.http import sign
from sandbox.world import World
from tests.sandbox.conftest import SECRET
from tests.sandbox.slack_bot import Answer, Bot, Got, json_answer, until

ANA = by_key("ana").id
BUTTON = {"type": "button", "action_id": "item.done", "value": "7", "text": {"type": "plain_text", "text": "Done"}}


def option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value}, "value": value}


BOXES = {"type": "checkboxes", "action_id": "items", "options": [option("a"), option("b"), option("c")]}
BLOCKS = [
    {"type": "actions", "block_id": "item:7", "elements": [BUTTON]},
    {"type": "actions", "block_id": "list:v1", "elements": [{**BOXES, "initial_options": [option("a")]}]},
]


def test_the_signature_is_the_one_of_slacks_page() -> None:
    """The vector of https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign("8f742231b10e8888abcd99yyyzzz85a5", body, "1531420618") == expected


def test_a_command_arrives_as_a_signed_form_with_names_resolved(hands: Hands, bot: Bot) -> None:
    hands.command("ana", HANDOVERS_CHANNEL, "assign @Ben Ortiz #general & <b>")
    got = bot.got[0]
    assert got.path == "/slack/events"
    assert SignatureVerifier(SECRET).is_valid_request(got.raw, got.headers)
    assert got.payload["text"] == "assign <@U0BEN00001|ben> <#C0GENERAL1|general> &amp; &lt;b&gt;"
    assert (got.payload["command"], got.payload["channel_name"], got.payload["user_name"]) == (
        "/handover",
        "privategroup",
        "ana",
    )


def test_the_answer_to_a_command_is_seen_by_one_or_by_all(hands: Hands, bot: Bot, world: World) -> None:
    bot.answer = lambda _got: (200, {}, b"Your items: none")
    hands.command("ana", CLIENT_CHANNEL, "")
    bot.answer = lambda _got: json_answer({"response_type": "in_channel", "text": "For all"})
    hands.command("ana", CLIENT_CHANNEL, "")
    assert [(one["text"], one["source"]) for one in world.slack.ephemerals(ANA, CLIENT_CHANNEL)] == [
        ("Your items: none", "command")
    ]
    assert world.slack.messages(CLIENT_CHANNEL)[-1]["text"] == "For all"


@pytest.mark.slow
def test_no_answer_in_three_seconds_is_a_timeout_for_the_person(hands: Hands, bot: Bot) -> None:
    released = threading.Event()

    def slow(_got: Got) -> Answer:
        released.wait(12)
        return 200, {}, b""

    bot.answer = slow
    begun = time.monotonic()
    reaction = hands.command("ana", HANDOVERS_CHANNEL, "")
    took = time.monotonic() - begun
    released.set()
    assert (reaction.status, reaction.error) == (0, "operation_timeout")
    assert 2.9 <= took < 10


def test_a_refused_or_unreachable_app_is_a_failed_dispatch(hands: Hands, bot: Bot, world: World) -> None:
    bot.answer = lambda _got: (404, {}, b"{}")
    assert hands.command("ana", HANDOVERS_CHANNEL, "").error == "dispatch_failed"
    world.bot_url = "http://127.0.0.1:9"
    assert hands.command("ana", HANDOVERS_CHANNEL, "").error == "dispatch_failed"
    assert hands.global_shortcut("ana", "handover_new").error == "dispatch_failed"


def test_a_mention_reaches_the_app_where_it_is_a_member_only(hands: Hands, bot: Bot, world: World) -> None:
    hands.say("ana", CLIENT_CHANNEL, "@Baton are you there?")
    parent = hands.say("ana", HANDOVERS_CHANNEL, "root")
    hands.say("ana", HANDOVERS_CHANNEL, "@Baton where is <ABC>?", thread_ts=parent)
    mentions = bot.payloads("app_mention")
    assert [one["text"] for one in mentions] == [f"<@{BOT_USER}> where is &lt;ABC&gt;?"]
    assert (mentions[0]["thread_ts"], mentions[0]["parent_user_id"]) == (parent, ANA)
    assert world.slack.messages(HANDOVERS_CHANNEL)[-1]["blocks"][0]["type"] == "rich_text"


def test_a_direct_message_reaches_the_app_as_message_im(hands: Hands, bot: Bot, client: WebClient) -> None:
    dm = client.conversations_open(users=ANA)["channel"]["id"]
    hands.say("ana", dm, "my items")
    message = bot.payloads("message")[0]
    assert (message["channel_type"], message["channel"], message["text"]) == ("im", dm, "my items")


def test_joining_is_told_with_the_inviter(hands: Hands, bot: Bot, client: WebClient, world: World) -> None:
    hands.invite("ana", SHARED_CHANNEL, BOT_USER)
    client.conversations_invite(channel=SHARED_CHANNEL, users=[by_key("mei").id])
    assert world.slack.deliver.flush()
    joined = {(one["user"], one["channel_type"], one["inviter"]) for one in bot.payloads("member_joined_channel")}
    assert joined == {(BOT_USER, "G", ANA), (by_key("mei").id, "G", BOT_USER)}


def test_a_failed_event_is_tried_three_times_more_with_one_id(hands: Hands, bot: Bot, world: World) -> None:
    bot.answer = lambda _got: (500, {}, b"")
    hands.say("ana", HANDOVERS_CHANNEL, "@Baton hello")
    assert world.slack.deliver.flush()
    tries = [(got.headers.get("x-slack-retry-num"), got.headers.get("x-slack-retry-reason")) for got in bot.got]
    assert tries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({got.payload["event_id"] for got in bot.got}) == 1


def test_an_event_is_not_tried_again_when_the_app_says_so(hands: Hands, bot: Bot, world: World) -> None:
    bot.answer = lambda _got: (500, {"X-Slack-No-Retry": "1"}, b"")
    hands.say("ana", HANDOVERS_CHANNEL, "@Baton hello")
    assert world.slack.deliver.flush()
    assert len(bot.got) == 1


def test_clicks_are_never_tried_again_but_may_be_doubled_or_lose_their_answer(
    hands: Hands, bot: Bot, client: WebClient, world: World
) -> None:
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="x", blocks=BLOCKS)["ts"]
    world.slack.deliver.drop_answers = 1
    lost = hands.click("ana", HANDOVERS_CHANNEL, ts, "item.done")
    assert (lost.error, len(bot.got)) == ("⚠ This app did not answer in time.", 1)
    world.slack.deliver.duplicate_next()
    assert hands.click("ana", HANDOVERS_CHANNEL, ts, "item.done").error is None
    assert len(bot.got) == 3
    assert bot.got[1].payload["trigger_id"] == bot.got[2].payload["trigger_id"]


def test_a_click_carries_the_message_the_place_and_the_value(hands: Hands, bot: Bot, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="x", blocks=BLOCKS)["ts"]
    hands.click("ana", HANDOVERS_CHANNEL, ts, "item.done", value="7")
    sent = bot.payloads("block_actions")[0]
    action = sent["actions"][0]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "7", "item:7")
    assert sent["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": HANDOVERS_CHANNEL,
        "is_ephemeral": False,
    }
    assert sent["message"]["ts"] == ts
    assert sent["user"]["id"] == ANA


def test_ticks_are_the_clients_own_until_the_block_id_changes(
    hands: Hands, bot: Bot, client: WebClient, world: World
) -> None:
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="x", blocks=BLOCKS)["ts"]
    hands.tick("ana", HANDOVERS_CHANNEL, ts, "items", ["c", "a"])
    action = bot.payloads("block_actions")[0]["actions"][0]
    assert [one["value"] for one in action["selected_options"]] == ["a", "c"]
    assert [one["value"] for one in action["initial_options"]] == ["a"]

    def ticked(user: str) -> list[str]:
        blocks = world.slack.messages(HANDOVERS_CHANNEL)[-1]["blocks"]
        values = world.slack.screens.values(user, f"{HANDOVERS_CHANNEL}:{ts}", blocks)
        return [one["value"] for state in values.values() for one in state["items"]["selected_options"]]

    assert (ticked(ANA), ticked(by_key("ben").id)) == (["a", "c"], ["a"])
    fresh = [BLOCKS[0], {**BLOCKS[1], "block_id": "list:v2"}]
    client.chat_update(channel=HANDOVERS_CHANNEL, ts=ts, text="x", blocks=fresh)
    assert ticked(ANA) == ["a"]


def test_a_message_shortcut_works_where_the_bot_is_no_member(hands: Hands, bot: Bot, world: World) -> None:
    promise = next(one for one in world.slack.messages(CLIENT_CHANNEL) if "weekly call" in one["text"])
    hands.message_shortcut("ben", CLIENT_CHANNEL, promise["ts"], "add_to_handover")
    sent = bot.payloads("message_action")[0]
    assert sent["message"]["text"] == "They want a weekly call until go-live"
    assert (sent["channel"]["name"], sent["callback_id"]) == ("client-abc", "add_to_handover")
    answer = httpx.post(sent["response_url"], json={"text": "Kept."}, trust_env=False)
    assert answer.status_code == 200
    assert world.slack.ephemerals(by_key("ben").id, CLIENT_CHANNEL)[0]["text"] == "Kept."


def test_a_response_url_works_five_times_within_half_an_hour(hands: Hands, bot: Bot, world: World) -> None:
    hands.command("ana", HANDOVERS_CHANNEL, "")
    hands.command("ana", HANDOVERS_CHANNEL, "")
    first, second = (got.payload["response_url"] for got in bot.got)
    with httpx.Client(trust_env=False) as caller:  # noqa: TID251 - the test speaks as the app does
        said = [caller.post(first, json={"text": str(n)}).status_code for n in range(6)]
        assert said == [200] * 5 + [404]
        assert caller.post(first, json={"text": "x"}).text == "used_url"
        world.clock.advance(1801)
        assert caller.post(second, json={"text": "x"}).text == "expired_url"
        assert caller.post(second[:-3] + "abc", json={"text": "x"}).text == "invalid_url"


def test_a_response_url_changes_and_deletes_the_ephemeral_that_was_clicked(
    hands: Hands, bot: Bot, client: WebClient, world: World
) -> None:
    client.chat_postEphemeral(channel=HANDOVERS_CHANNEL, user=ANA, text="Sure?", blocks=BLOCKS)
    shown = world.slack.ephemerals(ANA, HANDOVERS_CHANNEL)[0]
    hands.click_ephemeral("ana", shown["id"], "item.done")
    sent = bot.payloads("block_actions")[0]
    assert sent["container"]["is_ephemeral"] is True
    assert "message" not in sent
    httpx.post(sent["response_url"], json={"replace_original": True, "text": "Done."}, trust_env=False)
    assert [one["text"] for one in world.slack.ephemerals(ANA, HANDOVERS_CHANNEL)] == ["Done."]
    httpx.post(sent["response_url"], json={"delete_original": True}, trust_env=False)
    assert world.slack.ephemerals(ANA, HANDOVERS_CHANNEL) == []


def test_bolt_takes_what_arrives(hands: Hands, bot: Bot, world: World, client: WebClient) -> None:
    """Slack's own framework verifies the signature, finds the listener, opens a modal and answers."""
    app = App(client=client, signing_secret=SECRET, process_before_response=True)
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Loading"},
        "blocks": [{"type": "divider"}],
    }

    @app.command("/handover")
    def command(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack("opened")

    @app.action("item.done")
    def done(ack: Ack, respond: Respond) -> None:
        ack()
        respond("Noted.", replace_original=False)

    @app.event("app_mention")
    def mentioned(event: dict[str, Any], client: WebClient) -> None:
        client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="Here I am")

    def dispatch(got: Got) -> Answer:
        request = BoltRequest(body=got.raw.decode(), headers={k: [v] for k, v in got.headers.items()})
        response = app.dispatch(request)
        return response.status, {k: v[0] for k, v in response.headers.items()}, response.body.encode()

    bot.answer = dispatch
    assert hands.command("ana", HANDOVERS_CHANNEL, "help").error is None
    assert [one["title"]["text"] for one in world.slack.views(ANA)] == ["Loading"]
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="x", blocks=BLOCKS)["ts"]
    assert hands.click("ana", HANDOVERS_CHANNEL, ts, "item.done").status == 200
    assert [one["text"] for one in world.slack.ephemerals(ANA, HANDOVERS_CHANNEL)] == ["opened", "Noted."]
    asked = hands.say("ana", HANDOVERS_CHANNEL, "@baton where are you?")
    assert until(lambda: len(world.slack.thread(HANDOVERS_CHANNEL, asked)) == 2)
    assert hands.message_shortcut("ana", HANDOVERS_CHANNEL, ts, "unknown").error == "dispatch_failed"


def test_who_watches_is_woken_by_a_change(world: World, client: WebClient) -> None:
    version = world.version
    with contextlib.ExitStack() as stack:
        timer = threading.Timer(0.1, lambda: client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="x"))
        stack.callback(timer.join)
        timer.start()
        assert world.wait(version, 5.0) > version
    assert world.wait(world.version, 0.01) == world.version


@pytest.mark.parametrize("text", ["mail ana@acme.example", "#generally speaking", "@Bennett"])
def test_what_only_looks_like_a_name_stays_text(text: str, hands: Hands, world: World) -> None:
    hands.say("ana", HANDOVERS_CHANNEL, text)
    assert world.slack.messages(HANDOVERS_CHANNEL)[-1]["text"] == text


def test_a_status_with_an_end_is_in_the_profile_and_tells_the_app(hands: Hands, bot: Bot, client: WebClient) -> None:
    hands.set_status("ana", ":palm_tree:", "Vacationing", 1_800_000_000)
    until(lambda: len(bot.got) == 1)
    event = bot.got[0].payload["event"]
    wanted = {"status_emoji": ":palm_tree:", "status_text": "Vacationing", "status_expiration": 1_800_000_000}
    assert (event["type"], event["user"]["id"]) == ("user_change", ANA)
    assert event["user"]["profile"].items() >= wanted.items()
    assert event["user"]["profile"]["email"] == "ana@acme.example"
    assert client.users_profile_get(user=ANA)["profile"].items() >= wanted.items()


def test_a_cleared_status_has_no_end(hands: Hands, client: WebClient) -> None:
    hands.set_status("ana", ":palm_tree:", "Vacationing", 1_800_000_000)
    hands.set_status("ana", "", "", 1_800_000_000)
    profile = client.users_profile_get(user=ANA)["profile"]
    assert [profile[name] for name in ("status_emoji", "status_text", "status_expiration")] == ["", "", 0]
