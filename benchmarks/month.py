"""`python -m benchmarks.month [--handovers 200]`: a month of the clock on SQLite, then, replicas racing, on PostgreSQL.

Forty people in five offices, 5 March to 8 April 2026, two replicas, outages of Slack, of the CRM's webhooks and of
Baton itself. Prints what the oracle found in Slack's log, and exits 1 when a rule was broken or a job gave up.
Ctrl-C ends the month at that step and judges what was until then.
"""

import argparse
import logging
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests import servers
from tests.stories.clock_month import WHOLE, Run, run
from tests.stories.clockwork.company import PEOPLE
from tests.stories.clockwork.oracle import Verdict, judged


def told(name: str, found: Run, verdict: Verdict, handovers: int) -> bool:
    """Prints one database's figures; whether all is well."""
    print(
        f"{name}: {len(found.evidence.facts)} of {handovers} handovers until {found.evidence.end:%d %b},"
        f" {len(PEOPLE)} people, {found.steps} steps,"
        f" {len(found.evidence.posts)} messages,"
        f" {verdict.reminders} reminders to {verdict.people} people, at most {verdict.most} a person and day,"
        f" {verdict.outside} outside their hours, {verdict.duties} duties, {verdict.forgotten} forgotten,"
        f" {verdict.doubled} doubled, {len(verdict.broken)} rules broken, {found.parked} jobs parked,"
        f" {found.seconds:.0f} s"
    )
    print("  " + ", ".join(f"{reason}: {n}" for reason, n in verdict.covered.most_common()))
    for line in verdict.broken:
        print(f"  {line}")
    return not verdict.broken and not found.parked


def main() -> int:
    """Both databases, or the one that was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--handovers", type=int, default=WHOLE.handovers)
    parser.add_argument("--only", choices=("sqlite", "postgres"), default="")
    asked = parser.parse_args()
    logging.disable(logging.ERROR)  # the outages are meant
    scenario = replace(WHOLE, handovers=asked.handovers)
    folder, well = Path(tempfile.mkdtemp(prefix="baton-month-")), True
    if asked.only != "postgres":
        found = run(folder, scenario)
        well = told("SQLite", found, judged(found.evidence), asked.handovers)
    if asked.only != "sqlite":
        with servers.postgres() as address:
            found = run(folder, scenario, url=address("postgres"), racing=True)
        well = told("PostgreSQL", found, judged(found.evidence), asked.handovers) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
