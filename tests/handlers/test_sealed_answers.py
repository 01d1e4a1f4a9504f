"""Where Slack takes an answer is a secret: through the front door into the database, and out again to the person.

Nobody works until a test says so, so that the job waits with the address in it, as it does while Slack is slow.
"""

import logging
import secrets
from argparse import Namespace
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, update

from bot.effects import Whisper
from bot.settings import read
from handlers import cli
from handlers.wiring import Running, wire
from sandbox import company
from store.tables import JobRow, table
from store.upkeep.copies import backup
from store.upkeep.moving import export_to
from tests.stories import walk
from tests.stories.stage import SECRET, BotServer, Stage, staged
from tests.stories.test_erase import naming

HERE = company.HANDOVERS_CHANNEL
JOB = table(JobRow)
KNOWN = "I know you now"


@pytest.fixture(params=["sqlite", "postgres"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A company with Baton installed and not started, on either database."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("empty_postgres")
    with staged(tmp_path, url=url) as made:
        yield made


def new_key() -> str:
    """A key as the command makes one."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


@contextmanager
def served(stage: Stage, **env: str) -> Iterator[Running]:
    """Baton's door with these settings, and nobody who works."""
    stage.env |= env
    running = wire(read(stage.env, stage.table), stage.env, clock=stage.clock, db=stage.db, haste=stage.haste)
    door = BotServer(running, int(stage.env["BATON_PORT"]))
    door.start()
    try:
        yield running
    finally:
        door.stop()


def asked(stage: Stage, who: str) -> str:
    """Somebody whom Baton does not know types a command: Slack is asked who that is. The address for the answer."""
    before = addresses(stage)
    assert "I do not know you yet" in str(stage.hands.command(who, HERE, "mine").body)
    (address,) = addresses(stage) - before
    return address


def addresses(stage: Stage) -> set[str]:
    """The secret part of every address for an answer that is out."""
    return set(stage.world.slack.handles._sources)


def work(running: Running) -> None:
    """Performs all that is due now."""
    while running.worker.run_one("test"):
        continue


def answered(stage: Stage, who: str) -> bool:
    """Whether they were told that they are known by now."""
    return any(KNOWN in one["text"] for one in stage.world.slack.ephemerals(walk.user_id(who), HERE))


def stored(stage: Stage, folder: Path) -> bytes:
    """All that is stored, as somebody has it who takes the files: the database's own, or its export; and a backup."""
    url, files = stage.env["DATABASE_URL"], [folder / "export", folder / "backup"]
    export_to(url, files[0])
    backup(url, files[1])
    if stage.db.sqlite:
        files += [file for file in folder.iterdir() if file.name.startswith("baton.db")]
    return b"".join(file.read_bytes() for file in files)


def rotated(stage: Stage) -> int:
    """`rotate-key`, beside whatever runs; what it says is printed."""
    return cli.run(Namespace(verb="rotate-key"), stage.env, stage.table)


@pytest.mark.req("R116")
def test_an_address_is_sealed_from_the_door_to_the_answer_and_across_a_change_of_the_key(
    anywhere: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = anywhere
    key, newer = new_key(), new_key()
    with served(stage) as running:
        first = asked(stage, "ana")
        work(running)
        assert answered(stage, "ana"), "with a key that is made of Slack's secret"
        second = asked(stage, "ben")
    with served(stage, BATON_SECRET_KEY=key) as running:
        third = asked(stage, "chloe")
        held = stored(stage, tmp_path)
        assert b"sealed:1:" in held
        known = [first, second, third, key, SECRET]
        assert [word for word in known if word.encode() in held] == []
        assert naming(running.deps.store, *known) == []
    stage.env["BATON_SECRET_KEY"] = f"{newer},{key}"
    assert (rotated(stage), rotated(stage)) == (0, 0)
    first_time, may_go, second_time, _ = capsys.readouterr().out.splitlines()
    assert first_time == "4 rows are sealed again. 4 rows are sealed with the newest key now."
    assert may_go.startswith("Nothing needs an older key any more: leave only the first one in BATON_SECRET_KEY")
    assert second_time == "0 rows are sealed again. 4 rows are sealed with the newest key now."
    with served(stage, BATON_SECRET_KEY=newer, SLACK_SIGNING_SECRET="another-one") as running:
        work(running)
    assert answered(stage, "ben")
    assert answered(stage, "chloe")


@pytest.mark.req("R116")
def test_an_address_that_no_key_opens_is_let_go_quietly(
    stage: Stage, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(stage):
        address = asked(stage, "ana")
    with caplog.at_level(logging.INFO), served(stage, SLACK_SIGNING_SECRET="another-one") as running:
        assert rotated(stage) == 1
        assert "1 row is sealed with a key that is gone" in capsys.readouterr().out
        work(running)
        outbox = running.deps.store.outbox
        assert (outbox.waiting(), outbox.parked()) == ({}, {}), "nothing waits, nothing is put aside for a person"
        with running.deps.store.read() as reader:
            assert reader.by_slack(walk.user_id("ana")), "what was to be done beside the answer is done"
    assert not answered(stage, "ana")
    assert [r.message for r in caplog.records].count("an answer is let go: no key opens its address") == 1
    assert not [line for line in caplog.records if line.exc_info]
    assert address not in caplog.text
    assert "sealed:" not in caplog.text


def test_an_address_that_an_earlier_version_stored_is_answered(stage: Stage) -> None:
    """It stands in plain text, in a job that waited over the upgrade."""
    url = f"{stage.env['SLACK_API_URL'].removesuffix('api/')}response/{{}}"
    with served(stage) as running:
        token = asked(stage, "ana")
        work(running)
        with running.deps.store.write() as unit:
            unit.emit(
                Whisper(walk.user_id("ana"), "earlier", response_url="sealed:to be replaced", data={"text": "Hi"})
            )
            put = update(JOB).values(payload=func.replace(JOB.c.payload, "sealed:to be replaced", url.format(token)))
            unit.session.execute(put)
        assert naming(running.deps.store, token)
        work(running)
    assert "Hi" in [one["text"] for one in stage.world.slack.ephemerals(walk.user_id("ana"), HERE)]
