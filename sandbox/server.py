"""The sandbox's one web server: every stand-in and page on one port of the loopback.

Decides which routes there are and how the server starts and stops. It refuses nothing by itself.
"""

import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox import faults
from sandbox.asana.routes import routes as asana_routes
from sandbox.hubspot.routes import routes as hubspot_routes
from sandbox.slack.api import routes as slack_routes
from sandbox.web.routes import routes as page_routes
from sandbox.world import World

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

THREADS = 100
"""Blocking calls served at once: a person's click waits for the bot, which meanwhile calls us back."""


def create_app(world: World) -> Starlette:
    """The application over a world: Slack's API, the vendors' APIs and the pages."""
    found: list[BaseRoute] = []
    for routes in (slack_routes, hubspot_routes, asana_routes, page_routes):
        found.extend(routes(world))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield

    return Starlette(routes=found, lifespan=lifespan)


class CuttingProtocol(H11Protocol):
    """HTTP/1.1 whose requests carry a callable that cuts the line, for faults that answer nothing."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[faults.DROP] = self.cut
            await inner(scope, receive, send)

        self.app = app

    def cut(self) -> None:
        """Closes the connection without an answer."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        self.transport.close()


class Server:
    """The web server in a thread of its own, on the given port or a free one. Sets `world.base_url`."""

    def __init__(self, world: World, port: int = 0, host: str = "127.0.0.1") -> None:
        self.world = world
        # With the protocol named, asyncio switches Nagle off: else each kept-alive call costs 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        world.base_url = self.url
        self._server = uvicorn.Server(self._config(world))
        self._thread = threading.Thread(target=self._run, name="sandbox-server", daemon=True)

    @staticmethod
    def _config(world: World) -> uvicorn.Config:
        return uvicorn.Config(
            create_app(world),
            http=CuttingProtocol,
            ws="websockets-sansio",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
            ws_ping_interval=None,
            date_header=False,
        )

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> Self:
        """Starts and waits until requests are served; RuntimeError after ten seconds."""
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError(f"the sandbox's server did not start on {self.url}")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stops serving, cuts what hangs, and frees the port."""
        self._server.should_exit = True
        self.world.close()
        self._thread.join(timeout=10)
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
