"""`python -m benchmarks.walk [--rounds 3] [--write]`: what one whole handover costs, from win to open gate.

The whole road through the front door, on the sandbox: calls to Slack, to the CRM and to the project tool, and write
transactions of our own. Exits 1 when a median is past the count that is committed in walk.json beside this file;
`--write` commits to today's. Own CPU seconds (with the sandbox's in them: one process) are printed, not gated.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median_low
from time import process_time
from typing import Any

from sqlalchemy import event

from tests.stories import walk
from tests.stories.stage import Stage, staged

COMMITTED = Path(__file__).with_suffix(".json")
ROUNDS = 3
SLACK, CRM, TOOL, WRITES = "Slack calls", "CRM calls", "project tool calls", "write transactions"
SYSTEMS = {"slack": SLACK, "hubspot": CRM, "asana": TOOL}
# Redraws that wait for the same thread are one or two, as the hands happen to be free: so much more is no more.
SPARE = 1.05


@contextmanager
def counted(stage: Stage) -> Iterator[Counter[str]]:
    """Counts every call that reaches a stand-in, and every commit of the engine that writes."""
    found: Counter[str] = Counter()
    faults, engine = stage.world.faults, stage.deps.store.db.engine
    take = faults.take

    def called(where: str, what: str) -> Any:
        found[SYSTEMS.get(where, where)] += 1
        return take(where, what)

    def committed(_: Any) -> None:
        found[WRITES] += 1

    faults.take = called  # type: ignore[method-assign]
    event.listen(engine, "commit", committed)
    try:
        yield found
    finally:
        faults.take = take  # type: ignore[method-assign]
        event.remove(engine, "commit", committed)


def walked() -> tuple[Counter[str], float]:
    """One whole handover on a fresh stage: its counts, and the CPU seconds of this process."""
    with tempfile.TemporaryDirectory(prefix="baton-walk-") as folder, staged(Path(folder)) as stage:
        stage.start()
        with counted(stage) as found:
            began = process_time()
            walk.whole(stage)
            return found, process_time() - began


def medians(rounds: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The middle of each count."""
    return {name: median_low([one[name] for one in rounds]) for name in (*SYSTEMS.values(), WRITES)}


def past(found: Mapping[str, int], committed: Mapping[str, int]) -> list[str]:
    """The counts that are past what is committed, and those of which nothing is committed."""
    return [name for name, count in found.items() if count > committed.get(name, 0) * SPARE]


def main() -> int:
    """Walks, compares, and writes when it is asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rounds = [walked() for _ in range(asked.rounds)]
    found = medians([counts for counts, _ in rounds])
    if asked.write:
        COMMITTED.write_text(json.dumps(found, indent=2) + "\n")
    committed = json.loads(COMMITTED.read_text())
    worse = past(found, committed)
    for name, count in found.items():
        spread = [counts[name] for counts, _ in rounds]
        over = "  PAST ITS FIGURE" if name in worse else ""
        print(f"{name}: {count} ({min(spread)} to {max(spread)}), committed {committed.get(name, 0)}{over}")
    print(f"own CPU, the sandbox's included: {sorted(cpu for _, cpu in rounds)[len(rounds) // 2]:.1f} s")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
