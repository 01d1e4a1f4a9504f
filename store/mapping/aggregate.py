"""The whole handover: loaded in a handful of queries however many there are, saved by its differences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, literal, select, union_all, update
from sqlalchemy.orm import Session

from bot.handover import Handover
from store.mapping import entries, families, record
from store.mapping.deal import deal_json, deal_of
from store.mapping.family import OWNER, Family, Kept, Values
from store.tables import HandoverDealRow, HandoverRow, table

HANDOVER, DEAL = table(HandoverRow), table(HandoverDealRow)
CHUNK = 500


@dataclass(frozen=True)
class Stored:
    """What the database holds of one handover; the next save writes only what differs from it."""

    row: Values
    deal: Values
    parts: tuple[Kept, ...]
    entries: tuple[Kept, Kept]


@dataclass(frozen=True)
class Saved:
    """What a save did: whether it wrote anything that people see, and what is stored now."""

    changed: bool
    stored: Stored


def stored(handover: Handover) -> Stored:
    """What the database holds once this handover is saved as it is."""
    return Stored(
        row=record.columns(handover),
        deal=deal_json(handover.deal),
        parts=tuple(family.kept(handover) for family in families.FAMILIES),
        entries=entries.kept(handover),
    )


def load(session: Session, ids: Iterable[int], *, lock: bool = False) -> list[Handover]:
    """The handovers of these ids in their order; ids which do not exist are left out.

    `lock` takes the rows of the handovers, by ascending id, until the transaction ends (PostgreSQL; SQLite's writer is
    alone anyway).
    """
    wanted = list(dict.fromkeys(ids))
    found: dict[int, Handover] = {}
    for start in range(0, len(wanted), CHUNK):
        found.update(_chunk(session, wanted[start : start + CHUNK], lock=lock))
    return [found[handover_id] for handover_id in wanted if handover_id in found]


def _chunk(session: Session, ids: list[int], *, lock: bool) -> dict[int, Handover]:
    rows = select(HANDOVER).where(HANDOVER.c.id.in_(ids)).order_by(HANDOVER.c.id)
    locked = session.execute(rows.with_for_update() if lock else rows).mappings().all()
    deals = session.execute(select(DEAL).where(DEAL.c.handover_id.in_(ids))).mappings()
    deal_by_id = {row[OWNER]: deal_of(row["data"]) for row in deals}
    found = {row["id"]: record.handover_of(row, deal_by_id[row["id"]]) for row in locked}
    for n in session.execute(_FILLED, {"ids": list(found)}).scalars():
        _fill(session, families.FAMILIES[n], found)
    for handover_id, its_entries in entries.load(session, found).items():
        found[handover_id].entries = its_entries
    return found


# Which families have rows at all: most records have few of them, and a look is cheaper than fourteen empty answers.
_FILLED = union_all(
    *(
        select(literal(n)).where(select(family.table).where(family.owned).exists())
        for n, family in enumerate(families.FAMILIES)
    )
)


def _fill(session: Session, family: Family, found: dict[int, Handover]) -> None:
    rows = session.execute(family.of_ids, {"ids": list(found)}).mappings()
    lists: dict[int, list[object]] = {}
    for row in rows:
        lists.setdefault(row[OWNER], []).append(family.codec.decode(row))
    for handover_id, records in lists.items():
        family.put(found[handover_id], records)


def add(session: Session, handover: Handover) -> Stored:
    """Stores a new handover, which has its id already, with all its parts."""
    nothing = Stored(row={}, deal={}, parts=tuple({} for _ in families.FAMILIES), entries=({}, {}))
    session.execute(insert(DEAL), {OWNER: handover.id, "data": deal_json(handover.deal)})
    _save_parts(session, handover, nothing, stored(handover))
    return stored(handover)


def save(session: Session, handover: Handover, old: Stored, *, look_at: datetime) -> Saved:
    """Writes what differs from `old`; raises `rev` by one when anything but the place of our messages changed.

    A record that changed is to be looked at again at `look_at`.
    """
    new = stored(handover)
    changed = _save_parts(session, handover, old, new)
    if old.deal != new.deal:
        session.execute(update(DEAL).where(DEAL.c.handover_id == handover.id).values(data=new.deal))
        changed = True
    values = {column: value for column, value in new.row.items() if old.row[column] != value}
    if values or changed:
        handover.rev += 1
        values |= {"rev": handover.rev, "next_look_at": look_at}
        session.execute(update(HANDOVER).where(HANDOVER.c.id == handover.id).values(**values))
        changed = True
    return Saved(changed, stored(handover))


def _save_parts(session: Session, handover: Handover, old: Stored, new: Stored) -> bool:
    changed = entries.save(session, handover, old.entries)
    for family, before, after in zip(families.FAMILIES, old.parts, new.parts, strict=True):
        wrote = family.save(session, handover.id, old=before, new=after)
        changed = changed or (wrote and family is not families.POSTS)
    return changed
