"""A working day passes at the press of a button: Slack, the CRM and Baton tell the same time afterwards."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from tests.stories import walk
from tests.stories.stage import Stage


def press(stage: Stage, jump: str) -> httpx.Response:
    """A button of the bar."""
    return httpx.post(f"{stage.server.url}/clock", json={"jump": jump}, timeout=120)


def both(stage: Stage) -> tuple[datetime, datetime]:
    """The sandbox's time and the bot's."""
    return datetime.fromtimestamp(stage.world.clock.time(), UTC), stage.deps.clock.now()


def test_the_buttons_move_slack_and_baton_together(stage: Stage) -> None:
    """Over both transports; what is done after the jump carries the new time on both sides."""
    walk.won(stage)
    assert press(stage, "hour").status_code == 200
    morning = press(stage, "working_day").json()
    assert morning["drained"]
    sandbox, bot = both(stage)
    assert abs(sandbox - bot) < timedelta(seconds=1)
    assert f"{bot.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "09:00"
    assert stage.hands.command("ana", walk.HERE, "commit HO-1 two extra training days").error is None
    stage.settle()
    promise = stage.handover().entries[-1]
    assert promise.text == "two extra training days"
    assert timedelta() <= promise.at - bot < timedelta(minutes=1)
    walk.won(stage, "9002", 2)
    newest = max(float(message["ts"]) for message in stage.channel())
    assert 0 <= newest - sandbox.timestamp() < 60, "Slack stamps what Baton posts with the moved time"
    assert stage.parked() == []


def test_to_the_due_time_goes_to_the_records_own(http_stage: Stage) -> None:
    assert press(http_stage, "due").status_code == 400, "nothing is due yet"
    walk.won(http_stage)
    due = http_stage.handover().scope_due_at
    assert due
    assert press(http_stage, "due").status_code == 200
    assert timedelta() <= http_stage.deps.clock.now() - due < timedelta(minutes=1)
    assert http_stage.handover().rehearsal
