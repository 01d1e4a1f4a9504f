"""Entries with their points. An entry has an id of its own; it is undone, never removed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, ScalarSelect, and_, bindparam, insert, select, update

from bot.context import Entry, Point
from bot.handover import Handover
from store.mapping.codec import Codec, Fields
from store.mapping.family import Kept
from store.mapping.gathered import Gathered
from store.tables import EntryRow, PointRow, table
from store.text import folded

ENTRY, POINT = table(EntryRow), table(PointRow)
_ENTRY = Codec(Entry, EntryRow, {"author": "author_id"}, beside=("handover_id", "search"), apart=("point",))
_POINT = Codec(Point, PointRow, {}, beside=("entry_id",))


_ENTRIES = Gathered(EntryRow, _ENTRY.columns, key="id")
_POINTS = Gathered(PointRow, _POINT.columns, key="entry_id")
SEARCHED = frozenset({"text", "details", "evidence_words"})


def load(connection: Connection, ids: Iterable[int]) -> dict[int, Entry]:
    """These entries by their ids."""
    wanted = list(ids)
    rows = connection.execute(select(ENTRY).where(ENTRY.c.id.in_(wanted))).mappings()
    entries: dict[int, Entry] = {row["id"]: _ENTRY.decode_row(row) for row in rows}
    for row in connection.execute(select(POINT).where(POINT.c.entry_id.in_(wanted))).mappings():
        entries[row["entry_id"]].point = _POINT.decode_row(row)
    return entries


def columns_of(owner: ColumnElement[int], *, postgres: bool) -> dict[str, ScalarSelect[Any]]:
    """The entries and points of a record, as columns beside it."""
    mine = ENTRY.c.handover_id == owner
    return {
        "entries": _ENTRIES.column(mine, postgres=postgres),
        "points": _POINTS.column(and_(mine, POINT.c.entry_id == ENTRY.c.id), postgres=postgres),
    }


def of_row(row: RowMapping) -> list[Entry]:
    """The entries of those columns, oldest first."""
    entries = {key: _ENTRY.decode(values) for key, values in _ENTRIES.rows(row["entries"])}
    for key, values in _POINTS.rows(row["points"]):
        entries[key].point = _POINT.decode(values)
    return list(entries.values())


def kept(handover: Handover) -> tuple[Kept, Kept]:
    """What the database holds of the stored entries, and of their points, by entry id."""
    stored = [entry for entry in handover.entries if entry.id]
    rows = {entry.id: _ENTRY.kept(entry) for entry in stored}
    return rows, {entry.id: _POINT.kept(entry.point) for entry in stored if entry.point}


def save(connection: Connection, handover: Handover, old: tuple[Kept, Kept]) -> tuple[bool, tuple[Kept, Kept]]:
    """Writes new entries (they get their ids) and differences; whether there were any, and what is held now."""
    new = [entry for entry in handover.entries if not entry.id]
    for entry in new:
        values = {**_ENTRY.encode(entry), "handover_id": handover.id, "search": _search(entry)}
        del values["id"]
        entry.id = connection.execute(_INSERT, values).scalar_one()
    now = kept(handover)
    if gone := [entry_id for part, left in zip(old, now, strict=True) for entry_id in part.keys() - left]:
        raise ValueError(f"HO-{handover.id}: entries and points are kept; undo {gone} instead of removing them.")
    wrote = [_update(connection, entry, old[0][entry.id]) for entry in handover.entries if entry.id in old[0]]
    pointed = [_upsert_point(connection, entry, old[1].get(entry.id)) for entry in handover.entries if entry.point]
    return bool(new) or any(wrote) or any(pointed), now


_INSERT = insert(ENTRY).returning(ENTRY.c.id)
_INSERT_POINT = insert(POINT)
_UPDATE = update(ENTRY).where(ENTRY.c.id == bindparam("which"))
_UPDATE_POINT = update(POINT).where(POINT.c.entry_id == bindparam("which"))


def _search(entry: Entry) -> str:
    # The details' words can be found too.
    return folded(entry.text, *map(str, entry.details.values()), entry.evidence_words)


def _update(connection: Connection, entry: Entry, old: Fields) -> bool:
    values = _ENTRY.difference(old, _ENTRY.now(entry))
    if not values:
        return False
    values |= {"search": _search(entry)} if values.keys() & SEARCHED else {}
    connection.execute(_UPDATE, {"which": entry.id, **values})
    return True


def _upsert_point(connection: Connection, entry: Entry, old: Fields | None) -> bool:
    if old is None:
        connection.execute(_INSERT_POINT, {**_POINT.encode(entry.point), "entry_id": entry.id})
        return True
    values = _POINT.difference(old, _POINT.now(entry.point))
    if values:
        connection.execute(_UPDATE_POINT, {"which": entry.id, **values})
    return bool(values)
