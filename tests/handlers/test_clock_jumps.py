"""The machine's clock is wrong and is set right, by an hour or a day: nothing comes twice, nothing waits for a day."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.effects import Identify, Whisper
from handlers.clock import Clock
from handlers.schedule import in_step
from handlers.wiring import build
from tests.handlers.bench import OLGA, Bench, Sped, read
from tests.handlers.desk import OFFICES, Desk, Moved
from tests.handlers.test_worker import posts
from tests.stories import walk
from tests.stories.stage import Stage, staged

HOUR, DAY = 3_600.0, 86_400.0
MINUTE = 60
JUMPS = (-DAY, -HOUR, HOUR, DAY)


@dataclass
class Watch:
    """The machine's clock, which goes wrong."""

    wrong: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.wrong


@pytest.fixture
def watch() -> Watch:
    """A clock that is right."""
    return Watch()


@pytest.fixture
def bench(stage: Stage, watch: Watch) -> Iterator[Bench]:
    """A worker on a machine with that clock."""
    made = Bench(stage, Sped(watch))
    yield made
    made.close()


def test_machine_time_goes_on_steadily_whatever_the_clock_says(watch: Watch) -> None:
    clock = Clock(watch)
    before = clock.tick()
    for jump in JUMPS:
        watch.wrong = jump
        assert 0 <= clock.tick() - before < MINUTE
        off = (clock.now() - Clock().now()).total_seconds()
        assert abs(off - jump) < MINUTE  # business time is what the clock says


@pytest.mark.parametrize("jump", JUMPS)
def test_what_waits_comes_at_its_time(bench: Bench, watch: Watch, jump: float) -> None:
    """The CRM asked for ten seconds; they are neither none nor a day."""
    assert 8 < bench.until_due(bench.fail("429")) <= 10
    watch.wrong = jump
    bench.work()
    assert bench.job("ReadDeal").attempts == 1
    bench.clock.passed += 11
    bench.work()
    assert (bench.job("ReadDeal").state, bench.job("ReadDeal").attempts) == ("done", 2)


@pytest.mark.parametrize("jump", [-DAY, -HOUR])
def test_what_waits_comes_at_its_time_after_a_restart_with_the_clock_set_back(
    bench: Bench, watch: Watch, jump: float
) -> None:
    bench.fail("429")
    in_step(bench.deps.clock, bench.deps.store)  # as the scheduler does four times a minute
    watch.wrong = jump
    again = Bench(bench.stage, Sped(watch))
    assert 8 < again.until_due(again.job("ReadDeal")) <= 10
    again.clock.passed += 11
    again.work()
    assert (again.job("ReadDeal").state, again.job("ReadDeal").attempts) == ("done", 2)
    again.close()


@pytest.mark.parametrize("jump", JUMPS)
def test_a_lease_holds_as_long_as_it_should(bench: Bench, watch: Watch, jump: float) -> None:
    """Nobody takes what another is doing right now; what a dead one left is free after the lease."""
    outbox = bench.deps.store.outbox
    bench.emit(read())
    assert outbox.claim("first")
    watch.wrong = jump
    assert outbox.claim("second") is None
    bench.clock.passed += bench.deps.settings.delivery.lease_seconds + 1
    assert outbox.claim("second")


@pytest.mark.parametrize("jump", JUMPS)
def test_a_rate_slot_and_a_closed_door_hold_as_long_as_they_should(bench: Bench, watch: Watch, jump: float) -> None:
    pace = bench.deps.store.pace
    pace.close("closed", bench.clock.tick() + 30)
    assert pace.reserve("open", 5.0) == 0
    watch.wrong = jump
    assert 4 < pace.reserve("open", 5.0) <= 5
    assert 29 < pace.reserve("closed", 5.0) <= 30


def test_replicas_agree_whatever_their_machines_say(tmp_path: Path, fresh_postgres: str) -> None:
    """The database server's clock counts; who runs ahead all the same, takes the others along."""
    with staged(tmp_path, url=fresh_postgres) as stage:
        clocks = [Clock(Watch(wrong)) for wrong in (-DAY, HOUR)]
        both = [build(stage.settings(), stage.env, clock=clock) for clock in clocks]
        assert abs(clocks[0].tick() - clocks[1].tick()) < 1
        assert abs(clocks[0].tick() - time.time()) < 2
        clocks[1].catch_up(clocks[1].tick() + HOUR)
        for _ in range(2):
            for deps in reversed(both):
                in_step(deps.clock, deps.store)
        assert abs(clocks[0].tick() - clocks[1].tick()) < 1
        for deps in both:
            deps.store.db.dispose()


def test_who_starts_ahead_of_the_others_takes_nothing_that_they_are_doing(tmp_path: Path, fresh_postgres: str) -> None:
    """The server's clock was an hour behind when the first replica started, and has been set right since."""
    delivery = {"poll_seconds": 3600, "rate_share": 1000, "lease_seconds": 60}
    with staged(tmp_path, url=fresh_postgres, delivery=delivery) as stage:
        first = Bench(stage, Sped(Watch()))
        first.clock.agree(time.time() - HOUR)
        with first.deps.store.db.write() as session:
            session.execute(text("UPDATE pace SET closed_until = closed_until - 3600"))
        ours = first.deps.store.outbox
        first.emit(read())
        before = ours.claim("first")
        assert before
        second = Bench(stage, Sped(Watch()))
        first.emit(Identify("", OLGA, nonce="later"))
        assert second.clock.tick() - first.clock.tick() > HOUR - 5
        assert ours.claim("first")
        theirs = second.deps.store.outbox
        assert theirs.claim("second") is None
        ours.renew(before)
        assert theirs.claim("second") is None
        second.clock.passed += first.deps.settings.delivery.lease_seconds + 1
        taken = theirs.claim("second")
        assert taken
        assert taken.id == before.id
        for bench in (first, second):
            bench.close()


@pytest.mark.parametrize("wrong", [-DAY, HOUR, DAY])
def test_a_post_whose_answer_was_lost_is_found_though_our_clock_is_wrong(
    stage: Stage, watch: Watch, wrong: float
) -> None:
    watch.wrong = wrong
    bench = Bench(stage, Sped(watch))
    stage.world.faults.add("slack", "chat.postMessage", "drop_after", times=2)
    stage.world.hubspot.win(walk.ABC)
    bench.emit(read(), Whisper(walk.user_id("ana"), nonce="a", channel=walk.HERE, data={"text": "Saved."}))
    for _ in range(4):
        bench.work()
        bench.clock.passed += 130
    keys = Counter(m["metadata"]["event_payload"]["key"] for m in stage.channel() if m.get("metadata"))
    assert len(keys) > 2
    assert set(keys.values()) == {1}
    assert len(posts(bench)) == len(keys)
    bench.close()


class Jumping(Moved):
    """A desk's clocks, of which the wall clock goes wrong."""

    wrong = timedelta()

    def now(self) -> datetime:
        """Business time."""
        return super().now() + self.wrong


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1)])
def test_no_reminder_comes_twice_when_the_clock_goes_ahead_and_is_set_back(tmp_path: Path, jump: timedelta) -> None:
    """What a wrong clock made due comes early, as nobody can know; set right, it comes no second time."""
    with staged(tmp_path, offices=OFFICES, provision={"auto": False}) as stage:
        clock = Jumping()
        desk = Desk(stage, clock)
        desk.begin()
        desk.run(desk.at(1, 8, 56))
        clock.wrong = jump
        desk.run()
        early = {who: desk.keys(who) for who in desk.letters()}
        assert early
        clock.wrong = timedelta()
        for moment in (desk.at(1, 9, 5), desk.at(1, 9, 40), desk.at(2, 8, 45)):
            desk.run(moment)
            for who, keys in early.items():
                assert desk.keys(who)[: len(keys)] == keys
                assert len(desk.keys(who)) == len(set(desk.keys(who)))
        desk.close()
