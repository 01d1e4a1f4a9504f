"""The stand-in of Slack, served over real HTTP, with Slack's own client in front of it and a bot behind it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.clock import Clock
from sandbox.server import Server
from sandbox.shelf import Shelf
from sandbox.slack.api import BOT_TOKEN
from sandbox.slack.hands import Hands
from sandbox.world import World
from tests.sandbox.slack_bot import Bot

SECRET = "signing-secret"
NO_MANIFEST = Path("/nonexistent/manifest.yml")


def new_world(*, manifest: Path = NO_MANIFEST, socket: bool = False, shelf: Shelf | None = None) -> World:
    """A world with Slack's usual manifest unless another is named."""
    return World(
        shelf=shelf or Shelf(),
        clock=Clock(),
        signing_secret=SECRET,
        hubspot_secret="hubspot-secret",
        socket=socket,
        manifest=manifest,
    )


def client_of(world: World, token: str = BOT_TOKEN) -> WebClient:
    """Slack's own client, without its retries."""
    return WebClient(token, base_url=f"{world.base_url}/slack/api/", timeout=10, retry_handlers=[])


def refusal(call: Callable[[], object]) -> SlackApiError:
    """The error that a refused call raises."""
    with pytest.raises(SlackApiError) as caught:
        call()
    return caught.value


def error_of(call: Callable[[], object]) -> str:
    """The error's name."""
    return str(refusal(call).response["error"])


@pytest.fixture
def bot() -> Iterator[Bot]:
    with Bot() as running:
        yield running


@pytest.fixture
def world(bot: Bot) -> Iterator[World]:
    made = new_world()
    made.bot_url = bot.url
    made.slack.deliver.retry_delays = [0.05, 0.1, 0.15]
    with Server(made):
        yield made


@pytest.fixture
def client(world: World) -> WebClient:
    return client_of(world)


@pytest.fixture
def hands(world: World) -> Hands:
    return Hands(world)
