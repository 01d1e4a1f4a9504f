"""Entries with their points. An entry has an id of its own; it is undone, never removed."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.context import Entry, Point
from bot.handover import Handover
from store.mapping.family import Codec, Kept, Values, Which, of_several
from store.tables import EntryRow, PointRow, table
from store.text import folded

ENTRY, POINT = table(EntryRow), table(PointRow)
_ENTRY = Codec(Entry, EntryRow, {"author": "author_id"}, beside=("handover_id", "search"), apart=("point",))
_POINT = Codec(Point, PointRow, {}, beside=("entry_id",))


class Asked:
    """The statements that load the entries of handovers, of one or of several."""

    def __init__(self, which: Which) -> None:
        mine = which(ENTRY.c.handover_id)
        self.entries = select(ENTRY).where(mine).order_by(ENTRY.c.id)
        self.points = select(POINT).where(POINT.c.entry_id.in_(select(ENTRY.c.id).where(mine)))


_OF_SEVERAL = Asked(of_several)


def load(connection: Connection, handover_ids: Iterable[int]) -> dict[int, list[Entry]]:
    """The entries of several handovers, oldest first."""
    return read(connection, _OF_SEVERAL, {"ids": list(handover_ids)})


def read(connection: Connection, asked: Asked, given: Mapping[str, Any]) -> dict[int, list[Entry]]:
    """The same, by statements that were built before."""
    rows = connection.execute(asked.entries, given).mappings()
    entries: dict[int, list[Entry]] = {}
    by_id: dict[int, Entry] = {}
    for row in rows:
        entry: Entry = _ENTRY.decode(row)
        by_id[entry.id] = entry
        entries.setdefault(row["handover_id"], []).append(entry)
    for row in connection.execute(asked.points, given).mappings() if by_id else ():
        by_id[row["entry_id"]].point = _POINT.decode(row)
    return entries


def kept(handover: Handover) -> tuple[Kept, Kept]:
    """What the database holds of the stored entries, and of their points, by entry id."""
    stored = [entry for entry in handover.entries if entry.id]
    rows = {entry.id: _columns(entry) for entry in stored}
    return rows, {entry.id: _POINT.encode(entry.point) for entry in stored if entry.point}


def save(connection: Connection, handover: Handover, old: tuple[Kept, Kept]) -> tuple[bool, tuple[Kept, Kept]]:
    """Writes new entries (they get their ids) and differences; whether there were any, and what is held now."""
    new = [entry for entry in handover.entries if not entry.id]
    for entry in new:
        values = {**_columns(entry), "handover_id": handover.id}
        del values["id"]
        entry.id = connection.execute(insert(ENTRY).returning(ENTRY.c.id), values).scalar_one()
    entries, points = kept(handover)
    if gone := [entry_id for part, now in zip(old, (entries, points), strict=True) for entry_id in part.keys() - now]:
        raise ValueError(f"HO-{handover.id}: entries and points are kept; undo {gone} instead of removing them.")
    changed = [_update(connection, entry_id, row, old[0].get(entry_id)) for entry_id, row in entries.items()]
    pointed = [_upsert_point(connection, entry_id, row, old[1].get(entry_id)) for entry_id, row in points.items()]
    return bool(new) or any(changed) or any(pointed), (entries, points)


def _columns(entry: Entry) -> Values:
    # The details' words can be found too.
    search = folded(entry.text, *map(str, entry.details.values()), entry.evidence_words)
    return {**_ENTRY.encode(entry), "search": search}


def _update(connection: Connection, entry_id: int, row: Values, old: Values | None) -> bool:
    if old is None or old == row:
        return False
    values = {column: value for column, value in row.items() if old[column] != value}
    connection.execute(update(ENTRY).where(ENTRY.c.id == entry_id).values(values))
    return True


def _upsert_point(connection: Connection, entry_id: int, row: Values, old: Values | None) -> bool:
    if old == row:
        return False
    if old is None:
        connection.execute(insert(POINT), {**row, "entry_id": entry_id})
        return True
    values = {column: value for column, value in row.items() if old[column] != value}
    connection.execute(update(POINT).where(POINT.c.entry_id == entry_id).values(values))
    return True
