"""A sample of the kills; thirty of each are run by `python -m benchmarks.kill` and written down."""

from pathlib import Path

import pytest

from tests.stories.killing import run
from tests.stories.stage import staged

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]


@pytest.mark.parametrize(("database", "replicas"), [("sqlite", 1), ("postgres", 2)])
def test_nothing_is_lost_and_nothing_is_doubled(
    tmp_path: Path, request: pytest.FixtureRequest, database: str, replicas: int
) -> None:
    """SIGKILL at random points of the road: what was acknowledged has its effect, what was created is there once."""
    url = f"sqlite:///{tmp_path}/baton.db"
    if database == "postgres":
        url = str(request.getfixturevalue("empty_postgres"))
    with staged(tmp_path, url=url) as stage:
        tally = run(stage, url=url, replicas=replicas, kills=3, wave=1)
    assert tally.lost == []
    assert tally.doubled == []
    assert tally.kills == 3
    assert tally.amid > 0, "no kill met any work: then this shows nothing"
    assert tally.deeds >= 17 * tally.handovers


def test_replicas_are_restarted_one_after_the_other_and_nobody_notices(tmp_path: Path, empty_postgres: str) -> None:
    """Each is ended by SIGTERM in the middle of work, the other goes on: nobody has to press anything twice."""
    with staged(tmp_path, url=empty_postgres) as stage:
        tally = run(stage, url=empty_postgres, replicas=2, kills=2, wave=1, gently=True)
    assert tally.lost == []
    assert tally.doubled == []
    assert tally.failed == []
    assert tally.kills == 2
    assert tally.amid > 0, "no restart met any work: then this shows nothing"
