"""`erase --person WHO`: what names somebody; with `--yes` it is removed. Prints where else they remain."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.people import TITLES, Role
from bot.settings import read
from handlers.clock import Clock
from handlers.deps import Deps, new_id
from handlers.wiring import build
from store.upkeep import erasure
from store.upkeep.erasure import Erased
from store.upkeep.moving import file_of

SHOWN = 20  # records in one line
OUTSIDE = (
    "Slack: what others wrote, the account itself, direct messages that Baton no longer remembers, histories as files.",
    "Backups and exports that you made: let them run out, or erase again after a restore.",
)


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Exit code 1 when nothing stored names them, 2 when WHO is neither an e-mail address nor a Slack id."""
    deps = build(read(env, table), env, clock=Clock(), upgrade=False)
    try:
        return _run(deps, asked.person, table, yes=asked.yes)
    finally:
        deps.store.db.dispose()


def _run(deps: Deps, who: str, table: Mapping[str, Any], *, yes: bool) -> int:
    store, token = deps.store, new_id()[:8]
    found = erasure.erase(store, who, token) if yes else erasure.look(store.db, who, token)
    if found is None:
        sys.stderr.write(f"{who!r} is no e-mail address and no Slack id (U…). Write one of them.\n")
        return 2
    out = sys.stdout.write
    if found.nothing:
        out(f"Nothing that is stored names {who}.\n")
    else:
        out("Removed:\n" if yes else "Would be removed (nothing was changed; add --yes to do it):\n")
        for line in _removed(found, yes=yes):
            out(f"  - {line}\n")
    if yes and not erasure.scrub_file(store.db):
        out("The file of the database still holds old pages. Stop `serve`, then run this once more.\n")
    out("Remains elsewhere:\n")
    for line in _remains(deps, found, who, table):
        out(f"  - {line}\n")
    return 1 if found.nothing else 0


def _removed(found: Erased, *, yes: bool) -> Iterator[str]:
    said = found.subject.said
    yield f'name and addresses: people read "{said}" instead'
    for name, count in sorted(found.rows.items()):
        yield f"{name}: {count} {'row' if count == 1 else 'rows'}"
    if found.posts:
        edited = "are being edited by the running `serve`" if yes else "would be edited"
        yield f"Slack: our messages at {found.posts} places {edited}, those that name them"
    if found.digests:
        days = "1 digest" if found.digests == 1 else f"{found.digests} digests"
        yield f"Slack: the reasons of pauses {'leave' if yes else 'would leave'} {days}, whomever they name"
    for handover_id, role in found.roles:
        assign = f"/handover assign HO-{handover_id} {role} @NAME"
        yield f"HO-{handover_id}: they are the {TITLES[Role(role)]} still; name another with {assign}"


def _remains(deps: Deps, found: Erased, who: str, table: Mapping[str, Any]) -> Iterator[str]:
    emails = found.subject.emails or {who.lower()}
    if places := list(_named_in(table, emails)):
        yield f"baton.toml: {', '.join(places)}. Remove them there, else Baton meets them again."
    for key, crm in deps.crms.items():
        ids = [deal_id for connection, deal_id in found.deals if connection == key]
        told = f" It told us of them with {_some(ids)}." if ids else ""
        yield f"{crm.title}: remove them there first; the next read of a deal brings back what it holds.{told}"
    if deps.tool is not None:
        spaces = f" in {_some(found.workspaces)}" if found.workspaces else ""
        yield f"{deps.tool.title}: members, guests, task owners and comments{spaces}."
    if found.first_names:
        named = _some([f"HO-{handover_id}" for handover_id in sorted(found.first_names)])
        yield f"The first name alone may stand in entries of {named}: look there, Baton cannot know whom it means."
    yield from OUTSIDE
    url = str.__str__(deps.settings.database_url)
    if (file := file_of(url)) is not None:
        yield from (f"A copy beside the database: {copy}." for copy in _copies(file))


def _copies(file: Path) -> list[Path]:
    found = [*file.parent.glob(f"{file.name}.bak-*"), *file.parent.glob(f"{file.name}.before-restore*")]
    return sorted(found)


def _named_in(value: Any, emails: frozenset[str] | set[str], path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if str(key).lower() in emails:
                yield f"[{path}]"
            yield from _named_in(item, emails, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _named_in(item, emails, path)
    elif isinstance(value, str) and value.strip().lower() in emails:
        yield f"[{path}]"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
