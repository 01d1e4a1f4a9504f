"""`coverage.toml` of both vendors says exactly what is served, and each served call names the tests that call it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sandbox.asana.routes import TABLE as ASANA
from sandbox.hubspot.routes import TABLE as HUBSPOT

ROOT = Path(__file__).parents[2]
SERVED = {
    "hubspot": {(method, base + rest) for method, bases, rest, _ in HUBSPOT for base in bases},
    "asana": {(method, path) for method, path, _ in ASANA},
}


def rows(vendor: str) -> list[dict[str, Any]]:
    return tomllib.loads((ROOT / "sandbox" / vendor / "coverage.toml").read_text("utf-8"))["calls"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("vendor", sorted(SERVED))
def test_every_served_call_is_listed_and_every_listed_one_is_served_or_planned(vendor: str) -> None:
    listed = {(row["method"], path) for row in rows(vendor) for path in row["paths"] if row["status"] != "planned"}
    planned = {(row["method"], path) for row in rows(vendor) for path in row["paths"] if row["status"] == "planned"}
    assert listed == SERVED[vendor]
    assert not planned & SERVED[vendor]


@pytest.mark.parametrize("vendor", sorted(SERVED))
def test_what_is_partial_or_planned_says_what_is_missing(vendor: str) -> None:
    assert {row["status"] for row in rows(vendor)} == {"supported", "partial", "planned"}
    assert [row["paths"] for row in rows(vendor) if row["status"] != "supported" and not row.get("left_out")] == []


@pytest.mark.parametrize("vendor", sorted(SERVED))
def test_the_named_tests_use_the_last_fixed_part_of_each_path(vendor: str) -> None:
    missing = []
    for row in rows(vendor):
        if row["status"] == "planned":
            continue
        fixed = [
            part for part in re.split(r"[/{}]", row["paths"][0]) if part and part not in {"kind", "id", "end", "to"}
        ]
        text = (ROOT / row["tested_by"]).read_text("utf-8")
        word = next(part for part in reversed(fixed) if part not in {"gid", "name", "workspace"})
        if word not in text:
            missing.append((row["paths"][0], word))
    assert missing == []
