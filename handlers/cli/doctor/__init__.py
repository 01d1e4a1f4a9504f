"""`doctor`: what is right, what is wrong and the next step, line by line. It changes nothing, here or at any vendor.

The database is only looked at: what a migration would do is said, not done. Exit code 0: all is right; 1: something is
wrong; 2: the settings cannot be used. Every wait is bounded by the clients' own timeouts.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.company.setup import TABLE
from bot.errors import ConfigError
from bot.ports import Check
from bot.settings import Settings, read
from bot.settings.stored import with_stored
from bot.settings.tables import ENVIRONMENT
from handlers.cli.doctor import people, slack
from handlers.cli.doctor.here import database, files, offices, secrets
from handlers.cli.doctor.remote import connections
from handlers.cli.doctor.slack import Office
from handlers.clock import Clock
from handlers.wiring import Checked, checked
from store.upkeep.condition import stored_setting

NEXT = "mend it; docs/settings.md explains each setting"


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Prints every line, as words or as JSON, and returns the exit code."""
    code, lines = examine(env, table, Clock())
    if asked.json:
        told = [{"name": line.name, "ok": line.ok, "words": line.words} for line in lines]
        sys.stdout.write(json.dumps({"ok": code == 0, "checks": told}, indent=2, ensure_ascii=False) + "\n")
        return code
    for line in lines:
        sys.stdout.write(f"{'ok   ' if line.ok else 'WRONG'} {line.name}{': ' if line.words else ''}{line.words}\n")
    return code


def examine(env: Mapping[str, str], table: Mapping[str, Any], clock: Clock) -> tuple[int, Sequence[Check]]:
    """The exit code and all lines. Settings that cannot be used are told with the state of the database."""
    try:
        settings = _in_force(read(env, table))
        found = checked(settings, env, clock)
    except ConfigError as error:
        url = env.get("DATABASE_URL") or ENVIRONMENT["DATABASE_URL"][0]
        return 2, [*(Check("Settings", ok=False, words=f"{one} ({NEXT})") for one in error.problems), *database(url)]
    lines = [*_here(found, settings, clock)]
    office = Office(settings, clock)
    lines += slack.lines(office)
    lines += people.lines(office)
    lines += people.untold(settings)
    lines += connections(found, settings, env)
    return (0 if all(line.ok for line in lines) else 1), lines


def _in_force(settings: Settings) -> Settings:
    stored = stored_setting(str.__str__(settings.database_url), TABLE)
    return with_stored(settings, json.loads(stored) if stored else {})


def _here(found: Checked, settings: Settings, clock: Clock) -> Iterator[Check]:
    yield Check("Settings", ok=True, words="; ".join(settings.warnings))
    kept = [*database(str.__str__(settings.database_url))]
    # What was set up in Slack is in the database: while that cannot be read, nobody knows.
    if settings.missing and all(line.ok for line in kept):
        words = f"type /handover setup in Slack. Not said yet: {', '.join(settings.missing)}"
        yield Check("Setup", ok=False, words=words)
    yield from kept
    yield secrets(settings)
    yield from files(found, settings.checklist)
    if settings.source("offices") != "default":
        yield from offices(found.offices, clock.now().year)
