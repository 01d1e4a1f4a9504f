"""The one HTTP client for vendors: deadlines, the error tree, redaction. It never repeats a write.

A read whose connection broke is tried once more; a write whose answer was lost is `Unavailable`, and the ledger finds
out by marker what came of it. No redirect is followed: a token goes to the configured host and nowhere else.
"""

import functools
import logging
import ssl
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib import metadata
from typing import Any
from urllib.parse import quote

import httpx

from bot.errors import Surprise, Unavailable
from connectors.answers import Answer, Dialect, parse, refusal, vendor_clock
from connectors.redaction import safe_words

log = logging.getLogger("baton.connectors")
DELIVERY_SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_ANSWER_LIMIT = 20 * 1024 * 1024
_BROKEN = (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError)


@dataclass(frozen=True)
class Call:
    """One request: `name` is what errors say ("read the deal"), `repeatable` whether a lost one may be sent again."""

    name: str
    method: str
    path: str
    params: Mapping[str, str] | None = None
    json: Any = None
    form: Mapping[str, str] | None = None
    repeatable: bool = False


class VendorHttp:
    """Calls to one vendor's API; raises only the VendorError tree. Safe to share between threads.

    `assert_outside` is called before each request and raises while a database transaction is open; `timeout` is the
    seconds that one whole call may take.
    """

    def __init__(
        self,
        *,
        vendor: str,
        base_url: str,
        token: str,
        dialect: Dialect,
        assert_outside: Callable[[], None],
        timeout: float = DELIVERY_SECONDS,
    ) -> None:
        self.vendor = vendor
        self._token = token
        self._dialect = dialect
        self._assert_outside = assert_outside
        self._seconds = timeout
        self._client = httpx.Client(  # noqa: TID251 -- this is the one client factory
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}", "User-Agent": client_name(), "Accept": "application/json"},
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT_SECONDS, timeout)),
            limits=httpx.Limits(max_connections=8),
            follow_redirects=False,
            verify=certificates(),
        )
        # A connection that is thrown away, as when settings are read anew, leaves no open sockets behind.
        self.close = weakref.finalize(self, self._client.close)

    def get(self, path: str, *, call: str, params: Mapping[str, str] | None = None) -> Answer:
        """Reads; tried once more when the connection breaks."""
        return self._perform(Call(call, "GET", path, params=params, repeatable=True))

    def query(self, path: str, *, call: str, json: Any) -> Answer:
        """A POST which only reads (a search, a batch read); tried once more when the connection breaks."""
        return self._perform(Call(call, "POST", path, json=json, repeatable=True))

    def write(
        self,
        method: str,
        path: str,
        *,
        call: str,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """Changes something; sent once. `form` is sent as multipart/form-data."""
        return self._perform(Call(call, method, path, params=params, json=json, form=form))

    def _perform(self, call: Call) -> Answer:
        response, content = self._send(call)
        self._called(call, str(response.status_code))
        body = parse(content)
        if not response.is_success:
            complaint = self._dialect(response.status_code, body)
            words = safe_words(complaint.words, sent=(call.json, call.form), secret=self._token)
            raise refusal(response, complaint, vendor=self.vendor, call=call.name, words=words)
        if response.status_code == HTTPStatus.NO_CONTENT or not content.strip():
            return Answer({}, vendor_clock(response))
        if not isinstance(body, dict):
            words = "the answer is not the JSON that its pages describe"
            raise Surprise(self.vendor, call.name, words, response.status_code)
        return Answer(body, vendor_clock(response))

    def _send(self, call: Call) -> tuple[httpx.Response, bytes]:
        try:
            return self._once(call)
        except _BROKEN as broken:
            if not call.repeatable:
                raise self._unavailable(call, broken) from broken
        except httpx.HTTPError as slow:
            raise self._unavailable(call, slow) from slow
        try:
            return self._once(call)
        except httpx.HTTPError as broken:
            raise self._unavailable(call, broken) from broken

    def _once(self, call: Call) -> tuple[httpx.Response, bytes]:
        """Sends, and reads the whole answer before the deadline: httpx's own timeout is per read, not in all."""
        self._assert_outside()
        deadline = time.monotonic() + self._seconds
        files = {name: (None, value) for name, value in call.form.items()} if call.form else None
        with self._client.stream(call.method, call.path, params=call.params, json=call.json, files=files) as response:
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if time.monotonic() > deadline or len(content) > _ANSWER_LIMIT:
                    raise httpx.ReadTimeout("the answer is too long or too slow")
            return response, bytes(content)

    def _unavailable(self, call: Call, error: httpx.HTTPError) -> Unavailable:
        words = "no answer in time" if isinstance(error, httpx.TimeoutException) else "the connection failed"
        self._called(call, words)
        return Unavailable(self.vendor, call.name, words, late=isinstance(error, httpx.ReadTimeout))

    def _called(self, call: Call, came: str) -> None:
        # By the name that errors use: an address would tell the ids in it.
        log.info("called", extra={"vendor": self.vendor, "call": call.name, "came": came})


def path(*segments: str) -> str:
    """A path of these segments, each escaped: an id never adds a slash, a query or a step up."""
    return "/" + "/".join("%2E" * len(part) if part in {".", ".."} else quote(part, safe="") for part in segments)


def client_name() -> str:
    """How we present ourselves to vendors: Baton/{version}."""
    try:
        return f"Baton/{metadata.version('baton')}"
    except metadata.PackageNotFoundError:
        return "Baton/checkout"


@functools.cache
def certificates() -> ssl.SSLContext:
    """Whom we believe (https://www.python-httpx.org/advanced/ssl/): read once, because reading takes 30 ms."""
    return httpx.create_ssl_context()
