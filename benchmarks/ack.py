"""`python -m benchmarks.ack [--rounds 7] [--sizes 100,100000] [--clients 1,16,64]`: how fast a command is answered.

A signed `/handover ABC` (a card) and `/handover commit NAME …` (a promise, committed, each on another handover) go to
the real `app.py serve`; the same requests go to `benchmarks.bare`, in alternating rounds of one run, while Slack, the
CRM and the project tool hang. Once with few handovers in the store and once with many. Prints p50, p95, p99 and the
ratios; exits 1 when p50 or p95 is past 1.5 times the bare command's, an answer takes 3 s, or p50 or p95 grows with the
store by more than a fifth.
"""

import argparse
import hashlib
import hmac
import http.client
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from benchmarks.child import BATON, child
from benchmarks.open_records import FIRST_NAME, calm
from benchmarks.sweep import prepared
from handlers.apology import AWAY
from sandbox import company
from tests.stories.replicas import CONFIG
from tests.stories.stage import SECRET, free_port, staged

CLIENTS, SIZES, ROUNDS = (1, 16, 64), (100, 100_000), 7
REQUESTS = {1: 60, 16: 160, 64: 256}
MOST_RATIO, MOST_GROWTH, MOST_SECONDS = 1.5, 1.2, 3.0
SHARES = (0.5, 0.95, 0.99)
JUDGED = SHARES[:2]
ASKER = "UP000001"
OPS = 'sales_ops = ["olga@acme.example", "p1@acme.example"]'  # sees every record whole: the widest search there is
CONFIG_WITH_OPS = CONFIG.replace('sales_ops = ["olga@acme.example"]', OPS)
UNDONE = """
DELETE FROM point WHERE entry_id IN (SELECT id FROM entry WHERE source = 'command');
DELETE FROM entry WHERE source = 'command';
DELETE FROM timeline WHERE kind = 'captured';
DELETE FROM seen;
DELETE FROM job;
"""
Words = Callable[[int], str]
_triggers = count()


@dataclass
class Round:
    """Seconds of each answer of one round, sorted; and how many said that nothing could be saved right now."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0

    def at(self, share: float) -> float:
        """That percentile in milliseconds."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))] * 1000


@dataclass(frozen=True)
class Case:
    """A store with so many handovers, and the port of the Baton over it."""

    handovers: int
    port: int
    database: Path

    def undo(self) -> None:
        """Takes the promises out again: each round begins with the same records."""
        line = sqlite3.connect(self.database, timeout=30)
        line.executescript(f"BEGIN IMMEDIATE;{UNDONE}COMMIT;")
        line.close()

    def reading(self, _: int) -> str:
        """The name of the one record that was not copied."""
        return "ABC"

    def writing(self, number: int) -> str:
        """A promise, on another record each time."""
        place = 2 + number * 37 % (self.handovers - 1)
        return f"commit Client{FIRST_NAME + place} weekly call {number} until go-live"


def body(words: str) -> bytes:
    """A command as Slack posts it, with a trigger of its own."""
    return urlencode(
        {
            "command": "/handover",
            "text": words,
            "user_id": ASKER,
            "team_id": company.TEAM,
            "channel_id": company.HANDOVERS_CHANNEL,
            "trigger_id": f"{time.time_ns()}.{next(_triggers)}",
            "response_url": "http://127.0.0.1:9/none",
        }
    ).encode()


def signed(sent: bytes) -> dict[str, str]:
    """Slack's headers, as of now."""
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + sent, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest}",
    }


def ask(line: http.client.HTTPConnection, words: str) -> tuple[float, int, str]:
    """One command: seconds to the end of the answer, its status, what it says."""
    sent = body(words)
    headers = signed(sent)
    began = time.perf_counter()
    line.request("POST", "/slack/events", sent, headers)
    answer = line.getresponse()
    said = answer.read().decode()
    return time.perf_counter() - began, answer.status, said


def fire(port: int, words: Words, clients: int, requests: int, *, told: str = "") -> Round:
    """So many clients, each with one line of its own, ask in turn until all requests are answered.

    RuntimeError when an answer is no success, or neither tells what it should nor that the database is too busy.
    """
    found, wrong = Round(), []

    def client(first: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(first, requests, clients):
            seconds, status, said = ask(line, words(number))
            found.seconds.append(seconds)
            if said == AWAY:
                found.refused += 1
            elif status != 200 or told not in said:
                wrong.append(f"{words(number)!r}: {status} {said[:200]}")
        line.close()

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    if wrong:
        raise RuntimeError(f"{len(wrong)} wrong answers, the first to {wrong[0]}")
    found.seconds.sort()
    return found


@dataclass
class Deed:
    """What was asked, by how many clients at once: the bare command's rounds, and those of each store."""

    name: str
    clients: int
    bare: list[Round] = field(default_factory=list)
    ours: dict[int, list[Round]] = field(default_factory=dict)

    def ratio(self, size: int, share: float) -> float:
        """Ours to the bare command's, each pair of one round."""
        return median(mine.at(share) / bare.at(share) for mine, bare in zip(self.ours[size], self.bare, strict=True))

    def growth(self, share: float) -> float:
        """With many handovers to with few, each pair of one round."""
        few, many = self.ours[min(self.ours)], self.ours[max(self.ours)]
        return median(more.at(share) / less.at(share) for less, more in zip(few, many, strict=True))

    def problems(self) -> list[str]:
        """Every figure that is not kept."""
        found = [
            f"p{share * 100:.0f} is {self.ratio(size, share):.2f} times the bare command's at {size:,} handovers"
            for size in self.ours
            for share in JUDGED
            if self.ratio(size, share) > MOST_RATIO
        ]
        found += [
            f"p{share * 100:.0f} grows {self.growth(share):.2f} times with the store"
            for share in JUDGED
            if self.growth(share) > MOST_GROWTH
        ]
        slowest = max(one.seconds[-1] for rounds in self.ours.values() for one in rounds)
        found += [f"{refused} were told that nothing could be saved" for refused in [self.refused()] if refused]
        return found + ([f"an answer took {slowest:.1f} s"] if slowest >= MOST_SECONDS else [])

    def refused(self) -> int:
        """How many answers said that nothing could be saved right now."""
        return sum(one.refused for rounds in self.ours.values() for one in rounds)

    def told(self) -> Iterator[str]:
        """A line per store."""
        for size, rounds in self.ours.items():
            shown = [
                f"p{share * 100:.0f} {median(one.at(share) for one in rounds):.1f}"
                f"/{median(one.at(share) for one in self.bare):.1f} ms = {self.ratio(size, share):.2f}"
                for share in SHARES
            ]
            slowest = max(one.seconds[-1] for one in rounds)
            where = f"{self.name}, {self.clients} clients, {size:,} handovers"
            yield f"{where}: {', '.join(shown)}; slowest {slowest:.2f} s"


@contextmanager
def both(folder: Path, sizes: Sequence[int]) -> Iterator[tuple[list[Case], int]]:
    """Baton over each store, and the bare command beside it, with everything outside hanging: the cases, its port."""
    config = folder / "baton.toml"
    config.write_text(CONFIG_WITH_OPS.format(channel=company.HANDOVERS_CHANNEL))
    with staged(folder) as stage:
        env = {**stage.env, "BATON_CONFIG": str(config)}
        bare = free_port()
        with child([sys.executable, "-m", "benchmarks.bare", str(bare), f"sqlite:///{folder}/bare.db"], env, bare):
            yield from _each(stage.world.faults.add, env, folder, list(sizes), [], bare)


def _each(
    fault: Callable[..., object], env: dict[str, str], folder: Path, sizes: list[int], cases: list[Case], bare: int
) -> Iterator[tuple[list[Case], int]]:
    # One child inside the other: all of them run at once, so that their rounds can alternate.
    if not sizes:
        for side in ("slack", "hubspot", "asana"):
            fault(side, "*", "timeout", times=1_000_000)
        yield cases, bare
        return
    case = Case(sizes[0], free_port(), folder / f"{sizes[0]}.db")
    url = f"sqlite:///{case.database}"
    prepared(url, case.handovers, 1, named=True).loaded.deps.store.db.dispose()
    own = {**env, "DATABASE_URL": url, "BATON_PORT": str(case.port)}
    with child(BATON, own, case.port):
        calm(case.database)
        yield from _each(fault, env, folder, sizes[1:], [*cases, case], bare)


def measure(cases: Sequence[Case], bare: int, clients: Sequence[int], rounds: int) -> Iterator[Deed]:
    """Reads, then writes, at each number of clients; the stores and the bare command take turns."""
    for name, told, words in (("card", "ABC", Case.reading), ("commit", "Saved 1 promise", Case.writing)):
        for at_once in clients:
            deed = Deed(name, at_once, ours={case.handovers: [] for case in cases})
            for _ in range(rounds):
                deed.bare.append(fire(bare, lambda n: cases[0].writing(n), at_once, REQUESTS[at_once]))  # noqa: PLW0108
                for case in cases:
                    asked = [words(case, n) for n in range(REQUESTS[at_once])]
                    deed.ours[case.handovers].append(
                        fire(case.port, asked.__getitem__, at_once, REQUESTS[at_once], told=told)
                    )
                    case.undo()
            yield deed


def main() -> int:
    """With everything outside hanging, from the fewest handovers to the most."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--clients", default=",".join(map(str, CLIENTS)))
    asked = parser.parse_args()
    problems = []
    folder = Path(tempfile.mkdtemp(prefix="baton-ack-"))
    with both(folder, [int(size) for size in asked.sizes.split(",")]) as (cases, bare):
        for deed in measure(cases, bare, [int(one) for one in asked.clients.split(",")], asked.rounds):
            for line in deed.told():
                print(line, flush=True)
            for problem in deed.problems():
                problems.append(problem)
                print(f"  PAST ITS FIGURE: {problem}", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
