"""The slow tests begin with the longest: else a file that takes minutes begins when all the others are done."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    "tests/handlers/test_burst.py",
    "tests/handlers/test_forgetting.py",
    "tests/handlers/test_fuzz.py",
    "tests/house/test_mutants.py",
    "tests/stories/test_kill.py",
]


def test_the_longest_come_first_and_the_tests_of_a_file_together() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-m", "slow", "--collect-only", "-p", "no:cacheprovider", *FILES]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    files = [line.partition("::")[0] for line in ended.stdout.splitlines() if "::" in line]
    assert list(dict.fromkeys(files)) == [FILES[4], FILES[0], FILES[3], FILES[2], FILES[1]]
    assert files == sorted(files, key=list(dict.fromkeys(files)).index)


def test_the_slow_run_keeps_that_order_and_all_others_the_usual_time() -> None:
    """By itself xdist begins with the files that have the most tests. The usual time stands in two places."""
    (slow,) = re.findall(r"^\t.*-m slow -n .*$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert "--dist loadfile --no-loadscope-reorder" in slow
    assert "\ntimeout = 120\n" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
