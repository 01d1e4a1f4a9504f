"""`migrate`: brings the database up to date and says what it did."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bot.settings import read
from store.migrate import migrate


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Migrates; a failure leaves the old state and is told as a problem of the settings."""
    del asked
    settings = read(env, table)
    done = migrate(settings.database_url)
    sys.stdout.write(
        f"The database is at {done.after}. {'It was brought up to date.' if done.changed else 'It was already.'}\n"
    )
    if done.backup:
        sys.stdout.write(f"A copy of the old state is {done.backup}.\n")
    return 0
