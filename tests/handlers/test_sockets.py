"""Socket Mode as it is wired: it opens with the start, comes back by itself, and ends with the stop."""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from handlers.deps import USUAL
from handlers.line.sockets import CLOSING, LOOKS
from tests.stories import walk
from tests.stories.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company whose Slack speaks over sockets; Baton is not started."""
    with staged(tmp_path, socket_mode=True, haste=USUAL) as made:
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
    assert time.monotonic() - began < CLOSING
    stage.until(lambda: len(sockets) == 0, "the socket is closed")
    assert stage.hands.command("ana", walk.HERE, "help").error is not None


@pytest.mark.slow
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


def test_a_wrong_app_token_is_told_in_the_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """It starts all the same; whoever looks why nothing comes reads which token to check, and never the token."""
    stage.env["SLACK_APP_TOKEN"] = "xapp-wrong"
    stage.start()
    told = [one.__dict__["why"] for one in caplog.records if one.message.startswith("no line to Slack yet")]
    assert told == ["invalid_auth: check SLACK_APP_TOKEN (xapp-…, connections:write) and that Socket Mode is on"]
    assert "xapp-wrong" not in caplog.text


@pytest.mark.slow
def test_a_silent_socket_is_replaced_and_what_is_offered_afterwards_arrives(stage: Stage) -> None:
    """The line stands and brings nothing: a second one is opened, then the first is closed."""
    stage.table["delivery"]["silence_seconds"] = 1.5
    sockets = stage.world.slack.socket
    stage.start()
    stage.until(lambda: len(sockets) == 1, "one socket is open")
    sockets.silence()
    assert stage.hands.command("ana", walk.HERE, "help").error == "operation_timeout"
    stage.until(lambda: len(sockets) == 1 and answered(stage), "another one is there")
    up, opened = set[int](), len(stage.world.slack.calls.of("apps.connections.open"))
    stage.world.faults.add("slack", "apps.connections.open", "slow", seconds=0.5)
    sockets.silence()

    def second() -> bool:
        up.add(len(sockets))
        return len(stage.world.slack.calls.of("apps.connections.open")) > opened

    stage.until(second, "a second socket is opened")
    assert 0 not in up, "the first one was closed before there was another one"
    stage.until(lambda: len(sockets) == 1 and answered(stage), "the first one is closed")
    for _ in range(5):
        assert answered(stage)
    stage.stop()
    assert len(sockets) == 0


def test_as_set_silence_lasts_less_than_two_minutes(stage: Stage) -> None:
    """A look comes at most a ninth of the silence late; opening has two seconds, closing five."""
    silence = stage.settings().delivery.silence_seconds
    assert silence == 90
    assert silence + silence / LOOKS + 2 + CLOSING < 120


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_line_as_set_that_falls_silent_is_replaced_within_two_minutes(stage: Stage) -> None:
    """Nothing is shortened here: ninety seconds pass as they do for a company."""
    sockets = stage.world.slack.socket
    stage.start()
    stage.until(lambda: len(sockets) == 1, "one socket is open")
    sockets.silence()
    began = time.monotonic()
    stage.until(lambda: len(stage.world.slack.calls.of("apps.connections.open")) == 2, "a second one is opened", 120)
    stage.until(lambda: answered(stage), "commands are answered again")
    assert 85 < time.monotonic() - began < 120
    assert all(answered(stage) for _ in range(5))


@pytest.mark.slow
def test_while_words_come_the_line_stays(stage: Stage) -> None:
    stage.table["delivery"]["silence_seconds"] = 1.2
    sockets = stage.world.slack.socket
    stage.start()
    stage.until(lambda: len(sockets) == 1, "one socket is open")
    opened = stage.world.slack.calls.of
    for _ in range(3):  # a busy machine may let a silence come between two words
        before, moments = len(opened("apps.connections.open")), [time.monotonic()]
        for _ in range(6):
            assert answered(stage)
            time.sleep(0.3)
            moments.append(time.monotonic())
        if max(later - earlier for earlier, later in pairwise(moments)) < 0.9:
            break
    assert len(opened("apps.connections.open")) == before


@pytest.mark.slow
@pytest.mark.parametrize("away", ["503", "half"])
def test_with_slack_away_the_start_goes_on_and_the_line_follows(stage: Stage, away: str) -> None:
    """The outage of a vendor never stops the start; nobody has to start again."""
    stage.table["delivery"]["silence_seconds"] = 1.2
    stage.world.faults.add("slack", "apps.connections.open", away, times=2)
    stage.start()
    stage.until(lambda: len(stage.world.slack.socket) == 1, "the line is there")
    stage.until(lambda: answered(stage), "commands are answered")
