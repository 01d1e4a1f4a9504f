"""SIGKILL while a reminder is being sent: whichever the moment, the person gets it once, on both databases."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from handlers.clock import Clock
from tests.handlers.desk import OFFICES, Desk
from tests.stories import walk
from tests.stories.stage import Stage, staged

ROOT = Path(__file__).resolve().parents[2]
POST = "chat.postMessage"
LEASE = 4  # seconds
PATIENCE = 60.0


@pytest.fixture
def desk(db_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Tuesday, nine o'clock: Ana's reminder is in the outbox, and nobody else's."""
    delivery = {"poll_seconds": 3600, "rate_share": 1000, "lease_seconds": LEASE}
    with staged(tmp_path, url=db_url, delivery=delivery, offices=OFFICES, provision={"auto": False}) as stage:
        made = Desk(stage, Clock())
        forward(made, made.monday)
        made.open()
        made.sweep()
        made.work()
        forward(made, made.at(1, 9))
        made.sweep()
        with made.deps.store.write() as unit:
            others = f"kind <> 'Remind' OR payload NOT LIKE '%\"person_id\": {made.people['ana'].id}%'"
            unit.session.execute(text(f"DELETE FROM job WHERE {others}"))  # noqa: S608 - our own words
        assert len(made.jobs("Remind", "ready")) == 1
        yield made
        made.close()


def forward(desk: Desk, moment: datetime) -> None:
    """Business time and the sandbox's go forward to that moment."""
    by = moment - desk.clock.now()
    desk.clock.advance(by)
    desk.stage.world.clock.advance(by.total_seconds())


@contextmanager
def hand(stage: Stage, ahead: float, owner: str) -> Iterator[subprocess.Popen[bytes]]:
    """A hand at work; killed at the end if it still is."""
    given = {"env": stage.env, "table": stage.table, "ahead": ahead, "owner": owner}
    command = [sys.executable, "-m", "tests.handlers.hand"]
    child = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdin=subprocess.PIPE)  # noqa: S603, TID251
    assert child.stdin
    child.stdin.write(json.dumps(given).encode())
    child.stdin.close()
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def until(true: Callable[[], object], what: str) -> None:
    """Waits for something that happens in the other process."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@contextmanager
def nobody_writes(desk: Desk) -> Iterator[None]:
    """The other process cannot commit: SQLite's write lock, or the row of the job in PostgreSQL, is held."""
    db = desk.deps.store.db
    with db.write() as session:
        session.execute(text("SELECT id FROM job" if db.sqlite else "SELECT id FROM job FOR UPDATE"))
        yield


def finished(desk: Desk) -> None:
    """Another hand takes over once the lease is over, and does the rest."""
    with hand(desk.stage, desk.clock.offset.total_seconds(), "second") as child:
        assert child.wait(timeout=PATIENCE) == 0
    assert [job.state for job in desk.jobs("Remind")] == ["done"]
    assert desk.only("ana").startswith("*3 things wait for you*, Ana.")
    (sent,) = desk.reminders("ana", 1)
    assert sent.ts == desk.letters("ana")["ana"][0]["ts"]
    assert len(sent.shown) == 3


@pytest.mark.slow
@pytest.mark.req("R202")
def test_killed_between_the_claim_and_the_post(desk: Desk) -> None:
    """Slack never saw the call: the next hand looks for it, finds nothing, and posts."""
    fault = desk.stage.world.faults.add("slack", POST, "timeout", seconds=30)
    with hand(desk.stage, desk.clock.offset.total_seconds(), "first") as child:
        until(lambda: fault.times == 0, "the call begins")
        child.kill()
        child.wait()
    assert desk.letters("ana") == {"ana": []}
    finished(desk)
    assert len(desk.stage.world.slack.calls.of("conversations.history")) >= 1


def killed_after_posting(desk: Desk) -> None:
    """Slack has posted it, and our database does not know."""
    fault = desk.stage.world.faults.add("slack", POST, "slow", seconds=2)
    with hand(desk.stage, desk.clock.offset.total_seconds(), "first") as child:
        until(lambda: fault.times == 0, "the call begins")
        with nobody_writes(desk):
            until(lambda: desk.letters("ana")["ana"], "Slack posts it")
            time.sleep(0.3)
            child.kill()
            child.wait()
    (sent,) = desk.reminders("ana", 1)
    assert sent.ts == ""


def posted(desk: Desk) -> int:
    """How often anybody tried to post to Ana."""
    calls = desk.stage.world.slack.calls.of(POST)
    return sum(call["args"].get("channel") != walk.HERE for call in calls)


@pytest.mark.slow
@pytest.mark.req("R202")
def test_killed_between_the_post_and_the_note_of_it(desk: Desk) -> None:
    """The next hand finds it by its metadata, keeps where it stands, and posts nothing."""
    killed_after_posting(desk)
    finished(desk)
    assert posted(desk) == 1


@pytest.mark.slow
@pytest.mark.req("R202")
def test_killed_after_the_post_and_back_another_day(desk: Desk) -> None:
    """Its day is over when the next hand comes: it is found all the same, and nothing of it is planned anew."""
    killed_after_posting(desk)
    forward(desk, desk.at(2, 9, 10))
    finished(desk)
    assert posted(desk) == 1
    with desk.deps.store.read() as reader:
        plan = reader.nags(1)[desk.people["ana"].id].plan
    assert not [cause for cause in plan if cause.startswith("again:")]
