"""A disk that is really full, below the real `serve`: nothing acknowledged is lost, and it goes on by itself.

Once the file system has no room left (ENOSPC, on a tmpfs of a few megabytes in a namespace of its own), once the
process may not make its files larger (EFBIG, a limit of the process).
"""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from handlers.apology import AWAY
from handlers.clock import Clock
from store.engine import Db
from store.store import Store
from tests.stories import walk
from tests.stories.replicas import Replicas
from tests.stories.stage import Stage, staged

MEGABYTES = 8
MOUNT = 'mount -t tmpfs -o size="$0" tmpfs "$1" && shift && exec "$@"'
ENOUGH = 400  # promises until the last page of room must be used up
LARGEST = 4096  # bytes of any file
SAVED = "Saved 1 promise on ABC Fintech. Ben answers it."


class Machine:
    """One child of ours, with a disk that can be filled."""

    def __init__(self, stage: Stage, folder: Path, *, small: bool) -> None:
        self.stage, self.small = stage, small
        self.pack = Replicas(stage, f"sqlite:///{folder}/baton.db", 1)
        if small:
            self.pack.before = ("unshare", "-Urm", "sh", "-c", MOUNT, f"{MEGABYTES}m", str(folder))
        self.pack.start()
        child = self.pack.children[0]
        assert child is not None
        self.pid = child.pid
        self.folder = Path(f"/proc/{self.pid}/root{folder}")

    @contextmanager
    def full(self) -> Iterator[None]:
        """No room, for a while."""
        filler = self.folder / "filler"
        if self.small:
            for size in (65_536, 4_096):  # to the last page
                with filler.open("ab", buffering=0) as file, suppress(OSError):
                    while file.write(b"x" * size) == size:
                        continue
        else:
            before = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (LARGEST, before[1]))
        yield
        if self.small:
            filler.unlink()
        else:
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, before)

    def ready(self) -> tuple[int, str]:
        """What /readyz says."""
        answer = httpx.get(f"http://127.0.0.1:{self.pack.ports[0]}/readyz", timeout=5)
        return answer.status_code, answer.text

    @contextmanager
    def store(self) -> Iterator[Store]:
        """A copy of its database: SQLite itself cannot be led into the namespace."""
        copy = self.stage.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for name in ("baton.db", "baton.db-wal"):
            shutil.copy(self.folder / name, copy / name)
        db, clock = Db(f"sqlite:///{copy}/baton.db"), Clock()
        yield Store(db, clock=clock.now, tick=clock.tick, role_map={}, office_of=lambda _: "berlin")
        db.dispose()

    def busy(self) -> bool:
        """Whether something waits to be done."""
        with self.store() as store:
            return bool(store.outbox.waiting())

    def threads(self) -> int:
        """How many handovers people see."""
        return sum(message.get("thread_ts", message["ts"]) == message["ts"] for message in self.stage.channel())


def mounts() -> bool:
    """Whether this machine lets us have a file system of our own."""
    return not subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False).returncode  # noqa: S607


@pytest.fixture(params=["file system", "process"] if mounts() else ["process"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    disk = tmp_path / "disk"
    disk.mkdir()
    with staged(tmp_path) as stage:
        stage.world.hubspot.webhooks.retry_delays = (0.5,) * 20
        stage.world.public_url = "http://127.0.0.1:1"
        made = Machine(stage, disk, small=request.param == "file system")
        try:
            yield made
        finally:
            made.pack.stop()


@pytest.mark.slow
def test_a_disk_without_room_loses_nothing_and_is_gone_on_from(machine: Machine) -> None:
    stage = machine.stage
    stage.world.hubspot.win(walk.ABC)
    stage.until(lambda: machine.threads() == 1, "the first deal is won")
    stage.until(lambda: not machine.busy(), "all is drawn")
    said: dict[str, str] = {}

    def promise(words: str) -> str:
        body = stage.hands.command("ana", walk.HERE, f"commit ABC {words}").body
        said[words] = str(body["text"] if isinstance(body, dict) else body)
        assert said[words] in (SAVED, AWAY)
        return said[words]

    assert promise("Reports in German before the end") == SAVED
    with machine.full():
        assert any(promise(f"Number {n} of many promises") == AWAY for n in range(ENOUGH))
        stage.until(lambda: machine.ready()[0] == 503, "it says that it is not ready")
        assert machine.ready()[1].rpartition(", ")[2] in ("the disk is full", "the disk fails")
        assert promise("Said while it was full") == AWAY
        stage.world.hubspot.win("9002")
        stage.until(lambda: stage.world.hubspot.webhooks.deliveries[-1]["status"] == 503, "the CRM's call is refused")
        child = machine.pack.children[0]
        assert child is not None
        assert child.poll() is None
    stage.until(lambda: machine.ready()[0] == 200, "it goes on by itself")
    assert promise("Said when there was room again") == SAVED
    stage.until(lambda: machine.threads() == 2, "the CRM's call came again")
    stage.until(lambda: not machine.busy(), "all is done")
    with machine.store() as store, store.read() as reader:
        record = reader.handover(1)
        assert record is not None
        kept = [entry.text for entry in record.entries]
        assert store.outbox.parked().total() == 0
    assert {words: kept.count(words) for words in said} == {words: int(a == SAVED) for words, a in said.items()}
