"""The whole handover: loaded in one statement however many there are, saved by its differences."""

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Text, bindparam, cast, insert, select, update

from bot.deal import Deal
from bot.handover import Handover
from store.mapping import entries, families, names, record
from store.mapping.deal import deal_json, deal_of
from store.mapping.family import OWNER, Kept, Values
from store.sql import on_postgres
from store.tables import HandoverDealRow, HandoverRow, table

HANDOVER, DEAL = table(HandoverRow), table(HandoverDealRow)
CHUNK = 500


@dataclass(frozen=True)
class Stored:
    """What the database holds of one handover; the next save writes only what differs from it."""

    row: Values
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
    return [handover for handover, _ in _loaded(connection, ids, lock=False)]


def locked(connection: Connection, ids: Iterable[int]) -> list[tuple[Handover, Stored]]:
    """The same, each with what is stored of it, to be saved.

    The rows of the handovers are taken by ascending id until the transaction ends (PostgreSQL; SQLite's writer is alone
    anyway).
    """
    found = _loaded(connection, ids, lock=True)
    return [
        (
            handover,
            Stored(record.columns(handover), handover.deal, parts=tuple(parts), entries=entries.kept(handover)),
        )
        for handover, parts in found
    ]


Parts = list[Kept]


def _loaded(connection: Connection, ids: Iterable[int], *, lock: bool) -> list[tuple[Handover, Parts]]:
    wanted = list(dict.fromkeys(ids))
    found: dict[int, tuple[Handover, Parts]] = {}
    for start in range(0, len(wanted), CHUNK):
        found.update(_chunk(connection, wanted[start : start + CHUNK], lock=lock))
    return [found[handover_id] for handover_id in wanted if handover_id in found]


def _chunk(connection: Connection, ids: list[int], *, lock: bool) -> dict[int, tuple[Handover, Parts]]:
    postgres = on_postgres(connection)
    if lock and postgres:  # whoever waited for a row must see what the one before them wrote beside it
        connection.execute(_LOCK, {"ids": ids})
    # With one value to bind nothing is spelled out anew.
    several = len(ids) > 1
    given = {"ids": ids} if several else {"one": ids[0]}
    rows = connection.execute(_whole(several=several, postgres=postgres), given).mappings()
    return {row["id"]: _record(row, held=lock) for row in rows}


_LOCK = select(HANDOVER.c.id).where(HANDOVER.c.id.in_(bindparam("ids", expanding=True))).order_by(HANDOVER.c.id)
_LOCK = _LOCK.with_for_update()


@functools.cache
def _whole(*, several: bool, postgres: bool) -> Select[Any]:
    """The records `ids`, or `one`, with all that belongs to them, in one statement."""
    wanted = HANDOVER.c.id.in_(bindparam("ids", expanding=True)) if several else HANDOVER.c.id == bindparam("one")
    deal = select(cast(DEAL.c.data, Text)).where(DEAL.c[OWNER] == HANDOVER.c.id)
    parts = (
        family.gathered.column(family.table.c[OWNER] == HANDOVER.c.id, postgres=postgres).label(f"part{n}")
        for n, family in enumerate(families.FAMILIES)
    )
    said = (column.label(name) for name, column in entries.columns_of(HANDOVER.c.id, postgres=postgres).items())
    return select(*HANDOVER.c, deal.scalar_subquery().label("deal_data"), *parts, *said).where(wanted)


def _record(row: RowMapping, *, held: bool) -> tuple[Handover, Parts]:
    handover = record.handover_of(row, deal_of(json.loads(row["deal_data"])))
    handover.entries = entries.of_row(row)
    parts: Parts = [{} for _ in families.FAMILIES]
    for n, family in enumerate(families.FAMILIES):
        mine = family.gathered.rows(row[f"part{n}"])
        if mine:
            family.put(handover, [family.codec.decode(each) for each in mine])
            parts[n] = family.by_key(map(family.codec.held, mine)) if held else {}
    return handover, parts


def add(connection: Connection, handover: Handover) -> Stored:
    """Stores a new handover, which has its id already, with all its parts."""
    connection.execute(insert(DEAL), {OWNER: handover.id, "data": deal_json(handover.deal)})
    nothing = Stored({}, handover.deal, parts=tuple({} for _ in families.FAMILIES), entries=({}, {}))
    stored = _save_parts(connection, handover, nothing).stored
    names.keep(connection, handover.id, old="", new=stored.row["search"])
    return stored


def save(connection: Connection, handover: Handover, old: Stored, *, look_at: datetime) -> Saved:
    """Writes what differs from `old`; raises `rev` by one when anything but the place of our messages changed.

    A record that changed is to be looked at again at `look_at`.
    """
    saved = _save_parts(connection, handover, old)
    changed = _save_deal(connection, handover, old.deal) or saved.changed
    new = saved.stored.row
    values = {column: value for column, value in new.items() if old.row[column] != value}
    if values or changed:
        handover.rev += 1
        values |= {"rev": handover.rev, "next_look_at": look_at}
        connection.execute(_SAVED, {"one": handover.id, **values})
        if "search" in values:
            names.keep(connection, handover.id, old=old.row["search"], new=values["search"])
        changed = True
    return Saved(changed, saved.stored)


_SAVED = update(HANDOVER).where(HANDOVER.c.id == bindparam("one"))


def _save_deal(connection: Connection, handover: Handover, old: Deal) -> bool:
    # A deal is never changed in place; written out, two of them may still be the same.
    if handover.deal == old or (data := deal_json(handover.deal)) == deal_json(old):
        return False
    connection.execute(update(DEAL).where(DEAL.c.handover_id == handover.id).values(data=data))
    return True


def _save_parts(connection: Connection, handover: Handover, old: Stored) -> Saved:
    changed, its_entries = entries.save(connection, handover, old.entries)
    parts = tuple(family.kept(handover) for family in families.FAMILIES)
    for family, before, after in zip(families.FAMILIES, old.parts, parts, strict=True):
        wrote = family.save(connection, handover.id, old=before, new=after)
        changed = changed or (wrote and family is not families.POSTS)
    return Saved(changed, Stored(record.columns(handover), handover.deal, parts, its_entries))
