"""Messages through Slack's own client: what is stored, refused, threaded, edited, and what metadata shows."""

import pytest
from slack_sdk import WebClient

from sandbox.company import BOT_USER, HANDOVERS_CHANNEL, by_key
from sandbox.slack.hands import Hands
from sandbox.slack.seed import CLIENT_CHANNEL, SHARED_CHANNEL
from sandbox.world import World
from tests.sandbox.conftest import error_of, refusal

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}


def test_a_post_is_there_for_people_and_in_the_history(client: WebClient, world: World) -> None:
    answer = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="Hello", blocks=[SECTION])
    kept = world.slack.messages(HANDOVERS_CHANNEL)[-1]
    assert kept["ts"] == answer["ts"]
    assert kept["user"] == BOT_USER
    assert kept["blocks"][0]["block_id"]
    assert client.conversations_history(channel=HANDOVERS_CHANNEL)["messages"][0]["text"] == "Hello"


def test_timestamps_are_unique_and_grow_even_when_the_clock_stands_in_the_past(client: WebClient, world: World) -> None:
    first = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="1")["ts"]
    world.clock.set_to(1_700_000_000)
    second = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="2")["ts"]
    assert second > first
    assert len(second.partition(".")[2]) == 6


def test_metadata_comes_back_only_when_asked_for(client: WebClient) -> None:
    metadata = {"event_type": "step", "event_payload": {"key": "HO-1"}}
    parent = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="x", metadata=metadata)["ts"]
    bare = client.conversations_history(channel=HANDOVERS_CHANNEL)["messages"][0]
    full = client.conversations_replies(channel=HANDOVERS_CHANNEL, ts=parent, include_all_metadata=True)["messages"][0]
    assert "metadata" not in bare
    assert full["metadata"]["event_payload"] == {"key": "HO-1"}


def test_replies_are_counted_in_the_parent_and_missing_from_the_channel(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="root")["ts"]
    reply = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="re", thread_ts=parent)["ts"]
    top = client.conversations_history(channel=HANDOVERS_CHANNEL)["messages"]
    assert [one["ts"] for one in top] == [parent]
    assert top[0]["reply_count"] == 1
    thread = client.conversations_replies(channel=HANDOVERS_CHANNEL, ts=parent)["messages"]
    assert [one["ts"] for one in thread] == [parent, reply]
    answer = error_of(lambda: client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="re", thread_ts=reply))
    assert answer == "cannot_reply_to_message"


def test_history_pages_with_a_cursor_and_bounds(client: WebClient, world: World) -> None:
    stamps = [world.slack.post(HANDOVERS_CHANNEL, {"user": "U0ANA00001", "text": str(n)})[0]["ts"] for n in range(5)]
    page = client.conversations_history(channel=HANDOVERS_CHANNEL, limit=2)
    assert [one["text"] for one in page["messages"]] == ["4", "3"]
    assert page["has_more"] is True
    cursor = page["response_metadata"]["next_cursor"]
    rest = client.conversations_history(channel=HANDOVERS_CHANNEL, limit=10, cursor=cursor)
    assert [one["text"] for one in rest["messages"]] == ["2", "1", "0"]
    newer = client.conversations_history(channel=HANDOVERS_CHANNEL, oldest=stamps[2])["messages"]
    assert [one["text"] for one in newer] == ["4", "3"]


def test_edits_keep_blocks_that_are_left_out_and_only_the_own_message_is_edited(
    client: WebClient, world: World, hands: Hands
) -> None:
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="a", blocks=[SECTION])["ts"]
    client.chat_update(channel=HANDOVERS_CHANNEL, ts=ts, text="b")
    kept = world.slack.book.get(HANDOVERS_CHANNEL, ts)
    assert kept is not None
    assert (kept["text"], kept["blocks"][0]["text"]["text"], kept["edited"]["user"]) == ("b", "Hello", BOT_USER)
    foreign = hands.say("ana", HANDOVERS_CHANNEL, "mine")
    assert (
        error_of(lambda: client.chat_update(channel=HANDOVERS_CHANNEL, ts=foreign, text="x")) == "cant_update_message"
    )
    assert error_of(lambda: client.chat_delete(channel=HANDOVERS_CHANNEL, ts=foreign)) == "cant_delete_message"
    client.chat_delete(channel=HANDOVERS_CHANNEL, ts=ts)
    assert error_of(lambda: client.chat_delete(channel=HANDOVERS_CHANNEL, ts=ts)) == "message_not_found"


def test_a_deleted_parent_leaves_a_tombstone_and_its_thread(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="root")["ts"]
    client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="re", thread_ts=parent)
    client.chat_delete(channel=HANDOVERS_CHANNEL, ts=parent)
    thread = client.conversations_replies(channel=HANDOVERS_CHANNEL, ts=parent)["messages"]
    assert [one.get("subtype") or one["text"] for one in thread] == ["tombstone", "re"]


def test_a_post_to_a_user_opens_the_direct_message(client: WebClient, world: World) -> None:
    ana = by_key("ana").id
    answer = client.chat_postMessage(channel=ana, text="for you")
    assert answer["channel"] == client.conversations_open(users=ana)["channel"]["id"]
    assert answer["channel"].startswith("D")
    assert [one["id"] for one in world.slack.dms(ana)] == [answer["channel"]]
    assert error_of(lambda: client.chat_update(channel=ana, ts=answer["ts"], text="x")) == "channel_not_found"


@pytest.mark.parametrize(
    ("channel", "error"),
    [(CLIENT_CHANNEL, "not_in_channel"), (SHARED_CHANNEL, "channel_not_found"), ("C404", "channel_not_found")],
)
def test_where_the_bot_is_no_member_it_cannot_post(client: WebClient, channel: str, error: str) -> None:
    assert error_of(lambda: client.chat_postMessage(channel=channel, text="x")) == error


def test_messages_without_content_or_with_too_much_are_refused(client: WebClient) -> None:
    post = client.chat_postMessage
    full = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 5
    wrong = {"event_type": 1, "event_payload": {}}
    assert error_of(lambda: client.api_call("chat.postMessage", json={"channel": HANDOVERS_CHANNEL})) == "no_text"
    assert error_of(lambda: post(channel=HANDOVERS_CHANNEL, text="x", blocks=full)) == "msg_blocks_too_long"
    assert error_of(lambda: post(channel=HANDOVERS_CHANNEL, text="x", metadata=wrong)) == "invalid_metadata_format"
    refused = refusal(lambda: post(channel=HANDOVERS_CHANNEL, text="x", blocks=[{"type": "dividor"}]))
    assert refused.response["error"] == "invalid_blocks"
    assert "/blocks/0" in refused.response["response_metadata"]["messages"][0]


def test_an_ephemeral_is_seen_by_one_member_only_and_cannot_be_edited(client: WebClient, world: World) -> None:
    ana, nico = by_key("ana").id, by_key("nico").id
    ts = client.chat_postEphemeral(channel=HANDOVERS_CHANNEL, user=ana, text="psst")["message_ts"]
    assert [one["text"] for one in world.slack.ephemerals(ana, HANDOVERS_CHANNEL)] == ["psst"]
    assert world.slack.ephemerals(by_key("ben").id, HANDOVERS_CHANNEL) == []
    assert error_of(lambda: client.chat_update(channel=HANDOVERS_CHANNEL, ts=ts, text="x")) == "message_not_found"
    post = client.chat_postEphemeral
    assert error_of(lambda: post(channel=HANDOVERS_CHANNEL, user=nico, text="psst")) == "user_not_in_channel"


def test_a_permalink_leads_to_the_message_in_its_thread(client: WebClient, world: World) -> None:
    parent = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="root")["ts"]
    reply = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="re", thread_ts=parent)["ts"]
    link = client.chat_getPermalink(channel=HANDOVERS_CHANNEL, message_ts=reply)["permalink"]
    path = f"/archives/{HANDOVERS_CHANNEL}/p{reply.replace('.', '')}?thread_ts={parent}&cid={HANDOVERS_CHANNEL}"
    assert link == world.base_url + path


def test_pins_bookmarks_and_reactions_refuse_what_is_there_already(client: WebClient, world: World) -> None:
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="root")["ts"]
    client.pins_add(channel=HANDOVERS_CHANNEL, timestamp=ts)
    assert error_of(lambda: client.pins_add(channel=HANDOVERS_CHANNEL, timestamp=ts)) == "already_pinned"
    assert client.pins_list(channel=HANDOVERS_CHANNEL)["items"][0]["message"]["ts"] == ts
    client.pins_remove(channel=HANDOVERS_CHANNEL, timestamp=ts)
    assert error_of(lambda: client.pins_remove(channel=HANDOVERS_CHANNEL, timestamp=ts)) == "no_pin"
    client.reactions_add(channel=HANDOVERS_CHANNEL, timestamp=ts, name="eyes")
    again = error_of(lambda: client.reactions_add(channel=HANDOVERS_CHANNEL, timestamp=ts, name="eyes"))
    assert again == "already_reacted"
    for _ in range(2):
        client.bookmarks_add(channel_id=HANDOVERS_CHANNEL, title="Deal", type="link", link="https://crm.example/1")
    marks = client.bookmarks_list(channel_id=HANDOVERS_CHANNEL)["bookmarks"]
    assert len(marks) == 2, "Slack does not look for doubled links"
    client.bookmarks_edit(channel_id=HANDOVERS_CHANNEL, bookmark_id=marks[0]["id"], title="The deal")
    client.bookmarks_remove(channel_id=HANDOVERS_CHANNEL, bookmark_id=marks[1]["id"])
    assert [one["title"] for one in world.slack.bookmarks(HANDOVERS_CHANNEL)] == ["The deal"]


def test_a_file_goes_up_in_three_steps_and_is_posted(client: WebClient, world: World) -> None:
    client.files_upload_v2(channel=HANDOVERS_CHANNEL, content="a,b", filename="audit.csv", initial_comment="Here")
    posted = world.slack.messages(HANDOVERS_CHANNEL)[-1]
    assert posted["text"] == "Here"
    assert world.slack.drive.content(posted["files"][0]["id"]) == b"a,b"
    assert client.files_info(file=posted["files"][0]["id"])["file"]["name"] == "audit.csv"
