"""A file that somebody chose in a form, fetched from Slack: from its own host alone, in time, and no more than wanted.

https://docs.slack.dev/reference/objects/file-object: `url_private_download` takes the bot token with `files:read`.
Without the right to a file Slack shows its login page, by a redirect or with status 200. No redirect is followed: the
token goes to Slack and nowhere else.
"""

import threading
from http import HTTPStatus
from queue import Empty, Queue

import httpx

from bot.errors import Unavailable, VendorError
from connectors.http import certificates
from handlers.deps import Deps
from handlers.slack_api import NOT_SLACKS, SlackRefused, called, failed

CALL = "the file"
TOO_LARGE = "too_large"
WEB_PAGE = "web_page"
GONE = "gone"


def fetched(deps: Deps, link: str, *, most: int) -> bytes:
    """The file behind Slack's link, at most so many bytes. Takes no longer than the edge may, names and lines included.

    Raises Unavailable when it is not there in time, and SlackRefused, whose `code` is one of those above.
    """
    deps.assert_outside()
    client = deps.edge.client
    url = address(link, client.base_url)
    if url is None:
        raise failed(refused(NOT_SLACKS if link else GONE))
    came: Queue[bytes | VendorError] = Queue()
    gone = threading.Event()
    # httpx counts its timeout anew for every step of a call; here somebody waits for all of them together.
    given = (url, client.token or "", client.timeout, most, gone)
    threading.Thread(target=lambda: came.put(_brought(*given)), daemon=True).start()
    try:
        found = came.get(timeout=client.timeout)
    except Empty:
        gone.set()
        found = Unavailable("Slack", CALL, words="no answer in time")
    if isinstance(found, VendorError):
        raise failed(found)
    called(CALL)
    return found


def address(link: str, api: str) -> httpx.URL | None:
    """The link, when it leads to where this Slack keeps files; a stand-in, over http, serves them itself."""
    try:
        url, there = httpx.URL(link), httpx.URL(api)
    except httpx.InvalidURL:
        return None
    if there.scheme == "https":
        there = there.copy_with(host=f"files.{there.host}")
    same = (url.scheme, url.host, url.port) == (there.scheme, there.host, there.port)
    return url if same and not url.userinfo else None


def refused(code: str, status: int = 0) -> SlackRefused:
    """Why there is no file."""
    return SlackRefused("Slack", CALL, words=code, status=status, code=code)


def _brought(url: httpx.URL, token: str, seconds: int, most: int, gone: threading.Event) -> bytes | VendorError:
    # Bytes as they come, never unpacked: a few of them could become very many.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    content = bytearray()
    try:
        with httpx.stream("GET", url, headers=headers, timeout=seconds, verify=certificates()) as answer:
            problem = _problem(answer)
            for chunk in () if problem else answer.iter_raw():
                content += chunk
                if len(content) > most or gone.is_set():
                    problem = refused(TOO_LARGE)
                    break
    except httpx.HTTPError:
        return Unavailable("Slack", CALL, words="the connection failed")
    return problem or bytes(content)


def _problem(answer: httpx.Response) -> VendorError | None:
    status = answer.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable("Slack", CALL, words="Slack did not answer", status=status)
    if answer.is_redirect or answer.headers.get("content-type", "").startswith("text/html"):
        return refused(WEB_PAGE, status)
    return None if answer.is_success else refused(GONE, status)
