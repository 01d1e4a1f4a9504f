"""Thousands of odd requests at every route that there is: never a 5xx, never a trace, never a write."""

import hashlib
import json
import random
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from httpx import Client  # noqa: TID251 - many calls on one line
from sqlalchemy import select
from starlette.routing import Route

from handlers.rehearsal import door
from sandbox.slack.wire.http import sign
from store.tables import Row
from tests.handlers.test_doors import EVENT
from tests.stories import walk
from tests.stories.stage import SECRET, Stage, staged

CASES = 1_000  # for each route
# What Baton writes by itself, and how many deliveries were refused.
OWN = {"pace", "connection", "connection_state", "setting", "refusal", "job", "job_step", "person"}
METHODS = ("POST", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW", "post")
TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "\xfc",
)
SHAPES: tuple[Any, ...] = (None, [], {}, "x", "", 0, -1, 1e308, True, "\x00", "<!channel>", "\u202e", "ü" * 5_000, [[]])
FORM = "application/x-www-form-urlencoded"
ROUTES = {
    "/slack/events": "/slack/events",
    "/webhooks/{connection}": "/webhooks/hubspot",
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/metrics": "/metrics",
}
JUMPS = ({"to": "2031-11-20T09:00:00+00:00"}, {"advance": 3600}, {"jump": "hour"}, {"jump": "working_day"})
NO_JUMPS: tuple[Any, ...] = (
    *({"to": moment} for moment in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2031-11-20", "now")),
    *({"advance": by} for by in (10**400, -(10**400), float("nan"), float("inf"), -float("inf"), -6, 4e7, True)),
    *({"jump": place} for place in ("__class__", "next", ["hour"], {"hour": 1})),
    {"advance": 3600, "jump": "hour"},
)
STRANGERS = (
    {"x-forwarded-for": "127.0.0.1"},
    {"host": "baton.example.com"},
    {"origin": "null"},
    {"sec-fetch-site": "same-origin"},
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A company with one handover, so that there is something to spoil."""
    with staged(tmp_path_factory.mktemp("fuzz")) as made:
        made.start()
        walk.won(made)
        before: dict[str, str] = {}
        while before != (before := record(made)):  # until what the win itself set off is over
            time.sleep(3)
        yield made


@pytest.fixture
def client(stage: Stage) -> Iterator[Client]:
    """One line for many calls."""
    url = stage.env["BATON_PUBLIC_URL"]
    with Client(base_url=url, timeout=10, verify=False, trust_env=False) as made:  # noqa: S501 - to ourselves
        yield made


def signed(client: Client, body: bytes, kind: str = FORM) -> httpx.Response:
    """A request as Slack signs it."""
    stamp = str(int(time.time()))
    signature = sign(SECRET, body, stamp)
    headers = {"content-type": kind, "x-slack-request-timestamp": stamp, "x-slack-signature": signature}
    return client.post("/slack/events", content=body, headers=headers)


def record(stage: Stage) -> dict[str, str]:
    """A fingerprint of each table that only people and vendors change."""
    found = {}
    with stage.deps.store.db.read() as session:
        for table in Row.metadata.sorted_tables:
            if table.name not in OWN:
                rows = sorted(str(tuple(row)) for row in session.execute(select(table)))
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_every_route_is_fuzzed(stage: Stage) -> None:
    """A route that comes later is added to the table above."""
    assert stage.running
    assert {route.path for route in stage.running.asgi.routes if isinstance(route, Route)} == ROUTES.keys()
    assert len(stage.running.asgi.routes) == len(ROUTES)
    nobody: Any = None  # its routes alone are looked at
    control = door.Door(nobody).application()
    assert {route.path for route in control.routes if isinstance(route, Route)} == {door.PATH}
    assert len(control.routes) == len(("GET", "POST"))


def noise(dice: random.Random) -> bytes:
    """Bytes of some kind."""
    match dice.randrange(5):
        case 0:
            return dice.randbytes(dice.randrange(400))
        case 1:
            return json.dumps(dice.choice(SHAPES)).encode()
        case 2:
            return json.dumps([{**EVENT, dice.choice(list(EVENT)): dice.choice(SHAPES)}]).encode()
        case 3:
            return f"payload={quote(json.dumps({'type': dice.choice(SHAPES)}))}".encode()
        case _:
            return b"[" * dice.randrange(50_000)


def odd(dice: random.Random, path: str) -> tuple[str, str, dict[bytes, bytes]]:
    """A method, a path with something behind it, and headers, none of them signed as they should be."""
    method = "POST" if dice.random() < 0.6 else dice.choice(METHODS)
    tail = dice.choice(
        ("", "", "", "?", "?a=%00", "?" + "b" * 2_000, "/", "//x", "/%2e%2e/", ";a", "?a[]=1&a=2", "%00")
    )
    headers = {
        "content-type": dice.choice(TYPES).encode("latin-1"),
        "x-slack-request-timestamp": dice.choice((str(int(time.time())), "0", "", "NaN", "9" * 400)).encode(),
        "x-slack-signature": dice.choice((b"v0=" + b"0" * 64, b"", b"\xfc", b"v0=")),
        "x-hubspot-signature-v3": dice.choice((b"", b"AAAA", b"\xfc", b"=" * 300)),
        "x-hubspot-request-timestamp": dice.choice(
            (str(int(time.time() * 1000)).encode(), b"", b"-1", b"x", b"9" * 99)
        ),
        "x-slack-retry-num": dice.choice((b"1", b"-1", b"x")),
        "x-forwarded-for": dice.choice((b"1.2.3.4", b"", b"::1, \xfc")),
    }
    return method, path + tail, {name.encode(): value for name, value in headers.items() if dice.random() < 0.7}


def checked(answer: httpx.Response, case: object) -> None:
    """No fault of ours, and nothing of how we are made."""
    assert answer.status_code < 500, (answer.status_code, case)
    assert "Traceback" not in answer.text, case
    assert ".py" not in answer.text, case


@pytest.mark.slow
@pytest.mark.parametrize("path", ROUTES.values())
def test_noise_breaks_no_door_and_writes_nothing(stage: Stage, client: Client, path: str) -> None:
    dice = random.Random(path)  # noqa: S311 - noise
    before = record(stage)
    for number in range(CASES):
        method, target, headers = odd(dice, path)
        with suppress(httpx.NetworkError, httpx.RemoteProtocolError):  # hung up on before the body was sent
            answer = client.request(method, target, headers=list(headers.items()), content=noise(dice))
            checked(answer, (number, method, target, headers))
    assert record(stage) == before


@pytest.mark.slow
def test_noise_at_the_rehearsals_own_door_moves_no_clock(stage: Stage) -> None:
    """What cannot be read, would go back or is not from this machine: no jump, no write, no trace."""
    dice = random.Random(17)  # noqa: S311 - noise
    before, offset = record(stage), stage.deps.clock.offset
    url = f"http://127.0.0.1:{stage.env['BATON_REHEARSAL_PORT']}"
    with Client(base_url=url, timeout=10, verify=False, trust_env=False) as client:  # noqa: S501 - to ourselves
        for number in range(CASES):
            method, target, headers = odd(dice, door.PATH)
            match dice.randrange(3):
                case 0:
                    body = noise(dice)
                case 1:
                    asked = spoilt(dice, dice.choice(JUMPS)) if dice.random() < 0.5 else dice.choice(NO_JUMPS)
                    method, target, headers, body = "POST", door.PATH, {}, json.dumps(asked).encode()
                case _:
                    method, target, body = "POST", door.PATH, json.dumps(dice.choice(JUMPS)).encode()
                    headers = {name.encode(): value.encode() for name, value in dice.choice(STRANGERS).items()}
            with suppress(httpx.NetworkError, httpx.RemoteProtocolError):  # hung up on before the body was sent
                answer = client.request(method, target, headers=list(headers.items()), content=body)
                checked(answer, (number, method, target, headers, body[:200]))
            assert stage.deps.clock.offset == offset, (number, method, target, headers, body[:200])
    assert record(stage) == before


@pytest.mark.slow
@pytest.mark.parametrize("port", ["BATON_PORT", "BATON_REHEARSAL_PORT"])
def test_what_is_no_http_at_all_breaks_nothing(stage: Stage, port: str) -> None:
    dice = random.Random(11)  # noqa: S311 - noise
    before = record(stage)
    starts = (
        b"",
        b"POST /slack/events HTTP/1.1\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST " + b"/" * 70_000,
        b"\x16\x03\x01",
    )
    for _ in range(300):
        with socket.create_connection(("127.0.0.1", int(stage.env[port])), timeout=10) as line:
            with suppress(OSError):
                line.sendall(dice.choice(starts) + dice.randbytes(dice.randrange(300)) + b"\r\n\r\n")
                line.shutdown(socket.SHUT_WR)
            heard = b""
            with suppress(OSError):
                while part := line.recv(65_536):
                    heard += part
            assert b" 50" not in heard[:12], heard
            assert b"Traceback" not in heard
    assert record(stage) == before


def payloads(stage: Stage) -> list[dict[str, Any]]:
    """What Slack sends, one of each kind, about the handover that is there."""
    root, user = stage.post("root"), {"id": "U0STRANGER", "team_id": "T0BATON01", "username": "x"}
    team = {"id": "T0BATON01", "domain": "acme"}
    given = {"team": team, "user": user, "trigger_id": "1.2.x", "api_app_id": "A1", "token": "t"}
    view = {"id": "V1", "type": "modal", "callback_id": "promise.save", "private_metadata": "{}", "hash": "h"}
    place = {"type": "message", "channel_id": walk.HERE, "message_ts": root["ts"]}
    values = {"words": {"words": {"type": "plain_text_input", "value": "x"}}}
    action = {"type": "button", "action_id": "promise.add", "block_id": "b", "value": "1", "action_ts": "1.1"}
    said = {"type": "app_mention", "user": user["id"], "text": "<@U1> promise x", "channel": walk.HERE, "ts": "1.1"}
    return [
        {"type": "block_actions", **given, "container": place, "channel": {"id": walk.HERE}, "actions": [action]},
        {"type": "view_submission", **given, "view": {**view, "state": {"values": values}}},
        {"type": "view_closed", **given, "view": view, "is_cleared": False},
        {"type": "shortcut", **given, "callback_id": "handover_new", "action_ts": "1.1"},
        {
            "type": "message_action",
            **given,
            "callback_id": "promise_from_message",
            "message": {"ts": "1.1", "text": "x"},
        },
        {
            "type": "block_suggestion",
            **given,
            "action_id": "contact.search",
            "block_id": "b",
            "value": "x",
            "view": view,
        },
        {"type": "event_callback", "team_id": "T0BATON01", "event_id": "Ev1", "event_time": 1, "event": said},
        {"type": "url_verification", "challenge": "c", "token": "t"},
    ]


def spoilt(dice: random.Random, payload: Any) -> Any:
    """The same with one part of it of another shape, or gone."""
    if not isinstance(payload, (dict, list)) or not payload or dice.random() < 0.15:
        return dice.choice(SHAPES)
    if isinstance(payload, list):
        place = dice.randrange(len(payload))
        return [*payload[:place], spoilt(dice, payload[place]), *payload[place + 1 :]]
    name = dice.choice(list(payload))
    if dice.random() < 0.2:
        return {key: value for key, value in payload.items() if key != name}
    return {**payload, name: spoilt(dice, payload[name])}


@pytest.mark.slow
def test_what_is_signed_and_of_the_wrong_shape_breaks_nothing_and_changes_no_record(
    stage: Stage, client: Client
) -> None:
    """Somebody holds the secret, or Slack sends what it never sent: a stranger in it changes nothing."""
    dice = random.Random(13)  # noqa: S311 - noise
    before = record(stage)
    wrong = []
    for _ in range(CASES):
        payload = spoilt(dice, dice.choice(payloads(stage)))
        if isinstance(payload, dict) and str(payload.get("type")) in ("event_callback", "url_verification"):
            answer = signed(client, json.dumps(payload).encode(), "application/json")
        elif dice.random() < 0.1:
            fields = {"command": "/handover", "text": "ABC", "user_id": "U0STRANGER", "channel_id": walk.HERE}
            fields[dice.choice(list(fields))] = str(dice.choice(SHAPES))
            answer = signed(client, urlencode(fields, errors="replace").encode())
        else:
            answer = signed(client, urlencode({"payload": json.dumps(payload)}).encode())
        if answer.status_code >= 500:
            wrong.append(json.dumps(payload)[:600])
        assert "Traceback" not in answer.text
    assert not wrong, (len(wrong), wrong[:5])
    assert {name: rows for name, rows in record(stage).items() if name != "seen"} == {
        name: rows for name, rows in before.items() if name != "seen"
    }
