"""A burst of posts by two replicas, with Slack's rate rules on: judged from the call log of Slack's stand-in.

Time is the test's own and goes on only while everybody waits: a post's moment is exact, and minutes pass quickly.
"""

import threading
import time
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.effects import Direct
from bot.people import Person
from handlers.clock import Clock
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.deps import Deps, Identity
from handlers.wiring import build
from sandbox import company
from sandbox.slack.limits import METHODS
from tests.handlers.desk import NAMES
from tests.stories.stage import Stage, staged

CREW = 2  # hands of each replica
REFUSAL = 7  # seconds of Retry-After
IDLE = 0.25


class Time:
    """Seconds that pass only while all of the crew sleep."""

    def __init__(self, crew: int) -> None:
        self.now = time.time()
        self._crew = crew
        self._sleeping: list[float] = []
        self._turn = threading.Condition()

    def sleep(self, seconds: float) -> None:
        """Sleeps; the last one to fall asleep moves time to the first who wakes."""
        with self._turn:
            until = self.now + max(seconds, 0.001)
            self._sleeping.append(until)
            self._move()
            while self.now < until:
                assert self._turn.wait(60), "somebody never slept"

    def leave(self) -> None:
        """One of the crew goes home."""
        with self._turn:
            self._crew -= 1
            self._move()

    def _move(self) -> None:
        if self._sleeping and len(self._sleeping) >= self._crew:
            self.now = min(self._sleeping)
            self._sleeping = [until for until in self._sleeping if until > self.now]
            self._turn.notify_all()


class Shared(Clock):
    """A replica's clock on the test's time."""

    def __init__(self, passing: Time) -> None:
        super().__init__()
        self._passing = passing

    def tick(self) -> float:
        """Machine seconds."""
        return self._passing.now

    def sleep(self, seconds: float) -> None:  # type: ignore[override]
        """Waits."""
        self._passing.sleep(seconds)


def replica(stage: Stage, passing: Time) -> Deps:
    """One Baton on the one database, with the whole of Slack's rates for it."""
    made = build(stage.settings(), stage.env, clock=Shared(passing))
    made.identity = Identity(company.TEAM, "https://acme.example/", company.BOT_USER)
    return made


def hand(deps: Deps, passing: Time, name: str) -> None:
    """Empties the outbox together with the others."""
    worker = Worker(deps, PERFORMERS)
    try:
        while deps.store.outbox.waiting():
            if not worker.run_one(name):
                passing.sleep(IDLE)
    finally:
        passing.leave()


def burst(stage: Stage, count: int) -> list[dict[str, Any]]:
    """So many posts over several channels, done by two replicas; the calls that Slack saw."""
    passing = Time(crew=2 * CREW)
    world = stage.world
    world.clock.time = lambda: passing.now  # type: ignore[method-assign]
    world.slack.rates.enabled = True
    both = [replica(stage, passing) for _ in range(2)]
    with both[0].store.write() as unit:
        people = [unit.remember(Person(0, who.name, who.email, who.id)) for who in map(company.by_key, NAMES)]
        for number in range(count):
            unit.emit(Direct(people[number % len(people)].id, "brief", str(number)))
    world.slack.calls.clear()
    world.faults.add("slack", "chat.postMessage", "429", times=3, retry_after=REFUSAL)
    hands = [
        threading.Thread(target=hand, args=(deps, passing, f"{n}-{m}"), daemon=True)
        for n, deps in enumerate(both)
        for m in range(CREW)
    ]
    for each in hands:
        each.start()
    for each in hands:
        each.join(500)
    assert not any(each.is_alive() for each in hands)
    assert both[0].store.outbox.parked().total() == 0
    for deps in both:
        deps.store.db.dispose()
    return world.slack.calls.of()


@pytest.mark.req("R104")
@pytest.mark.parametrize("count", [30, pytest.param(500, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_a_burst_keeps_every_rate_rule_and_each_post_is_there_once(
    tmp_path: Path, fresh_postgres: str, count: int
) -> None:
    delivery = {"poll_seconds": 3600, "rate_share": 1, "lease_seconds": 60}
    with staged(tmp_path, url=fresh_postgres, delivery=delivery) as stage:
        calls = burst(stage, count)
        tried: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for call in calls:
            if call["method"] == "chat.postMessage":
                tried[call["args"]["channel"]].append(call)
        keys = Counter(
            message["metadata"]["event_payload"]["key"]
            for channel in tried
            for message in stage.channel(channel)
            if message.get("metadata")
        )
    assert (len(keys), set(keys.values())) == (count, {1})
    assert len(tried) == len(NAMES)
    refused = [call for call in calls if call["status"] == 429]
    assert [call["method"] for call in refused] == ["chat.postMessage"] * 3  # those that we asked for, and no other
    for channel, posts in tried.items():
        for one, other in pairwise(posts):
            wait = REFUSAL if one["status"] == 429 else 1.0
            assert other["at"] - one["at"] >= wait - 0.001, (channel, one, other)
    for method in {call["method"] for call in calls}:
        within(method, [call["at"] for call in calls if call["method"] == method])


def within(method: str, moments: list[float]) -> None:
    """In no minute more calls than the method's tier has, and the burst which Slack tolerates."""
    tier = METHODS[method]["per_minute"]
    for start in moments if tier else ():
        assert sum(start <= at < start + 60 for at in moments) <= tier * 1.25, method
