"""What a job that gave up leaves in the record: whoever owns the step sees it, whoever's fault it was."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.actions.digest import REASONS
from bot.effects import CheckReaders, Effect, InviteClient, TellAdmin
from bot.handover import ClientAccess, State
from handlers.deliver.company.gave_up import plain
from handlers.deliver.ledger import Ledger
from handlers.deliver.loop import BACKOFF_CAP, FAULT_TRIES, Worker
from handlers.deliver.performers import PERFORMERS
from handlers.health import metrics
from tests.builders import NOW, make_handover
from tests.handlers.bench import Bench
from tests.stories import walk
from tests.stories.stage import Stage

KLEIN = "m.klein@abcfintech.example"


def mistaken(_: Effect, __: Ledger) -> None:
    """What none of us thought of."""
    raise ZeroDivisionError


@pytest.fixture
def bench(stage: Stage) -> Iterator[Bench]:
    """A worker that makes a mistake at every invitation."""
    made = Bench(stage)
    made.worker = Worker(made.deps, {**PERFORMERS, "InviteClient": mistaken})
    yield made
    made.close()


def test_an_invitation_at_which_we_fail_ourselves_waits_for_a_hand(bench: Bench) -> None:
    """One that the record cannot even name is parked all the same, and the admin hears of both."""
    blank: dict[str, Any] = {"id": 0, "roles": {}, "entries": [], "answers": [], "steps": [], "presale": []}
    record = make_handover(State.WON, **blank, access=[ClientAccess(KLEIN, "M. Klein", "view", by=1, at=NOW)])
    with bench.deps.store.write() as unit:
        record = unit.add(record)
    bench.emit(InviteClient(record.id, KLEIN), InviteClient(record.id, None))  # type: ignore[arg-type]
    for _ in range(2 * FAULT_TRIES):
        bench.work()
        bench.clock.passed += BACKOFF_CAP
    assert [(job.state, job.error) for job in bench.jobs("InviteClient")] == [("dead", "ZeroDivisionError")] * 2
    with bench.deps.store.read() as reader:
        found = reader.handover(record.id)
    assert found is not None
    assert [(one.state, one.words) for one in found.access] == [("failed", plain(ZeroDivisionError()))]
    assert bench.told() == ["2 things could not be done. They are kept as jobs."]


@pytest.mark.parametrize("another", [False, True], ids=["all is well", "another message waits"])
def test_what_need_not_be_told_any_more_is_untold_no_longer(bench: Bench, *, another: bool) -> None:
    """Nobody could be told of it, then it worked: else figures and doctor would complain until the next trouble."""
    bench.stage.world.faults.add("slack", "conversations.open", "ok_false:user_disabled", times=1_000)
    bench.emit(InviteClient(1, KLEIN))
    for _ in range(FAULT_TRIES):
        bench.work()
        bench.clock.passed += BACKOFF_CAP
    if another:
        bench.emit(TellAdmin("connection_mended", "test", {"vendor": "HubSpot"}))
        bench.work()
    assert "baton_admin_told 0" in metrics(bench.deps)
    bench.worker = Worker(bench.deps, {**PERFORMERS, "InviteClient": lambda _, __: None})
    for job in (*bench.jobs("InviteClient"), bench.jobs("TellAdmin")[0]):
        assert bench.deps.store.outbox.revive(job.id)
    bench.work()
    assert f"baton_admin_told {int(not another)}" in metrics(bench.deps)
    assert bench.told() == []


def test_a_digest_that_slack_lets_nobody_edit_keeps_the_words_in_no_other(bench: Bench) -> None:
    """A guest came: the reasons of pauses leave every digest but that one, which is told of once and tried again."""
    slack, day = bench.deps.slack, "2026-03-{:02}"
    row = "*Waiting on the client* · 1\n⏸ ABC: since today (their CFO is ill)"
    for n in (9, 10, 11):
        block = {"type": "section", "text": {"type": "mrkdwn", "text": row}}
        posted = slack.call("chat.postMessage", channel=walk.HERE, text="Digest", blocks=[block])
        with bench.deps.store.write() as unit:
            unit.keep_setting(REASONS + day.format(n), f"{walk.HERE} {posted['ts']}")
    bench.stage.hands.invite("dev", walk.HERE, walk.user_id("klein"))
    for nonce, left in (("one", 1), ("two", 1), ("three", 0)):
        bench.stage.world.faults.add("slack", "chat.update", "ok_false:edit_window_closed", times=left)
        bench.emit(CheckReaders(walk.HERE, nonce))
        bench.work()
        assert str(bench.stage.channel()).count("CFO") == left
        assert bench.deps.store.outbox.parked() == ({"CheckReaders": 1} if left else {})
        bench.clock.passed += 60.0
    assert bench.told() == ["Nothing is parked any more."], "one message, which has followed"
