"""Slack waits three seconds: whoever asks hears something by then, whatever Slack itself is doing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.deps import USUAL
from sandbox.slack.wire.answers import ACK_SECONDS
from tests.stories import walk
from tests.stories.stage import Stage, staged

SLOW = "Slack was too slow to open that. Please click once more."


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company that calls Slack with a little less patience than in life."""
    with staged(tmp_path, haste=replace(USUAL, call=1)) as made:
        made.start()
        yield made


@pytest.mark.slow
def test_who_clicks_hears_in_time_that_slack_opens_nothing(stage: Stage) -> None:
    """Slack says nothing to the call that opens the form: the click is answered, the next one works."""
    walk.won(stage)
    stage.world.faults.add("slack", "views.open", "timeout", seconds=20)
    click = walk.click(stage, "dev", "root", "scope.confirm")
    stage.settle()
    assert click.ms < ACK_SECONDS * 1000
    assert stage.world.slack.views(walk.user_id("dev")) == []
    assert SLOW in [one["text"] for one in stage.world.slack.ephemerals(walk.user_id("dev"), walk.HERE)]
    walk.click(stage, "dev", "root", "scope.confirm")
    assert walk.modal(stage, "dev")


def test_each_wait_and_what_is_said_after_it_fit_into_slacks_three_seconds() -> None:
    assert USUAL.lock + USUAL.sorry < ACK_SECONDS
    assert USUAL.call + USUAL.sorry < ACK_SECONDS
    assert max(USUAL.lock, USUAL.call) < USUAL.answer < ACK_SECONDS
