"""Socket Mode with Slack's own client: envelopes, acknowledgements with answers, refresh, silence, a cut line."""

import socket as sockets_of_the_system
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from sandbox.company import HANDOVERS_CHANNEL, by_key
from sandbox.server import Server
from sandbox.slack.hands import Hands
from sandbox.world import World
from tests.sandbox.conftest import client_of, error_of, new_world
from tests.sandbox.slack_bot import until

ANA = by_key("ana").id


@pytest.fixture
def world() -> Iterator[World]:
    made = new_world(socket=True)
    made.slack.deliver.retry_delays = [0.1, 0.5, 1.0]
    with Server(made):
        yield made


class Listening:
    """A Bolt app behind a socket; `seen` has a line for each thing that arrived."""

    def __init__(self, world: World, name: str) -> None:
        self.seen: list[str] = []
        app = App(client=client_of(world), signing_secret="unused", process_before_response=True)

        @app.command("/handover")
        def command(ack: Ack, body: dict[str, Any]) -> None:
            self.seen.append(f"{name} {body['text']}")
            ack(f"{name}: {body['text']}")

        @app.event("app_mention")
        def mentioned(event: dict[str, Any]) -> None:
            self.seen.append(event["text"])

        self.handler = SocketModeHandler(app, app_token="xapp-sandbox", ping_interval=1)
        self.handler.client.web_client = client_of(world, "xapp-sandbox")
        self.world = world

    def connect(self) -> None:
        """Opens the socket."""
        self.handler.connect()  # type: ignore[no-untyped-call]

    def leave(self) -> None:
        """From now on a line that is cut stays cut: one that comes back amid a close is never closed by the SDK."""
        client = self.handler.client
        client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False

    def close(self) -> None:
        """Closes; every line is cut first, as Slack's client otherwise waits three seconds for a word."""
        self.leave()
        self.world.slack.socket.cut()
        # The SDK's close may wait for ever for a session thread of its own: it gets five seconds.
        closing = threading.Thread(target=self._closed, daemon=True)
        closing.start()
        closing.join(5)

    def _closed(self) -> None:
        # SDK 3.47, builtin/connection.py: two threads that notice the cut at once close one socket twice.
        with suppress(AttributeError):
            self.handler.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def one(world: World) -> Iterator[Listening]:
    listening = Listening(world, "one")
    listening.connect()
    assert until(lambda: len(world.slack.socket) == 1)
    yield listening
    listening.close()


def test_a_command_goes_over_the_socket_and_its_answer_comes_back(world: World, one: Listening) -> None:
    reaction = Hands(world).command("ana", HANDOVERS_CHANNEL, "list late")
    assert (reaction.error, one.seen) == (None, ["one list late"])
    assert world.slack.ephemerals(ANA, HANDOVERS_CHANNEL)[0]["text"] == "one: list late"


def test_each_envelope_goes_to_one_of_the_sockets(world: World, one: Listening) -> None:
    two = Listening(world, "two")
    two.connect()
    assert until(lambda: len(world.slack.socket) == 2)
    for number in range(4):
        Hands(world).command("ana", HANDOVERS_CHANNEL, str(number))
    one.leave()
    two.close()
    assert len(one.seen) == len(two.seen) == 2


def test_without_a_socket_clicks_fail_at_once_and_events_wait_for_one(world: World) -> None:
    hands = Hands(world)
    assert hands.command("ana", HANDOVERS_CHANNEL, "").error == "dispatch_failed"
    world.slack.deliver.retry_delays = [0.5, 2.0, 3.0]
    hands.say("ana", HANDOVERS_CHANNEL, "@Baton hello")
    late = Listening(world, "late")
    late.connect()
    assert until(lambda: len(late.seen) == 1)
    late.close()


def test_a_refresh_is_followed_by_a_new_socket(world: World, one: Listening) -> None:
    world.slack.socket.refresh()
    assert until(lambda: len(world.slack.socket) == 1, 10)
    assert Hands(world).command("ana", HANDOVERS_CHANNEL, "again").error is None
    assert one.seen == ["one again"]


@pytest.mark.slow
def test_silence_is_a_timeout_for_the_person(world: World, one: Listening) -> None:
    world.slack.socket.silence()
    assert Hands(world).command("ana", HANDOVERS_CHANNEL, "x").error == "operation_timeout"
    world.slack.socket.speak()
    assert Hands(world).command("ana", HANDOVERS_CHANNEL, "y").error is None
    assert one.seen == ["one y"]


def test_a_ticket_opens_one_connection(world: World) -> None:
    url = client_of(world, "xapp-sandbox").apps_connections_open(app_token="xapp-sandbox")["url"]
    address, path = url.removeprefix("ws://").split("/", 1)
    host, port = address.split(":")

    def status() -> str:
        with sockets_of_the_system.create_connection((host, int(port)), timeout=5) as line:
            upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            line.sendall(f"GET /{path} HTTP/1.1\r\nHost: {address}\r\n{upgrade}{key}\r\n".encode())
            return line.recv(64).decode().split(" ")[1]

    assert [status(), status()] == ["101", "403"]


def test_over_http_no_socket_is_given_out() -> None:
    with Server(made := new_world()):
        client = client_of(made, "xapp-sandbox")
        error = error_of(lambda: client.apps_connections_open(app_token="xapp-sandbox"))
    assert error == "socket_mode_not_enabled"
