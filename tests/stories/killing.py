"""SIGKILL at random points of the road: nothing acknowledged is lost, nothing created is there twice.

The sandbox lives in this process, Baton in children that are killed and started again, one or two on one database.
Wave after wave of deals walks the whole road, from the win to the mark in the CRM, until the kills are used up; then
everything may end in peace, and is counted.
"""

import random
import signal
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import text

from handlers.clock import Clock
from store.engine import Db
from store.migrate import migrate
from store.store import Store
from tests.stories import counting
from tests.stories.insisting import Insisting
from tests.stories.replicas import Replicas
from tests.stories.road import Road
from tests.stories.selling import sold
from tests.stories.stage import Stage

LATENCY = 0.03  # seconds that each vendor takes to answer: else no kill would cut a call
LIFE = (0.2, 1.0)  # how long a replica lives, at random, by how long it took to start: else nothing would ever go on
AIM = 2.0  # seconds that every second kill waits for an outside call to cut
PEACE = 240.0  # seconds in which everything that was begun must end
CALM = 5  # looks, one after the other, at which nothing is left


@dataclass
class Tally:
    """What was counted. `amid` is how many kills cut work in two, `cut` how many outside calls they cut.

    `failed` are clicks that were not taken at once, of whichever kind.
    """

    kills: int = 0
    amid: int = 0
    cut: int = 0
    handovers: int = 0
    deeds: int = 0
    repeated: int = 0
    created: int = 0
    seconds: float = 0.0
    failed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


def run(stage: Stage, *, url: str, replicas: int, kills: int, wave: int, seed: int = 1, gently: bool = False) -> Tally:
    """Walks waves of so many deals while replicas are killed, or ended gently; then lets all end, and counts."""
    began = time.monotonic()
    stage.world.public_url = "http://127.0.0.1:1"
    stage.world.slack.deliver.retry_delays = [0.5] * 60
    stage.world.hubspot.webhooks.retry_delays = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
    for vendor in ("slack", "hubspot", "asana"):
        stage.world.faults.add(vendor, "*", "slow", times=1_000_000, seconds=LATENCY)
    migrate(url)
    db = Db(url)
    clock = Clock()
    store = Store(db, clock=clock.now, tick=clock.tick, role_map={}, office_of=lambda _: "berlin")
    killer = (Roller if gently else Killer)(Replicas(stage, url, replicas), db, kills, random.Random(seed))  # noqa: S311 - no secret
    table = Insisting(stage, store)
    try:
        killer.start()
        deals = _waves(table, killer, wave)
        killer.join()
        peaceful(stage, store)
    finally:
        killer.stop()
    tally = killer.tally
    tally.handovers, tally.deeds, tally.repeated = len(deals), len(table.deeds), table.repeated
    tally.failed = table.failed
    found = counting.kept(store)
    tally.created = counting.created(stage).total()
    tally.lost += [*table.undone, *counting.lost(stage, found, deals, table.deeds)]
    tally.doubled = counting.doubled(stage, found)
    db.dispose()
    tally.seconds = time.monotonic() - began
    return tally


def peaceful(stage: Stage, store: Store) -> None:
    """Waits until nothing is on its way or left to do; what is still there is counted as lost."""
    end, calm = time.monotonic() + PEACE, 0
    while calm < CALM and time.monotonic() < end:
        stage.world.hubspot.webhooks.flush(end - time.monotonic())  # what we write there comes back as a webhook
        stage.world.slack.deliver.flush(end - time.monotonic())
        calm = 0 if store.outbox.waiting() else calm + 1
        time.sleep(0.1)


class Killer(threading.Thread):
    """Kills replicas at random moments and starts them again, until its kills are used up.

    Every second kill waits for an outside call that has begun, so that many are cut between the call and its answer.
    """

    def __init__(self, pack: Replicas, db: Db, kills: int, dice: random.Random) -> None:
        super().__init__(daemon=True)
        self.pack = pack
        self.db = db
        self.kills = kills
        self.dice = dice
        self.tally = Tally()
        self.ended = threading.Event()

    def start(self) -> None:
        """Starts the replicas, then the killing."""
        self.pack.start()
        super().start()

    def run(self) -> None:
        """Kill, start again, and so on."""
        start = 1.0
        while self.tally.kills < self.kills and not self.ended.wait(self.dice.uniform(*LIFE) * start):
            n = self.dice.randrange(len(self.pack.children))
            if self.tally.kills % 2:
                self._aim()
            self.pack.kill(n)
            self.tally.kills += 1
            held, cut = self.begun()
            self.tally.amid += held > 0
            self.tally.cut += cut
            began = time.monotonic()
            self.pack.launch(n)
            self.pack.wait(n)
            start = time.monotonic() - began

    def _aim(self) -> None:
        end = time.monotonic() + AIM
        while time.monotonic() < end and not self.begun()[1]:
            time.sleep(0.01)

    def begun(self) -> tuple[int, int]:
        """How many jobs are held and how many outside calls have begun and not ended, right now."""
        now = Clock().tick()
        with self.db.read() as session:
            held = "SELECT count(*) FROM job WHERE state = 'ready' AND owner <> '' AND run_at > :now"
            cut = "SELECT count(*) FROM job_step WHERE NOT done"
            return int(session.execute(text(held), {"now": now}).scalar_one()), int(
                session.execute(text(cut)).scalar_one()
            )

    @property
    def over(self) -> bool:
        """Whether all kills are used up."""
        return self.tally.kills >= self.kills

    def stop(self) -> None:
        """Ends the killing, then the replicas."""
        self.ended.set()
        if self.is_alive():
            self.join()
        self.pack.stop()


class Roller(Killer):
    """Restarts the replicas one after the other, as an administrator does: each is ended by SIGTERM."""

    def run(self) -> None:
        """End, start again, the next one."""
        while self.tally.kills < self.kills and not self.ended.wait(self.dice.uniform(*LIFE)):
            n = self.tally.kills % len(self.pack.children)
            self.tally.amid += self.begun()[0] > 0
            code = self.pack.end(n)
            self.tally.kills += 1
            if code != -signal.SIGTERM:
                self.tally.lost.append(f"replica {n} ended with {code}")
            self.pack.launch(n)
            self.pack.wait(n)


def _waves(table: Insisting, killer: Killer, wave: int) -> list[str]:
    deals: list[str] = []
    while not deals or not killer.over:
        numbers = range(len(deals) + 1, len(deals) + 1 + wave)
        new = [sold(table.stage, number) for number in numbers]
        deals += new
        Road(table, dict(zip(new, numbers, strict=True))).walk()
        if table.undone:
            killer.ended.set()  # nobody waits minutes for the same thing in each wave to come
            break
    return deals
