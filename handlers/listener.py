"""The port itself: how long a request may take to arrive, and how large it may be.

uvicorn waits for a request's head and body for ever. A head that drips is hung up on after the same time in which a
body must be there; who reads on knows the body's limit from `webhooks`. All else about the doors is in `http`.
"""

import asyncio
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol


def config(asgi: ASGIApp, *, seconds: float, **more: Any) -> uvicorn.Config:
    """The settings of uvicorn for our port; a request's head must be there within so many seconds."""
    protocol = type("Patient", (Patient,), {"seconds": seconds})
    return uvicorn.Config(asgi, http=protocol, ws="none", log_config=None, access_log=False, **more)


class Patient(H11Protocol):
    """A connection whose next request must have begun and sent its whole head within `seconds`."""

    seconds = 10.0
    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A caller is there: the time runs."""
        super().connection_made(transport)
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone."""
        self._stop()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Whole heads end the time; the first bytes of the next one start it."""
        super().handle_events()
        self._time()

    def on_response_complete(self) -> None:
        """Who was answered before the whole body was there (refused, cut off) is not listened to any longer."""
        if self.conn.their_state is h11.SEND_BODY:
            self.transport.close()
        super().on_response_complete()

    def _time(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._ends is None:
            self._ends = self.loop.call_later(self.seconds, self._hang_up)

    def _stop(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _hang_up(self) -> None:
        self._ends = None
        if not self.transport.is_closing():
            self.transport.abort()
