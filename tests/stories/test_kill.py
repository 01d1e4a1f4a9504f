"""A sample of the kills; thirty of each are run by `python -m benchmarks.kill` and written down."""

from pathlib import Path
from typing import Any

import pytest

from sandbox import company
from tests.stories.killing import run
from tests.stories.stage import staged

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("database", "replicas"), [("sqlite", 1), ("postgres", 2)])
def test_nothing_is_lost_and_nothing_is_doubled(
    tmp_path: Path, request: pytest.FixtureRequest, database: str, replicas: int
) -> None:
    """SIGKILL at random points of the walk: acknowledged clicks have their effect, created things are there once."""
    url = f"sqlite:///{tmp_path}/baton.db"
    if database == "postgres":
        url = str(request.getfixturevalue("empty_postgres"))
    owner = company.owner_id("Ana Ruiz")
    with staged(tmp_path, url=url) as stage:
        made: list[dict[str, Any]] = [
            stage.world.hubspot.create(dealname=f"Client {n} – Project {n}", amount="1000", hubspot_owner_id=owner)
            for n in range(2)
        ]
        tally = run(stage, url=url, replicas=replicas, kills=5, deals=[deal["id"] for deal in made])
    assert tally.kills == 5
    assert tally.lost == []
    assert tally.doubled == []
