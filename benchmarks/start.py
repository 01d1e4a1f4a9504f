"""`python -m benchmarks.start [--handovers 100000]`: how soon Baton is ready, its memory, how fast --help.

The real `app.py serve` in a process of its own, over a database with so many open handovers: seconds to /readyz, and
resident memory after lists, cards and a search were asked for. Medians of 7 rounds in which start and help alternate;
exits 1 past 2.5 s, 150 MB or 0.2 s. What Python alone takes to start is printed beside the help.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.ack import CONFIG_WITH_OPS, fire
from benchmarks.child import BATON, ROOT, child
from benchmarks.open_records import calm
from benchmarks.sweep import prepared
from sandbox import company
from tests.stories.stage import staged

ROUNDS = 7
MOST_READY, MOST_MEMORY, MOST_HELP = 2.5, 150.0, 0.2
ASKED = ("list all", "list late", "mine", "HO-7", "brief HO-9", "audit HO-11", "find weekly call")


@dataclass
class Figures:
    """Seconds to /readyz, MB, seconds of --help, and of Python alone: one of each per round."""

    starts: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    helps: list[float] = field(default_factory=list)
    python: list[float] = field(default_factory=list)

    @property
    def within(self) -> bool:
        """Whether every median is under its figure."""
        return median(self.starts) < MOST_READY and median(self.memory) < MOST_MEMORY and median(self.helps) < MOST_HELP

    def told(self) -> str:
        """The line that is printed."""
        return (
            f"ready after {median(self.starts):.2f} s (fastest {min(self.starts):.2f}), resident memory"
            f" {median(self.memory):.0f} MB, --help {median(self.helps):.3f} s (fastest {min(self.helps):.3f};"
            f" Python alone {median(self.python):.3f}){'' if self.within else '  PAST ITS FIGURE'}"
        )


def taken(*command: str) -> float:
    """Seconds of one run of Python with these arguments."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own
    return time.perf_counter() - began


def measure(folder: Path, count: int, rounds: int = ROUNDS) -> Figures:
    """Start, ask, stop, help, again and again."""
    url = f"sqlite:///{folder}/many.db"
    prepared(url, count, 1, named=True).loaded.deps.store.db.dispose()
    config = folder / "baton.toml"
    config.write_text(CONFIG_WITH_OPS.format(channel=company.HANDOVERS_CHANNEL))
    found = Figures()
    with staged(folder) as stage:
        env = {**stage.env, "DATABASE_URL": url, "BATON_CONFIG": str(config)}
        port = int(env["BATON_PORT"])
        with child(BATON, env, port):
            calm(folder / "many.db")
        for _ in range(rounds):
            with child(BATON, env, port) as one:
                for words in ASKED:
                    fire(port, words.format, clients=4, requests=8)
                found.starts.append(one.seconds)
                found.memory.append(one.resident)
            found.helps.append(taken("app.py", "--help"))
            found.python.append(taken("-c", "import argparse"))
    return found


def main() -> int:
    """Makes the database, then measures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--handovers", type=int, default=100_000)
    count = parser.parse_args().handovers
    folder = Path(tempfile.mkdtemp(prefix="baton-start-"))
    found = measure(folder, count)
    (folder / "many.db").unlink()  # hundreds of megabytes
    print(f"{count:,} handovers: {found.told()}")
    return 0 if found.within else 1


if __name__ == "__main__":
    sys.exit(main())
