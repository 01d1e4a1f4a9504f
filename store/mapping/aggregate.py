"""The whole handover: loaded in one statement however many there are, saved by its differences."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Text, bindparam, cast, insert, select, update

from bot.deal import Deal
from bot.handover import Handover
from store.mapping import entries, families, holders, names, record
from store.mapping.codec import Fields
from store.mapping.deal import deal_json, deal_of_text
from store.mapping.family import OWNER, Kept
from store.sql import on_postgres
from store.tables import HandoverDealRow, HandoverRow, table

HANDOVER, DEAL = table(HandoverRow), table(HandoverDealRow)
CHUNK = 500


@dataclass(frozen=True)
class Stored:
    """What the database holds of one handover; the next save writes only what differs from it."""

    row: Fields
    search: str
    deal: Deal
    parts: tuple[Kept, ...]
    entries: tuple[Kept, Kept]


@dataclass(frozen=True)
class Saved:
    """What a save did: whether it wrote anything that people see, and what is stored now."""

    changed: bool
    stored: Stored


def load(connection: Connection, ids: Iterable[int]) -> list[Handover]:
    """The handovers of these ids in their order; ids which do not exist are left out."""
    return [_record(row) for row in _rows(connection, ids)]


def locked(connection: Connection, ids: Iterable[int]) -> list[tuple[Handover, Stored, holders.Rows]]:
    """The same, each with what is stored of it, to be saved; and the rows of the people in whose hands it is.

    The rows of the handovers are taken by ascending id until the transaction ends (PostgreSQL; SQLite's writer is alone
    anyway).
    """
    wanted = list(ids)
    if wanted and on_postgres(connection):  # whoever waited for a row must see what the one before them wrote beside it
        connection.execute(_LOCK, {"ids": wanted})
    rows = _rows(connection, wanted, whose=True)
    return [((one := _record(row)), _stored(one, row["search"]), holders.of_row(row)) for row in rows]


def _rows(connection: Connection, ids: Iterable[int], *, whose: bool = False) -> list[RowMapping]:
    wanted = list(dict.fromkeys(ids))
    found: dict[int, RowMapping] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        several = len(chunk) > 1  # with one value to bind nothing is spelled out anew
        given = {"ids": chunk} if several else {"one": chunk[0]}
        asked = _whole(several=several, whose=whose, postgres=on_postgres(connection))
        found.update((row["id"], row) for row in connection.execute(asked, given).mappings())
    return [found[handover_id] for handover_id in wanted if handover_id in found]


_LOCK = select(HANDOVER.c.id).where(HANDOVER.c.id.in_(bindparam("ids", expanding=True))).order_by(HANDOVER.c.id)
_LOCK = _LOCK.with_for_update()


@functools.cache
def _whole(*, several: bool, whose: bool, postgres: bool) -> Select[Any]:
    """The records `ids`, or `one`, with all that belongs to them, in one statement; with `whose`, their people too."""
    wanted = HANDOVER.c.id.in_(bindparam("ids", expanding=True)) if several else HANDOVER.c.id == bindparam("one")
    deal = select(cast(DEAL.c.data, Text)).where(DEAL.c[OWNER] == HANDOVER.c.id)
    parts = (
        family.gathered.column(family.table.c[OWNER] == HANDOVER.c.id, postgres=postgres).label(f"part{n}")
        for n, family in enumerate(families.FAMILIES)
    )
    said = (column.label(name) for name, column in entries.columns_of(HANDOVER.c.id, postgres=postgres).items())
    people = [holders.column(HANDOVER.c.id, postgres=postgres)] if whose else []
    return select(*HANDOVER.c, deal.scalar_subquery().label("deal_data"), *parts, *said, *people).where(wanted)


def _record(row: RowMapping) -> Handover:
    handover = record.handover_of(row, deal_of_text(row["deal_data"]))
    handover.entries = entries.of_row(row)
    for n, family in enumerate(families.FAMILIES):
        family.fill(handover, row[f"part{n}"])
    return handover


def _stored(handover: Handover, search: str) -> Stored:
    parts = tuple(family.kept(handover) for family in families.FAMILIES)
    return Stored(record.kept(handover), search, handover.deal, parts, entries.kept(handover))


def add(connection: Connection, handover: Handover) -> Stored:
    """Stores a new handover, which has its id already, with all its parts."""
    connection.execute(insert(DEAL), {OWNER: handover.id, "data": deal_json(handover.deal)})
    entries.save(connection, handover, ({}, {}))
    for family in families.FAMILIES:
        family.save(connection, handover, {})
    stored = _stored(handover, record.search(handover))
    names.keep(connection, handover.id, old="", new=stored.search)
    return stored


def save(connection: Connection, handover: Handover, old: Stored, *, look_at: datetime) -> Saved:
    """Writes what differs from `old`; raises `rev` by one when anything but the place of our messages changed.

    A record that changed is to be looked at again at `look_at`.
    """
    changed, its_entries = entries.save(connection, handover, old.entries)
    parts = []
    for family, before in zip(families.FAMILIES, old.parts, strict=True):
        wrote, after = family.save(connection, handover, before)
        changed = changed or (wrote and family is not families.POSTS)
        parts.append(after)
    changed = _save_deal(connection, handover, old.deal) or changed
    values = record.difference(old.row, handover)
    search = values.get("search", old.search)
    if values or changed:
        handover.rev += 1
        values |= {"rev": handover.rev, "next_look_at": look_at}
        connection.execute(_SAVED, {"one": handover.id, **values})
        if search != old.search:
            names.keep(connection, handover.id, old=old.search, new=search)
        changed = True
    return Saved(changed, Stored(record.kept(handover), search, handover.deal, tuple(parts), its_entries))


_SAVED = update(HANDOVER).where(HANDOVER.c.id == bindparam("one"))


def _save_deal(connection: Connection, handover: Handover, old: Deal) -> bool:
    # A deal is never changed in place; written out, two of them may still be the same.
    if handover.deal == old or (data := deal_json(handover.deal)) == deal_json(old):
        return False
    connection.execute(update(DEAL).where(DEAL.c.handover_id == handover.id).values(data=data))
    return True
