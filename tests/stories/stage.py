"""The stage on which stories are told: the sandbox and the real Baton, over real HTTP, in one process.

Baton is wired as `app.py serve` wires it: the real clients, the real doors, the real outbox. Only the rate rules of the
sandbox and our own pace are relaxed where a story is not about them.
"""

import atexit
import functools
import itertools
import os
import random
import secrets
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from bot.handover import Handover
from bot.settings import Settings, read
from handlers import listener
from handlers.clock import Clock as BotClock
from handlers.deps import Haste
from handlers.wiring import Running, wire
from sandbox import company, deals
from sandbox.clock import Clock
from sandbox.server import Server
from sandbox.shelf import Shelf
from sandbox.slack.hands import Hands
from sandbox.world import World
from store.engine import Db
from store.migrate import migrate

SECRET = "sandbox-signing-secret"
HUBSPOT_SECRET = "sandbox-hubspot-secret"
PATIENCE = 60.0
# A busy machine may stand still for longer than Slack waits. A story that is not about those three seconds has more.
SLACKS = 15.0
UNHURRIED = Haste(answer=13.0, lock=10.0, call=8, sorry=8.0)
PORTS = 1000
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw19").removeprefix("gw")  # noqa: TID251 - which process of a run
FIRST_PORT = 12_000 + int(_WORKER) % 20 * PORTS
_TURNS = itertools.count(random.SystemRandom().randrange(PORTS))


def table(**more: Any) -> dict[str, Any]:
    """baton.toml as the demo has it."""
    return {
        "slack": {"handovers_channel": company.HANDOVERS_CHANNEL},
        "people": {
            "roles": {
                "delivery_manager": ["dev@acme.example"],
                "pm": ["ben@acme.example"],
                "csm": ["chloe@acme.example"],
                "sales_ops": ["olga@acme.example"],
                "head_of_delivery": ["hana@acme.example"],
                "sales_rep": ["ana@acme.example", "rafi@acme.example"],
            }
        },
        "offices": {"berlin": {"timezone": "Europe/Berlin", "country": "DE", "hours": ["09:00", "17:00"]}},
        "connections": {"hubspot": {}, "asana": {"workspace": "1200000000000001"}},
        "delivery": {"poll_seconds": 3600, "rate_share": 1000, "lease_seconds": 5},
        **more,
    }


@dataclass
class Stage:
    """One company with Baton in it."""

    world: World
    hands: Hands
    server: Server
    folder: Path
    env: dict[str, str]
    table: dict[str, Any]
    running: Running | None = None
    http: "BotServer | None" = None
    clock: BotClock = field(default_factory=BotClock)
    haste: Haste = UNHURRIED

    @property
    def db(self) -> Db:
        """The database. One for an address: an engine keeps the SQL that it wrote, a tenth of all work here."""
        return _database(self.env["DATABASE_URL"])

    @property
    def deps(self) -> Any:
        """What the bot is wired from."""
        assert self.running is not None
        return self.running.deps

    def settings(self) -> Settings:
        """The settings in force."""
        return read(self.env, self.table, rehearsal=True)

    def start(self) -> None:
        """Starts the bot: over HTTP, or over Socket Mode when the world says so."""
        self.running = wire(self.settings(), self.env, clock=self.clock, db=self.db, haste=self.haste)
        self.http = BotServer(self.running, int(self.env["BATON_PORT"]))
        self.running.start()
        self.http.start()
        self.until(lambda: bool(self.deps.identity.bot_user), "auth.test")
        self.settle()

    def stop(self) -> None:
        """Stops the bot as SIGTERM would."""
        if self.http is not None:
            self.http.stop()
        self.running = self.http = None

    def settle(self, timeout: float = PATIENCE) -> None:
        """Waits until webhooks and events are delivered and nothing waits in the outbox."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            self.world.hubspot.webhooks.flush(timeout)
            self.world.slack.deliver.flush()
            if not (self._busy() or self.deps.store.outbox.waiting() or self._busy()):
                return
            time.sleep(0.02)
        waiting = [(j.kind, j.attempts, j.error) for j in self.deps.store.outbox.jobs(("ready",))]
        raise AssertionError(f"still waiting: {waiting}")

    def _busy(self) -> bool:
        return self.running is not None and self.running.worker.busy

    def until(self, true: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
        """Waits for something that happens beside us."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if true():
                return
            time.sleep(0.02)
        raise AssertionError(f"did not happen: {what}")

    def handover(self, number: int = 1) -> Handover:
        """The record as it is stored now."""
        with self.deps.store.read() as reader:
            found: Handover | None = reader.handover(number)
        assert found is not None
        return found

    def channel(self, channel: str = company.HANDOVERS_CHANNEL) -> list[dict[str, Any]]:
        """All messages of a channel, oldest first, replies included."""
        return self.world.slack.messages(channel)

    def post(self, name: str, number: int = 1) -> dict[str, Any]:
        """Our message of that name, as people see it now."""
        post = self.handover(number).post(name)
        assert post is not None, f"no post {name}"
        return next(m for m in self.world.slack.messages(post.channel) if m["ts"] == post.ts)

    def parked(self) -> list[Any]:
        """Jobs that gave up."""
        return list(self.deps.store.outbox.jobs(("dead",)))


class BotServer:
    """Baton's own port, in a thread."""

    def __init__(self, running: Running, port: int) -> None:
        seconds = running.deps.settings.delivery.request_seconds
        config = listener.config(running.asgi, seconds=seconds, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Starts and waits until requests are served."""
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < until, "the bot's port did not open"
            time.sleep(0.005)

    def stop(self) -> None:
        """Stops serving; the lifespan's end stops the bot."""
        self._server.should_exit = True
        self._thread.join(timeout=15)
        self._socket.close()


def free_port() -> int:
    """A port that is free right now, below those that outgoing calls get: one of those may be taken at any moment.

    Each process of a run has a thousand of its own and takes them in turn: no other one takes it before it is opened.
    """
    while True:
        port = FIRST_PORT + next(_TURNS) % PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True)
class Scene:
    """How far a story has come: what the world holds, and the file of Baton's database."""

    shelf: Shelf
    database: Path


def kept(stage: Stage, folder: Path) -> Scene:
    """The scene as it stands; the stage may go on."""
    scene = Scene(Shelf(), folder / "baton.db")
    stage.world.shelf.copy(scene.shelf)
    there = sqlite3.connect(stage.folder / "baton.db")
    copy = sqlite3.connect(scene.database)
    there.backup(copy)
    there.close()
    copy.close()
    return scene


@functools.cache
def _opening() -> Scene:
    # The same for every story, and half of what a start costs: the company's deals and an empty, migrated database.
    folder = Path(tempfile.mkdtemp(prefix="baton-opening-"))
    atexit.register(shutil.rmtree, folder)
    migrate(f"sqlite:///{folder / 'baton.db'}")
    world = World(shelf=Shelf(), clock=Clock(), signing_secret=SECRET, hubspot_secret=HUBSPOT_SECRET)
    deals.seed(world)
    world.close()
    return Scene(world.shelf, folder / "baton.db")


@functools.cache
def _seats() -> tuple[Path, deque[Path]]:
    folder = Path(tempfile.mkdtemp(prefix="baton-seats-"))
    atexit.register(shutil.rmtree, folder)
    return folder, deque(folder / f"{n}.db" for n in range(6))


@contextmanager
def _seat(file: Path) -> Iterator[Path]:
    # Every sixth stage has the same address, and so the same `Db`. Not the next one: a thread that ends late would come
    # into it. Where such a thread has made a file of its own, nobody sits again.
    folder, free = _seats()
    while free and os.path.lexists(free[0]):
        free.popleft()
    seat = free.popleft() if free else folder / f"{secrets.token_hex(8)}.db"
    seat.symlink_to(file)
    _database(f"sqlite:///{seat}").dispose()  # a thread that ended late may have left a connection to the old file
    yield seat
    seat.unlink()
    free.append(seat)


@functools.lru_cache(maxsize=16)
def _database(url: str) -> Db:
    return Db(url)


@contextmanager
def staged(
    folder: Path,
    *,
    socket_mode: bool = False,
    url: str = "",
    scene: Scene | None = None,
    haste: Haste = UNHURRIED,
    **more: Any,
) -> Iterator[Stage]:
    """A stage with the demo company as the scene has it (or at the beginning), and Baton not started yet.

    With another `haste` Slack waits its three seconds and no longer.
    """
    port, control = free_port(), free_port()
    while control == port:
        control = free_port()
    scene, shelf = scene or _opening(), Shelf()
    scene.shelf.copy(shelf)
    shutil.copy(scene.database, folder / "baton.db")
    world = World(
        shelf=shelf,
        clock=Clock(),
        bot_url=f"http://127.0.0.1:{port}",
        signing_secret=SECRET,
        hubspot_secret=HUBSPOT_SECRET,
        socket=socket_mode,
    )
    world.control_url = f"http://127.0.0.1:{control}"
    world.slack.rates.enabled = False
    if haste is UNHURRIED:
        world.slack.deliver.ack_seconds = world.slack.handles.trigger_seconds = SLACKS
    with _seat(folder / "baton.db") as seat, Server(world) as server:
        env = {
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{server.url}/slack/api/",
            "HUBSPOT_TOKEN": "hubspot-sandbox",
            "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
            "HUBSPOT_API_URL": f"{server.url}/hubspot",
            "ASANA_TOKEN": "asana-sandbox",
            "ASANA_API_URL": f"{server.url}/asana/api/1.0",
            "DATABASE_URL": url or f"sqlite:///{seat}",
            "BATON_PORT": str(port),
            "BATON_REHEARSAL_PORT": str(control),
            "BATON_PUBLIC_URL": f"http://127.0.0.1:{port}",
            **({"SLACK_APP_TOKEN": "xapp-sandbox"} if socket_mode else {}),
        }
        stage = Stage(world, Hands(world), server, folder, env, table(**more), haste=haste)
        try:
            yield stage
        finally:
            stage.stop()
            stage.db.dispose()
