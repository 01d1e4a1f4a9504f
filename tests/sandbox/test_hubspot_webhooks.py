"""The CRM stand-in's webhooks: what is sent, how it is signed, and what happens on a bad day."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.hubspot.webhooks import signature_v1, signature_v3
from sandbox.world import World
from tests.sandbox.vendors import Listener, hubspot_caller, served_world

VECTORS = json.loads((Path(__file__).parent / "fixtures" / "hubspot_signatures.json").read_text("utf-8"))


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def world(listener: Listener) -> Iterator[World]:
    with served_world() as world:
        world.bot_url = listener.url
        world.hubspot.webhooks.retry_delays = (0.05,)
        yield world


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_third_signature_is_the_vendors(case: dict[str, str]) -> None:
    signed = signature_v3(
        VECTORS["secret"], method="POST", uri=case["uri"], body=case["body"], timestamp=case["timestamp"]
    )
    assert signed == case["v3"]


def test_the_first_signature_is_the_vendors() -> None:
    assert signature_v1(VECTORS["secret"], VECTORS["body"]) == VECTORS["v1"]


def test_a_win_is_sent_signed_over_the_public_address_with_real_time(world: World, listener: Listener) -> None:
    world.public_url = "https://baton.example.com"
    world.clock.advance(86_400)
    world.hubspot.win("9001")
    assert world.hubspot.webhooks.flush()
    request = listener.requests[0]
    stamp = request["headers"]["X-HubSpot-Request-Timestamp"]
    assert abs(int(stamp) / 1000 - time.time()) < 5
    uri = "https://baton.example.com/webhooks/hubspot"
    expected = signature_v3("hubspot-secret", method="POST", uri=uri, body=request["body"], timestamp=stamp)
    assert request["headers"]["X-HubSpot-Signature-v3"] == expected
    event = next(event for event in listener.events if event["propertyName"] == "dealstage")
    assert (event["objectId"], event["propertyValue"], event["changeSource"]) == (9001, "closedwon", "CRM_UI")
    assert (event["subscriptionType"], event["objectTypeId"]) == ("object.propertyChange", "0-3")
    assert event["attemptNumber"] == 0
    assert abs(event["occurredAt"] / 1000 - world.clock.time()) < 5
    assert {event["propertyName"] for event in listener.events} == {"dealstage", "closedate"}


def test_our_own_write_comes_back_as_integration(world: World, listener: Listener) -> None:
    hubspot_caller(world)("PATCH", "/crm/objects/2026-03/deals/9001", {"properties": {"dealstage": "closedlost"}})
    assert world.hubspot.webhooks.flush()
    assert {event["changeSource"] for event in listener.events} == {"INTEGRATION"}


def test_only_subscribed_properties_are_sent(world: World, listener: Listener) -> None:
    world.hubspot.edit("9001", dealname="Renamed", amount="90000")
    assert world.hubspot.webhooks.flush()
    assert [event["propertyName"] for event in listener.events] == ["amount"]


def test_deletion_restore_and_merge_have_their_own_events(world: World, listener: Listener) -> None:
    world.hubspot.events.legacy = True
    world.hubspot.delete("9002")
    world.hubspot.restore("9002")
    survivor = world.hubspot.merge("9002", "9003", new_id=True)["id"]
    assert world.hubspot.webhooks.flush()
    assert [event["subscriptionType"] for event in listener.events] == ["deal.deletion", "deal.restore", "deal.merge"]
    merge = listener.events[-1]
    assert (merge["primaryObjectId"], merge["mergedObjectIds"], merge["newObjectId"]) == (9002, [9003], int(survivor))


def test_a_refused_batch_is_tried_again_with_a_higher_attempt_number(world: World, listener: Listener) -> None:
    listener.answers = [500, 401]
    world.hubspot.edit("9001", amount="1")
    assert world.hubspot.webhooks.flush()
    assert [event["attemptNumber"] for event in listener.events] == [0, 1, 2]
    assert [row["status"] for row in world.hubspot.webhooks.deliveries] == [500, 401, 204]


def test_an_event_is_given_up_after_ten_attempts(world: World, listener: Listener) -> None:
    world.hubspot.webhooks.retry_delays = (0.0,)
    listener.answers = [500] * 20
    world.hubspot.edit("9001", amount="1")
    assert world.hubspot.webhooks.flush()
    assert len(listener.requests) == 10


def test_a_bot_that_is_away_gets_its_events_when_it_is_back(world: World, listener: Listener) -> None:
    world.bot_url = "http://127.0.0.1:9"
    world.hubspot.win("9001")
    assert not world.hubspot.webhooks.flush(timeout=0.3)
    world.bot_url = listener.url
    assert world.hubspot.webhooks.flush()
    assert {event["propertyName"] for event in listener.events} == {"dealstage", "closedate"}
    assert world.hubspot.webhooks.deliveries[0]["status"] == 0


def test_events_wait_while_paused_and_are_lost_while_dropped(world: World, listener: Listener) -> None:
    hooks = world.hubspot.webhooks
    hooks.drop_all = True
    world.hubspot.edit("9001", amount="1")
    hooks.drop_all, hooks.paused = False, True
    world.hubspot.edit("9001", amount="2")
    assert not hooks.flush(timeout=0.2)
    assert listener.requests == []
    hooks.paused = False
    assert hooks.flush()
    assert [event["propertyValue"] for event in listener.events] == ["2"]


def test_duplicates_are_the_same_events_again(world: World, listener: Listener) -> None:
    world.hubspot.webhooks.duplicate = 2
    world.hubspot.edit("9001", amount="1")
    assert world.hubspot.webhooks.flush()
    assert len(listener.requests) == 3
    assert listener.events[0] == listener.events[1] == listener.events[2]


def test_a_burst_comes_in_batches_below_a_hundred_and_may_be_mixed(world: World, listener: Listener) -> None:
    hooks = world.hubspot.webhooks
    hooks.paused, hooks.shuffle = True, True
    for number in range(120):
        world.hubspot.edit("9001", amount=str(number))
    hooks.paused = False
    assert hooks.flush()
    sizes = [len(json.loads(request["body"])) for request in listener.requests]
    values = [int(event["propertyValue"]) for event in listener.events]
    assert sum(sizes) == 120
    assert max(sizes) < 100
    assert values != sorted(values)
    assert sorted(values) == list(range(120))


def test_a_held_back_event_comes_late(world: World, listener: Listener) -> None:
    world.hubspot.webhooks.delay = 0.3
    began = time.time()
    world.hubspot.edit("9001", amount="1")
    assert world.hubspot.webhooks.flush()
    assert listener.requests[0]["at"] - began >= 0.3


def test_what_was_queued_before_a_stop_is_sent_after_the_next_start(world: World, listener: Listener) -> None:
    hooks = world.hubspot.webhooks
    hooks.paused = True
    world.hubspot.edit("9001", amount="1")
    world.hubspot.close()
    hooks.paused = False
    assert hooks.pending() == 1
    assert listener.requests == []
    hooks.start()
    assert hooks.flush()
    assert len(listener.events) == 1


def test_nothing_is_queued_when_there_is_no_bot(world: World) -> None:
    world.bot_url = ""
    world.hubspot.win("9001")
    assert world.hubspot.webhooks.pending() == 0


def test_a_change_wakes_who_watches(world: World) -> None:
    seen: dict[str, Any] = {"before": world.version}
    world.hubspot.win("9001")
    assert world.wait(seen["before"], timeout=0.1) > seen["before"]
