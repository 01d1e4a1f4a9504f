"""The bar's clock: business time on every page, and the buttons that move it for the sandbox and the bot together."""

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.company import office_time
from sandbox.travel import BusyError, StuckError
from sandbox.world import World

JUMPS = {"hour": "+1 hour", "working_day": "Next working day", "due": "To the due time"}
USAGE = f'Send {{"jump": one of {", ".join(JUMPS)}}} or {{"to": seconds since the epoch}}.'


def shown(world: World) -> dict[str, Any]:
    """What the bar shows: the time, what happens to it, and whether it can be moved at all."""
    return {
        "time": office_time(world.clock.time()),
        "line": world.travel.line,
        "moving": world.travel.moving,
        "jumps": JUMPS if world.control_url else {},
    }


def state(world: World) -> Callable[[Request], Response]:
    """The clock as JSON."""

    def show(request: Request) -> Response:
        del request
        return JSONResponse(shown(world) | {"now": world.clock.time(), "offset": world.clock.offset})

    return show


def move(world: World) -> Callable[[Request], Any]:
    """Moves both clocks, and answers when they are there. 409 while another jump is under way."""

    async def act(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return JSONResponse({"error": "Only the sandbox's own page may move time."}, status_code=403)
        try:
            asked = json.loads(await request.body())
        except ValueError:
            asked = None
        go = _journey(world, asked)
        if go is None:
            return JSONResponse({"error": USAGE}, status_code=400)
        try:
            return JSONResponse(await run_in_threadpool(go))
        except StuckError as stuck:
            return JSONResponse({"error": str(stuck)}, status_code=409 if isinstance(stuck, BusyError) else 400)

    return act


def _journey(world: World, asked: object) -> Callable[[], dict[str, Any]] | None:
    if not isinstance(asked, dict) or len(asked) != 1:
        return None
    jump, to = asked.get("jump"), asked.get("to")
    if isinstance(jump, str) and jump in JUMPS:
        return lambda: world.travel.jump(jump)
    if isinstance(to, (int, float)) and not isinstance(to, bool):
        return lambda: world.travel.to(to)
    return None
