"""A burst of posts by two replicas, with Slack's rate rules on: judged from the call log of Slack's stand-in.

Time is the test's own and goes on only while everybody waits: a post's moment is exact, and minutes pass quickly.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.effects import Direct, Reply
from bot.handover import State
from bot.people import Person
from handlers.clock import Clock
from handlers.deliver.loop import BACKOFF_CAP, Worker
from handlers.deliver.performers import PERFORMERS
from handlers.deps import Deps, Identity
from handlers.wiring import build
from sandbox import company
from sandbox.slack.limits import METHODS
from store.unit import StoreUnit
from tests.builders import make_handover
from tests.handlers.desk import HOLDERS, NAMES, OFFICES
from tests.stories.stage import Stage, staged

CREW = 2  # hands of each replica
REFUSAL = 7  # seconds of Retry-After
IDLE = 0.25
HOUR, LETTERS = 3_600.0, 24
THREAD = [
    *(f"{name}:1" for name in ("root", "list:sales_rep", "list:pm", "list:csm", "list:delivery_manager", "know")),
    "win:",
]


class Time:
    """Seconds that pass only while all of the crew sleep. `at` is what happens by itself, and when."""

    def __init__(self, crew: int) -> None:
        self.now = time.time()
        self.at: dict[float, Callable[[], object]] = {}
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
            self.now = min([*self._sleeping, *self.at])
            self.at.pop(self.now, lambda: None)()
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


def hand(deps: Deps, passing: Time, name: str, idle: float) -> None:
    """Empties the outbox together with the others."""
    worker = Worker(deps, PERFORMERS)
    try:
        while deps.store.outbox.waiting():
            if not worker.run_one(name):
                passing.sleep(idle)
    finally:
        passing.leave()


Ask = Callable[[StoreUnit, Mapping[str, Person]], None]


def burst(stage: Stage, ask: Ask, away: float = 0.0) -> list[dict[str, Any]]:
    """What is asked for, done by two replicas; the calls that Slack saw. It is away for so many seconds first."""
    passing = Time(crew=2 * CREW)
    world = stage.world
    world.clock.time = lambda: passing.now  # type: ignore[method-assign]
    world.slack.rates.enabled = True
    both = [replica(stage, passing) for _ in range(2)]
    with both[0].store.write() as unit:
        known = {name: company.by_key(name) for name in NAMES}
        ask(unit, {name: unit.remember(Person(0, who.name, who.email, who.id)) for name, who in known.items()})
    world.slack.calls.clear()
    world.faults.add("slack", "chat.postMessage", "429", times=3, retry_after=REFUSAL)
    if away:
        world.faults.down("slack")
        passing.at[passing.now + away] = lambda: world.faults.down("slack", on=False)
    hands = [
        threading.Thread(target=hand, args=(deps, passing, f"{n}-{m}", 20 * IDLE if away else IDLE), daemon=True)
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


def letters(count: int) -> Ask:
    """So many direct messages, to several people in turn."""

    def ask(unit: StoreUnit, people: Mapping[str, Person]) -> None:
        for number in range(count):
            unit.emit(Direct(people[NAMES[number % len(NAMES)]].id, "brief", str(number)))

    return ask


def wins(count: int) -> Ask:
    """So many wins: each is a thread of the one busy channel, with its lists and the reply that rings."""

    def ask(unit: StoreUnit, people: Mapping[str, Person]) -> None:
        roles = {role: people[name].id for role, name in HOLDERS.items()}
        blank: dict[str, Any] = {"entries": [], "answers": [], "steps": [], "posts": [], "workspace_name": ""}
        for number in range(count):
            given = {"id": 0, "deal_id": f"d{number}", "roles": roles, "office": "berlin"}
            unit.emit(Reply(unit.add(make_handover(State.WON, **given, **blank)).id, "win", ""))

    return ask


@contextmanager
def rated(tmp_path: Path, url: str) -> Iterator[Stage]:
    """A stage whose Baton may use all of Slack's rates."""
    delivery = {"poll_seconds": 3600, "rate_share": 1, "lease_seconds": 60}
    with staged(tmp_path, url=url, delivery=delivery, offices=OFFICES) as stage:
        yield stage


def tries(calls: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Who tried to post, by channel."""
    tried: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for call in calls:
        if call["method"] == "chat.postMessage":
            tried[call["args"]["channel"]].append(call)
    return tried


def kept_to(calls: list[dict[str, Any]]) -> None:
    """Every rate rule was kept: one post a second and channel, the tiers, and each Retry-After."""
    refused = [call for call in calls if call["status"] == 429]
    assert [call["method"] for call in refused] == ["chat.postMessage"] * 3  # those that we asked for, and no other
    for channel, posts in tries(calls).items():
        for one, other in pairwise(posts):
            wait = REFUSAL if one["status"] == 429 else 1.0
            assert other["at"] - one["at"] >= wait - 0.001, (channel, one, other)
    for method in {call["method"] for call in calls}:
        within(method, [call["at"] for call in calls if call["method"] == method])


def keys(messages: Iterable[dict[str, Any]]) -> Counter[str]:
    """How often each post is there."""
    return Counter(m["metadata"]["event_payload"]["key"] for m in messages if m.get("metadata"))


@pytest.mark.req("R104")
@pytest.mark.parametrize("count", [30, pytest.param(500, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_a_burst_keeps_every_rate_rule_and_each_post_is_there_once(
    tmp_path: Path, fresh_postgres: str, count: int
) -> None:
    with rated(tmp_path, fresh_postgres) as stage:
        calls = burst(stage, letters(count))
        tried = tries(calls)
        found = keys(message for channel in tried for message in stage.channel(channel))
    assert (len(found), set(found.values())) == (count, {1})
    assert len(tried) == len(NAMES)
    kept_to(calls)


@pytest.mark.slow
@pytest.mark.req("R104", "R139")
@pytest.mark.timeout(600)
def test_with_slack_away_for_an_hour_nothing_is_lost_and_no_storm_follows(tmp_path: Path, fresh_postgres: str) -> None:
    """Each letter knocks once in one or two minutes; then all are there within minutes, within every rate rule."""
    with rated(tmp_path, fresh_postgres) as stage:
        began = time.time()
        calls = burst(stage, letters(LETTERS), away=HOUR)
        found = keys(message for channel in tries(calls) for message in stage.channel(channel))
    assert (len(found), set(found.values())) == (LETTERS, {1})
    meanwhile = [call for call in calls if call["error"] == "fault:503"]
    after = [call for call in calls if call["error"] != "fault:503"]
    assert min(call["at"] for call in after) >= began + HOUR
    assert max(call["at"] for call in after) <= min(call["at"] for call in after) + 2 * BACKOFF_CAP + LETTERS
    assert (
        LETTERS < len(meanwhile) < LETTERS * (HOUR / 60 + 10)
    )  # a knock is half of two minutes at least after the one before
    kept_to(after)


@pytest.mark.req("R104")
@pytest.mark.parametrize("count", [3, pytest.param(16, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_a_burst_of_wins_in_one_channel_fills_each_thread_once_at_one_post_a_second(
    tmp_path: Path, fresh_postgres: str, count: int
) -> None:
    """Slack counts posts by channel, however many threads they go to: 16 wins are 112 posts, in order in each."""
    with rated(tmp_path, fresh_postgres) as stage:
        calls = burst(stage, wins(count))
        messages = stage.channel()
    found = keys(messages)
    assert (len(found), set(found.values())) == (len(THREAD) * count, {1})
    threads: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        name = message["metadata"]["event_payload"]["key"].split(":", 3)[3]
        threads[message.get("thread_ts") or message["ts"]].append(name)
    assert list(threads.values()) == [THREAD] * count
    assert list(tries(calls)) == [company.HANDOVERS_CHANNEL]
    kept_to(calls)


def within(method: str, moments: list[float]) -> None:
    """In no minute more calls than the method's tier has, and the burst which Slack tolerates."""
    tier = METHODS[method]["per_minute"]
    for start in moments if tier else ():
        assert sum(start <= at < start + 60 for at in moments) <= tier * 1.25, method
