"""`python -m benchmarks.sweep [--sizes 10000,100000,1000000]`: a thousand due among more and more open handovers.

The real sweep on SQLite and PostgreSQL: it reminds the people of a thousand handovers, it looks at a thousand records,
and it finds nothing to do. Prints medians of 7 rounds which alternate over the sizes; exits 1 when a reminder or a look
costs more than 1.5 times as much among the most as among the fewest, or an idle sweep takes 5 ms or more.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from time import perf_counter

import psycopg
from sqlalchemy import delete, func, select, update

from benchmarks.open_records import Loaded, Plan, holder, load
from bot.people import Role
from bot.settings import read
from handlers.clock import Clock
from handlers.sweep import sweep
from handlers.wiring import build
from store.ledger import JOB
from store.tables import HandoverRow, ReminderRow, table
from tests import servers
from tests.stories.stage import table as settings_table

ROUNDS = 7
IDLE = 20  # idle sweeps in a round: PostgreSQL plans a question anew when it has come ten times
DUE = 1_000
SIZES = (10_000, 100_000, 1_000_000)
MOST_RATIO, MOST_IDLE = 1.5, 0.005
HANDOVER, REMINDER = table(HandoverRow), table(ReminderRow)


@dataclass
class Case:
    """One database, and what each round measured: seconds per reminder, per look, and of an idle sweep."""

    loaded: Loaded
    due: int
    reminders: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)

    def round(self, number: int) -> None:
        """Measures once, on other records than the round before, and leaves everything as it was."""
        chosen = spread(self.loaded.count, self.due, number)
        self.idle.append(median(self._swept(0)[1] for _ in range(IDLE)))
        self.plan(chosen, self.loaded.today)
        told, seconds = self._swept(len({holder(Role.SALES_REP, one) for one in chosen}))
        self.reminders.append(seconds / told)
        self.look_again(chosen)
        seen, seconds = self._swept(len(chosen))
        self.looks.append(seconds / seen)
        self.plan(chosen, self.loaded.tomorrow)
        self._forget()

    def _swept(self, least: int) -> tuple[int, float]:
        began = perf_counter()
        found = sweep(self.loaded.deps, self.loaded.times.now)
        seconds = perf_counter() - began
        assert found >= least, (found, least)
        assert least or not found, found
        return found, seconds

    def plan(self, chosen: Sequence[int], plan: Plan) -> None:
        """Makes these records as if their scope had been confirmed then, with what waited for whom."""
        with self.loaded.deps.store.write() as unit:
            for one in chosen:
                times = {"scoped_at": plan.scoped_at, "due_at": plan.due_at, "next_look_at": plan.due_at}
                unit.session.execute(update(HANDOVER).where(HANDOVER.c.id == one).values(times))
                for role, nag in plan.nags.items():
                    unit.keep_nag(replace(nag, handover_id=one, person=holder(role, one)))

    def look_again(self, chosen: Sequence[int]) -> None:
        """Makes these records due for a look."""
        with self.loaded.deps.store.write() as unit:
            for one in chosen:
                unit.look_again(one, self.loaded.times.now)

    def _forget(self) -> None:
        with self.loaded.deps.store.db.write() as session:
            session.execute(delete(REMINDER))
            session.execute(delete(JOB))


def spread(count: int, due: int, number: int) -> list[int]:
    """So many ids over the whole table, others in each round; never the first record."""
    stride = count // due
    return [place * stride + 2 + number % max(1, stride - 2) for place in range(due)][: count - 1]


def prepared(url: str, count: int, due: int, *, named: bool = False) -> Case:
    """A database with so many open handovers, wired as `app.py serve` wires it, with nobody at work beside it."""
    env = {
        "SLACK_BOT_TOKEN": "xoxb-sandbox", "SLACK_SIGNING_SECRET": "secret", "HUBSPOT_TOKEN": "token",
        "HUBSPOT_CLIENT_SECRET": "secret", "ASANA_TOKEN": "token", "DATABASE_URL": url,
        "BATON_PUBLIC_URL": "http://127.0.0.1:1",
        "SLACK_API_URL": "http://127.0.0.1:1/",
    }  # fmt: skip
    began = perf_counter()
    loaded = load(build(read(env, settings_table()), env, clock=Clock()), count, named=named)
    with loaded.deps.store.db.read() as session:
        stored = session.execute(select(func.count()).select_from(HANDOVER)).scalar_one()
    assert stored == count, stored
    print(f"  {count:,} open handovers made in {perf_counter() - began:.0f} s", flush=True)
    return Case(loaded, due)


def measure(name: str, cases: Sequence[Case], rounds: int = ROUNDS) -> bool:
    """Alternates over the cases; whether every figure is kept."""
    for number in range(rounds):
        for case in cases:
            case.round(number)
    return told(name, cases)


def told(name: str, cases: Sequence[Case]) -> bool:
    """Prints a line for each case and the ratios of the last to the first; whether every figure is kept."""
    fewest, most = cases[0], cases[-1]
    for case in cases:
        print(
            f"{name}, {case.due:,} due among {case.loaded.count:,}: reminder {_ms(case.reminders)},"
            f" look {_ms(case.looks)}, idle sweep {_ms(case.idle)}"
        )
    reminders = median(most.reminders) / median(fewest.reminders)
    looks = median(most.looks) / median(fewest.looks)
    kept = reminders <= MOST_RATIO and looks <= MOST_RATIO and median(most.idle) < MOST_IDLE
    past = "" if kept else "  PAST ITS FIGURE"
    print(f"{name}: a reminder costs {reminders:.2f} times as much, a look {looks:.2f} times{past}", flush=True)
    return kept


def _ms(seconds: Sequence[float]) -> str:
    return f"{median(seconds) * 1000:.2f} ms"


def postgres(sizes: Sequence[int], due: int) -> bool:
    """The same on a PostgreSQL server of its own."""
    with servers.postgres() as address:
        cases = []
        for size in sizes:
            with psycopg.connect(address("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE open_{size}".encode())
            cases.append(prepared(address(f"open_{size}"), size, due))
        return measure("PostgreSQL", cases)


def main(given: Sequence[str] | None = None) -> int:
    """Both databases."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--due", type=int, default=DUE)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    asked = parser.parse_args(given)
    sizes, kept = [int(size) for size in asked.sizes.split(",")], True
    with tempfile.TemporaryDirectory(prefix="baton-sweep-") as made:
        folder = Path(made)
        if asked.only != "postgres":
            cases = [prepared(f"sqlite:///{folder}/{size}.db", size, asked.due) for size in sizes]
            kept = measure("SQLite", cases)
        if asked.only != "sqlite":
            kept = postgres(sizes, asked.due) and kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
