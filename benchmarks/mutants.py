"""`python -m benchmarks.mutants [--mutants 400] [--seed 1]`: small slips in the rules, and whether a test sees them.

In a copy of the tree the tests of the rules run once, to see which reach which line; then, for each mutant, those that
reach it, until one fails. Prints the survivors with what mutants.toml says of them; exits 1 when fewer than `--least`
percent are killed, or a survivor is not explained.
"""

import argparse
import importlib
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import Phase, settings

from benchmarks import mutation, proofs, trials
from benchmarks.mutation import Mutant
from benchmarks.trials import Trial

ROOT = Path(__file__).resolve().parents[1]
EXPLAINED = Path("benchmarks/mutants.toml")
PLACES = (
    "tests/bot",
    "tests/store",
    "tests/rights/test_table.py",
    "tests/handlers/test_reminders.py",
    "tests/handlers/test_sweep.py",
    "tests/handlers/test_late_words.py",
    "tests/handlers/test_digest.py",
)  # what proves the rules and is quick
BOUND = 10.0  # seconds of CPU, as they were measured, for the tests of one mutant
DEAREST = 5.0  # a test that needs more proves nothing here
ENDLESS = 3  # times the bound, then the mutant has hung itself
OUTSIDE = ("sqlmodel", "sqlalchemy.dialects.sqlite", "alembic.command", "psycopg", "httpx", "jinja2", "holidays")
SURVIVED = re.compile(r"^\d+ SURVIVED (.*) \[", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """How it ended: the test that saw it, `import`, `endless`; for a survivor '', `unreached`, or what was odd."""

    mutant: Mutant
    how: str

    @property
    def killed(self) -> bool:
        """Whether anything noticed."""
        return self.how not in {trials.UNSEEN, trials.UNREACHED} and not self.how.startswith("odd")


def measured(root: Path, places: Sequence[str], kept: Path | None) -> proofs.Proofs:
    """Which test reaches what: measured now, or kept from the last run while nothing changed."""
    file = kept or root / "proofs.json"
    if not file.exists() or json.loads(file.read_text(encoding="utf-8"))["digest"] != proofs.digest(root, places):
        failed = trials.forked(lambda: proofs.measure(root, places, DEAREST, file), cpu=3600)
        if failed:
            sys.exit(f"Without any mutant: {failed}")
    return proofs.Proofs(**json.loads(file.read_text(encoding="utf-8")))


def run(root: Path, chosen: Sequence[Mutant], found: proofs.Proofs, jobs: int, bound: float) -> list[Verdict]:
    """Shares the mutants out among some processes; tells each as it is judged."""
    named = proofs.Named(root)
    every = [Trial(n, mutant, found.of(mutant, named, bound)) for n, mutant in enumerate(chosen)]
    read, write = os.pipe()
    for job in range(jobs):
        if os.fork() == 0:
            with (root / f"job-{job}.log").open("w") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)

            def tell(trial: Trial, how: str) -> None:
                os.write(write, (json.dumps([trial.number, how]) + "\n").encode())

            trials.run(root, every[job::jobs], bound * ENDLESS, tell)
            os._exit(0)
    os.close(write)
    done = []
    with os.fdopen(read) as lines:
        for number, how in map(json.loads, lines):
            done.append(Verdict(chosen[number], how))
            print(
                f"{len(done)} {'killed' if done[-1].killed else 'SURVIVED'} {chosen[number].name} [{how}]", flush=True
            )
    if len(done) < len(chosen):
        sys.exit("\n".join((root / f"job-{job}.log").read_text(encoding="utf-8")[-4000:] for job in range(jobs)))
    return done


def told(done: Sequence[Verdict], least: float, explained: Mapping[str, str]) -> bool:
    """Prints what was found; whether it is enough, and explained."""
    survivors = sorted((v for v in done if not v.killed), key=lambda v: v.mutant.name)
    rooms: dict[str, Counter[bool]] = {}
    for verdict in done:
        rooms.setdefault(str(Path(verdict.mutant.file).parent), Counter())[verdict.killed] += 1
    print("\nSurvivors:")
    for verdict in survivors:
        print(f"  {verdict.mutant.name} [{verdict.how}]: {explained.get(verdict.mutant.name, 'NOT EXPLAINED')}")
    for verdict in done:
        if verdict.killed and verdict.mutant.name in explained:
            print(f"  killed, though mutants.toml explains it: {verdict.mutant.name}")
    for room, counts in sorted(rooms.items()):
        print(f"{room}: {counts[True]} of {counts.total()}")
    share = 100 * (len(done) - len(survivors)) / len(done)
    print(f"{len(done)} mutants, {share:.1f} % killed, {sum(v.how == trials.UNREACHED for v in done)} unreached")
    return share >= least and all(v.mutant.name in explained for v in survivors)


def main() -> int:
    """A seeded sample of all mutants of the rules."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutants", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=85, help="percent that must be killed")
    parser.add_argument("--bound", type=float, default=BOUND, help="seconds of CPU for the tests of one mutant")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree whose `bot` is changed, in a copy")
    parser.add_argument("--only", default="", help="mutants whose name begins with this: bot/gate.py")
    parser.add_argument("--again", type=Path, help="what an earlier run printed: its survivors alone are tried again")
    parser.add_argument("--tests", nargs="*", default=PLACES)
    parser.add_argument("--proofs", type=Path, help="keeps which test reaches what, for the next run")
    asked = parser.parse_args()
    began = time.monotonic()
    # Always the same examples, found quickly and told as they are; a busy machine is no failure.
    phases = [Phase.explicit, Phase.generate]
    settings.register_profile("mutants", database=None, derandomize=True, deadline=None, phases=phases)
    settings.load_profile("mutants")
    for name in OUTSIDE:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="baton-mutants-") as folder:
        root = Path(folder) / "tree"
        shutil.copytree(asked.root, root, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.db*", "img"))
        os.chdir(root)
        sys.path[0] = str(root)
        every = [
            mutant
            for file in sorted((root / "bot").rglob("*.py"))
            for mutant in mutation.mutants(str(file.relative_to(root)), file.read_text(encoding="utf-8"))
            if mutant.name.startswith(asked.only)
        ]
        chosen = random.Random(asked.seed).sample(every, min(asked.mutants, len(every)))
        if asked.again:
            survived = set(SURVIVED.findall(asked.again.read_text(encoding="utf-8")))
            chosen = [mutant for mutant in every if mutant.name in survived]
        found = measured(root, asked.tests, asked.proofs)
        print(f"{len(every)} mutants, {len(found.tests)} tests, {time.monotonic() - began:.0f} s", flush=True)
        done = run(root, chosen, found, asked.jobs, asked.bound)
    explained = tomllib.loads((asked.root / EXPLAINED).read_text(encoding="utf-8"))
    well = told(done, asked.least, explained)
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
