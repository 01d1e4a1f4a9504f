"""`python -m benchmarks.kill [--kills 30] [--wave 3] [--seed 1] [--only sqlite|postgres]`: SIGKILL.

One replica on SQLite, two on PostgreSQL. Waves of deals walk the whole road until the kills are used up. Prints a line
per database and exits 1 unless nothing was lost and nothing was doubled.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests import servers
from tests.stories.killing import Tally, run
from tests.stories.stage import staged


def measure(name: str, folder: Path, url: str, *, replicas: int, kills: int, wave: int, seed: int) -> Tally:
    """One run on one database."""
    with staged(folder, url=url) as stage:
        tally = run(stage, url=url, replicas=replicas, kills=kills, wave=wave, seed=seed)
    print(
        f"{name}: {tally.kills} kills, {tally.amid} of them amid work, {tally.cut} outside calls cut;"
        f" {tally.handovers} handovers walked to the open gate, {tally.deeds} acknowledged deeds,"
        f" {tally.repeated} tries not acknowledged, {tally.created} created things;"
        f" lost {len(tally.lost)}, doubled {len(tally.doubled)}; {tally.seconds:.0f} s",
        flush=True,
    )
    for line in (*tally.lost, *tally.doubled):
        print(f"  {line}")
    return tally


def main() -> int:
    """Both databases."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--wave", type=int, default=3, help="deals walked side by side")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("sqlite", "postgres"), help="one database alone")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="baton-kill-"))
    for name in ("sqlite", "postgres"):
        (folder / name).mkdir()
    given = {"kills": asked.kills, "wave": asked.wave, "seed": asked.seed}
    tallies = []
    if asked.only != "postgres":
        url = f"sqlite:///{folder}/sqlite/baton.db"
        tallies.append(measure("SQLite, 1 replica", folder / "sqlite", url, replicas=1, **given))
    if asked.only != "sqlite":
        with servers.postgres() as address:
            place = folder / "postgres"
            tallies.append(measure("PostgreSQL, 2 replicas", place, address("postgres"), replicas=2, **given))
    return 1 if any(line for tally in tallies for line in (*tally.lost, *tally.doubled)) else 0


if __name__ == "__main__":
    sys.exit(main())
