"""Lists that come in pages: each vendor's own lie about where they end is an error, and no list passes for whole."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.errors import Surprise
from connectors.pages import CIRCLE, ENDLESS, MOST, pages
from handlers.slack_api import SlackApi
from tests.connectors.crm.hubspot.test_poll import LONG_AGO, poller
from tests.connectors.stands import connect, environment
from tests.connectors.wire import Reply, Wire

ROW = {"id": "7", "properties": {"hs_lastmodifieddate": "2026-11-02T00:00:00Z", "hs_object_id": "7"}}
NOTHING: dict[str, Any] = {"results": []}


def members(url: str) -> Any:
    """Who is in a channel, as Slack's client is asked."""
    client = WebClient("xoxb-1", base_url=f"{url}/", timeout=5, retry_handlers=[])
    return list(SlackApi(client, lambda: None).pages("conversations.members", channel="C1"))


def project(url: str) -> Any:
    """A project, looked for in Asana."""
    env = environment(url) | {"ASANA_API_URL": url}
    return connect("asana", env, table={"workspace": "1"}).find_project("baton:k7f3:HO-42")


def changes(url: str) -> Any:
    """What changed in HubSpot."""
    return poller(url).run("", since=LONG_AGO)


LIES: dict[str, tuple[Callable[[str], Any], list[dict[str, Any]], int]] = {
    "Slack": (members, [{"ok": True, "members": ["U1"], "response_metadata": {"next_cursor": "again"}}], 2),
    "Asana": (project, [{"data": [], "next_page": {"offset": "again"}}], 2),
    "HubSpot, deleted deals": (changes, [NOTHING, {"results": [ROW], "paging": {"next": {"after": "100"}}}], 3),
    "HubSpot, deals of one moment": (changes, [NOTHING, NOTHING, {"results": [ROW] * 200}], 5),
}


@pytest.mark.parametrize(("ask", "said", "calls"), LIES.values(), ids=LIES)
def test_pages_that_lead_back_are_an_error_and_no_endless_loop(
    ask: Callable[[str], Any], said: list[dict[str, Any]], calls: int
) -> None:
    replies = [Reply(200, json.dumps(body), {"Content-Type": "application/json"}) for body in said]
    with Wire(*replies) as wire, pytest.raises(Surprise, match=CIRCLE):
        ask(wire.url)
    assert len(wire.requests) == calls


def test_pages_that_never_end_are_given_up() -> None:
    def ask(cursor: str) -> tuple[int, str]:
        return len(cursor), f"{cursor}x"

    listed = pages(ask, vendor="Slack", call="conversations.members")
    with pytest.raises(Surprise, match=ENDLESS):
        assert [next(listed) for _ in range(MOST + 1)]
    assert list(pages(lambda cursor: (cursor, "" if cursor else "a"), vendor="Slack", call="x")) == ["", "a"]
