"""`backup` and `restore`: a copy of the database by one command, and back by another."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bot.errors import FileRefused
from bot.settings import database_url
from handlers.clock import Clock
from store.upkeep import copies


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Needs DATABASE_URL alone. A copy holds every word of the record, and no key of what is sealed."""
    del table
    url = str.__str__(database_url(env))
    if asked.verb == "backup":
        try:
            made = copies.backup(url, asked.file)
        except OSError as error:
            raise FileRefused(f"{asked.file} cannot be written: {error.strerror}.") from error
        sys.stdout.write(f"{asked.file} is a whole copy: {_words(made)}. Keep it where only you can read it.\n")
        return 0
    try:
        put = copies.restore(url, asked.file, t=Clock().tick(), replace=asked.replace)
    except OSError as error:
        raise FileRefused(f"{asked.file} cannot be put back: {error.strerror}.") from error
    sys.stdout.write(f"The copy is back in its place: {_words(put)}.\n")
    if put.before:
        sys.stdout.write(f"What was there before is kept: {put.before}.\n")
    sys.stdout.write(
        "Start `serve`: it draws every open thread again and asks the CRM for what changed since the copy.\n"
    )
    return 0


def _words(copied: copies.Copied) -> str:
    handovers, rows = copied.counts.get("handover", 0), sum(copied.counts.values())
    return f"schema {copied.revision}, {handovers} {'handover' if handovers == 1 else 'handovers'}, {rows} rows"
