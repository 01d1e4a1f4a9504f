"""What the tests of the vendors' stand-ins share: a served world, a caller with a token, and a place for webhooks."""

import contextlib
import json
import ssl
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx

from sandbox import deals
from sandbox.clock import Clock
from sandbox.server import Server
from sandbox.shelf import Shelf
from sandbox.world import World
from tests.serving import Serving

_TLS = ssl.create_default_context()


@contextlib.contextmanager
def served_world(*, seeded: bool = True) -> Iterator[World]:
    """A world over real HTTP, with the demo deals unless told otherwise."""
    world = World(shelf=Shelf(), clock=Clock(), signing_secret="slack-secret", hubspot_secret="hubspot-secret")
    with Server(world):
        if seeded:
            deals.seed(world)
        yield world
    world.hubspot.close()


class Caller:
    """A client of one API that sends its token."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._token = token

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        if body is not None:
            options["json"] = body
        headers = {"Authorization": f"Bearer {self._token}"} | options.pop("headers", {})
        url = self._base + path
        return httpx.request(method, url, headers=headers, verify=_TLS, trust_env=False, timeout=10, **options)


def hubspot_caller(world: World, token: str | None = None) -> Caller:
    return Caller(f"{world.base_url}/hubspot", token or "hubspot-sandbox")


def asana_caller(world: World, token: str | None = None) -> Caller:
    return Caller(f"{world.base_url}/asana/api/1.0", token or "asana-sandbox")


class Listener(Serving):
    """The bot's door for webhooks: keeps every request, answers what `answers` says, then 204."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answers: list[int] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = dict(self.headers.items())
                listener.requests.append(
                    {"path": self.path, "headers": headers, "body": body.decode(), "at": time.time()}
                )
                self.send_response(listener.answers.pop(0) if listener.answers else 204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Stays quiet."""

        super().__init__(Handler)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.requests for event in json.loads(request["body"])]
