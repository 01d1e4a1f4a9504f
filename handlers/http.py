"""The one port: Slack's requests, webhooks, health. A thin async edge over the synchronous core.

Bolt is called in Starlette's thread pool: its stock handler would block the event loop. What Bolt cannot digest (bytes
that are no UTF-8, a timestamp that is no number, a signature that is not ASCII) is refused before it gets there. A body
that is too large or too slow is cut off; what cannot be kept right now is answered 503, so that it is sent again.
"""

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio
import anyio.to_thread
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import Conflict, StoreAway, TooLarge
from handlers import apology, health, webhooks
from handlers.deps import Deps

log = logging.getLogger("baton.http")
OK, SLOW = "ok", "it does not answer in time"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
THREADS = 64  # Slack asks for an answer within 3 s, also while 64 people click
AGAIN = {"retry-after": "5"}  # seconds
MISSHAPEN = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
T = TypeVar("T")


@dataclass
class CutOff(Exception):
    """A body that is too large (413), too slow (408) or never came whole (400)."""

    status: int


class Door:
    """The routes over one wired application."""

    def __init__(self, deps: Deps, bolt: App, ready: Callable[[], bool]) -> None:
        self._deps = deps
        self._seconds = deps.settings.delivery.request_seconds
        self._bolt = bolt
        self._ready = ready

    def routes(self) -> list[Route]:
        """Every route there is."""
        return [
            Route("/slack/events", self.slack, methods=["POST"]),
            Route("/webhooks/{connection}", self.webhook, methods=["POST"]),
            Route("/healthz", self.healthz, methods=["GET"]),
            Route("/readyz", self.readyz, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    async def slack(self, request: Request) -> Response:
        """Commands, clicks, modals, options, events: all to Bolt, once the bytes are digestible."""
        try:
            body = await bounded(request, self._seconds)
        except CutOff as cut:
            return PlainTextResponse("", status_code=cut.status)
        bolt_request = understood(request, body) if digestible(request, body) else None
        if bolt_request is None:
            return JSONResponse({"error": "invalid request"}, status_code=401)
        answer = await self._in_time(lambda: self._dispatched(bolt_request))
        return to_starlette_response(answer or apology.late(bolt_request.body))

    def _dispatched(self, bolt_request: BoltRequest) -> BoltResponse:
        try:
            return self._bolt.dispatch(bolt_request)
        except MISSHAPEN:  # signed, and nothing that Slack sends: listeners' own errors do not come here
            log.exception("a request of a shape that nobody knows")
            return BoltResponse(status=400, body="")

    async def webhook(self, request: Request) -> Response:
        """A CRM's delivery."""
        connection = request.path_params["connection"]
        try:
            body = await bounded(request, self._seconds)
        except CutOff as cut:
            if cut.status == TooLarge.status:
                await self._in_time(lambda: webhooks.refuse(self._deps, connection, TooLarge()))
            return PlainTextResponse("", status_code=cut.status)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        delivery = webhooks.Delivery(connection, body, dict(request.headers), path)
        status = await self._in_time(lambda: self._taken(delivery)) or 503
        return PlainTextResponse("", status_code=status, headers=AGAIN if status == 503 else None)  # noqa: PLR2004

    def _taken(self, delivery: webhooks.Delivery) -> int:
        try:
            with self._deps.store.hurried(self._deps.haste.lock):
                return webhooks.receive(self._deps, delivery)
        except (StoreAway, Conflict) as error:
            log.warning("a webhook cannot be kept", extra={"connection": delivery.connection[:40], "why": str(error)})
            return 503

    async def healthz(self, request: Request) -> Response:
        """The process lives."""
        del request
        return PlainTextResponse("ok")

    async def readyz(self, request: Request) -> Response:
        """The database can be read and written, and the hands are at work; else 503 and why, in words."""
        del request
        if not self._ready():
            return PlainTextResponse("starting", status_code=503)
        trouble = await self._in_time(lambda: health.trouble(self._deps) or OK)
        words = f"not ready: the database cannot be used, {trouble or SLOW}"
        return PlainTextResponse("ready") if trouble == OK else PlainTextResponse(words, status_code=503)

    async def metrics(self, request: Request) -> Response:
        """Figures for a monitor on this machine."""
        if not from_here(request):
            return PlainTextResponse("loopback only", status_code=403)
        return PlainTextResponse(await self._in_time(lambda: health.metrics(self._deps)) or health.SILENT)

    async def _in_time(self, work: Callable[[], T]) -> T | None:
        # None when the caller cannot wait any longer. The work goes on all the same.
        with anyio.move_on_after(self._deps.haste.answer):
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        return None


def application(deps: Deps, bolt: App, *, ready: Callable[[], bool], stop: Callable[[], None]) -> Starlette:
    """The ASGI application; `stop` ends scheduler, hands and engine with it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        await run_in_threadpool(stop)

    return Starlette(routes=Door(deps, bolt, ready).routes(), lifespan=lifespan)


async def bounded(request: Request, seconds: float) -> bytes:
    """The body. Raises CutOff when it is larger than a webhook may be, not there in time, or not whole."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > webhooks.LIMIT:
        raise CutOff(413)
    chunks: list[bytes] = []
    size = 0
    try:
        with anyio.fail_after(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > webhooks.LIMIT:
                    raise CutOff(413)
                chunks.append(chunk)
    except TimeoutError as error:
        raise CutOff(408) from error
    except ClientDisconnect as error:
        raise CutOff(400) from error
    return b"".join(chunks)


def understood(request: Request, body: bytes) -> BoltRequest | None:
    """The request as Bolt reads it, which it does before it checks the signature; None when it stumbles over it."""
    try:
        return to_bolt_request(request, body)
    except MISSHAPEN:
        return None


def digestible(request: Request, body: bytes) -> bool:
    """Whether Bolt can check it: UTF-8, a numeric timestamp, an ASCII signature, no signed `null` or list."""
    signature = request.headers.get("x-slack-signature", "")
    stamp = request.headers.get("x-slack-request-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and signature.isascii() and signature):
        return False
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    if "json" not in request.headers.get("content-type", ""):
        return True
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):  # endless nesting needs no signature to arrive here
        return False


def from_here(request: Request) -> bool:
    """Whether the request comes from this machine itself, not through a proxy."""
    forwarded = {"x-forwarded-for", "forwarded", "x-real-ip"} & set(request.headers.keys())
    return bool(request.client and request.client.host in LOOPBACK and not forwarded)
