"""The whole handover: loaded in a handful of queries however many there are, saved by its differences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, RowMapping, bindparam, insert, literal, select, union_all, update
from sqlalchemy.orm import Session

from bot.deal import Deal
from bot.handover import Handover
from store.mapping import entries, families, record
from store.mapping.deal import deal_json, deal_of
from store.mapping.family import OWNER, Kept, Values
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


def load(session: Session, ids: Iterable[int]) -> list[Handover]:
    """The handovers of these ids in their order; ids which do not exist are left out."""
    return [handover for handover, _ in _loaded(session, ids, lock=False)]


def locked(session: Session, ids: Iterable[int]) -> list[tuple[Handover, Stored]]:
    """The same, each with what is stored of it, to be saved.

    The rows of the handovers are taken by ascending id until the transaction ends (PostgreSQL; SQLite's writer is alone
    anyway).
    """
    found = _loaded(session, ids, lock=True)
    return [
        (
            handover,
            Stored(record.columns(handover), handover.deal, parts=tuple(parts), entries=entries.kept(handover)),
        )
        for handover, parts in found
    ]


Parts = list[Kept]


def _loaded(session: Session, ids: Iterable[int], *, lock: bool) -> list[tuple[Handover, Parts]]:
    wanted = list(dict.fromkeys(ids))
    found: dict[int, tuple[Handover, Parts]] = {}
    for start in range(0, len(wanted), CHUNK):
        found.update(_chunk(session, wanted[start : start + CHUNK], lock=lock))
    return [found[handover_id] for handover_id in wanted if handover_id in found]


def _chunk(session: Session, ids: list[int], *, lock: bool) -> dict[int, tuple[Handover, Parts]]:
    own = session.execute(_LOCKED if lock else _OWN, {"ids": ids}).mappings().all()
    deals = session.execute(_DEALS, {"ids": ids}).mappings()
    deal_by_id = {row[OWNER]: deal_of(row["data"]) for row in deals}
    found: dict[int, tuple[Handover, Parts]] = {
        row["id"]: (record.handover_of(row, deal_by_id[row["id"]]), [{} for _ in families.FAMILIES]) for row in own
    }
    for n in session.execute(_FILLED, {"ids": list(found)}).scalars():
        _fill(session, n, found, held=lock)
    for handover_id, its_entries in entries.load(session, found).items():
        found[handover_id][0].entries = its_entries
    return found


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_OWN = select(HANDOVER).where(HANDOVER.c.id.in_(_IDS)).order_by(HANDOVER.c.id)
_LOCKED = _OWN.with_for_update()
_DEALS = select(DEAL).where(DEAL.c.handover_id.in_(_IDS))
# Which families have rows at all: most records have few of them, and a look is cheaper than fourteen empty answers.
_FILLED = union_all(
    *(
        select(literal(n)).where(select(family.table).where(family.owned).exists())
        for n, family in enumerate(families.FAMILIES)
    )
)


def _fill(session: Session, n: int, found: dict[int, tuple[Handover, Parts]], *, held: bool) -> None:
    family = families.FAMILIES[n]
    rows: dict[int, list[RowMapping]] = {}
    for row in session.execute(family.of_ids, {"ids": list(found)}).mappings():
        rows.setdefault(row[OWNER], []).append(row)
    for handover_id, mine in rows.items():
        handover, parts = found[handover_id]
        family.put(handover, [family.codec.decode(row) for row in mine])
        if held:
            parts[n] = family.by_key(map(family.codec.held, mine))


def add(session: Session, handover: Handover) -> Stored:
    """Stores a new handover, which has its id already, with all its parts."""
    session.execute(insert(DEAL), {OWNER: handover.id, "data": deal_json(handover.deal)})
    nothing = Stored({}, handover.deal, parts=tuple({} for _ in families.FAMILIES), entries=({}, {}))
    return _save_parts(session, handover, nothing).stored


def save(session: Session, handover: Handover, old: Stored, *, look_at: datetime) -> Saved:
    """Writes what differs from `old`; raises `rev` by one when anything but the place of our messages changed.

    A record that changed is to be looked at again at `look_at`.
    """
    saved = _save_parts(session, handover, old)
    changed = _save_deal(session, handover, old.deal) or saved.changed
    new = saved.stored.row
    values = {column: value for column, value in new.items() if old.row[column] != value}
    if values or changed:
        handover.rev += 1
        values |= {"rev": handover.rev, "next_look_at": look_at}
        session.execute(update(HANDOVER).where(HANDOVER.c.id == handover.id).values(**values))
        changed = True
    return Saved(changed, saved.stored)


def _save_deal(session: Session, handover: Handover, old: Deal) -> bool:
    # A deal is never changed in place; written out, two of them may still be the same.
    if handover.deal == old or (data := deal_json(handover.deal)) == deal_json(old):
        return False
    session.execute(update(DEAL).where(DEAL.c.handover_id == handover.id).values(data=data))
    return True


def _save_parts(session: Session, handover: Handover, old: Stored) -> Saved:
    changed, its_entries = entries.save(session, handover, old.entries)
    parts = tuple(family.kept(handover) for family in families.FAMILIES)
    for family, before, after in zip(families.FAMILIES, old.parts, parts, strict=True):
        wrote = family.save(session, handover.id, old=before, new=after)
        changed = changed or (wrote and family is not families.POSTS)
    return Saved(changed, Stored(record.columns(handover), handover.deal, parts, its_entries))
