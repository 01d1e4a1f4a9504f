"""`export` and `import`: a whole company from one database to another, every count told on both sides."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bot.errors import FileRefused
from bot.settings import database_url
from store.upkeep import moving
from store.upkeep.moving import Moved


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Needs DATABASE_URL alone. The file holds every word of the record, and no key of what is sealed."""
    del table
    url = str.__str__(database_url(env))
    out = asked.verb == "export"
    try:
        moved = moving.export_to(url, asked.file) if out else moving.import_from(url, asked.file)
    except OSError as error:
        raise FileRefused(f"{asked.file} cannot be {'written' if out else 'read'}: {error.strerror}.") from error
    _told(moved, ("database", "file") if out else ("file", "database"))
    sys.stdout.write(
        f"{asked.file} holds the company at schema {moved.revision}. It holds every promise too: keep it safe.\n"
        if out
        else "Every count is right. Start `serve` on this database, and never again on the old one.\n"
    )
    return 0


def _told(moved: Moved, sides: tuple[str, str]) -> None:
    sys.stdout.write(f"{'table':<20} {sides[0]:>10} {sides[1]:>10}\n")
    for name, count in moved.here.items():
        sys.stdout.write(f"{name:<20} {moved.there.get(name, 0):>10} {count:>10}\n")
    sys.stdout.write(f"{'all':<20} {sum(moved.there.values()):>10} {sum(moved.here.values()):>10}\n")
