"""`make audit` fails on a finding, and on nothing that lies with somebody else; it never calls unchecked checked."""

import json
import re
import tomllib
from typing import Any

import pytest

from tests.house import audit

CLEAN = {"name": "alembic", "version": "1.20.1", "vulns": []}
HOLE = {"id": "PYSEC-2026-7", "fix_versions": ["3.1.7", "4.0.1"], "aliases": ["CVE-2026-1"], "description": "…"}
HOLED = {"name": "jinja2", "version": "3.1.6", "vulns": [HOLE]}
UNKNOWN = {"name": "mako", "skip_reason": "Dependency not found on PyPI and could not be audited: mako (1.4.3)"}


def judged(*packages: dict[str, Any]) -> tuple[int, list[str]]:
    """What is said of a report about these."""
    return audit.verdict(json.dumps({"dependencies": packages, "fixes": []}), "")


def test_a_known_vulnerability_fails_and_says_where_it_is_mended() -> None:
    code, said = judged(CLEAN, HOLED)
    assert (code, said[-1]) == (1, "audit: packages checked: 2, known vulnerabilities: 1.")
    assert said[0] == "audit: jinja2 3.1.6: PYSEC-2026-7, mended in 3.1.7, 4.0.1."
    unmended = {**HOLED, "vulns": [{**HOLE, "fix_versions": []}]}
    assert judged(unmended)[1][0].endswith("PYSEC-2026-7, not mended yet.")


def test_what_was_accepted_with_its_reason_is_said_and_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(audit.ACCEPTED, "PYSEC-2026-7", "no template comes from outside")
    code, said = judged(HOLED)
    assert (code, said[0]) == (0, "audit: jinja2 3.1.6: PYSEC-2026-7 is accepted: no template comes from outside")


def test_what_the_service_does_not_know_is_named_and_not_called_checked() -> None:
    assert judged(CLEAN, UNKNOWN) == (
        0, ["audit: not checked: mako.", "audit: packages checked: 1, known vulnerabilities: none."]
    )  # fmt: skip
    assert judged(UNKNOWN, UNKNOWN) == (0, ["audit: could not reach the advisory service, not checked."])


@pytest.mark.parametrize(
    "last",
    [
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded",
        "pip_audit._service.interface.ServiceError",
        "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service with `-s SERVICE`",
        "Too slow",
    ],
)
def test_an_advisory_service_that_is_away_fails_nothing_and_is_said(last: str) -> None:
    assert audit.verdict("", f"Traceback\n{last}\n") == (
        0, ["audit: could not reach the advisory service, not checked."]
    )  # fmt: skip


def test_a_lock_that_cannot_be_audited_fails() -> None:
    code, said = audit.verdict("", "ERROR:pip_audit._cli:requirement alembic==1.20.1 does not contain a hash\n")
    assert (code, "does not contain a hash" in said[0]) == (1, True)
    assert audit.verdict("", "/usr/bin/python: No module named pip_audit")[0] == 1


def test_what_is_audited_is_all_that_runs() -> None:
    pins = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
    runs = pins.findall(audit.LOCK.with_name("requirements.lock").read_text())
    assert runs
    assert set(runs) <= set(pins.findall(audit.LOCK.read_text()))


def test_every_security_rule_is_on_for_what_runs() -> None:
    """The S rules of ruff are bandit's: an exception stands in its line, with its reason."""
    settings = tomllib.loads(audit.LOCK.with_name("pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert settings["select"] == ["ALL"]
    assert [rule for rule in settings["ignore"] if re.match(r"S\d*$", rule)] == []
    rooms = {
        path: rules
        for path, rules in settings["per-file-ignores"].items()
        if not path.startswith(("tests", "sandbox", "benchmarks"))
    }
    assert [rule for rules in rooms.values() for rule in rules if re.match(r"S\d*$", rule)] == []
