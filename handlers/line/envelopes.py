"""Envelopes of Socket Mode, each answered in time whatever its work does.

Slack waits three seconds for the word that an envelope was taken, and its client has so many hands and no more: a
database that hangs would hold them all, and a line with every hand held is deaf. So the work has a thread of its own.
Who waits too long for it is answered as over HTTP: a person hears that it is slow, and an event is not acknowledged, so
that Slack offers it again. The work goes on all the same.
"""

import logging
import threading
import time
from concurrent.futures import Future

from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from handlers import apology, http

log = logging.getLogger("baton.sockets")
PING = 3.0  # seconds: a line that broke is noticed by then, one that hangs after four of them


class Envelopes(SocketModeHandler):
    """One line's handler. `hands`: how many threads all lines together may have at work, those that hang included.

    `answer`: seconds until an envelope is answered whatever its work does.
    """

    def __init__(self, bolt: App, *, app_token: str, hands: threading.Semaphore, answer: float) -> None:
        super().__init__(bolt, app_token=app_token, ping_interval=PING, concurrency=http.THREADS)
        self._hands = hands
        self.answer = answer

    def handle(self, client: BaseSocketModeClient, req: SocketModeRequest) -> None:
        """Answers one envelope; one that is answered 5xx is not acknowledged."""
        send_response(client, req, self._answered(req), 0.0)  # since when: for a line that only the SDK's debug log has

    def _answered(self, req: SocketModeRequest) -> BoltResponse:
        until = time.monotonic() + self.answer
        if not self._hands.acquire(timeout=self.answer):
            return apology.away(req.payload)
        answer: Future[BoltResponse] = Future()
        try:
            threading.Thread(target=self._work, args=(req, answer), daemon=True, name="envelope").start()
        except RuntimeError as error:  # the machine has no thread to give: the work was not begun
            self._hands.release()
            log.warning("an envelope could not be worked on", extra={"why": type(error).__name__})
            return apology.away(req.payload)
        try:
            return answer.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            return apology.late(req.payload)

    def _work(self, req: SocketModeRequest, answer: "Future[BoltResponse]") -> None:
        try:
            answer.set_result(run_bolt_app(self.app, req))
        except Exception:
            log.exception("an envelope of a shape that nobody knows")
            answer.set_result(BoltResponse(status=400, body=""))
        finally:
            self._hands.release()
