"""A company moves to PostgreSQL in the middle of its work, and back: the bot goes on as if nothing had happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.handover import State
from tests.handlers.commanding import app, environment
from tests.stories import walk
from tests.stories.stage import Stage, staged

pytestmark = pytest.mark.slow  # each walks the whole road first, several times over

COUNTED = ("handover", "entry", "timeline", "job", "post")


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Stage]:
    """A company with Baton at work in it."""
    with staged(tmp_path) as made:
        made.start()
        yield made


def moved(stage: Stage, to: str, file: Path) -> None:
    """Stops the bot, moves the company by the two commands, and starts the bot on the other database."""
    stage.stop()
    out = app(environment(stage), "export", str(file))
    assert (out.code, out.err) == (0, ""), out
    stage.env["DATABASE_URL"] = to
    into = app(environment(stage), "import", str(file))
    assert (into.code, into.err) == (0, ""), into
    told = {line.split()[0]: line.split()[1:] for line in into.out.splitlines()[1:-1]}
    for name in COUNTED:
        here, there = told[name]
        assert here == there != "0", name
    assert into.out.splitlines()[-1].startswith("Every count is right.")
    again = app(environment(stage), "import", str(file))
    assert again.code == 1
    assert "is not empty" in again.err
    stage.world.faults.clear()
    stage.start()


def trouble(stage: Stage, deal: str) -> None:
    """Another deal is won while Slack is away: its thread waits."""
    stage.world.faults.down("slack")
    stage.world.hubspot.win(deal)
    stage.until(lambda: any(j.error for j in stage.deps.store.outbox.jobs(("ready",))), "something waits for Slack")


def test_to_postgresql_and_back_in_the_middle_of_the_work(quiet: Stage, tmp_path: Path, empty_postgres: str) -> None:
    """The same thread, its messages edited in place, the next number, and what waited is done on the other side."""
    stage = quiet
    walk.won(stage)
    walk.context(stage)
    where = {post.name: post.ts for post in stage.handover().posts}
    nonce = stage.deps.store.nonce
    trouble(stage, "9003")
    moved(stage, empty_postgres, tmp_path / "there.jsonl")
    assert stage.deps.store.nonce == nonce
    assert stage.handover(2).post("root") is not None, "what waited for Slack was done after the move"
    walk.points(stage)
    walk.scope(stage)
    assert stage.handover().state is State.PROVISIONED
    trouble(stage, "9004")
    moved(stage, f"sqlite:///{tmp_path / 'back.db'}", tmp_path / "back.jsonl")
    walk.signed(stage)
    walk.invited(stage)
    assert stage.handover().state is State.IN_PROGRESS
    assert stage.handover(3).post("root") is not None
    now = {post.name: post.ts for post in stage.handover().posts}
    assert {name: now[name] for name in where} == where, "edited in place, never posted again"
    roots = [m for m in stage.channel() if m.get("thread_ts", m["ts"]) == m["ts"] and m.get("bot_id")]
    assert len(roots) == 3
    assert len(stage.world.asana.projects()) == 1
    assert stage.parked() == []


def test_a_backup_under_the_running_bot_is_restored_by_one_command(quiet: Stage, tmp_path: Path) -> None:
    """While `serve` has the database open nothing is put in its place; afterwards the work goes on from the copy."""
    stage = quiet
    walk.won(stage)
    before, copy = len(stage.handover().entries), tmp_path / "copy.db"
    made = app(environment(stage), "backup", str(copy))
    assert (made.code, made.err) == (0, "")
    assert f"{copy} is a whole copy: schema 0" in made.out
    assert " 1 handover, " in made.out
    again = app(environment(stage), "backup", str(copy))
    assert (again.code, again.err) == (1, f"There is a file {copy} already: name another one.\n")
    walk.context(stage)
    asked = app(environment(stage), "restore", str(copy))
    assert asked.code == 1
    assert "Add --replace" in asked.err
    busy = app(environment(stage), "restore", str(copy), "--replace")
    assert (busy.code, busy.err) == (
        1,
        "The database is in use. Nothing was changed. Stop `serve`, then restore.\n",
    )
    later = len(stage.handover().entries)
    stage.stop()
    back = app(environment(stage), "restore", str(copy), "--replace")
    assert (back.code, back.err) == (0, "")
    assert f"What was there before is kept: {tmp_path / 'baton.db.before-restore'}." in back.out
    stage.start()
    assert len(stage.handover().entries) == before < later
    walk.context(stage)
    assert len(stage.handover().entries) == later


@pytest.mark.parametrize("verb", ["export", "import", "backup", "restore"])
def test_what_cannot_be_read_or_written_is_said(tmp_path: Path, verb: str) -> None:
    with staged(tmp_path) as stage:
        app(environment(stage), "migrate")
        ended = app(environment(stage), verb, str(tmp_path / "nowhere" / "file"))
        assert ended.code == 1
        assert "No such file" in ended.err
        lost = app(environment(stage, DATABASE_URL="mysql://u:hunter2@h/d"), verb, str(tmp_path / "file"))
        assert lost.code == 2
        assert "DATABASE_URL is no database" in lost.err
        assert "Traceback" not in ended.err + lost.err
        assert "hunter2" not in lost.err
