"""No outage of a vendor and no lacking IPv6 stops the start: Baton is up, and goes on by itself when they are back."""

import socket

import httpx
import pytest

from bot.errors import ConfigError
from handlers.cli.serve import port_free
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


def test_a_name_of_which_one_address_is_of_a_kind_that_the_machine_lacks_can_be_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As `localhost` where IPv6 is switched off. With nothing left it is refused, and what is taken stays taken."""
    here, lacking = (
        [(family, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 0))] for family in (socket.AF_INET, socket.AF_APPLETALK)
    )
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: lacking + here)
    port_free("localhost", 0)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: lacking)
    with pytest.raises(ConfigError, match="cannot be opened on localhost"):
        port_free("localhost", 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        used = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", taken.getsockname())]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: lacking + used)
        with pytest.raises(ConfigError, match="Address already in use"):
            port_free("localhost", 0)
