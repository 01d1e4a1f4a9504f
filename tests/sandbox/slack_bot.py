"""A bot for the tests of the Slack stand-in: a real HTTP server that keeps what it got and answers as told."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl

from tests.serving import Serving

Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (200, {}, b"")


@dataclass(frozen=True)
class Got:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def payload(self) -> dict[str, Any]:
        """The event, the interaction, or the command's form."""
        if self.headers["content-type"] == "application/json":
            return dict(json.loads(self.raw))
        form = dict(parse_qsl(self.raw.decode(), keep_blank_values=True))
        return dict(json.loads(form["payload"])) if "payload" in form else dict(form)


class Bot(Serving):
    """Listens on a free port; `answer` may be replaced by any function of the request."""

    def __init__(self, answer: Callable[[Got], Answer] = lambda _got: OK) -> None:
        self.got: list[Got] = []
        self.answer = answer
        bot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                got = Got(self.path, {k.lower(): v for k, v in self.headers.items()}, raw)
                bot.got.append(got)
                status, headers, body = bot.answer(got)
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_args: object) -> None:
                return

        super().__init__(Handler)

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        """What came of a type: an inner event's, an interaction's, or `command`."""
        found = []
        for got in list(self.got):
            payload = got.payload
            name = payload.get("event", {}).get("type") or payload.get("type") or "command"
            if name == kind:
                found.append(payload.get("event", payload))
        return found


def json_answer(body: Any) -> Answer:
    """An answer of HTTP 200 with a JSON body."""
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Waits for a condition; False when it did not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
