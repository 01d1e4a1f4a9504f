"""Files that take long begin first: one that begins last is waited for by all the others.

How long is written down already: by the seconds that their tests may take. `make slow` keeps this order; the tests of a
file stay together, as they share what was made for them.
"""

from collections import Counter
from pathlib import Path

import pytest

USUAL = 120.0  # seconds, as pyproject.toml says


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts what is left to run by its file: the most seconds first, then the most tests."""
    most: dict[Path, float] = {}
    for item in items:
        most[item.path] = max(most.get(item.path, 0.0), _seconds(item))
    count = Counter(item.path for item in items)
    items.sort(key=lambda item: (-most[item.path], -count[item.path]))


def _seconds(item: pytest.Item) -> float:
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark and mark.args else USUAL
