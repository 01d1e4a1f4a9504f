"""Whatever comes back from where Slack should be: it is one of our own errors, and quotes nothing of the answer."""

import logging
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from slack_sdk import WebClient

from bot.errors import RateLimited, Surprise, Unavailable, VendorError
from handlers.slack_api import SlackApi, SlackRefused, slacks
from store.sealed.keyring import Keyring
from tests.serving import Serving

JSON = b"Content-Type: application/json\r\n"
QUOTED = b"quoted"
ANSWERS: dict[str, tuple[bytes, type[VendorError]]] = {
    "half of it": (
        b"HTTP/1.1 200 OK\r\n" + JSON + b'Content-Length: 900\r\n\r\n{"ok": true, "ts": "quoted',
        Unavailable,
    ),
    "half of a refusal": (b"HTTP/1.1 503 Away\r\n" + JSON + b"Content-Length: 900\r\n\r\nquoted", Unavailable),
    "half of a chunk": (b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\n90\r\nquoted", Unavailable),
    "half of a head": (b"HTTP/1.1 200 OK\r\nContent-Ty", Surprise),
    "nothing at all": (b"", Unavailable),
    "no HTTP": (b"220 quoted ESMTP\r\n\r\n", Unavailable),
    "half of its JSON": (b"HTTP/1.1 200 OK\r\n" + JSON + b'\r\n{"ok": true, "ts": "quoted', Surprise),
    "a list": (b"HTTP/1.1 200 OK\r\n" + JSON + b'\r\n["quoted"]', Surprise),
    "a word": (b"HTTP/1.1 200 OK\r\n" + JSON + b'\r\n"quoted"', Surprise),
    "null": (b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\nnull", Unavailable),
    "an empty page": (b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\n", Surprise),
    "without end": (b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\n" + b"[" * 100_000, Surprise),
    "no UTF-8": (b"HTTP/1.1 200 OK\r\n" + JSON + b'\r\n{"ok": true, "ts": "\xff"}', Surprise),
    "a charset that nobody has": (b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=moon\r\n\r\nquoted", Surprise),
    "neither yes nor no": (b"HTTP/1.1 200 OK\r\n" + JSON + b'\r\n{"ts": "quoted"}', Unavailable),
    "not now": (b"HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\n\r\nquoted", RateLimited),
}


@pytest.fixture
def slack(request: pytest.FixtureRequest) -> Iterator[SlackApi]:
    """Slack's client, before somebody who answers every call with these bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.wfile.write(request.param)

        def log_message(self, *_: object) -> None:
            pass

    with Serving(Handler) as server:
        yield SlackApi(WebClient("xoxb-1", base_url=f"{server.url}/", timeout=5, retry_handlers=[]), lambda: None)


@pytest.mark.parametrize(("slack", "kind"), ANSWERS.values(), ids=ANSWERS, indirect=["slack"])
def test_an_answer_that_is_none_is_one_of_our_errors(
    slack: SlackApi, kind: type[VendorError], caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("slack_sdk.web").setLevel(logging.CRITICAL)  # as `set_up` has it
    with pytest.raises(VendorError) as raised:
        slack.call("chat.postMessage", channel="C1", text="x")
    assert type(raised.value) is kind, raised.value
    assert QUOTED.decode() not in f"{raised.value} {caplog.text}"


WAITS: dict[bytes, float] = {b"7": 7.0, b"0": 1.0, b"\xb2": 1.0, b"99999999": 86_400.0}


@pytest.mark.parametrize(
    ("slack", "after"),
    [(b"HTTP/1.1 429 Slow down\r\nRetry-After: %s\r\n\r\n" % said, after) for said, after in WAITS.items()],
    ids=["a while", "none", "no number", "for years"],
    indirect=["slack"],
)
def test_how_long_to_wait_is_neither_nothing_nor_for_ever(slack: SlackApi, after: float) -> None:
    with pytest.raises(RateLimited) as raised:
        slack.call("chat.postMessage", channel="C1", text="x")
    assert raised.value.after == after


THERE = "https://hooks.slack.com/commands/T1/2/x"


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        (THERE, True),
        (THERE.replace("hooks.", "files."), True),
        (THERE.replace("slack.com", "slack-gov.com"), True),
        ("http://127.0.0.1:8700/slack/response/1", True),
        ("http://127.0.0.1:8701/slack/response/1", False),
        ("http://169.254.169.254/latest/meta-data", False),
        (THERE.replace("https", "http"), False),
        (THERE.replace("slack.com", "slack.com:8443"), False),
        (THERE.replace("slack.com", "slack.com.evil.example"), False),
        (THERE.replace("hooks.slack.com", "evilslack.com"), False),
        (THERE.replace("hooks.slack.com", "hooks.slack.com@evil.example"), False),
        (THERE.replace("hooks.slack.com", "ana:x@hooks.slack.com"), False),
        ("https://hooks.slack.com\n@evil.example/", False),
        ("file:///etc/passwd", False),
        (Keyring(made_of=("x",)).seal(THERE), False),  # a version that knows of no seals lets such an answer go
        ("", False),
    ],
)
def test_only_slacks_own_hosts_are_answered(url: str, theirs: bool) -> None:  # noqa: FBT001
    assert slacks(url, "http://127.0.0.1:8700/slack/api/") is theirs


@pytest.mark.parametrize("slack", [b""], indirect=True)
def test_nothing_is_sent_to_another_address(slack: SlackApi) -> None:
    """Not even a connection is made: whoever listens there would be told of it by `timeout`."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        with pytest.raises(SlackRefused) as raised:
            slack.send(f"http://127.0.0.1:{other.getsockname()[1]}/", b"the record", what="response_url")
        assert raised.value.code == "not_slacks"
        with pytest.raises(TimeoutError):
            other.accept()
