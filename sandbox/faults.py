"""Faults on demand: what a vendor does on a bad day, asked for by name.

Decides which fault the next matching call suffers and how it is acted out on the wire. It never decides what a call
means: the effect is the stand-in's own work, done before (`drop_after`, `half`) or not at all.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

DROP = "sandbox.drop"
"""Key in `scope["extensions"]` under which the server hands out a callable that cuts the line."""

KINDS = ("500", "503", "429", "timeout", "drop_after", "drop_before", "half", "slow", "garbage")
WORDED = ("ok_false:", "says:")
"""Beginnings of kinds that bring the answer along: Slack's error, or a whole body (JSON) that lies."""
DONE = ("slow", "drop_after", "half")
"""Kinds whose call takes effect, whatever is answered."""
LONG = 12.0
"""Seconds a `timeout` holds the line when it names none: longer than any client of ours waits."""


@dataclass
class Fault:
    """One fault: on which side, for which call, of which kind, how many times more."""

    where: str
    match: str
    kind: str
    times: int = 1
    retry_after: int = 1
    seconds: float = 0.0

    def fits(self, where: str, what: str) -> bool:
        """Whether a call suffers it. `what` is Slack's method name, or `METHOD /path` for the others."""
        if where != self.where or self.times <= 0:
            return False
        return self.match in ("*", what) or (" " in self.match and what.startswith(self.match))


class Faults:
    """The box of faults of one world; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._down: set[str] = set()

    def add(
        self, where: str, match: str, kind: str, *, times: int = 1, retry_after: int = 1, seconds: float = 0.0
    ) -> Fault:
        """Asks for a fault. `kind`: one of KINDS, `ok_false:<error>` (Slack), `says:<JSON>`; ValueError for another."""
        if kind not in KINDS and not kind.startswith(WORDED):
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(KINDS)}, ok_false:<error>, says:<JSON>")
        fault = Fault(where, match, kind, times, retry_after, seconds)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, where: str, what: str) -> Fault | None:
        """The fault that this call suffers, used up once, or None. A side that is down always answers 503."""
        with self._lock:
            if where in self._down:
                return Fault(where, "*", "503")
            for fault in self._faults:
                if fault.fits(where, what):
                    fault.times -= 1
                    return fault
        return None

    def down(self, where: str, on: bool = True) -> None:  # noqa: FBT001, FBT002
        """Takes a whole side down, or up again."""
        with self._lock:
            (self._down.add if on else self._down.discard)(where)

    def clear(self) -> None:
        """Everything works again."""
        with self._lock:
            self._faults.clear()
            self._down.clear()


async def answer(request: Request, fault: Fault | None, work: Callable[[], Awaitable[Response]]) -> Response:
    """Acts the fault out around the work: the work's own response when there is none."""
    if fault is None:
        return await work()
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return await work()
    if fault.kind == "drop_after":
        await work()
        return Dropped()
    if fault.kind == "half":
        return Half(await work())
    if fault.kind == "timeout":
        await _hold(request, fault.seconds or LONG)
        return Dropped()
    return Dropped() if fault.kind == "drop_before" else refusal(fault)


async def _hold(request: Request, seconds: float) -> None:
    """Says nothing for so long, or until the client hangs up."""

    async def hung_up() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            continue

    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(hung_up(), seconds)


def refusal(fault: Fault) -> Response:
    """The response of the faults that answer at once."""
    if fault.kind == "garbage":
        return Response("<html><body>upstream connect error", media_type="text/html")
    if fault.kind.startswith("ok_false:"):
        return JSONResponse({"ok": False, "error": fault.kind.partition(":")[2]})
    if fault.kind.startswith("says:"):
        return Response(fault.kind.partition(":")[2], media_type="application/json")
    if fault.kind == "429":
        headers = {"Retry-After": str(fault.retry_after)}
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)
    return Response("", status_code=int(fault.kind))


class Dropped(Response):
    """No response at all: the line is cut. A server that can't cut lines sends half an answer instead."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI names them
        """Cuts the line by the server's own means."""
        cut = scope.get("extensions", {}).get(DROP)
        if cut is None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            raise ConnectionAbortedError("the line is cut on demand")
        cut()
        await asyncio.sleep(0.02)


class Half(Dropped):
    """The first half of an answer, whose head promised all of it; then the line is cut."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self.raw_headers = whole.raw_headers
        self.whole = bytes(whole.body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the half, and cuts."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.whole[: len(self.whole) // 2], "more_body": True})
        await asyncio.sleep(0.02)
        await super().__call__(scope, receive, send)
