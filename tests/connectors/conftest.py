"""What all connector tests share: one served world each, and connections to its stand-ins."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import deals
from sandbox.clock import Clock
from sandbox.server import Server
from sandbox.shelf import Shelf
from sandbox.world import World
from tests.connectors import stands


@pytest.fixture
def world() -> Iterator[World]:
    """The demo company's vendors over real HTTP."""
    world = World(shelf=Shelf(), clock=Clock(), signing_secret="slack-secret", hubspot_secret=stands.SECRET)
    with Server(world):
        deals.seed(world)
        yield world
    world.hubspot.close()


@pytest.fixture
def crm(world: World) -> Any:
    """HubSpot, as configured by default."""
    return stands.connect("hubspot", stands.served(world))


@pytest.fixture
def tool(world: World) -> Any:
    """Asana, as configured by default."""
    return stands.connect("asana", stands.served(world))
