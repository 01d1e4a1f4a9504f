"""Tries mutants in memory: each in a process of its own, with the tests that reach it, until one of them fails.

A change in a function is put into the running function, in a fork of a process that has collected all tests: nothing
is imported again. A change in what runs at import has its module loaded changed, in a fork that imports all of ours.
"""

import gc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from benchmarks import mutation
from benchmarks.mutation import Mutant

PRELOADED = "ignore::pytest.PytestAssertRewriteWarning"  # said of plugins that were imported before pytest began
QUIET = ("-q", "-p", "no:cacheprovider", "-W", PRELOADED, "-o", "timeout=600")
MEMORY = 4 << 30
ENDLESS, AT_IMPORT, UNREACHED, UNSEEN = "endless", "import", "unreached", ""


@dataclass(frozen=True)
class Trial:
    """A mutant and the tests that reach it, in the order in which they run."""

    number: int
    mutant: Mutant
    tests: Sequence[str]


class Chosen:
    """A plugin of pytest: runs these tests alone, in this order, and knows the first that fails."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._order = {test: n for n, test in enumerate(tests)}
        self.failed = UNSEEN

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves the others out."""
        kept = [item for item in items if item.nodeid in self._order]
        items[:] = sorted(kept, key=lambda item: self._order[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a failure."""
        if report.failed:
            self.failed = self.failed or report.nodeid


class Stage(Chosen):
    """A plugin of pytest: instead of running its tests once, tries mutant after mutant, each in a fork."""

    def __init__(self, root: Path, trials: Sequence[Trial], cpu: float, tell: Callable[[Trial, str], None]) -> None:
        super().__init__(sorted({test for trial in trials for test in trial.tests}))
        self._root, self._trials, self._cpu, self._tell = root, trials, cpu, tell
        self._functions: dict[str, list[FunctionType]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Tells how each trial ended."""
        items = {item.nodeid: item for item in session.items}
        self._warm(session.items)
        self._functions = ours(self._root)
        gc.freeze()  # the forks share what is there by now: collecting it would copy it
        for trial in self._trials:
            self._tell(trial, forked(lambda trial=trial: self._try(trial, items), self._cpu))  # type: ignore[misc]
        return True

    def _warm(self, items: Sequence[pytest.Item]) -> None:
        """What all tests share (a migrated database) is made once, before the forks."""
        sharing = [item for item in items if "sqlite_template" in getattr(item, "fixturenames", ())]
        for item in sharing[:1]:
            room = item.nodeid.split("/")[:2]
            if other := next((i for i in items if i.nodeid.split("/")[:2] != room), None):
                item.ihook.pytest_runtest_protocol(item=item, nextitem=other)

    def _try(self, trial: Trial, items: dict[str, pytest.Item]) -> str:
        file = self._root / trial.mutant.file
        swap(file, trial.mutant, self._functions[str(file)])
        tests = [items[test] for test in trial.tests if test in items]
        for item, following in zip(tests, [*tests[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                break
        return self.failed


class Mutated(importlib.machinery.SourceFileLoader):
    """Loads one module of the rules with its change; stands before the other finders."""

    def __init__(self, root: Path, mutant: Mutant) -> None:
        path = Path(mutant.file).with_suffix("")
        self._package = path.stem == "__init__"
        super().__init__(".".join(path.parts[:-1] if self._package else path.parts), str(root / mutant.file))
        self._number = mutant.number

    def get_code(self, fullname: str) -> CodeType:
        """Never from a cache."""
        return _compiled(Path(self.get_filename(fullname)), self._number)

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        """Knows its own module only."""
        if name != self.name:
            return None
        within = [str(Path(self.path).parent)] if self._package else None
        return importlib.util.spec_from_file_location(name, self.path, loader=self, submodule_search_locations=within)


def ours(root: Path) -> dict[str, list[FunctionType]]:
    """All functions that stand in files under that folder, by file."""
    found = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(str(root)):
            found[one.__code__.co_filename].append(one)
    return found


def swap(file: Path, mutant: Mutant, functions: Iterable[FunctionType]) -> None:
    """Puts the change into the functions that are there; ValueError when none of them has it."""
    changed = {(code.co_qualname, code.co_firstlineno): code for code in _codes(_compiled(file, mutant.number))}
    done = 0
    for function in functions:
        new = changed.get((function.__code__.co_qualname, function.__code__.co_firstlineno), function.__code__)
        if new != function.__code__:
            function.__code__ = new
            done += 1
    if not done:
        raise ValueError(f"nothing to change: {mutant.name}")


def fresh(root: Path, trial: Trial) -> str:
    """Imports all of ours with the change, and runs the tests."""
    sys.meta_path.insert(0, Mutated(root, trial.mutant))
    plugin = Chosen(trial.tests)
    code = pytest.main([*QUIET, "-x", *files(trial.tests)], plugins=[plugin])
    clean = code in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    return plugin.failed or (UNSEEN if clean else AT_IMPORT)


def run(root: Path, trials: Sequence[Trial], cpu: float, tell: Callable[[Trial, str], None]) -> None:
    """All of them, one after the other, in this process and its forks."""
    again = [trial for trial in trials if trial.tests and trial.mutant.names]
    running = [trial for trial in trials if trial.tests and not trial.mutant.names]
    for trial in trials:
        if not trial.tests:
            tell(trial, UNREACHED)
    if running and os.fork() == 0:
        stage = Stage(root, running, cpu, tell)
        os._exit(pytest.main([*QUIET, *files(test for trial in running for test in trial.tests)], plugins=[stage]))
    if running:
        os.wait()
    for trial in again:
        tell(trial, forked(lambda trial=trial: fresh(root, trial), cpu))  # type: ignore[misc]


def files(tests: Iterable[str]) -> list[str]:
    """Where these tests stand."""
    return sorted({test.partition("::")[0] for test in tests})


def forked(work: Callable[[], str], cpu: float) -> str:
    """What `work` says in a process of its own; `endless` when it used up its seconds of CPU."""
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        said = "odd: nothing"
        try:
            os.close(read)
            resource.setrlimit(resource.RLIMIT_CPU, (ceil(cpu), ceil(cpu) + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            said = work()
        except BaseException:  # noqa: BLE001 - whatever it is, it is told, and this process ends here
            said = f"odd: {traceback.format_exc()[-2000:]}"
        finally:
            os.write(write, said.encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return ENDLESS if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL} else f"odd: {status}"
    return said


def _compiled(file: Path, number: int) -> CodeType:
    code = compile(mutation.mutated(file.read_text(encoding="utf-8"), number), str(file), "exec")
    assert isinstance(code, CodeType)
    return code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)
