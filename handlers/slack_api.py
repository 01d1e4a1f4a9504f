"""Slack's Web API as the hands and ears use it: one wrapper that turns every failure into our error tree.

https://docs.slack.dev/apis/web-api: HTTP 200 even when `ok` is false; 429 carries Retry-After. The SDK's own retries
are off: they would post a delivered message twice.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from traceback import clear_frames
from typing import Any

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import Declined, NeedsReauth, RateLimited, Surprise, Unavailable, VendorError
from connectors.http import certificates
from connectors.pages import pages

log = logging.getLogger("baton.slack")
LATER = frozenset({"request_timeout", "service_unavailable", "internal_error", "fatal_error", "fetch_members_failed"})
NOT_JSON = "Received a response in a non-JSON format"  # slack_sdk/web/base_client.py; behind it stands the answer
LONGEST_WAIT = 86_400.0  # seconds: whatever it asks for, it is asked again after a day
NOT_SLACKS = "not_slacks"
HOSTS = (".slack.com", ".slack-gov.com")
LIMITED = frozenset({"ratelimited", "rate_limited"})
# What the SDK lets through of an answer that is no object, no text of its charset, or nested without end; a line that
# breaks in the middle of an answer is an HTTPException.
UNREAD = (ValueError, LookupError, AttributeError, RecursionError)
BROKEN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
)


@dataclass
class SlackRefused(Declined):
    """Slack understood and said no; `code` is its own word for why."""

    code: str = ""


class SlackApi:
    """Calls by method name. `assert_outside` raises when a database transaction is open."""

    def __init__(self, client: WebClient, assert_outside: Callable[[], None]) -> None:
        self.client = client
        self._assert_outside = assert_outside

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Slack's answer. Raises the VendorError tree; `None` arguments are left out."""
        return self.answer(method, **arguments)[0]

    def pages(
        self, method: str, *, ahead: Callable[[], None] | None = None, **arguments: Any
    ) -> Iterator[dict[str, Any]]:
        """Slack's answers, page by page, by its cursors. `ahead` is called before each page is asked for.

        https://docs.slack.dev/apis/web-api/pagination: an empty `next_cursor`, or none, ends it. Surprise when they
        lead in a circle.
        """

        def ask(cursor: str) -> tuple[dict[str, Any], str]:
            if ahead:
                ahead()
            answer = self.call(method, cursor=cursor or None, **arguments)
            return answer, str((answer.get("response_metadata") or {}).get("next_cursor") or "")

        return pages(ask, vendor="Slack", call=method)

    def send(self, url: str, body: bytes, *, what: str, kind: str = "application/json", timeout: float = 10.0) -> None:
        """Posts to an address that Slack gave us. Unavailable when it is not taken within `timeout` seconds.

        `what` names the address in the log. SlackRefused when it is not one of Slack's: what is sent may be the record.
        """
        self._assert_outside()
        if not slacks(url, self.client.base_url):
            raise failed(SlackRefused("Slack", what, words=NOT_SLACKS, code=NOT_SLACKS))
        try:
            answer = httpx.post(
                url, content=body, headers={"Content-Type": kind}, timeout=timeout, verify=certificates()
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise failed(Unavailable("Slack", what, words="Slack did not answer")) from error
        if answer.is_error:
            raise failed(Unavailable("Slack", what, words="Slack refused it", status=answer.status_code))
        called(what)

    def answer(self, method: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """Slack's answer with its headers, their names in lower case."""
        self._assert_outside()
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            if method in READS:
                answer = self.client.api_call(method, http_verb="GET", params=given)
            else:
                answer = self.client.api_call(method, json=given)
        except SlackApiError as error:
            raise failed(translated(method, error)) from error
        except (SlackClientError, OSError, HTTPException) as error:
            let_go(error)
            late = isinstance(error, TimeoutError)  # while it is sent, urllib wraps it into an URLError
            raise failed(Unavailable("Slack", method, words="Slack did not answer", late=late)) from error
        except UNREAD as error:
            let_go(error)
            raise failed(Surprise("Slack", method, words="an answer that cannot be read")) from error
        called(method)
        data = answer.data
        headers = {str(name).lower(): str(value) for name, value in (answer.headers or {}).items()}
        return (data if isinstance(data, dict) else {}), headers


# Slack takes these by query only (https://docs.slack.dev/reference/methods).
READS = frozenset(
    {
        "conversations.history",
        "conversations.replies",
        "conversations.info",
        "conversations.members",
        "conversations.list",
        "users.conversations",
        "users.info",
        "users.lookupByEmail",
        "bookmarks.list",
        "files.getUploadURLExternal",
    }
)


def slacks(url: str, api: str) -> bool:
    """Whether this address is one of Slack's hosts, or of the stand-in that speaks for it."""
    try:
        given, there = httpx.URL(url), httpx.URL(api)
    except httpx.InvalidURL:
        return False
    stand_in = (given.scheme, given.host, given.port) == (there.scheme, there.host, there.port)
    own = given.scheme == "https" and given.port is None and given.host.endswith(HOSTS)
    return (stand_in or own) and not given.userinfo


def called(method: str, came: str = "ok") -> None:
    """A line about a call of Slack's: by which method, and what came of it; nothing of what was sent."""
    log.info("called", extra={"vendor": "Slack", "call": method, "came": came})


def failed(error: VendorError) -> VendorError:
    """The same error, with its line."""
    called(error.call, error.words)
    return error


def let_go(error: BaseException | None) -> None:
    """Closes the line of half an answer: it hangs on the SDK's frames, which hold one another until they are swept."""
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__context__


def translated(method: str, error: SlackApiError) -> VendorError:
    """Slack's refusal in our tree. Never holds what was sent."""
    response = error.response
    status = getattr(response, "status_code", 0) or 0
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in LIMITED:  # noqa: PLR2004 - Too Many Requests
        headers = getattr(response, "headers", None) or {}
        after = str(headers.get("Retry-After") or headers.get("retry-after") or "1")
        seconds = float(after) if after.isascii() and after.isdigit() else 1.0
        return RateLimited("Slack", method, words="too many calls", after=min(max(seconds, 1.0), LONGEST_WAIT))
    garbled = code.startswith(NOT_JSON)
    if garbled and status < 500:  # noqa: PLR2004 - server errors
        return Surprise("Slack", method, words="an answer that is not JSON", status=status)
    if garbled or status >= 500 or code in LATER or not code:  # noqa: PLR2004 - server errors
        return Unavailable("Slack", method, words=_said(code, garbled=garbled), status=status)
    if code in BROKEN:
        needed = data.get("needed", "") if isinstance(data, dict) else ""
        return NeedsReauth("Slack", method, words=f"{code} {needed}".strip())
    return SlackRefused("Slack", method, words=code, status=status, code=code)


def _said(code: str, *, garbled: bool) -> str:
    return "Slack did not answer" if garbled or not code else code
