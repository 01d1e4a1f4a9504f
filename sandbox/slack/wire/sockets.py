"""Socket Mode: the WebSockets that the app holds open, and envelopes over them.

Follows https://docs.slack.dev/apis/events-api/using-socket-mode. Each envelope goes to one of the open sockets, in
turn; an acknowledgement may carry the answer's body.
"""

import asyncio
import itertools
import json
import secrets
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.company import APP_ID
from sandbox.shelf import Doc
from sandbox.slack.wire.answers import Answer

MOST = 10
TYPES = {"event": "events_api", "command": "slash_commands"}


@dataclass(eq=False)
class Link:
    """One open socket and the event loop that it lives in."""

    websocket: WebSocket
    loop: asyncio.AbstractEventLoop
    deaf: bool = False


class Sockets:
    """The app's sockets. Knobs: `silence()`, `speak()`, `refresh()`, `cut()`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._links: list[Link] = []
        self._turn = itertools.count()
        self._tickets: set[str] = set()
        self._waiting: dict[str, Future[Any]] = {}

    def __len__(self) -> int:
        return len(self._links)

    def ticket(self) -> str:
        """A ticket for one connection."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return ticket

    def silence(self) -> None:
        """Nothing goes over the sockets that are open now any more, and nobody says so."""
        self._deafen(deaf=True)

    def speak(self) -> None:
        """Ends the silence."""
        self._deafen(deaf=False)

    def _deafen(self, *, deaf: bool) -> None:
        with self._lock:
            for link in self._links:
                link.deaf = deaf

    def refresh(self) -> None:
        """Asks every socket to be replaced, and closes it."""
        notice = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "sandbox"}}
        for link in self._take():
            asyncio.run_coroutine_threadsafe(self._farewell(link, notice), link.loop)

    def cut(self) -> None:
        """Closes every socket without a word."""
        for link in self._take():
            asyncio.run_coroutine_threadsafe(link.websocket.close(1011), link.loop)

    def _take(self) -> list[Link]:
        with self._lock:
            links, self._links = self._links, []
        return links

    @staticmethod
    async def _farewell(link: Link, notice: Doc) -> None:
        await link.websocket.send_json(notice)
        await asyncio.sleep(0.2)
        await link.websocket.close()

    async def serve(self, websocket: WebSocket) -> None:
        """Serves one connection until it closes; a used or unknown ticket is refused."""
        ticket = websocket.path_params["ticket"]
        if ticket not in self._tickets or len(self) >= MOST:
            await websocket.close(1008)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        link = Link(websocket, asyncio.get_running_loop())
        await websocket.send_json(self._hello())
        with self._lock:
            self._links.append(link)
        try:
            while True:
                self._acknowledge(await websocket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._forget(link)

    def _hello(self) -> Doc:
        debug = {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060}
        info = {"app_id": APP_ID}
        return {"type": "hello", "num_connections": len(self) + 1, "debug_info": debug, "connection_info": info}

    def _acknowledge(self, text: str) -> None:
        try:
            ack = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.pop(ack.get("envelope_id", ""), None) if isinstance(ack, dict) else None
        if waiting is not None:
            waiting.set_result(ack.get("payload"))

    def _forget(self, link: Link) -> None:
        with self._lock:
            if link in self._links:
                self._links.remove(link)

    def send(self, kind: str, payload: Doc, *, attempt: int = 0, reason: str = "", seconds: float) -> Answer:
        """Sends one envelope and waits so many seconds for its acknowledgement."""
        begun = time.monotonic()
        with self._lock:
            link = self._links[next(self._turn) % len(self._links)] if self._links else None
        if link is None:
            return Answer(0, "", 0.0, "failed", "connection_failed")
        if link.deaf:
            time.sleep(seconds)
            return Answer(0, "", seconds * 1000, "timeout", "http_timeout")
        envelope_id = secrets.token_hex(16)
        waiting: Future[Any] = Future()
        self._waiting[envelope_id] = waiting
        envelope: Doc = {"envelope_id": envelope_id, "type": TYPES.get(kind, "interactive"), "payload": payload}
        envelope["accepts_response_payload"] = kind != "event"
        if kind == "event":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        asyncio.run_coroutine_threadsafe(self._put(link, envelope), link.loop)
        try:
            body = waiting.result(seconds)
        except TimeoutError:
            self._waiting.pop(envelope_id, None)
            return Answer(0, "", seconds * 1000, "timeout", "http_timeout")
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        return Answer(200, text, (time.monotonic() - begun) * 1000)

    async def _put(self, link: Link, envelope: Doc) -> None:
        try:
            await link.websocket.send_json(envelope)
        except (WebSocketDisconnect, RuntimeError):
            self._forget(link)
