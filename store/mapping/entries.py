"""Entries with their points. An entry has an id of its own; it is undone, never removed."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, ScalarSelect, and_, insert, select, update

from bot.context import Entry, Point
from bot.handover import Handover
from store.mapping.family import Codec, Kept, Values
from store.mapping.gathered import Gathered
from store.tables import EntryRow, PointRow, table
from store.text import folded

ENTRY, POINT = table(EntryRow), table(PointRow)
_ENTRY = Codec(Entry, EntryRow, {"author": "author_id"}, beside=("handover_id", "search"), apart=("point",))
_POINT = Codec(Point, PointRow, {}, beside=("entry_id",))


_ENTRIES = Gathered(EntryRow, _ENTRY.columns.values(), first="id")
_POINTS = Gathered(PointRow, _POINT.columns.values(), first="entry_id")


def load(connection: Connection, ids: Iterable[int]) -> dict[int, Entry]:
    """These entries by their ids."""
    wanted = list(ids)
    rows = connection.execute(select(ENTRY).where(ENTRY.c.id.in_(wanted))).mappings().all()
    points = connection.execute(select(POINT).where(POINT.c.entry_id.in_(wanted))).mappings().all()
    return {entry.id: entry for entry in _read(rows, points)}


def columns_of(owner: ColumnElement[int], *, postgres: bool) -> dict[str, ScalarSelect[Any]]:
    """The entries and points of a record, as columns beside it."""
    mine = ENTRY.c.handover_id == owner
    return {
        "entries": _ENTRIES.column(mine, postgres=postgres),
        "points": _POINTS.column(and_(mine, POINT.c.entry_id == ENTRY.c.id), postgres=postgres),
    }


def of_row(row: RowMapping) -> list[Entry]:
    """The entries of those columns, oldest first."""
    return _read(_ENTRIES.rows(row["entries"]), _POINTS.rows(row["points"]))


def _read(rows: Iterable[Mapping[Any, Any]], points: Iterable[Mapping[Any, Any]]) -> list[Entry]:
    entries = {row["id"]: _ENTRY.decode(row) for row in rows}
    for row in points:
        entries[row["entry_id"]].point = _POINT.decode(row)
    return list(entries.values())


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
