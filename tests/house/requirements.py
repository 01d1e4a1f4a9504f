"""`python -m tests.house.requirements`: which requirement is proved by which tests, written to docs/requirements.md."""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "requirements.md"


def known() -> dict[str, str]:
    """Each requirement with its short line."""
    return tomllib.loads((ROOT / "tests/house/requirements.toml").read_text(encoding="utf-8"))


@cache
def marks() -> Mapping[str, list[str]]:
    """Requirement → the tests that carry its mark, by reading the tests as text."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        for node in _tests(ast.parse(text)) if "mark.req(" in text else ():
            for name in _marked(node):
                found[name].append(f"{file.relative_to(ROOT)}::{node.name}")
    return found


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Classes of tests first, as they stand; then the tests within them."""
    outer = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    yield from outer
    for node in outer:
        if isinstance(node, ast.ClassDef):
            yield from (inner for inner in node.body if isinstance(inner, ast.FunctionDef))


def _marked(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("mark.req"):
            yield from (str(ast.literal_eval(argument)) for argument in decorator.args)


def page() -> str:
    """The whole page."""
    proved = marks()
    covered = len([number for number in known() if proved.get(number)])
    lines = [
        "# Requirements and the tests that prove them",
        "",
        f"{covered} of {len(known())} are proved by at least one test. `make requirements` writes this page.",
        "",
        "| R | what | tests |",
        "|---|---|---|",
    ]
    for number, words in known().items():
        tests = proved.get(number, [])
        shown = ", ".join(f"`{test.split('::')[1]}`" for test in tests[:3])
        more = f" and {len(tests) - 3} more" if len(tests) > 3 else ""
        lines.append(f"| {number} | {words} | {shown}{more} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Writes the page and says the count."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(page().splitlines()[2] + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
