"""Socket Mode as it is wired: it opens with the start, comes back by itself, and ends with the stop."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.wiring import CLOSING
from tests.stories import walk
from tests.stories.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company whose Slack speaks over sockets; Baton is not started."""
    with staged(tmp_path, socket_mode=True) as made:
        yield made


def answered(stage: Stage) -> bool:
    """Whether a command is answered."""
    reaction = stage.hands.command("ana", walk.HERE, "help")
    return reaction.error is None and "/handover" in str(reaction.body)


def test_it_connects_at_the_start_and_is_gone_after_the_stop(stage: Stage) -> None:
    sockets = stage.world.slack.socket
    assert len(sockets) == 0
    stage.start()
    stage.until(lambda: len(sockets) == 1, "one socket is open")
    assert not stage.world.slack.calls.of("apps.connections.open")[-1]["error"]
    stage.hands.command("ana", walk.HERE, "help")
    stage.settle()
    assert answered(stage)
    began = time.monotonic()
    stage.stop()
    assert time.monotonic() - began < CLOSING + 10
    stage.until(lambda: len(sockets) == 0, "the socket is closed")
    assert stage.hands.command("ana", walk.HERE, "help").error is not None


def test_it_comes_back_after_slack_asked_for_a_new_socket_and_after_a_cut(stage: Stage) -> None:
    """Slack replaces sockets every few hours; a line may break at any time."""
    sockets = stage.world.slack.socket
    stage.start()
    stage.until(lambda: len(sockets) == 1, "one socket is open")
    stage.hands.command("ana", walk.HERE, "help")
    stage.settle()
    for end in (sockets.refresh, sockets.cut):
        end()
        stage.until(lambda: answered(stage), "commands are answered again")


def test_without_an_app_token_no_socket_is_opened(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.start()
        assert stage.world.slack.calls.of("apps.connections.open") == []
        assert len(stage.world.slack.socket) == 0
