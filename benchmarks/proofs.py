"""Which tests reach which lines of the rules, and what each costs: measured once, test by test, with coverage.

A line that runs when its module is imported (a table, a default) is proven by the tests that reach a line which names
what it defines. Tests on PostgreSQL are left out: the rules are the same, and its server costs seconds to start.
"""

import ast
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import coverage
import pytest

from benchmarks import trials
from benchmarks.mutation import Mutant, defined

ROOMS = ("bot", "store")


@dataclass
class Proofs:
    """`reached`: file → line → numbers of tests; `tests` in order; `seconds` of CPU for each."""

    tests: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    reached: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    digest: str = ""

    def of(self, mutant: Mutant, named: "Named", bound: float) -> list[str]:
        """The tests that reach it, within that many seconds of CPU, those first which may see it soonest.

        These are the ones of its own test file; then whichever go where few go in its function; then one of each file
        in turn, the quickest first.
        """
        lines = named.lines(mutant.names) if mutant.names else [(mutant.file, n) for n in _range(mutant.lines)]
        found = {test for file, line in lines for test in self.reached.get(file, {}).get(str(line), ())}
        path = Path(mutant.file)
        own = f"/test_{path.parent.name if path.stem == '__init__' else path.stem}.py::"
        if mutant.names:  # a table may be looked at by its own tests without a line of ours
            found |= {n for n, test in enumerate(self.tests) if own in test}
        rare, turn = self._rarest(mutant), Counter[str]()
        order = {}
        for test in sorted(found, key=lambda n: (self.seconds[n], n)):
            file = self.tests[test].partition("::")[0]
            turn[file] += 1
            order[test] = (own not in self.tests[test], rare.get(test, len(self.tests)), turn[file])
        spent = 0.0
        chosen: list[str] = []
        for test in sorted(order, key=lambda n: order[n]):
            spent += self.seconds[test]
            if spent > bound and chosen:
                break
            chosen.append(self.tests[test])
        return chosen

    def _rarest(self, mutant: Mutant) -> dict[int, int]:
        """How many tests reach the line of the mutant's function which the fewest reach, for each that reaches it."""
        found: dict[int, int] = {}
        lines = self.reached.get(mutant.file, {})
        for tests in (lines.get(str(line), []) for line in _range(mutant.around)):
            for test in tests:
                found[test] = min(found.get(test, len(tests)), len(tests))
        return found


class Named:
    """Where names are used: in functions by line, and in what else is defined at import."""

    def __init__(self, root: Path) -> None:
        self._used: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self._leads: dict[str, set[str]] = defaultdict(set)
        for room in ROOMS:
            for file in (root / room).rglob("*.py"):
                self._read(str(file.relative_to(root)), ast.parse(file.read_text(encoding="utf-8")))

    def _read(self, file: str, tree: ast.AST, *, inside: bool = False) -> None:
        for node in ast.iter_child_nodes(tree):
            if isinstance(node, ast.stmt) and not inside and not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                for name, _ in _mentioned(node):
                    self._leads[name].update(defined(node))
            elif inside or isinstance(node, ast.FunctionDef):
                for name, line in _mentioned(node):
                    self._used[name].add((file, line))
            elif isinstance(node, ast.ClassDef):
                self._read(file, node)

    def lines(self, names: Sequence[str]) -> set[tuple[str, int]]:
        """The lines in functions that use one of them, or what is made of them."""
        found, queue, seen = set(), list(names), set(names)
        while queue:
            name = queue.pop()
            found |= self._used[name]
            queue += (more := self._leads[name] - seen)
            seen |= more
        return found


class Measured:
    """A plugin of pytest: notes what each test reaches and costs."""

    def __init__(self, root: Path, dearest: float) -> None:
        self.proofs = Proofs()
        self.failed: list[str] = []
        self._root, self._dearest = root, dearest
        rooms = [str(root / room) for room in ROOMS]
        self._coverage = coverage.Coverage(data_file=None, source=rooms, config_file=False)
        self._coverage.start()

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leaves PostgreSQL out."""
        items[:] = [i for i in items if "postgres" not in i.nodeid and "postgres" not in i.fixturenames]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measures one test with its fixtures."""
        self._coverage.switch_context(str(len(self.proofs.tests)))
        began = time.process_time()
        yield
        self.proofs.tests.append(item.nodeid)
        self.proofs.seconds.append(round(time.process_time() - began, 3))
        self._coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a failure: without mutants there is none."""
        if report.failed:
            self.failed.append(report.nodeid)

    def finished(self) -> Proofs:
        """What was found; a test dearer than allowed proves nothing here."""
        self._coverage.stop()
        data = self._coverage.get_data()
        for file in data.measured_files():
            lines = {
                str(line): [n for n in map(int, filter(None, tests)) if self.proofs.seconds[n] <= self._dearest]
                for line, tests in data.contexts_by_lineno(file).items()
            }
            self.proofs.reached[str(Path(file).relative_to(self._root))] = lines
        return self.proofs


def measure(root: Path, places: Sequence[str], dearest: float, file: Path) -> str:
    """Runs the tests of these places in this process; writes what was found to `file`, says what failed."""
    plugin = Measured(root, dearest)
    code = pytest.main([*trials.QUIET, *places], plugins=[plugin])
    found = plugin.finished()
    found.digest = digest(root, places)
    if code:
        return ", ".join(plugin.failed) or f"pytest ended with {code}"
    file.write_text(json.dumps(asdict(found)), encoding="utf-8")
    return ""


def digest(root: Path, places: Sequence[str]) -> str:
    """Changes with every rule and every test."""
    found = sha256(repr(places).encode())
    for room in (*ROOMS, "tests"):
        for file in sorted((root / room).rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()


def _mentioned(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.end_lineno or node.lineno


def _range(lines: tuple[int, int]) -> range:
    return range(lines[0], lines[1] + 1)
