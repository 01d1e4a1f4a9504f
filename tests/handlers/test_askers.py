"""Work that nobody waits for lets people go first who wait for an answer, and is never kept waiting for long."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from slack_bolt import BoltRequest

from benchmarks.sweep import Case, prepared
from bot.effects import Effect, Identify
from handlers import slack_app
from handlers.askers import MOST, QUIET, Askers
from handlers.deliver.ledger import Ledger
from handlers.deliver.loop import Worker
from handlers.sweep import sweep
from sandbox.slack.wire.http import sign


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A few open handovers, and nobody at work."""
    made = prepared(f"sqlite:///{tmp_path}/baton.db", 3, 1)
    yield made
    made.loaded.deps.store.db.dispose()


def waited(askers: Askers) -> float:
    """Seconds until a piece of work may begin."""
    began = time.monotonic()
    askers.let_go_first()
    return time.monotonic() - began


def test_work_waits_for_whoever_is_answered_and_a_moment_longer_but_never_long() -> None:
    askers = Askers()
    with askers.answered():
        assert waited(askers) >= MOST
    patient = Askers(most=60)
    assert waited(patient) < 30
    with patient.answered(), patient.answered():
        pass
    assert QUIET / 2 < waited(patient) < 30


def test_a_worker_claims_nothing_meanwhile_but_for_long(case: Case) -> None:
    deps, done, claimed = case.loaded.deps, threading.Event(), [0.0]

    def perform(_: Effect, __: Ledger) -> None:
        claimed.append(time.monotonic())
        done.set()

    worker = Worker(deps, {"Identify": perform})
    with deps.store.write() as unit:
        unit.emit(Identify("U1", "", nonce="test"))
    with deps.askers.answered():
        began = time.monotonic()
        worker.start()
        assert done.wait(20)
    worker.stop()
    assert claimed[-1] - began >= MOST


def test_a_sweep_looks_at_nothing_meanwhile_but_for_long(case: Case) -> None:
    case.look_again([2])
    with case.loaded.deps.askers.answered():
        began = time.monotonic()
        assert sweep(case.loaded.deps, case.loaded.times.now) >= 1
    assert time.monotonic() - began >= MOST


def test_whoever_sends_a_command_is_such_a_person(case: Case) -> None:
    class Noted(Askers):
        answering = 0

        @contextmanager
        def answered(self) -> Iterator[None]:
            self.answering += 1
            with super().answered():
                yield

    deps = case.loaded.deps
    deps.askers = noted = Noted()
    sent = urlencode({"command": "/handover", "text": "help", "user_id": "UP000001", "team_id": "T1"})
    stamp = str(int(time.time()))
    headers: dict[str, str | Sequence[str]] = {
        "content-type": ["application/x-www-form-urlencoded"],
        "x-slack-request-timestamp": [stamp],
        "x-slack-signature": [sign("secret", sent.encode(), stamp)],
    }
    assert slack_app.bolt(deps).dispatch(BoltRequest(body=sent, headers=headers)).status == 200
    assert noted.answering == 1
