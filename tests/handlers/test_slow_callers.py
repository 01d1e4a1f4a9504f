"""Callers who drip, stall, send too much or too little: cut off after a named time and size; others are served."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest

from connectors.crm.hubspot.signature import sign
from handlers.clock import Clock
from handlers.webhooks import LIMIT
from tests.handlers.test_doors import EVENT, deliveries
from tests.stories.stage import HUBSPOT_SECRET, Stage, staged

SECONDS = 1.0  # in which a request must have arrived; ten in life
LATEST = 8 * SECONDS  # a busy machine may stand still for a while; a caller who is not cut off would go on
TRIES = 3  # a busy machine may take its time once; a door that the callers hold shut takes it each time
DOORS = ("/slack/events", "/webhooks/hubspot", "/nowhere")


Calls = Callable[[], "Caller"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A company whose door has little patience."""
    delivery = {"poll_seconds": 3600, "rate_share": 1000, "lease_seconds": 5, "request_seconds": SECONDS}
    with staged(tmp_path_factory.mktemp("slow"), delivery=delivery) as made:
        made.start()
        yield made


@pytest.fixture
def calls(stage: Stage) -> Iterator[Calls]:
    """Somebody calls."""
    made: list[Caller] = []

    def call() -> Caller:
        made.append(Caller(stage))
        return made[-1]

    yield call
    for caller in made:
        caller.line.close()


class Caller:
    """Somebody with a bare line to our port."""

    def __init__(self, stage: Stage) -> None:
        self.line = socket.create_connection(("127.0.0.1", int(stage.env["BATON_PORT"])), timeout=30)
        self.began = time.monotonic()

    def say(self, words: bytes) -> None:
        """Sends it."""
        self.line.sendall(words)

    def drip(self, words: bytes, until: float = 2 * LATEST) -> float:
        """A byte now and then; the seconds until we were hung up on."""
        for n in range(10_000):
            self.line.settimeout(0.05)
            try:
                if self.line.recv(65_536) == b"":
                    break
            except TimeoutError:
                pass
            except ConnectionResetError:  # what we sent last came after the line was closed
                break
            if time.monotonic() - self.began > until:
                break
            try:
                self.line.sendall(words[n % len(words) :][:1])
            except OSError:
                break
        return time.monotonic() - self.began

    def answer(self) -> bytes:
        """All that is said to us until the line is closed."""
        self.line.settimeout(2 * LATEST)
        heard = b""
        with suppress(ConnectionResetError):
            while part := self.line.recv(65_536):
                heard += part
        return heard


def head(path: str, *lines: str) -> bytes:
    """A request's head."""
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: baton", *lines, "", ""]).encode()


def served(stage: Stage) -> float:
    """The other doors answer: in how many seconds."""
    began = time.monotonic()
    for path in ("/healthz", "/readyz"):
        assert httpx.get(f"{stage.env['BATON_PUBLIC_URL']}{path}", timeout=30).status_code == 200
    return time.monotonic() - began


def waiting(calls: Calls, path: str) -> list[Caller]:
    """Thirty who announce a body and send none of it."""
    callers = [calls() for _ in range(30)]
    for caller in callers:
        caller.say(head(path, "Content-Length: 5000"))
    return callers


def test_a_head_that_drips_is_hung_up_on(calls: Calls) -> None:
    took = calls().drip(head("/slack/events", "X-Long: " + "a" * 10_000))
    assert SECONDS * 0.9 < took < LATEST


@pytest.mark.slow
def test_who_says_nothing_or_stops_after_a_first_request_is_hung_up_on(calls: Calls) -> None:
    assert calls().answer() == b""
    caller = calls()
    caller.say(b"GET /healthz HTTP/1.1\r\nHost: baton\r\n\r\nGET /hea")
    assert caller.answer().endswith(b"ok")
    assert time.monotonic() - caller.began < LATEST


@pytest.mark.parametrize("path", DOORS)
def test_a_body_that_drips_is_cut_off_while_others_are_served(stage: Stage, calls: Calls, path: str) -> None:
    before = deliveries(stage)
    for _ in range(TRIES):
        callers = waiting(calls, path)
        if (took := served(stage)) < SECONDS:
            break
    assert took < SECONDS
    slow = callers.pop()
    assert slow.drip(b"[ ") < LATEST
    for caller in callers:
        heard = caller.answer()
        assert heard.startswith((b"HTTP/1.1 408", b"HTTP/1.1 404")), heard
        assert time.monotonic() - caller.began < LATEST
    assert deliveries(stage) == before


@pytest.mark.parametrize("path", DOORS[:2])
@pytest.mark.parametrize("sized", [True, False], ids=["with a length", "chunked"])
def test_what_is_too_large_is_refused_without_being_kept(calls: Calls, path: str, *, sized: bool) -> None:
    caller = calls()
    caller.say(head(path, f"Content-Length: {LIMIT + 1}" if sized else "Transfer-Encoding: chunked"))
    if not sized:
        with suppress(OSError):
            for _ in range(4):
                caller.say(b"%x\r\n" % (LIMIT // 3) + b" " * (LIMIT // 3) + b"\r\n")
    assert caller.answer().startswith(b"HTTP/1.1 413")
    assert time.monotonic() - caller.began < SECONDS


@pytest.mark.parametrize("path", DOORS[:2])
@pytest.mark.parametrize(
    "words",
    [b"[]", b"zz\r\n[]\r\n", b"2\r\n[]"],
    ids=["too short", "no chunk", "no end"],
)
def test_a_body_that_is_not_whole_is_nothing(stage: Stage, calls: Calls, path: str, words: bytes) -> None:
    """The caller stops in the middle, or sends what is no body."""
    before = deliveries(stage)
    framing = "Content-Length: 200" if words == b"[]" else "Transfer-Encoding: chunked"
    caller = calls()
    caller.say(head(path, framing) + words)
    caller.line.shutdown(socket.SHUT_WR)
    heard = caller.answer()
    assert not heard.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
    assert time.monotonic() - caller.began < LATEST
    assert deliveries(stage) == before
    served(stage)


def test_a_whole_body_that_takes_its_time_is_taken(stage: Stage) -> None:
    """Slow within the limit, in small chunks without a length."""
    body = json.dumps([{**EVENT, "occurredAt": 1795000007777}]).encode()
    url = f"{stage.env['BATON_PUBLIC_URL']}/webhooks/hubspot"
    headers = sign(body, url=url, now=Clock().machine_now(), secret=HUBSPOT_SECRET)

    def slowly() -> Iterator[bytes]:
        for start in range(0, len(body), 50):
            time.sleep(0.05)
            yield body[start : start + 50]

    assert httpx.post(url, content=slowly(), headers=headers, timeout=30).status_code == 200
