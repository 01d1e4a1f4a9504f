"""`rotate-key`: seals every secret in the database again with the newest key, and says whether older ones may go."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bot.settings import Settings, read
from bot.settings.keys import MAKES_ONE
from store.sealed import rotation
from store.sealed.keyring import Keyring
from store.sealed.rotation import Found
from store.upkeep.moving import opened

BUSY = "A `serve` that has not these keys yet seals with it: start that one again, then do this once more."
MAY_GO = (
    "Nothing needs an older key any more: leave only the first one in BATON_SECRET_KEY, and start every `serve` again. "
    "A backup made before today still needs the key of its day."
)
ALONE = "BATON_SECRET_KEY holds one key, and nothing needs another one."
MADE = (
    f"The key is made of Slack's secret. To have one of Baton's own, set BATON_SECRET_KEY; this makes one: {MAKES_ONE}"
)


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Also beside a running `serve`. Exit code 1 while something is sealed with an older key, or cannot be opened."""
    del asked
    settings = read(env, table)
    db = opened(str.__str__(settings.database_url))
    try:
        done, found = rotation.seal_again(db, Keyring.of(settings))
    finally:
        db.dispose()
    sys.stdout.write(f"{rows(done)} sealed again. {rows(found.newest)} sealed with the newest key now.\n")
    sys.stdout.write(f"{_older(settings, found)}\n")
    if found.lost:
        sys.stdout.write(f"{lost(found)}\n")
    return 1 if found.older or found.lost else 0


def rows(count: int) -> str:
    """So many rows are."""
    return f"{count} {'row is' if count == 1 else 'rows are'}"


def lost(found: Found) -> str:
    """What no key opens, and what follows from it."""
    return (
        f"{rows(found.lost)} sealed with a key that is gone: put it back behind the others in BATON_SECRET_KEY. "
        "If it was made of a secret of Slack's that is renewed, do nothing: answers that wait are let go, and a "
        "connection must be signed in to again."
    )


def _older(settings: Settings, found: Found) -> str:
    if found.older:
        return f"{rows(found.older)} sealed with an older key still. {BUSY}"
    if not settings.secret_keys:
        return MADE
    return MAY_GO if len(settings.secret_keys) > 1 else ALONE
