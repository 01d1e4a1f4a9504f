"""The doors refuse what is forged, stale, oversized or broken; what they take is durable and done once."""

import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from connectors.crm.hubspot.signature import sign
from handlers.clock import Clock
from handlers.http import from_here
from sandbox.slack.wire import http as sandbox
from tests.stories.stage import HUBSPOT_SECRET, SECRET, Stage, staged

EVENT = {
    "eventId": 1,
    "subscriptionId": 2,
    "portalId": 3,
    "appId": 4,
    "occurredAt": 1795000000123,
    "subscriptionType": "deal.propertyChange",
    "attemptNumber": 0,
    "objectId": 9002,
    "propertyName": "dealstage",
    "propertyValue": "closedwon",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("doors")) as made:
        made.start()
        yield made


def base(stage: Stage) -> str:
    return stage.env["BATON_PUBLIC_URL"]


def hook(stage: Stage, body: bytes, *, age: float = 0, secret: str = HUBSPOT_SECRET, at: str = "hubspot") -> int:
    """The status for a delivery signed `age` seconds ago."""
    url = f"{base(stage)}/webhooks/{at}"
    moment = Clock().machine_now().fromtimestamp(time.time() - age, tz=Clock().machine_now().tzinfo)
    return httpx.post(url, content=body, headers=sign(body, url=url, now=moment, secret=secret), timeout=5).status_code


def slack(stage: Stage, body: bytes, **headers: str) -> httpx.Response:
    """A request signed as Slack signs, with some headers changed."""
    stamp = str(int(time.time()))
    given: dict[str, Any] = {
        "content-type": "application/json",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": sandbox.sign(SECRET, body, stamp),
    }
    given |= {name.replace("_", "-"): value.encode() for name, value in headers.items()}
    return httpx.post(f"{base(stage)}/slack/events", content=body, headers=given, timeout=5)


def deliveries(stage: Stage) -> int:
    return int(sum(stage.deps.store.outbox.waiting().values())) + len(
        stage.deps.store.outbox.jobs(("done",), limit=1000)
    )


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (json.dumps([EVENT]).encode(), {"secret": "forged"}, 401),
        (json.dumps([EVENT]).encode(), {"age": 400}, 401),
        (json.dumps([EVENT]).encode(), {"age": -120}, 401),
        (json.dumps([EVENT]).encode(), {"at": "unknown"}, 400),
        (b"\xff\xfe[]", {}, 400),
        (b"null", {}, 400),
        (b"{broken", {}, 400),
        (b"[" + b" " * 1_000_001 + b"]", {}, 413),
    ],
)
def test_what_is_not_the_vendors_is_refused_and_writes_nothing(
    stage: Stage, body: bytes, more: dict[str, Any], status: int
) -> None:
    before = deliveries(stage)
    assert hook(stage, body, **more) == status
    assert deliveries(stage) == before


def test_refusals_are_counted(stage: Stage) -> None:
    with stage.deps.store.read() as reader:
        before = sum(reader.inbox.refused().values())
    hook(stage, b"[]", secret="forged")
    with stage.deps.store.read() as reader:
        assert sum(reader.inbox.refused().values()) == before + 1


def test_whatever_strangers_call_a_connection_they_add_one_line_to_the_count(stage: Stage) -> None:
    """Nobody needs a signature to be refused: names that they make up must not fill the database."""
    for number in range(3):
        assert hook(stage, b"[]", at=f"stranger-{number}") == 400
        assert hook(stage, b" " * 1_000_001, at=f"stranger-{number}") == 413
    with stage.deps.store.read() as reader:
        assert {connection for connection, _ in reader.inbox.refused()} <= {"hubspot", "unknown"}


def test_an_event_of_a_deal_that_is_nowhere_is_taken_and_is_nobodys_business(stage: Stage) -> None:
    """So HubSpot tries an address out, with a deal that it makes up."""
    assert hook(stage, json.dumps([{**EVENT, "objectId": 123}]).encode()) == 200
    stage.settle()
    assert not stage.deps.store.outbox.parked()


def test_a_workflow_that_sends_the_same_an_hour_later_is_read_again(stage: Stage) -> None:
    body = json.dumps({"objectId": 9002}).encode()
    assert hook(stage, body) == 200
    stage.settle()
    reads = len([job for job in stage.deps.store.outbox.jobs(("done",), limit=1000) if job.kind == "ReadDeal"])
    stage.clock.advance(timedelta(hours=1))
    assert hook(stage, body) == 200
    stage.settle()
    assert len([j for j in stage.deps.store.outbox.jobs(("done",), limit=1000) if j.kind == "ReadDeal"]) == reads + 1


def test_an_identical_delivery_within_its_window_is_taken_without_effect(stage: Stage) -> None:
    body = json.dumps([{**EVENT, "occurredAt": 1795000000999}]).encode()
    assert hook(stage, body) == 200
    stage.settle()
    before = deliveries(stage)
    assert hook(stage, body) == 200
    assert deliveries(stage) == before


@pytest.mark.slow
def test_the_answer_does_not_wait_for_the_vendor(stage: Stage) -> None:
    """While the CRM says nothing for half a minute a webhook is still taken, at once."""
    stage.world.faults.add("hubspot", "*", "timeout", times=20, seconds=30)
    try:
        body = json.dumps([{**EVENT, "objectId": 9003, "occurredAt": 1795000001999}]).encode()
        began = time.monotonic()
        assert hook(stage, body) == 200
        assert time.monotonic() - began < 10
    finally:
        stage.world.faults.clear()
    stage.settle()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {"x_slack_signature": "v0=bad"}),
        (b"{}", {"x_slack_request_timestamp": "yesterday"}),
        (b"{}", {"x_slack_signature": "v0=ü"}),
        (b"\xff\xfe", {}),
        (b"null", {}),
        (b"[]", {}),
        (b"[" * 100_000, {"x_slack_signature": "v0=bad"}),
        (b'{"a":' * 100_000, {}),
        (b"{}", {"x_slack_request_timestamp": "1700000000"}),
    ],
)
def test_slacks_door_refuses_what_slack_does_not_send(stage: Stage, body: bytes, headers: dict[str, str]) -> None:
    assert slack(stage, body, **headers).status_code == 401


def test_a_wrong_signing_secret_is_told_in_the_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever copied the wrong one sees nothing but a failed command in Slack: the log says what to compare."""
    stamp = str(int(time.time()))
    signature = sandbox.sign("another-secret", b"{}", stamp)
    assert slack(stage, b"{}", x_slack_signature=signature).status_code == 401
    told = [one for one in caplog.records if one.name == "baton.slack" and one.levelname == "WARNING"]
    assert [one.message for one in told] == ["a request at Slack's door was refused"]
    assert "compare SLACK_SIGNING_SECRET" in told[0].__dict__["why"]
    assert signature not in caplog.text


def test_a_button_that_nobody_knows_any_more_is_answered_kindly(stage: Stage) -> None:
    payload = {
        "type": "block_actions",
        "user": {"id": "U0ANA00001"},
        "team": {"id": "T0BATON01"},
        "trigger_id": "1.2.3",
        "actions": [{"type": "button", "action_id": "very.old", "block_id": "b", "action_ts": "1.1"}],
        "container": {"type": "message", "channel_id": "C0HANDOVER", "message_ts": "1.1"},
        "response_url": "",
    }
    body = f"payload={json.dumps(payload)}".encode()
    assert slack(stage, body, content_type="application/x-www-form-urlencoded").status_code == 200


@pytest.mark.slow
def test_noise_never_breaks_a_door(stage: Stage) -> None:
    """Hundreds of odd bodies, signed and unsigned: no 5xx, no trace."""
    dice = random.Random(7)  # noqa: S311 - noise
    for n in range(200):
        body = bytes(dice.randrange(256) for _ in range(dice.randrange(200)))
        if n % 2:
            body = json.dumps(dice.choice([None, [], {}, {"type": 5}, {"type": "event_callback"}, "x", 3])).encode()
        found = slack(stage, body) if n % 4 < 2 else None
        status = found.status_code if found is not None else hook(stage, body)
        assert status < 500, (n, body)
        assert found is None or "Traceback" not in found.text


def test_health_and_metrics_are_for_this_machine(stage: Stage) -> None:
    assert httpx.get(f"{base(stage)}/healthz").text == "ok"
    assert httpx.get(f"{base(stage)}/readyz").status_code == 200
    assert "baton_handovers" in httpx.get(f"{base(stage)}/metrics").text
    assert httpx.get(f"{base(stage)}/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 403


@pytest.mark.parametrize(("host", "here"), [("127.0.0.1", True), ("::1", True), ("10.0.0.9", False), ("", False)])
def test_this_machine_is_known_by_its_own_address(host: str, *, here: bool) -> None:
    """Where Baton listens on all addresses, somebody beside it may call without any proxy between."""
    scope: dict[str, Any] = {"type": "http", "headers": [], "client": (host, 40_000) if host else None}
    assert from_here(Request(scope)) is here
    assert not from_here(Request(scope | {"headers": [(b"forwarded", b"for=127.0.0.1")]}))


def test_a_command_answers_while_slack_itself_hangs(stage: Stage) -> None:
    """Three seconds are Slack's patience; ours answers from its own database."""
    stage.hands.command("ana", "C0HANDOVER", "help")
    stage.settle()
    stage.world.faults.add("slack", "chat.postMessage", "slow", times=5, seconds=30)
    try:
        reaction = stage.hands.command("ana", "C0HANDOVER", "help")
        assert reaction.error is None
        assert reaction.ms < 20_000
    finally:
        stage.world.faults.clear()
