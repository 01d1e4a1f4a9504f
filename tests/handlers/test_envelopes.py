"""Envelopes whose work hangs: each is answered in time or left to Slack, and the line serves whoever comes next."""

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from handlers.apology import AWAY, LATE
from handlers.line.envelopes import Envelopes

COMMAND = {"command": "/handover", "text": "", "user_id": "U1", "team_id": "T1", "channel_id": "C1"}
EVENT = {"type": "event_callback", "team_id": "T1", "event": {"type": "app_mention", "user": "U1", "text": "x"}}
CLICK = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}, "actions": [{"action_id": "x"}]}


class Line(BaseSocketModeClient):
    """The wire to Slack: what goes out is kept."""

    def __init__(self) -> None:
        self.logger = logging.getLogger("line")
        self.sent: list[dict[str, Any]] = []

    def send_message(self, message: str) -> None:
        self.sent.append(json.loads(message))


class Work:
    """A Bolt application whose listeners hang until they are let go."""

    def __init__(self) -> None:
        self.free, self.done = threading.Event(), 0
        client = WebClient(token="xoxb-1")
        self.app = App(client=client, signing_secret="s", authorize=self._known, process_before_response=True)
        self.app.command("/handover")(self._listen)
        self.app.event("app_mention")(self._listen)
        self.app.action("x")(self._listen)
        self.hands = threading.Semaphore(2)
        self.line, self.handler = Line(), Envelopes(self.app, app_token="xapp-1", hands=self.hands, answer=0.05)

    @staticmethod
    def _known() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1", bot_user_id="U0")

    def _listen(self, ack: Any) -> None:
        assert self.free.wait(20)
        self.done += 1
        ack()

    def offer(self, payload: dict[str, Any]) -> list[Any]:
        """What Slack hears of this envelope; nothing when it is not acknowledged."""
        before = len(self.line.sent)
        self.handler.handle(self.line, SocketModeRequest("slash_commands", f"e{before}", payload))
        return [answer.get("payload") for answer in self.line.sent[before:]]


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    made.free.set()
    made.handler.close()  # type: ignore[no-untyped-call]


def test_a_person_hears_that_it_is_slow_and_an_event_is_left_to_slack(work: Work) -> None:
    assert work.offer(COMMAND) == [{"text": LATE}]
    assert work.offer(EVENT) == []
    assert work.offer(COMMAND) == [{"text": AWAY}], "every hand hangs, so it was not even begun"
    assert work.offer(CLICK) == [], "Slack itself shows that it was not taken"


def test_what_hung_is_done_once_and_the_line_serves_whoever_comes_next(work: Work) -> None:
    for _ in range(4):
        work.offer(COMMAND)
    work.handler.answer = 20.0
    work.free.set()
    assert all(work.hands.acquire(timeout=20) for _ in range(2)), "both hands are free again"
    work.hands.release(2)
    assert work.done == 2
    assert [work.offer(payload) for payload in (COMMAND, EVENT, CLICK)] == [[None]] * 3
    assert work.done == 5


def test_what_nobody_understands_is_left_to_slack_and_holds_no_hand(work: Work) -> None:
    work.handler.answer = 20.0
    work.free.set()
    broken: Any = {"type": "block_actions", "team": 1}  # Bolt stumbles over it before any listener
    assert [work.offer(broken) for _ in range(3)] == [[]] * 3
    assert work.offer(COMMAND) == [None]


def test_where_no_thread_is_to_be_had_the_person_hears_it_and_the_hand_is_free_again(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    work.free.set()
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", refused)
        assert [work.offer(COMMAND) for _ in range(3)] == [[{"text": AWAY}]] * 3
        assert work.offer(EVENT) == [], "Slack offers it again"
    work.handler.answer = 20.0
    assert work.offer(COMMAND) == [None]
    assert work.done == 1
