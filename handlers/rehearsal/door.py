"""The control's own door: `GET` and `POST /rehearsal/clock` on the loopback, for programs of this machine alone.

It exists in a rehearsal only. Whatever came through a proxy, names another host, or was sent by a page in a browser is
refused.
"""

import json
import logging
import socket
import threading
import time
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock.rehearsal import USAGE
from bot.errors import ConfigError, Refused
from handlers.http import LOOPBACK, CutOff, bounded
from handlers.rehearsal.control import Control, Underway

log = logging.getLogger("baton.rehearsal")
HOST = "127.0.0.1"
PATH = "/rehearsal/clock"
FORWARDED = frozenset({"forwarded", "via", "x-real-ip"})
OPENING = 10.0  # seconds until requests must be served
ARRIVES = 10.0  # seconds until a request must be there
STRANGER = "Only a program on this machine may move the clock: call it directly, at 127.0.0.1."
UNDERWAY = "Time is moving already: wait until that jump is over."
STOPPED = "The jump stopped half-way, at {now}: {error}. Baton's log says more."


class Door:
    """The two requests, over one control."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=[Route(PATH, self.show, methods=["GET"]), Route(PATH, self.move, methods=["POST"])])

    async def show(self, request: Request) -> Response:
        """Business time, and what is due next."""
        if stranger(request):
            return JSONResponse({"error": STRANGER}, status_code=403)
        return JSONResponse(await run_in_threadpool(self._control.state))

    async def move(self, request: Request) -> Response:
        """A jump; answers when it is over."""
        if stranger(request):
            return JSONResponse({"error": STRANGER}, status_code=403)
        try:
            asked = json.loads(await bounded(request, ARRIVES))
        except (ValueError, RecursionError, CutOff):
            return JSONResponse({"error": USAGE}, status_code=400)
        return await run_in_threadpool(self._jump, asked)

    def _jump(self, asked: object) -> Response:
        try:
            done = self._control.jump(asked)
        except Underway:
            return JSONResponse({"error": UNDERWAY}, status_code=409)
        except Exception as error:
            log.exception("a jump stopped half-way")
            words = STOPPED.format(now=self._control.state()["now"], error=type(error).__name__)
            return JSONResponse({"error": words}, status_code=500)
        if isinstance(done, Refused):
            return JSONResponse({"error": done.sentence}, status_code=400)
        return JSONResponse(done)


def stranger(request: Request) -> bool:
    """Whether this is anything but a direct call from this machine to this machine."""
    names = request.headers.keys()
    forwarded = any(name in FORWARDED or name.startswith("x-forwarded-") for name in names)
    from_page = "origin" in names or request.headers.get("sec-fetch-site", "none") != "none"
    caller = request.client.host if request.client else ""
    return forwarded or from_page or caller not in LOOPBACK or not loopback(request.headers.get("host", ""))


def loopback(host: str) -> bool:
    """Whether a Host header, with or without a port, names this machine: a rebound name does not."""
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower() in LOOPBACK


class Listener:
    """The door in a thread of its own. It binds to the loopback and nothing else."""

    def __init__(self, control: Control, port: int) -> None:
        self._control = control
        self._port = port
        config = uvicorn.Config(
            Door(control).application(),
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._thread = threading.Thread(target=self._run, name="rehearsal-clock", daemon=True)

    def __enter__(self) -> Self:
        """Opens the port and waits until requests are served. Raises ConfigError when the port is taken."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, self._port))
        except OSError as error:
            self._socket.close()
            taken = f"BATON_REHEARSAL_PORT = {self._port} cannot be opened ({error.strerror}): choose another port."
            raise ConfigError((taken,)) from error
        self._thread.start()
        until = time.monotonic() + OPENING
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        """Ends a jump where it is, and closes the port."""
        self._control.stop()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=OPENING)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
