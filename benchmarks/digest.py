"""`python -m benchmarks.digest [--handovers 1000]`: the digest of a thousand open handovers, on SQLite and PostgreSQL.

The real bot posts into the sandbox with Slack's rate rules and limits in force. Prints times (medians of 7), queries
and sizes; exits 1 past 1.0 s to gather and draw, more than one post, 9 blocks or 2,500 characters.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import delete, event, update

from blocks.limits import text_size
from bot.handover import Handover, Interval, Post, State
from handlers.digest import digest, gather, next_digest, private_view
from store.ledger import JOB
from store.tables import HandoverRow, table
from tests import servers
from tests.builders import PEOPLE, make_handover
from tests.stories import walk
from tests.stories.stage import Stage, staged

ROUNDS = 7
MOST_SECONDS, MOST_BLOCKS, MOST_CHARACTERS = 1.0, 9, 2_500
STATES = (State.WON, State.SCOPED, State.PROVISIONED, State.PROVISIONED)


@dataclass(frozen=True)
class Figures:
    """What was measured on one database."""

    gather: float
    draw: float
    post: float
    view: float
    queries: int
    posts: int
    blocks: int
    characters: int

    @property
    def within(self) -> bool:
        """Whether every figure is kept."""
        return (
            self.gather + self.draw <= MOST_SECONDS
            and self.posts == 1
            and self.blocks <= MOST_BLOCKS
            and self.characters <= MOST_CHARACTERS
        )


def fill(stage: Stage, count: int) -> None:
    """Whole records with lists, entries and tasks: late, due today, waiting, on track and live ones in turn.

    The jobs that would draw their threads, and the looks that would find a third of them late, are dropped: thousands
    of posts are not what is measured here.
    """
    due = next_digest(stage.deps, stage.clock.now())
    assert due is not None
    with stage.deps.store.write() as unit:
        ids = {person.id: unit.remember(replace(person, id=0)).id for person in PEOPLE.values()}
        for n in range(count):
            unit.add(made(n, due, ids))
        unit.session.execute(delete(JOB))
        unit.session.execute(update(table(HandoverRow)).values(next_look_at=None))


def made(n: int, due: datetime, ids: dict[int, int]) -> Handover:
    """The n-th record; a tenth of them went live in the last day."""
    live = n % 10 == 0
    state = State.IN_PROGRESS if live else STATES[n % len(STATES)]
    handover = make_handover(state, id=0, deal_id=f"b{n}", client=f"Client {n} & Partners", project=f"Project {n}")
    handover.roles = {role: ids[person] for role, person in handover.roles.items()}
    for entry in handover.entries:
        entry.id = 0
    when = due + timedelta(hours=(n % 5 - 2) * 7)
    handover.won_at, handover.due_at, handover.scope_due_at = due - timedelta(days=3), when, when
    handover.live_at = due - timedelta(minutes=n) if live else None
    handover.posts = [Post("root", walk.HERE, f"1757080800.{n:06}")]
    if n % 7 == 0:
        handover.intervals = [Interval("pause", due - timedelta(hours=n % 50 + 1), "test data")]
    return handover


def measure(folder: Path, url: str, count: int) -> Figures:
    """Fills one database, draws seven times, posts once through the outbox, and opens a private view."""
    delivery = {"poll_seconds": 3600, "rate_share": 1, "lease_seconds": 60}
    with staged(folder, url=url, delivery=delivery) as stage:
        stage.world.slack.rates.enabled = True
        stage.start()
        digest(stage.deps, stage.clock.now())
        fill(stage, count)
        due = next_digest(stage.deps, stage.clock.now())
        assert due is not None
        stage.clock.advance(due + timedelta(seconds=10) - stage.clock.now())
        gathers, draws, queries = drawn(stage)
        began = perf_counter()
        assert digest(stage.deps, stage.clock.now())
        stage.settle()
        post = perf_counter() - began
        began = perf_counter()
        private_view(stage.deps, stage.clock.now(), which="all", person_id=1, number=count // 40)
        view = perf_counter() - began
        calls = [call for call in stage.world.slack.call_log("chat.postMessage") if call["ok"]]
        blocks = calls[-1]["args"]["blocks"]
        return Figures(median(gathers), median(draws), post, view, queries, len(calls), len(blocks), text_size(blocks))


def drawn(stage: Stage) -> tuple[list[float], list[float], int]:
    """Seconds to gather and to draw, each round, and the queries of one round."""
    asked: list[str] = []

    def count(*given: Any) -> None:
        if given[2].lstrip().upper().startswith("SELECT"):
            asked.append(given[2])

    db = stage.deps.store.db
    for engine in (db.engine, db.reader) if db.sqlite else (db.engine,):  # what PostgreSQL's reader does passes both
        event.listen(engine, "before_cursor_execute", count)
    gathers, draws, queries = [], [], 0
    for _ in range(ROUNDS):
        asked.clear()
        began = perf_counter()
        found = gather(stage.deps, stage.clock.now(), posting=True)
        gathers.append(perf_counter() - began)
        queries = len(asked)
        began = perf_counter()
        found.message()
        draws.append(perf_counter() - began)
    event.remove(stage.deps.store.db.engine, "before_cursor_execute", count)
    return gathers, draws, queries


def main() -> int:
    """Both databases."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--handovers", type=int, default=1_000)
    count = parser.parse_args().handovers
    folder = Path(tempfile.mkdtemp(prefix="baton-digest-"))
    for name in ("sqlite", "postgres"):
        (folder / name).mkdir()
    found = {"SQLite": measure(folder / "sqlite", f"sqlite:///{folder}/sqlite/baton.db", count)}
    with servers.postgres() as address:
        found["PostgreSQL"] = measure(folder / "postgres", address("postgres"), count)
    for name, one in found.items():
        print(
            f"{name}: {count} open handovers, gather {one.gather * 1000:.0f} ms, draw {one.draw * 1000:.1f} ms,"
            f" {one.queries} queries, post {one.post:.2f} s, {one.posts} post, {one.blocks} blocks,"
            f" {one.characters} characters, private view {one.view * 1000:.0f} ms"
            f"{'' if one.within else '  PAST ITS FIGURE'}"
        )
    return 0 if all(one.within for one in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
