"""No secret is stored: a whole walk with trouble in it leaves none in the database, a copy or an export."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings.tables import ENVIRONMENT
from connectors.registry import env_names
from tests.handlers.commanding import app, environment
from tests.stories import walk
from tests.stories.stage import Stage, staged
from tests.stories.test_erase import naming

pytestmark = pytest.mark.slow  # each walks the whole road first, several times over

KINDS = ("TOKEN", "SECRET", "KEY", "PASSWORD")


@pytest.fixture(params=["http", "socket"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A company with Baton installed and not started, over both transports."""
    with staged(tmp_path, socket_mode=request.param == "socket") as made:
        yield made


def secrets(stage: Stage) -> list[str]:
    """Every secret that the settings know, each with a value: the sandbox's, or one of its own."""
    names = [name for name in (*ENVIRONMENT, *env_names()) if name.endswith(KINDS)]
    assert {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "HUBSPOT_TOKEN"} <= set(names)
    stage.env.setdefault("BATON_SECRET_KEY", "quite-secret".ljust(43, "y") + "=")
    for name in names:
        if name != "SLACK_APP_TOKEN":  # it alone decides about the transport
            stage.env.setdefault(name, f"quite-secret-{name.lower()}")
    return [stage.env[name] for name in names if name in stage.env]


@pytest.mark.req("R116")
def test_nothing_secret_is_stored(stage: Stage, tmp_path: Path) -> None:
    """Looked for in every cell of every table, then in the bytes of every file that was written."""
    known = secrets(stage)
    assert len(known) == len(set(known)) >= 6
    stage.start()
    walk.won(stage)
    stage.world.faults.down("hubspot")
    stage.world.faults.down("asana")
    stage.world.hubspot.win("9003")
    stage.until(lambda: any(j.error for j in stage.deps.store.outbox.jobs(("ready",))), "an error is kept")
    stage.world.faults.clear()
    stage.settle()
    for step in (walk.context, walk.points, walk.scope, walk.signed, walk.invited):
        step(stage)
    known += stage.world.slack.handles._sources
    assert naming(stage.deps.store, "sealed:1:"), "addresses for answers were stored"
    assert naming(stage.deps.store, "Weekly call"), "what is stored is found"
    assert naming(stage.deps.store, *known) == []
    copies = [tmp_path / "copy.db", tmp_path / "company.jsonl"]
    for verb, file in zip(("backup", "export"), copies, strict=True):
        assert app(environment(stage), verb, str(file)).code == 0
    stage.stop()
    files = [*copies, *(file for file in tmp_path.iterdir() if file.name.startswith("baton.db"))]
    assert len(files) >= 3
    for file in files:
        held = file.read_bytes()
        assert b"Weekly call" in held or file.name.endswith(("-wal", "-shm"))
        assert [secret for secret in known if secret.encode() in held] == [], file.name
