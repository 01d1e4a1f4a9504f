"""How long it took is said in the working days of the delivery manager's office."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stories import walk
from tests.stories.stage import Stage, staged

SHORT_DAYS = {"berlin": {"timezone": "Europe/Berlin", "country": "DE", "hours": ["10:00", "16:00"]}}


def quiet_tuesday(stage: Stage) -> datetime:
    """11:00 in Berlin on the second Tuesday of the next year's February: winter time, no holiday."""
    year = stage.clock.now().year + 1
    first = datetime(year, 2, 1, 10, 0, tzinfo=UTC)
    return first + timedelta(days=(1 - first.weekday()) % 7 + 7)


@pytest.mark.slow
def test_the_live_reply_counts_in_days_of_the_office(tmp_path: Path) -> None:
    """Six hours are a day here: from Tuesday 11:00 to Wednesday 15:20 it is 1 day and 4 hours of 2 days."""
    with staged(tmp_path, offices=SHORT_DAYS) as stage:
        stage.start()
        stage.clock.advance(quiet_tuesday(stage) - stage.clock.now())
        walk.won(stage)
        for step in (walk.context, walk.points, walk.scope):
            step(stage)
        stage.clock.advance(timedelta(days=1, hours=4, minutes=20))
        walk.signed(stage)
        walk.invited(stage)
        live = next(p.name for p in stage.handover().posts if p.name.startswith("reply:live"))
        assert "· 1 day 4 h of 2 days ·" in walk.shown(stage.post(live))
