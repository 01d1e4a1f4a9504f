"""The one port: Slack's requests, webhooks, health. A thin async edge over the synchronous core.

Bolt is called in Starlette's thread pool: its stock handler would block the event loop. What Bolt cannot digest (bytes
that are no UTF-8, a timestamp that is no number, a signature that is not ASCII) is refused before it gets there.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Callable

import anyio.to_thread
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from handlers import health, webhooks
from handlers.deps import Deps

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
THREADS = 64  # Slack asks for an answer within 3 s, also while 64 people click


class Door:
    """The routes over one wired application."""

    def __init__(self, deps: Deps, bolt: App, ready: Callable[[], bool]) -> None:
        self._deps = deps
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
        body = await bounded(request)
        if body is None or not digestible(request, body):
            return JSONResponse({"error": "invalid request"}, status_code=401)
        bolt_request = to_bolt_request(request, body)
        return to_starlette_response(await run_in_threadpool(self._bolt.dispatch, bolt_request))

    async def webhook(self, request: Request) -> Response:
        """A CRM's delivery."""
        body = await bounded(request)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        delivery = webhooks.Delivery(
            connection=request.path_params["connection"],
            body=body if body is not None else b"x" * (webhooks.LIMIT + 1),
            headers=dict(request.headers),
            path=path,
        )
        status = await run_in_threadpool(webhooks.receive, self._deps, delivery)
        return PlainTextResponse("", status_code=status)

    async def healthz(self, request: Request) -> Response:
        """The process lives."""
        del request
        return PlainTextResponse("ok")

    async def readyz(self, request: Request) -> Response:
        """The database answers and the hands are at work."""
        del request
        ready = self._ready() and await run_in_threadpool(health.database_answers, self._deps)
        return PlainTextResponse("ready" if ready else "starting", status_code=200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Figures for a monitor on this machine."""
        if not from_here(request):
            return PlainTextResponse("loopback only", status_code=403)
        return PlainTextResponse(await run_in_threadpool(health.metrics, self._deps))


def application(deps: Deps, bolt: App, *, ready: Callable[[], bool], stop: Callable[[], None]) -> Starlette:
    """The ASGI application; `stop` ends scheduler, hands and engine with it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        await run_in_threadpool(stop)

    return Starlette(routes=Door(deps, bolt, ready).routes(), lifespan=lifespan)


async def bounded(request: Request) -> bytes | None:
    """The body, or None when it is larger than a webhook may be or the sender went away."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > webhooks.LIMIT:
                return None
            chunks.append(chunk)
    except ClientDisconnect:
        return None
    return b"".join(chunks)


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
