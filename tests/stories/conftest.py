"""Each story that asks for `stage` is told over HTTP and over Socket Mode."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.stage import Stage, staged


@pytest.fixture(params=["http", "socket"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A company with Baton at work in it, over both transports."""
    with staged(tmp_path, socket_mode=request.param == "socket") as made:
        made.start()
        yield made


@pytest.fixture
def http_stage(tmp_path: Path) -> Iterator[Stage]:
    """The same, over HTTP only: for stories that are not about the transport."""
    with staged(tmp_path) as made:
        made.start()
        yield made
