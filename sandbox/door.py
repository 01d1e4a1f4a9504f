"""The door of a vendor's REST API: who gets in, which fault a call suffers, and how a refusal looks on the wire.

One call is served at a time, so that reading, deciding and writing are one step. The door decides nothing about a
vendor's data; each vendor hands in its own admission, refusals and routes. The `Date` header
is the sandbox clock's, as a client may measure a vendor's clock by it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import faults
from sandbox.ground import Ground


class RefusedError(Exception):
    """A call that a vendor refuses; each vendor says how in its own words."""

    status = 400

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        return {}

    def headers(self) -> dict[str, str]:
        """The answer's extra headers."""
        return {}


@dataclass(frozen=True)
class Upload:
    """One uploaded file."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True)
class Call:
    """One request, read: path parameters, query (the last of equal names), raw body, form fields if it was a form."""

    method: str
    url_path: str
    path: dict[str, str]
    query: dict[str, str]
    token: str
    raw: bytes = b""
    form: dict[str, str | Upload] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as JSON; ValueError when it is none."""
        return json.loads(self.raw or b"null")


@dataclass(frozen=True)
class Answer:
    """What goes back: JSON, or bytes with their media type. None with 204 is an empty answer."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = ""

    def response(self, headers: dict[str, str]) -> Response:
        """The HTTP response."""
        every = headers | self.headers
        if self.status == 204:
            return Response(status_code=204, headers=every)
        if isinstance(self.body, bytes):
            return Response(self.body, self.status, every, self.media_type)
        return JSONResponse(self.body, self.status, every)


Work = Callable[[Call], Answer]


@dataclass(frozen=True)
class Door:
    """One vendor's door.

    `where` is the side's name in the fault box and `prefix` its path here; a fault's `match` is `METHOD /path` without
    the prefix. `admit` raises the vendor's refusal or answers extra headers; `broken` is the vendor's own refusal for
    a fault of 429, 500 or 503; `unread` is its refusal of a body that is not JSON.
    """

    ground: Ground
    where: str
    prefix: str
    admit: Callable[[Call], dict[str, str]]
    broken: Callable[[int, int], RefusedError]
    unread: RefusedError

    def route(self, method: str, path: str, work: Work, *, guarded: bool = True) -> BaseRoute:
        """One route; an unguarded one asks for no token."""

        async def endpoint(request: Request) -> Response:
            what = f"{request.method} {request.url.path.removeprefix(self.prefix)}"
            call = await _read(request)
            fault = self.ground.faults.take(self.where, what)
            if fault is not None and fault.kind in {"429", "500", "503"}:
                return self._refused(self.broken(int(fault.kind), fault.retry_after))
            return await faults.answer(request, fault, lambda: run_in_threadpool(self._serve, call, work, guarded))

        return Route(self.prefix + path, endpoint, methods=[method])

    def _serve(self, call: Call, work: Work, guarded: bool) -> Response:  # noqa: FBT001 (handed on by a thread pool)
        try:
            headers = self.admit(call) if guarded else {}
            with self.ground.shelf.lock:
                answer = work(call)
            return answer.response(self._date() | headers)
        except RefusedError as refused:
            return self._refused(refused)
        except json.JSONDecodeError:
            return self._refused(self.unread)

    def _refused(self, refused: RefusedError) -> Response:
        return JSONResponse(refused.body(), refused.status, self._date() | refused.headers())

    def _date(self) -> dict[str, str]:
        return {"Date": formatdate(self.ground.clock.time(), usegmt=True)}


async def _read(request: Request) -> Call:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    path = {name: str(value) for name, value in request.path_params.items()}
    call = Call(request.method, request.url.path, path, dict(request.query_params), token)
    kind = request.headers.get("content-type", "")
    if kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        return replace(call, form=await _form(request))
    return replace(call, raw=await request.body())


async def _form(request: Request) -> dict[str, str | Upload]:
    found: dict[str, str | Upload] = {}
    async with request.form() as form:
        for name, value in form.items():
            if isinstance(value, UploadFile):
                found[name] = Upload(value.filename or "", await value.read(), value.content_type or "")
            else:
                found[name] = value
    return found
