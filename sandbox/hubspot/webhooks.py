"""Webhooks on their way out: queued on the shelf, sent in signed batches, tried again until the bot answers 2xx.

Decides when an event is sent and what its request carries; which events exist is decided by `events`. The wire keeps
real time (timestamps of the signature, delays); `occurredAt` is the sandbox clock's.
Page: developers.hubspot.com/docs/api-reference/2026-03/webhooks/guide.
"""

import base64
import hashlib
import hmac
import json
import random
import sqlite3
import ssl
import threading
import time
from typing import Any

import httpx

from sandbox.ground import Ground
from sandbox.shelf import Doc

KIND = "hubspot.outgoing"
MOST_PER_BATCH = 99
MOST_ATTEMPTS = 10
MOST_REMEMBERED = 500
TIMEOUT = 5.0
_TLS = ssl.create_default_context()
DECODED = {"%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$"} | {
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}


def signature_v3(secret: str, *, method: str, uri: str, body: str, timestamp: str) -> str:
    """HubSpot's third signature: base64 of HMAC-SHA256 over method, URI with a few escapes undone, body and stamp.

    Page: developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation.
    """
    for escape, sign in DECODED.items():
        uri = uri.replace(escape, sign).replace(escape.lower(), sign)
    digest = hmac.new(secret.encode(), f"{method}{uri}{body}{timestamp}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def signature_v1(secret: str, body: str) -> str:
    """HubSpot's first signature, sent beside the third: hex SHA-256 over secret and body."""
    return hashlib.sha256((secret + body).encode()).hexdigest()


class Webhooks:
    """The way from the CRM to the bot, with knobs for a bad day.

    `paused` keeps events, `drop_all` loses them, `duplicate` sends each batch so many times more, `shuffle` mixes the
    order, `delay` holds an event back for so many seconds, `retry_delays` are the gaps between attempts (the last one
    repeats), `path` is where the bot listens. `deliveries` lists the latest requests, newest last.
    """

    def __init__(self, ground: Ground) -> None:
        self.path = "/webhooks/hubspot"
        self.paused = False
        self.drop_all = False
        self.duplicate = 0
        self.shuffle = False
        self.delay = 0.0
        self.retry_delays: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0, 5.0)
        self.deliveries: list[Doc] = []
        self._ground = ground
        self._random = random.Random(7)  # noqa: S311 (mixes an order, guards nothing)
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._asked = False

    def send(self, event: dict[str, Any]) -> None:
        """Queues one event. With no bot to call, or `drop_all`, it is lost."""
        if self.drop_all or not self._ground.bot_url:
            return
        number = self._ground.shelf.number(KIND)
        due = time.time() + self.delay
        self._ground.shelf.put(KIND, str(number), {"n": number, "due": due, "attempt": 0, "event": event})
        self.start()

    def start(self) -> None:
        """Starts sending, or goes on with what an earlier run left; nothing happens when the queue is empty."""
        busy = self.pending() > 0
        # The shelf is never asked while `_wake` is held: callers may hold the shelf's lock already.
        with self._wake:
            self._closed = False
            self._asked = True
            if self._thread is None and busy:
                self._thread = threading.Thread(target=self._run, name="hubspot-webhooks", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def close(self) -> None:
        """Stops sending; what is queued stays queued."""
        with self._wake:
            self._closed = True
            thread = self._thread
            self._wake.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=TIMEOUT + 1)

    def pending(self) -> int:
        """Events that are still to be sent."""
        return len(self._ground.shelf.all(KIND))

    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until nothing is queued; False when `timeout` seconds were not enough."""
        until = time.monotonic() + timeout
        self.start()
        while self.pending():
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    def deliver(self, events: list[dict[str, Any]], *, attempt: int = 0) -> int:
        """Sends one batch now, signed; the bot's status, or 0 when there was none within five seconds."""
        body = json.dumps([event | {"attemptNumber": attempt} for event in events], ensure_ascii=False)
        stamp = str(int(time.time() * 1000))
        began = time.monotonic()
        try:
            url = self._ground.bot_url + self.path
            headers = self._headers(body, stamp)
            status = httpx.post(
                url, content=body.encode(), headers=headers, timeout=TIMEOUT, verify=_TLS, trust_env=False
            ).status_code
        except httpx.HTTPError:
            status = 0
        took = round((time.monotonic() - began) * 1000, 1)
        self.deliveries.append(
            {"at": self._ground.clock.time(), "status": status, "events": events, "attempt": attempt, "ms": took}
        )
        del self.deliveries[:-MOST_REMEMBERED]
        return status

    def _headers(self, body: str, stamp: str) -> dict[str, str]:
        secret, uri = self._ground.hubspot_secret, self._ground.public_url + self.path
        return {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/)",
            "X-HubSpot-Signature": signature_v1(secret, body),
            "X-HubSpot-Signature-Version": "v1",
            "X-HubSpot-Request-Timestamp": stamp,
            "X-HubSpot-Signature-v3": signature_v3(secret, method="POST", uri=uri, body=body, timestamp=stamp),
        }

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except sqlite3.ProgrammingError:
            pass  # The shelf was closed while the thread slept: this world is over.
        finally:
            with self._wake:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _turn(self) -> bool:
        """One round: what is due is sent, else a short sleep. False when the thread has nothing left to do."""
        with self._wake:
            self._asked = False
            if self._closed:
                return False
        if not self.pending():
            with self._wake:
                if not self._asked:
                    self._thread = None
                return self._asked
        batch = [] if self.paused else self._due()
        if batch:
            self._attempt(batch)
            return True
        with self._wake:
            self._wake.wait(0.05)
        return True

    def _due(self) -> list[Doc]:
        """Queued events whose time has come and that have been tried equally often, in the order they happened."""
        now = time.time()
        ready = [doc for doc in self._ground.shelf.all(KIND) if doc["due"] <= now]
        batch = [doc for doc in ready if doc["attempt"] == ready[0]["attempt"]][:MOST_PER_BATCH]
        if self.shuffle:
            self._random.shuffle(batch)
        return batch

    def _attempt(self, batch: list[Doc]) -> None:
        attempt = batch[0]["attempt"]
        events = [doc["event"] for doc in batch]
        status = self.deliver(events, attempt=attempt)
        for _ in range(self.duplicate):
            self.deliver(events, attempt=attempt)
        given_up = attempt + 1 >= MOST_ATTEMPTS
        for doc in batch:
            if 200 <= status < 300 or given_up:
                self._ground.shelf.delete(KIND, str(doc["n"]))
            else:
                gap = self.retry_delays[min(attempt, len(self.retry_delays) - 1)]
                later = {"due": time.time() + gap, "attempt": attempt + 1}
                self._ground.shelf.put(KIND, str(doc["n"]), doc | later)
