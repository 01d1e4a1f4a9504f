"""SECURITY.md names the test that proves each promise: the tests are there, and are run."""

import ast
import re
from pathlib import Path

import pytest

from store.upkeep.portable import TABLES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
SAID = dict(re.findall(r"^  - `([^`]+)`(?: \((slow)\))?$", PAGE, re.MULTILINE))
PROOFS = list(SAID)


@pytest.mark.parametrize("proof", PROOFS)
def test_the_test_that_is_named_is_there_is_never_skipped_and_runs_when_it_is_said_to(proof: str) -> None:
    file, _, name = proof.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert len(found) == 1, proof
    marks = [ast.unparse(each) for each in found[0].decorator_list]
    assert "skip" not in " ".join(marks)
    whole = [line for node in tree.body if (line := ast.unparse(node)).startswith("pytestmark = ")]
    slow = "pytest.mark.slow" in marks or any("pytest.mark.slow" in line for line in whole)
    assert (SAID[proof] == "slow") is slow


def test_every_promise_has_its_proof() -> None:
    """Between the first heading and what is not promised, each point has at least one test below it."""
    promised = PAGE.partition("\n## ")[2].partition("## What is not promised")[0]
    points = re.split(r"^- ", promised, flags=re.MULTILINE)[1:]
    assert len(points) > 15
    assert [point.splitlines()[0] for point in points if "\n  - `tests/" not in point] == []
    assert len(PROOFS) == PAGE.count("\n  - `tests/")


def test_every_link_of_the_page_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.req("R110")
def test_the_inventory_names_every_table() -> None:
    """A table that comes later says what it holds, who sees it and how long it is kept."""
    page = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert [name for name in TABLES if not any(f"`{name}`" in line for line in rows)] == []
    assert [line for line in rows if line.count("|") != 6] == []
