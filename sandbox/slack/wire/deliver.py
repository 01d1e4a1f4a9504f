"""Deliveries to the bot: one try for what a person waits for, retries for events.

Decides which way a payload goes (signed HTTP or Socket Mode) and when an event is tried again
(https://docs.slack.dev/apis/events-api). Slack's own delays are 0, 60 and 300 s; `retry_delays` are shorter.
"""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from sandbox.ground import Ground
from sandbox.shelf import Doc
from sandbox.slack.wire import http
from sandbox.slack.wire.answers import ACK_SECONDS, Answer
from sandbox.slack.wire.sockets import Sockets

RETRY_DELAYS = (1.0, 5.0, 20.0)
WORKERS = 12


class Deliver:
    """The way to the bot.

    Knobs: `retry_delays` and `ack_seconds` (s), `drop_answers` (how many answers get lost), `duplicate_next`.
    """

    def __init__(self, ground: Ground, sockets: Sockets) -> None:
        self._ground = ground
        self._sockets = sockets
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._timers: set[threading.Timer] = set()
        self._pending = 0
        self._duplicates = 0
        self.retry_delays: tuple[float, ...] | list[float] = RETRY_DELAYS
        self.ack_seconds = ACK_SECONDS
        self.drop_answers = 0

    def duplicate_next(self, count: int = 1) -> None:
        """Sends the next deliveries twice."""
        with self._lock:
            self._duplicates += count

    def send(self, kind: str, payload: Doc) -> Answer:
        """Sends what a person waits for (`command`, `action`, `submission`, `shortcut`, `options`), once."""
        return self._try(kind, payload, 0, "")

    def event(self, envelope: Doc) -> "Future[Answer]":
        """Sends an event in the background, with retries; the future holds the first try's answer."""
        first: Future[Answer] = Future()
        with self._lock:
            self._pending += 1
            self._pool = self._pool or ThreadPoolExecutor(WORKERS, thread_name_prefix="slack-events")
            self._pool.submit(self._attempt, envelope, 0, "", first)
        return first

    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until every event was taken or given up; False when it took longer."""
        until = time.monotonic() + timeout
        while self._pending:
            if time.monotonic() > until:
                return False
            time.sleep(0.005)
        return True

    def close(self) -> None:
        """Stops the retries and the workers; the next event starts new ones."""
        with self._lock:
            timers, self._timers = self._timers, set()
            pool, self._pool = self._pool, None
            self._pending = 0
        for timer in timers:
            timer.cancel()
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _attempt(self, envelope: Doc, attempt: int, reason: str, first: "Future[Answer] | None") -> None:
        answer = self._try("event", envelope, attempt, reason)
        if first is not None:
            first.set_result(answer)
        if not answer.problem or answer.no_retry or attempt >= len(self.retry_delays):
            with self._lock:
                self._pending = max(0, self._pending - 1)
            return
        again = (envelope, attempt + 1, answer.reason, None)
        timer = threading.Timer(self.retry_delays[attempt], self._attempt, again)
        timer.daemon = True
        with self._lock:
            self._timers = {one for one in self._timers if one.is_alive()} | {timer}
            timer.start()

    def _try(self, kind: str, payload: Doc, attempt: int, reason: str) -> Answer:
        with self._lock:
            twice, self._duplicates = self._duplicates > 0, max(0, self._duplicates - 1)
        answer = self._once(kind, payload, attempt, reason)
        if twice:
            self._once(kind, payload, attempt, reason)
        with self._lock:
            lost, self.drop_answers = self.drop_answers > 0, max(0, self.drop_answers - 1)
        return Answer(0, "", answer.ms, "timeout", "http_timeout") if lost else answer

    def _once(self, kind: str, payload: Doc, attempt: int, reason: str) -> Answer:
        if self._ground.socket:
            return self._sockets.send(kind, payload, attempt=attempt, reason=reason, seconds=self.ack_seconds)
        extra = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else None
        way = self._ground.bot_url, self._ground.signing_secret
        return http.send(*way, kind, payload, extra, seconds=self.ack_seconds)
