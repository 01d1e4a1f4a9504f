"""What is sealed in the database: under which key it is, and all of it sealed again with the newest one.

Secrets stand in the fields of stored work that its effect names, and in small values that begin as a sealed text does.
A row is changed only as it was read, a page at a time, so that a running `serve` neither waits nor loses anything.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, select, update

from bot.effects import KINDS
from bot.errors import Conflict
from store.engine import Db
from store.sealed.keyring import SEALED, Keyring, is_sealed
from store.tables import JobRow, SettingRow, table

JOB, SETTING = table(JobRow), table(SettingRow)
PAGE = 200
PASSES = 3  # what a running `serve` puts in meanwhile, or what had to give way, is found by the next one


@dataclass(frozen=True)
class Found:
    """Rows with secrets: under the newest key, under an older one, and those that no key opens.

    Finished work is not among the `lost`: nobody opens its secrets again.
    """

    newest: int = 0
    older: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Kept:
    """One row that holds secrets, and whether somebody is still going to open them."""

    key: Any
    text: str
    secrets: tuple[str, ...]
    needed: bool = True


@dataclass(frozen=True)
class Place:
    """A column in which secrets stand, and how they are read from one of its rows."""

    key: Column[Any]
    text: Column[Any]
    first: Any
    like: str
    read: Callable[[Any], Kept]

    def page(self, session: Connection, after: Any) -> list[Kept]:
        """The next rows that may hold secrets, by key."""
        rows = select(self.key.table).where(self.key > after, self.text.like(self.like)).order_by(self.key).limit(PAGE)
        return [self.read(row) for row in session.execute(rows)]

    def put(self, session: Connection, kept: Kept, text: str) -> int:
        """Writes the row's text, unless it is another one by now; 1 when it was written."""
        same = (self.key == kept.key, self.text == kept.text)
        return int(session.execute(update(self.key.table).where(*same).values({self.text: text})).rowcount)


def _job(row: Any) -> Kept:
    # People's words may look like a sealed text: only what the effect names as a secret is one.
    names = KINDS[row.kind].secrets if row.kind in KINDS else ()
    payload = json.loads(row.payload) if names else {}
    values = (str(payload.get(name, "")) for name in names)
    return Kept(row.id, row.payload, tuple(value for value in values if is_sealed(value)), row.state != "done")


def _setting(row: Any) -> Kept:
    return Kept(row.key, row.value, (row.value,))


PLACES = (
    Place(JOB.c.id, JOB.c.payload, 0, f'%"{SEALED}%', _job),
    Place(SETTING.c.key, SETTING.c.value, "", f"{SEALED}%", _setting),
)


def look(session: Connection, keyring: Keyring) -> Found:
    """Counts every row that holds secrets."""
    newest = older = lost = 0
    for kept in _kept(session):
        if all(map(keyring.is_newest, kept.secrets)):
            newest += 1
        elif _again(keyring, kept) is not None:
            older += 1
        else:
            lost += kept.needed
    return Found(newest, older, lost)


def seal_again(db: Db, keyring: Keyring) -> tuple[int, Found]:
    """Seals with the newest key what an older one sealed: how many rows it did, and what is there now.

    Done again, or stopped in the middle, it does only what is left.
    """
    done, found = 0, Found()
    for _ in range(PASSES):
        done += sum(_pass(db, keyring, place) for place in PLACES)
        with db.read() as session:
            found = look(session, keyring)
        if not found.older:
            break
    return done, found


def _pass(db: Db, keyring: Keyring, place: Place) -> int:
    done, after = 0, place.first
    while True:
        with db.read() as session:
            page = place.page(session, after)
        if not page:
            return done
        old = [kept for kept in page if not all(map(keyring.is_newest, kept.secrets))]
        new = [(kept, text) for kept in old if (text := _again(keyring, kept)) is not None]
        with suppress(Conflict):
            done += _put(db, place, new)
        after = page[-1].key


def _put(db: Db, place: Place, new: list[tuple[Kept, str]]) -> int:
    if not new:
        return 0
    with db.write() as session:
        return sum(place.put(session, kept, text) for kept, text in new)


def _kept(session: Connection) -> Iterator[Kept]:
    for place in PLACES:
        after = place.first
        while page := place.page(session, after):
            yield from (kept for kept in page if kept.secrets)
            after = page[-1].key


def _again(keyring: Keyring, kept: Kept) -> str | None:
    text = kept.text
    for secret in kept.secrets:
        sealed = keyring.sealed_again(secret)
        if sealed is None:
            return None
        text = text.replace(secret, sealed)
    return text
