"""`make audit`: the locked packages against the advisories of known vulnerabilities, by pip-audit.

A finding fails it. What could not be asked about, as the advisory service could not be reached or does not know the
package, is said and does not fail: a landing must not wait for somebody else's service, nor call unchecked checked.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[2] / "requirements-dev.lock"  # all that runs, and all that tests
PATIENCE = 180.0  # seconds for some eighty packages
# Advisories that do not touch us, each with its reason; without one here, every finding fails.
ACCEPTED: dict[str, str] = {}
UNREACHED = "could not reach the advisory service, not checked"
# How pip-audit ends when the service is away, slow or broken; whatever else ends it is a fault of ours.
AWAY = ("requests.exceptions.", "ServiceError", "Tip: your network", "Too slow")


def verdict(printed: str, complaint: str) -> tuple[int, list[str]]:
    """The exit code and what is said: of pip-audit's report (JSON), else of its complaint."""
    if not printed.strip():
        last = (complaint.strip().splitlines() or ["no report and no reason"])[-1]
        away = any(sign in last for sign in AWAY)
        return (0, [f"audit: {UNREACHED}."]) if away else (1, [f"audit: pip-audit could not run: {last}"])
    packages: list[dict[str, Any]] = json.loads(printed)["dependencies"]
    checked = [one for one in packages if "skip_reason" not in one]
    if not checked:
        return 0, [f"audit: {UNREACHED}."]
    found, said = 0, []
    for one in checked:
        for hole in one["vulns"]:
            name = f"{one['name']} {one['version']}: {hole['id']}"
            if hole["id"] in ACCEPTED:
                said.append(f"audit: {name} is accepted: {ACCEPTED[hole['id']]}")
                continue
            found += 1
            mended = f"mended in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else "not mended yet"
            said.append(f"audit: {name}, {mended}.")
    if skipped := [str(one["name"]) for one in packages if "skip_reason" in one]:
        said.append(f"audit: not checked: {', '.join(skipped)}.")
    said.append(f"audit: packages checked: {len(checked)}, known vulnerabilities: {found or 'none'}.")
    return int(found > 0), said


def asked(*options: str) -> tuple[str, str]:
    """What pip-audit prints and complains of, for the lock."""
    call = ["--require-hashes", "--disable-pip", "-r", str(LOCK), "-f", "json", "--progress-spinner", "off", *options]
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            [sys.executable, "-m", "pip_audit", *call], capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return "", "Too slow"
    return done.stdout, done.stderr


def main() -> int:
    """Says what was found."""
    code, said = verdict(*asked(*sys.argv[1:]))
    sys.stdout.write("\n".join(said) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
