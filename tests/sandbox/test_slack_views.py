"""Modals and Home tabs: triggers, the stack, hashes, what was typed, and what submissions do."""

from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.company import HANDOVERS_CHANNEL, by_key
from sandbox.slack.hands import Hands, NotThere
from sandbox.world import World
from tests.sandbox.conftest import error_of
from tests.sandbox.slack_bot import Bot, json_answer

ANA = by_key("ana").id


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def field(block_id: str = "why", *, optional: bool = False, **element: Any) -> dict[str, Any]:
    inner = {"type": "plain_text_input", "action_id": "text", **element}
    return {"type": "input", "block_id": block_id, "label": plain("Why"), "optional": optional, "element": inner}


def modal(*blocks: dict[str, Any], title: str = "Promise", **more: Any) -> dict[str, Any]:
    shown = list(blocks) or [field()]
    return {"type": "modal", "title": plain(title), "submit": plain("Save"), "blocks": shown, **more}


def titles(world: World) -> list[str]:
    return [view["title"]["text"] for view in world.slack.views(ANA)]


def trigger(world: World) -> str:
    return world.slack.handles.trigger(ANA)


def test_a_trigger_works_once_and_for_three_seconds(client: WebClient, world: World) -> None:
    used = trigger(world)
    client.views_open(trigger_id=used, view=modal())
    assert error_of(lambda: client.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"
    assert error_of(lambda: client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"
    world.slack.handles.trigger_seconds = 0.0
    assert error_of(lambda: client.views_open(trigger_id=trigger(world), view=modal())) == "expired_trigger_id"
    assert titles(world) == ["Promise"]


def test_three_views_fit_on_the_stack(client: WebClient, world: World) -> None:
    first = client.views_open(trigger_id=trigger(world), view=modal(title="1"))["view"]
    second = client.views_push(trigger_id=trigger(world), view=modal(title="2"))["view"]
    client.views_push(trigger_id=trigger(world), view=modal(title="3"))
    last = trigger(world)
    assert error_of(lambda: client.views_push(trigger_id=last, view=modal(title="4"))) == "push_limit_reached"
    assert titles(world) == ["1", "2", "3"]
    assert (second["previous_view_id"], second["root_view_id"]) == (first["id"], first["id"])


def test_an_update_keeps_what_was_typed_under_the_same_ids(client: WebClient, world: World, hands: Hands) -> None:
    view = client.views_open(trigger_id=trigger(world), view=modal(field("a"), field("b")))["view"]
    hands.fill("ana", view["id"], "a", "text", "kept")
    hands.fill("ana", view["id"], "b", "text", "reset")
    client.views_update(view_id=view["id"], view=modal(field("a", initial_value="new"), field("b2", initial_value="n")))
    values = world.slack.views(ANA)[0]["state"]["values"]
    assert values["a"]["text"]["value"] == "kept"
    assert values["b2"]["text"]["value"] == "n"
    assert "b" not in values


def test_a_stale_hash_a_closed_view_and_a_doubled_external_id_are_refused(
    client: WebClient, world: World, hands: Hands
) -> None:
    view = client.views_open(trigger_id=trigger(world), view=modal(external_id="one"))["view"]
    client.views_update(external_id="one", view=modal(external_id="one"), hash=view["hash"])
    stale = {"view_id": view["id"], "view": modal(), "hash": view["hash"]}
    assert error_of(lambda: client.views_update(**stale)) == "hash_conflict"
    other = world.slack.handles.trigger(by_key("ben").id)
    doubled = modal(external_id="one")
    assert error_of(lambda: client.views_open(trigger_id=other, view=doubled)) == "duplicate_external_id"
    hands.close("ana", view["id"])
    assert error_of(lambda: client.views_update(view_id=view["id"], view=modal())) == "not_found"


def test_a_view_that_is_not_allowed_leaves_the_trigger_unspent(client: WebClient, world: World) -> None:
    fresh = trigger(world)
    long = modal(title="x" * 25)
    assert error_of(lambda: client.views_open(trigger_id=fresh, view=long)) == "invalid_arguments"
    assert client.views_open(trigger_id=fresh, view=modal())["ok"]


def test_the_client_itself_refuses_a_form_that_is_not_filled(
    client: WebClient, world: World, hands: Hands, bot: Bot
) -> None:
    view = client.views_open(trigger_id=trigger(world), view=modal(field("a"), field("b", optional=True)))["view"]
    refused = hands.submit("ana", view["id"])
    assert refused.body["errors"] == {"a": "Please complete this required field."}
    assert bot.payloads("view_submission") == []
    done = hands.submit("ana", view["id"], {"a": {"text": "because"}})
    assert (done.status, done.error) == (200, None)
    sent = bot.payloads("view_submission")[0]
    assert sent["view"]["state"]["values"]["a"]["text"] == {"type": "plain_text_input", "value": "because"}
    assert sent["view"]["state"]["values"]["b"]["text"]["value"] is None
    assert titles(world) == []


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({}, ["below"]),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": modal(title="after")}, ["below", "after"]),
        ({"response_action": "push", "view": modal(title="after")}, ["below", "top", "after"]),
        ({"response_action": "errors", "errors": {"why": "Say more."}}, ["below", "top"]),
    ],
    ids=["close", "clear", "update", "push", "errors"],
)
def test_a_submission_does_what_the_app_answers(
    client: WebClient, world: World, hands: Hands, bot: Bot, *, answer: dict[str, Any], left: list[str]
) -> None:
    client.views_open(trigger_id=trigger(world), view=modal(title="below"))
    view = client.views_push(trigger_id=trigger(world), view=modal(title="top"))["view"]
    bot.answer = lambda _got: json_answer(answer) if answer else (200, {}, b"")
    reaction = hands.submit("ana", view["id"], {"why": {"text": "x"}})
    assert reaction.error is None
    assert titles(world) == left


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"text": "an action_id is no block_id"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": modal(title="x" * 25)},
        {"response_action": "sing"},
    ],
)
def test_an_answer_that_slack_can_not_use_leaves_the_modal_open_with_trouble(
    client: WebClient, world: World, hands: Hands, bot: Bot, answer: dict[str, Any]
) -> None:
    view = client.views_open(trigger_id=trigger(world), view=modal())["view"]
    bot.answer = lambda _got: json_answer(answer)
    reaction = hands.submit("ana", view["id"], {"why": {"text": "x"}})
    assert reaction.error == "We had some trouble connecting. Try again?"
    assert titles(world) == ["Promise"]


def test_a_broken_app_leaves_the_modal_open(client: WebClient, world: World, hands: Hands, bot: Bot) -> None:
    view = client.views_open(trigger_id=trigger(world), view=modal())["view"]
    bot.answer = lambda _got: (500, {}, b"")
    reaction = hands.submit("ana", view["id"], {"why": {"text": "x"}})
    assert (reaction.status, reaction.error) == (500, "We had some trouble connecting. Try again?")
    assert titles(world) == ["Promise"]


def test_closing_is_told_only_when_asked_for(client: WebClient, world: World, hands: Hands, bot: Bot) -> None:
    quiet = client.views_open(trigger_id=trigger(world), view=modal())["view"]
    hands.close("ana", quiet["id"])
    assert bot.got == []
    loud = client.views_open(trigger_id=trigger(world), view=modal(notify_on_close=True))["view"]
    hands.close("ana", loud["id"], everything=True)
    assert [(one["view"]["id"], one["is_cleared"]) for one in bot.payloads("view_closed")] == [(loud["id"], True)]


def test_an_input_tells_the_app_only_with_dispatch_action(
    client: WebClient, world: World, hands: Hands, bot: Bot
) -> None:
    options = [{"text": plain(one), "value": one} for one in ("discount", "deadline")]
    kind = {"type": "static_select", "action_id": "kind", "options": options}
    silent = {"type": "input", "block_id": "silent", "label": plain("Kind"), "element": kind}
    telling = {**silent, "block_id": "telling", "dispatch_action": True}
    view = client.views_open(trigger_id=trigger(world), view=modal(silent, telling))["view"]
    hands.choose_view("ana", view["id"], "kind", "discount", block_id="silent")
    hands.choose_view("ana", view["id"], "kind", "deadline", block_id="telling")
    sent = bot.payloads("block_actions")
    assert [one["actions"][0]["selected_option"]["value"] for one in sent] == ["deadline"]
    values = sent[0]["view"]["state"]["values"]
    assert values["silent"]["kind"]["selected_option"]["value"] == "discount"
    with pytest.raises(NotThere):
        hands.choose_view("ana", view["id"], "kind", "nonsense", block_id="silent")


def test_a_searching_menu_offers_what_the_app_answers(client: WebClient, world: World, hands: Hands, bot: Bot) -> None:
    element = {"type": "external_select", "action_id": "deal", "min_query_length": 2}
    search = {"type": "input", "block_id": "deal", "label": plain("Deal"), "element": element}
    view = client.views_open(trigger_id=trigger(world), view=modal(search))["view"]
    found = [{"text": plain("ABC Fintech"), "value": "9001"}]
    bot.answer = lambda _got: json_answer({"options": found})
    assert hands.suggest("ana", view_id=view["id"], action_id="deal", block_id="deal", text="a") == []
    assert hands.suggest("ana", view_id=view["id"], action_id="deal", block_id="deal", text="ab") == found
    hands.fill("ana", view["id"], "deal", "deal", "9001")
    assert bot.payloads("block_suggestion")[0]["value"] == "ab"
    state = world.slack.views(ANA)[0]["state"]["values"]["deal"]["deal"]
    assert state == {"type": "external_select", "selected_option": found[0]}


def test_home_is_published_to_anybody_and_clicked_there(client: WebClient, hands: Hands, bot: Bot) -> None:
    button = {"type": "button", "action_id": "refresh", "text": plain("Refresh"), "value": "1"}
    home = {"type": "home", "blocks": [{"type": "actions", "block_id": "top", "elements": [button]}]}
    first = client.views_publish(user_id=ANA, view=home)["view"]
    second = client.views_publish(user_id=ANA, view=home, hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    old = {"user_id": ANA, "view": home, "hash": first["hash"]}
    assert error_of(lambda: client.views_publish(**old)) == "hash_conflict"
    hands.open_home("ana")
    opened = bot.payloads("app_home_opened")[0]
    assert (opened["user"], opened["tab"], opened["view"]["id"]) == (ANA, "home", first["id"])
    hands.click_view("ana", first["id"], "refresh")
    assert bot.payloads("block_actions")[0]["container"] == {"type": "view", "view_id": first["id"]}


def test_a_person_can_not_touch_what_is_not_in_front_of_them(client: WebClient, world: World, hands: Hands) -> None:
    below = client.views_open(trigger_id=trigger(world), view=modal())["view"]
    client.views_push(trigger_id=trigger(world), view=modal())
    with pytest.raises(NotThere):
        hands.submit("ana", below["id"], {"why": {"text": "x"}})
    with pytest.raises(NotThere):
        hands.submit("ben", world.slack.views(ANA)[-1]["id"])
    with pytest.raises(NotThere):
        hands.click("nico", HANDOVERS_CHANNEL, "1.000000", "go")
