"""Two Batons on one database, over Slack's and the CRM's real HTTP doors, in a time that only the driver moves.

Nothing runs by itself: the driver calls the ticks of the scheduler and empties the outbox. Business time and machine
time go together, as they do in a real month; a pause of a hand lets time pass instead of waiting.
"""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.actions import intake
from bot.settings import read
from handlers import slack_app
from handlers.clock import Clock
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.deps import Deps
from handlers.digest import digest
from handlers.http import application
from handlers.schedule import reconcile
from handlers.sweep import notice_changes, sweep
from handlers.wiring import build, introduce
from sandbox import clock as sandbox_clock
from sandbox.server import Server
from sandbox.shelf import Shelf
from sandbox.slack.hands import Hands
from sandbox.world import World
from tests.stories.clockwork import company
from tests.stories.stage import HUBSPOT_SECRET, SECRET, BotServer, free_port

NOWHERE = "http://127.0.0.1:9"  # nobody listens there
PUBLIC = "https://baton.month.example"  # what stands before both replicas
ROUNDS = 12  # sweeps at one moment at the most: what is done in one may be a reason for the next


class Standing(Clock):
    """Both clocks of a replica, standing until they are moved. Signatures keep real time, as the sandbox's do."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self._at = moment
        self._moving = threading.Lock()

    def now(self) -> datetime:
        """Business time."""
        return self._at

    def tick(self) -> float:
        """Machine time, which goes with it."""
        return self._at.timestamp()

    def sleep(self, seconds: float) -> None:  # type: ignore[override]
        """Time passes, and nobody waits."""
        with self._moving:
            self._at += timedelta(seconds=seconds)

    def to(self, moment: datetime) -> None:
        """Goes to that moment, never back."""
        with self._moving:
            self._at = max(self._at, moment)


class Same(sandbox_clock.Clock):
    """The sandbox's clock, which shows the same time."""

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self._standing = standing

    def time(self) -> float:
        """Now, in seconds since the epoch."""
        return self._standing.tick()


@dataclass
class Replica:
    """One Baton: its doors are open, its ticks are called by the driver."""

    name: str
    deps: Deps
    worker: Worker
    door: BotServer
    url: str

    def tick(self) -> int:
        """What the scheduler would call now: the sweep, the digest."""
        return sweep(self.deps, self.deps.clock.now()) + digest(self.deps, self.deps.clock.now())

    def one(self) -> bool:
        """One job, when one is due."""
        return self.worker.run_one(self.name)


@dataclass
class Wired:
    """What `BotServer` serves."""

    deps: Deps
    asgi: Any


@dataclass
class Two:
    """A company's Slack and CRM, and two Batons in it. `up` says whether they run; `log` holds every new message."""

    world: World
    hands: Hands
    clock: Standing
    replicas: list[Replica] = field(default_factory=list)
    up: bool = True
    racing: bool = False
    log: list[dict[str, Any]] = field(default_factory=list)
    turn: int = 0

    @property
    def deps(self) -> Deps:
        """The first replica's."""
        return self.replicas[0].deps

    def settle(self) -> None:
        """Does everything that is due at this moment, on both replicas in turn, or at once when they race."""
        self.world.hubspot.webhooks.flush()
        self.world.slack.deliver.flush()
        for _ in range(ROUNDS if self.up else 0):
            self.turn += 1
            if not self._round():
                break
        self._keep()

    def start(self) -> None:
        """Both come up: they look at what changed, and ask the CRM for what they missed."""
        self.up = True
        self.world.bot_url = self.replicas[0].url
        notice_changes(self.deps)
        self.poll()

    def stop(self) -> None:
        """Both are down: clicks are not answered, nothing is sent."""
        self.up = False
        self.world.bot_url = NOWHERE

    def poll(self) -> None:
        """The reconcile poll of the scheduler."""
        if self.up:
            reconcile(self.deps, "hubspot")

    def balance(self) -> None:
        """The next click goes to the other replica."""
        if self.up:
            self.turn += 1
            self.world.bot_url = self.replicas[self.turn % 2].url

    def _round(self) -> bool:
        order = self.replicas if self.turn % 2 else self.replicas[::-1]
        if self.racing:
            with ThreadPoolExecutor(len(order)) as pool:
                for future in [pool.submit(replica.tick) for replica in order]:
                    future.result()
                jobs = [pool.submit(_emptied, replica) for replica in order]
                return sum(future.result() for future in jobs) > 0
        seen = [replica.tick() for replica in order]
        busy = [True]
        worked = 0
        while any(busy):
            busy = [replica.one() for replica in order]
            worked += sum(busy)
        return bool(worked) or (any(seen) and self.turn % 2 == 1)

    def _keep(self) -> None:
        calls = self.world.slack.calls
        self.log += [call for call in calls.of("chat.postMessage") if call["ok"]]
        calls.clear()


def _emptied(replica: Replica) -> int:
    worked = 0
    while replica.one():
        worked += 1
    return worked


@contextmanager
def two(folder: Path, url: str, *, seed: int, racing: bool = False) -> Iterator[Two]:
    """The company with two Batons on that database."""
    random.seed(seed)  # the jitter of retries
    clock = Standing(company.START)
    world = World(shelf=Shelf(), clock=Same(clock), signing_secret=SECRET, hubspot_secret=HUBSPOT_SECRET)
    world.slack.rates.enabled = False
    company.settle_in(world)
    _region(world)
    with Server(world) as server:
        found = Two(world, Hands(world), clock, racing=racing)
        try:
            address = url or f"sqlite:///{folder / 'baton.db'}"
            for name in ("a", "b"):
                found.replicas.append(_replica(name, address, server.url, clock))
            world.bot_url = found.replicas[0].url
            world.public_url = PUBLIC
            with found.deps.store.write() as unit:
                intake.first_start(unit, "hubspot", now=clock.now())
            for replica in found.replicas:
                introduce(replica.deps, threading.Event())
            notice_changes(found.deps)
            found.settle()
            yield found
        finally:
            for replica in found.replicas:
                replica.door.stop()
                replica.deps.store.db.dispose()


def _replica(name: str, url: str, sandbox: str, clock: Standing) -> Replica:
    port = free_port()
    env = {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{sandbox}/slack/api/",
        "HUBSPOT_TOKEN": "hubspot-sandbox",
        "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
        "HUBSPOT_API_URL": f"{sandbox}/hubspot",
        "DATABASE_URL": url,
        "BATON_PORT": str(port),
        "BATON_PUBLIC_URL": PUBLIC,
    }
    deps = build(read(env, company.table(), rehearsal=True), env, clock=clock)
    bolt = slack_app.bolt(deps)
    asgi = application(deps, bolt, ready=lambda: True, stop=lambda: None)
    door = BotServer(Wired(deps, asgi), port)  # type: ignore[arg-type]
    door.start()
    return Replica(name, deps, Worker(deps, PERFORMERS), door, f"http://127.0.0.1:{port}")


def _region(world: World) -> None:
    kind = {"name": "region", "label": "Region", "type": "string", "fieldType": "text", "groupName": "dealinformation"}
    world.hubspot.properties.create("deals", kind | {"options": []})


def at(call: dict[str, Any]) -> datetime:
    """When that call of the log was made."""
    return datetime.fromtimestamp(call["at"], UTC)
