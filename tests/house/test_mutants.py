"""The mutants are the slips that are meant, each is tried by the tests that reach it, and the verdicts add up."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import mutants
from benchmarks.mutants import Verdict
from benchmarks.mutation import Mutant, mutated
from benchmarks.mutation import mutants as made
from benchmarks.proofs import Named, Proofs

ROOT = Path(__file__).resolve().parents[2]
QUIET_CODE = '''"""Words."""
@dataclass(frozen=True)
class Sale(Base):
    """More words."""
    name: Annotated[str, 7] = "deal"

    def words(self, given: int | None) -> Literal[3]:
        """And more."""
        return f"{given + 1} of {'many'}"

def refuse() -> None:
    name = zip(a, b, strict=True)
'''


def test_of_a_long_table_the_row_is_told_that_is_left_out() -> None:
    text = "WORDS = {" + ", ".join(f"'word {n}': ({n}, 'what it says')" for n in range(30)) + "}"
    names = [mutant.name for mutant in made("bot/some.py", text)]
    assert "bot/some.py : WORDS without 'word 29': (29, 'what it says')" in names


def changes(text: str) -> list[str]:
    return [f"{mutant.was} → {mutant.now}" for mutant in made("bot/some.py", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", ["a < b → a <= b"]),
        ("a is not b", ["a is not b → a is b"]),
        ("a and b", ["a and b → a or b"]),
        ("not a", ["not a → a"]),
        ("f(True)", ["f(True) → f(False)", "f(True) → nothing"]),
        ("f(3)", ["f(3) → f(4)", "f(3) → f(2)", "f(3) → nothing"]),
        ("x = now - span", ["now - span → now + span"]),
        ("x = min(a)", ["min(a) → max(a)"]),
        ("x = sorted(a, key=b)", ["sorted(a, key=b) → list(a)"]),
        ("x = a.strip()", ["a.strip() → a"]),
        ("x = a if b else c", ["a if b else c → a if not b else c"]),
        ("x = [a for a in b if c]", ["for a in b if c → for a in b if not c", "for a in b if c → for a in b if True"]),
        ("x.y = z", ["x.y = z → nothing"]),
        ("if a:\n    raise B(1)", ["a → not a", "raise B(1) → nothing"]),
        ("x = frozenset({a, b})", ["frozenset({a, b}) → frozenset({a})"]),
        ("x in (a, b)", ["x in (a, b) → x not in (a, b)", "x in (a, b) → x in (a,)"]),
        ("def f() -> bool:\n    return g()", ["return g() → return not g()"]),
        ("def f() -> X | None:\n    return g()", ["return g() → return None"]),
        ("def f() -> tuple[X, ...]:\n    return g()", ["return g() → return ()"]),
        ("def f() -> tuple[X, Y]:\n    return g()", []),
        (QUIET_CODE, []),
    ],
)  # fmt: skip
def test_a_slip_is_made_of_what_decides_and_of_nothing_else(text: str, expected: list[str]) -> None:
    assert sorted(changes(text)) == sorted(expected)


def test_a_mutant_is_its_file_with_that_one_change() -> None:
    text = "def f(a):\n    return a > 1 and a < 3\n"
    numbers = {mutant.now: mutant.number for mutant in made("bot/some.py", text)}
    assert ast.unparse(mutated(text, numbers["a < 4"])) == "def f(a):\n    return a > 1 and a < 4"
    assert made("bot/some.py", text) == made("bot/some.py", text)


def test_what_runs_at_import_is_proven_by_who_names_it(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    text = "LIMIT = 3\nWIDE = {LIMIT, 4}\ndef f():\n    return WIDE\ndef g(a=5):\n    return f()\ndef h():\n    g()\n"
    (tmp_path / "bot/some.py").write_text(text)
    named = Named(tmp_path)
    reached = {m.was: named.lines(m.names) for m in made("bot/some.py", text) if m.names}
    assert reached["3"] == {("bot/some.py", 4)}, "through the table that is made of it"
    assert reached["5"] == {("bot/some.py", 8)}, "a default is used where the function is called"


def mutant(lines: tuple[int, int], around: tuple[int, int]) -> Mutant:
    return Mutant("bot/some.py", 0, lines, around, "f", (), "a", "b")


def test_its_own_tests_come_first_until_the_seconds_are_used_up(tmp_path: Path) -> None:
    tests = ["tests/bot/test_a.py::slow", "tests/bot/test_a.py::quick", "tests/bot/test_some.py::own", "tests/x.py::y"]
    found = Proofs(tests, [5, 0.1, 2, 0.1], {"bot/some.py": {"3": [0, 1, 2], "4": [3]}})
    named = Named(tmp_path)
    assert found.of(mutant((2, 3), (2, 3)), named, 20) == [tests[2], tests[1], tests[0]]
    assert found.of(mutant((2, 3), (2, 3)), named, 4) == [tests[2], tests[1]]


def test_then_who_goes_where_few_go_and_one_of_each_file(tmp_path: Path) -> None:
    tests = ["a.py::1", "a.py::2", "b.py::1", "c.py::rare"]
    found = Proofs(tests, [0.1, 0.2, 0.3, 4], {"bot/some.py": {"3": [0, 1, 2, 3], "5": [3]}})
    assert found.of(mutant((3, 3), (2, 5)), Named(tmp_path), 20) == ["c.py::rare", "a.py::1", "b.py::1", "a.py::2"]


def test_what_survives_must_be_explained_and_be_few(capsys: pytest.CaptureFixture[str]) -> None:
    def verdicts(*hows: str) -> list[Verdict]:
        return [Verdict(mutant((n, n), (n, n)), how) for n, how in enumerate(hows)]

    assert mutants.told(verdicts("tests/x.py::y", "endless", "import"), 100, {})
    assert not mutants.told(verdicts("tests/x.py::y", ""), 50, {}), "not explained"
    assert "bot/some.py f: a → b []: NOT EXPLAINED" in capsys.readouterr().out
    why = {"bot/some.py f: a → b": "Both are the same."}
    assert mutants.told(verdicts("tests/x.py::y", ""), 50, why)
    assert not mutants.told(verdicts("tests/x.py::y", ""), 51, why), "too few"
    assert [verdict.killed for verdict in verdicts("", "unreached", "odd: 11")] == [False] * 3


RULES = """LIMITS = (1, 2)

class Rule:
    limit = 5

def allowed(n):
    return n in LIMITS

def capped(n):
    return min(n, Rule.limit)

def waited(n):
    while n > 0:
        n -= 1
    return n

def unseen(n):
    return n + 1

def unreached(n):
    return n - 1
"""
PROVED = """import pytest
from bot import rules

def test_allowed():
    assert [rules.allowed(n) for n in (1, 2, 3)] == [True, True, False]

@pytest.mark.parametrize(("n", "wanted"), [(1, 1), (5, 5), (9, 5)])
def test_capped(n, wanted):
    assert rules.capped(n) == wanted

def test_waited():
    assert rules.waited(3) == 0

def test_unseen():
    rules.unseen(1)
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_small_tree_is_tried_whole(tmp_path: Path) -> None:
    """Tables and defaults by import, functions in place; what hangs itself is seen, too."""
    for file, text in (("bot/rules.py", RULES), ("tests/test_rules.py", PROVED), ("benchmarks/mutants.toml", "")):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text(text)
    (tmp_path / "tests/__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    command = [
        sys.executable,
        "-m",
        "benchmarks.mutants",
        "--root",
        str(tmp_path),
        "--bound",
        "0.3",
        "--tests",
        "tests",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    lines = [line.partition("bot/rules.py ")[2] for line in done.stdout.splitlines() if "SURVIVED" in line]
    assert sorted(lines) == [
        "unreached: n - 1 → n - 2 [unreached]",
        "unreached: return n - 1 → return n + 1 [unreached]",
        "unseen: n + 1 → n + 2 []",
        "unseen: return n + 1 → return n - 1 []",
    ], done.stdout + done.stderr
    assert "waited: n -= 1 → nothing [endless]" in done.stdout
    assert "(1, 2) → (1,) [tests/test_rules.py::test_allowed]" in done.stdout
    assert done.returncode == 1
