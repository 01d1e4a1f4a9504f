"""What lies on our side: the database, checklists and playbooks, the offices' holidays."""

from collections.abc import Iterator, Mapping

from bot.errors import ConfigError
from bot.ports import Check
from bot.settings import Settings
from bot.worktime import Office
from handlers.cli.rotate_key import lost, rows
from handlers.wiring import Checked
from store.sealed.keyring import Keyring
from store.sealed.rotation import Found, look
from store.upkeep.condition import SPACE, asked, condition

MEGABYTE = 1_000_000
OLDEST_POSTGRES = 15


def database(url: str) -> Iterator[Check]:
    """Whether it can be opened, which schema it has, what would run at the next start, and whether there is room."""
    try:
        found = condition(url)
    except ConfigError as error:
        yield from (Check("Database", ok=False, words=problem) for problem in error.problems)
        return
    yield Check("Database", ok=True, words=found.server)
    if found.server_version and found.server_version < OLDEST_POSTGRES:
        words = f"use PostgreSQL {OLDEST_POSTGRES} or newer, older ones are not tested"
        yield Check("Database version", ok=False, words=words)
    yield _schema(found.before, found.after, found.known)
    if not found.writable:
        words = "the file or its folder cannot be written: give both to the account that runs Baton"
        yield Check("Database file", ok=False, words=words)
    if found.free is not None:
        room = found.free >= SPACE
        words = f"{found.free // MEGABYTE:,} MB are free" + ("" if room else f", free {SPACE // MEGABYTE} MB or more")
        yield Check("Disk", ok=room, words=words)


def _schema(before: str, after: str, known: bool) -> Check:  # noqa: FBT001 - an answer, not a switch
    if not known:
        words = f"{before} is from a newer version of Baton: start that one, or restore the backup made before it"
        return Check("Migrations", ok=False, words=words)
    if before == after:
        return Check("Migrations", ok=True, words=f"at {after}")
    at = f"at {before}, the next start brings it to {after}" if before else f"new, the first start brings it to {after}"
    return Check("Migrations", ok=True, words=at)


def secrets(settings: Settings) -> Check:
    """Which key seals what is secret in the database, whether all of it can be opened, and which keys may go."""
    keyring = Keyring.of(settings)
    found = asked(str.__str__(settings.database_url), lambda session: look(session, keyring)) or Found()
    if found.lost:
        return Check("Secrets", ok=False, words=lost(found))
    given = len(settings.secret_keys)
    made = f"a key that is made of {_source(settings)} and changes with it"
    key = "the first key of BATON_SECRET_KEY" if given else made
    words = [f"sealed with {key}"]
    if found.older:
        words.append(f"{rows(found.older)} sealed with an older key: run `python app.py rotate-key`")
    elif given > 1:
        words.append("nothing needs the older keys any more: leave only the first one")
    return Check("Secrets", ok=True, words="; ".join(words))


def _source(settings: Settings) -> str:
    return "SLACK_SIGNING_SECRET" if settings.signing_secret else "SLACK_BOT_TOKEN"


def files(found: Checked, in_force: str) -> Iterator[Check]:
    """The checklists and playbooks that can be used, and which is in force; wrong ones are problems of settings."""
    yield Check("Checklists", ok=True, words=f"{', '.join(sorted(found.shelf.checklists))}; in force: {in_force}")
    yield Check("Playbooks", ok=True, words=", ".join(sorted(found.shelf.projects)))


def offices(known: Mapping[str, Office], year: int) -> Iterator[Check]:
    """How many public holidays each office has in this year and the next one."""
    for name, office in sorted(known.items()):
        counts = {each: sum(day.year == each for day in office.holidays) for each in (year, year + 1)}
        words = ", ".join(f"{count} public holidays in {each}" for each, count in counts.items())
        none = f"no public holidays, as no country is named: [offices.{name}] country gives them"
        yield Check(f"Office {name}", ok=True, words=words if any(counts.values()) else none)
