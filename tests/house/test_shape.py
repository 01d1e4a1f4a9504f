"""Sizes and shape of the house: the number is in the failure message."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "blocks", "connectors", "handlers", "store", "sandbox", "benchmarks", "tests")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|raise NotImplemented" r"Error")
VAGUE = {"utils.py", "helpers.py", "common.py", "base.py", "misc.py"}
FILES = sorted([ROOT / "app.py", *(f for room in ROOMS for f in (ROOT / room).rglob("*.py"))])


def names(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


@pytest.mark.parametrize("file", FILES, ids=names(FILES))
def test_a_module_is_small_says_what_it_is_for_and_is_finished(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    limit = 500 if file.relative_to(ROOT).parts[0] == "tests" else 400
    assert text.count("\n") <= limit, f"{file}: {text.count(chr(10))} lines"
    tree = ast.parse(text)
    assert not text.strip() or ast.get_docstring(tree), f"{file}: no docstring"
    assert not UNFINISHED.search(text), f"{file}: unfinished words"


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in FILES
        if file.relative_to(ROOT).parts[0] != "tests"
        for node in functions(file)
        if (node.end_lineno or 0) - node.lineno >= 50
    ]
    assert long == []


def test_no_folder_holds_more_than_24_files() -> None:
    folders = Counter(file.parent for file in FILES if "tests" not in file.parts)
    assert [(str(f.relative_to(ROOT)), n) for f, n in folders.items() if n > 24] == []


def test_no_file_has_a_vague_name() -> None:
    assert [file for file in FILES if file.name in VAGUE] == []


def test_the_composition_root_is_small() -> None:
    assert (ROOT / "app.py").read_text(encoding="utf-8").count("\n") <= 150


def test_every_listener_acknowledges() -> None:
    """A listener without ack() is a 404 after three seconds (Bolt)."""
    silent = []
    for file in (ROOT / "handlers/ears").rglob("*.py"):
        for node in functions(file):
            listens = any(ast.unparse(d).startswith("bolt.") for d in node.decorator_list)
            if listens and "ack(" not in ast.unparse(node):
                silent.append(f"{file.name}:{node.name}")
    assert silent == []


def test_nothing_names_an_index_address() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index" not in text


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
