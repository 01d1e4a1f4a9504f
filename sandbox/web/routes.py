"""The pages' addresses: the workspace and its pieces, what people do, the live stream, the CRM and the board."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.company import PEOPLE
from sandbox.pages.persona import COOKIE, persona
from sandbox.pages.workspace import Looking, shortcuts, statuses
from sandbox.web import clock, crm
from sandbox.web.acts import Acts
from sandbox.web.board import board
from sandbox.web.guide import steps
from sandbox.web.site import page
from sandbox.world import World

STATIC = Path(__file__).parent / "static"
STREAM = 20.0  # seconds between two signs of life on the stream


def routes(world: World) -> list[BaseRoute]:
    """Everything that a browser asks for."""
    pages = Pages(world)
    return [
        Route("/", pages.workspace),
        Route("/pane", pages.pane),
        Route("/live", pages.live),
        Route("/clock", clock.state(world)),
        Route("/clock", clock.move(world), methods=["POST"]),
        Route("/do/{act}", pages.do, methods=["POST"]),
        Route("/files/{file}", pages.file),
        Route("/archives/{channel}/p{ts}", pages.archive),
        Route("/archives/{channel}", pages.archive),
        Route("/crm", crm.table(world)),
        Route("/crm/{deal}", crm.detail(world)),
        Route("/crm/{deal}/{act}", crm.change(world), methods=["POST"]),
        Route("/board", board(world)),
        Route("/board/{gid}", board(world)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


class Pages:
    """The workspace in the browser."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.acts = Acts(world)

    def workspace(self, request: Request) -> Response:
        """The whole page, as one person sees it."""
        looking = self._looking(request)
        looking.read()
        html = page(
            "workspace.html",
            at="slack",
            people=PEOPLE,
            me=looking.person,
            looking=looking,
            globals=shortcuts(self.world, "global"),
            shortcuts=shortcuts(self.world, "message"),
            statuses=statuses(),
            guide=steps(self.world),
            clock=clock.shown(self.world),
            version=self.world.version,
        )
        html.set_cookie(COOKIE, looking.person.key, samesite="lax")
        return html

    def pane(self, request: Request) -> Response:
        """The pieces of the page that change, as HTML by name."""
        looking = self._looking(request)
        looking.read()
        values = {
            "looking": looking,
            "me": looking.person,
            "shortcuts": shortcuts(self.world, "message"),
            "guide": steps(self.world),
        }
        modal = looking.modal()
        return JSONResponse(
            {
                "sidebar": _piece("_sidebar.html", values),
                "main": _piece("_main.html", values),
                "thread": _piece("_thread.html", values),
                "modal": _piece("_modal.html", {**values, "modal": modal}) if modal else "",
                "modal_key": modal.key if modal else "",
                "guide": _piece("_guide.html", values),
                "clock": clock.shown(self.world),
                "version": self.world.version,
            }
        )

    def live(self, request: Request) -> Response:
        """Server-sent events: a version number whenever something visible changed."""
        start = int(request.query_params.get("version") or 0)

        def stream() -> Iterator[str]:
            version = start
            while True:
                version = self.world.wait(version, STREAM)
                yield f"data: {version}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def do(self, request: Request) -> Response:
        """What a person does; the answer is what they see of it at once."""
        return await self.acts.answer(request)

    def archive(self, request: Request) -> Response:
        """A permalink: the message's channel, with its thread open."""
        place = {"c": request.path_params["channel"]}
        digits = request.path_params.get("ts", "")
        ts = f"{digits[:-6]}.{digits[-6:]}" if digits else ""
        message = next((one for one in self.world.slack.messages(place["c"]) if one["ts"] == ts), None)
        if message:
            place |= {"t": str(message.get("thread_ts") or ts), "m": ts}
        return RedirectResponse(f"/?{urlencode(place)}")

    def file(self, request: Request) -> Response:
        """A file, for whoever sees a message with it in the channel that the link names; always as a download."""
        looking, wanted = self._looking(request), request.path_params["file"]
        messages = self.world.slack.messages(looking.place) if looking.channel else []
        if not any(file["id"] == wanted for message in messages for file in message.get("files", [])):
            return PlainTextResponse("You see no such file.", status_code=404)
        content = self.world.slack.drive.content(wanted)
        return Response(content, media_type="application/octet-stream", headers={"content-disposition": "attachment"})

    def _looking(self, request: Request) -> Looking:
        given = request.query_params
        return Looking(self.world, persona(request), given.get("c", ""), given.get("t", ""))


def _piece(template: str, values: dict[str, Any]) -> str:
    return bytes(page(template, **values).body).decode()
