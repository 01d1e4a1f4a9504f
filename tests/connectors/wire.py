"""A vendor's end of the wire for what no stand-in does: it answers exactly what a test wrote down, byte by byte."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.serving import Serving


@dataclass
class Reply:
    """One answer. `drip` seconds pass before each byte of the body; `cut` closes the line without any answer."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    cut: bool = False

    def content(self) -> bytes:
        """The body's bytes: text as it is, all else as JSON."""
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


class Wire(Serving):
    """A server that gives its replies in turn, the last one again and again, and remembers what it was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.requests: list[dict[str, Any]] = []
        self._replies = list(replies)
        wire = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                wire.requests.append(
                    {"method": self.command, "path": self.path, "headers": dict(self.headers.items()), "body": body}
                )
                wire.answer(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815 -- the names http.server calls

            def log_message(self, *args: object) -> None:
                """Stays quiet."""

        super().__init__(Handler)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Gives the next reply."""
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if reply.cut:
            handler.close_connection = True
            return
        content = reply.content()
        handler.send_response_only(reply.status)
        usual = {"Date": handler.date_time_string(), "Content-Length": str(len(content))}
        for name, value in {**usual, **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        self._send(handler, content, reply.drip)

    def _send(self, handler: BaseHTTPRequestHandler, content: bytes, drip: float) -> None:
        try:
            for start in range(len(content)) if drip else [0]:
                handler.wfile.write(content[start : start + 1] if drip else content)
                handler.wfile.flush()
                time.sleep(drip)
        except OSError:
            handler.close_connection = True
