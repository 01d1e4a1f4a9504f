"""The outage of a vendor never stops the start: Baton is up, answers, and goes on by itself when they are back."""

import httpx
import pytest

from tests.stories import walk
from tests.stories.stage import Stage


@pytest.mark.parametrize("away", ["503", "half"])
def test_with_every_vendor_away_it_is_up_and_goes_on_when_they_are_back(
    stage: Stage, away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack does not even say who we are, or says half of it."""
    monkeypatch.setattr("handlers.wiring.AUTH_WAIT", 0.05)
    asked = stage.world.faults.add("slack", "auth.test", away, times=3)
    stage.world.faults.add("slack", "users.lookupByEmail", away)
    stage.world.faults.down("hubspot")
    stage.world.faults.down("asana")
    stage.start()
    assert asked.times == 0
    assert httpx.get(f"{stage.env['BATON_PUBLIC_URL']}/readyz").status_code == 200
    assert "/handover" in str(stage.hands.command("ana", walk.HERE, "help").body)
    stage.world.faults.clear()
    stage.settle()
    assert walk.won(stage).roles
    assert not stage.parked()
