"""The whole handover: loaded in a handful of queries however many there are, saved by its differences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, insert, literal, select, union_all, update

from bot.deal import Deal
from bot.handover import Handover
from store.mapping import entries, families, names, record
from store.mapping.deal import deal_json, deal_of
from store.mapping.family import OWNER, Family, Kept, Values, Which, of_one, of_several
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
    asked, given = (_OF_ONE, {"one": ids[0]}) if len(ids) == 1 else (_OF_SEVERAL, {"ids": ids})
    own = connection.execute(asked.locked if lock else asked.own, given).mappings().all()
    if not own:
        return {}
    deals = connection.execute(asked.deals, given).mappings()
    deal_by_id = {row[OWNER]: deal_of(row["data"]) for row in deals}
    found: dict[int, tuple[Handover, Parts]] = {
        row["id"]: (record.handover_of(row, deal_by_id[row["id"]]), [{} for _ in families.FAMILIES]) for row in own
    }
    for n in connection.execute(asked.filled, given).scalars():
        rows = connection.execute(asked.families[n], given).mappings()
        _fill(families.FAMILIES[n], n, rows, found, held=lock)
    for handover_id, its_entries in entries.read(connection, asked.entries, given).items():
        found[handover_id][0].entries = its_entries
    return found


class _Asked:
    """The statements that load whole handovers, of one or of several."""

    def __init__(self, which: Which) -> None:
        self.own = select(HANDOVER).where(which(HANDOVER.c.id)).order_by(HANDOVER.c.id)
        self.locked = self.own.with_for_update()
        self.deals = select(DEAL).where(which(DEAL.c.handover_id))
        # Which families have rows at all: most records have few, and a look is cheaper than fourteen empty answers.
        self.filled = union_all(
            *(
                select(literal(n)).where(select(family.table).where(family.owned(which)).exists())
                for n, family in enumerate(families.FAMILIES)
            )
        )
        self.families = [family.of(which) for family in families.FAMILIES]
        self.entries = entries.Asked(which)


_OF_ONE, _OF_SEVERAL = _Asked(of_one), _Asked(of_several)


def _fill(
    family: Family, n: int, found_rows: Iterable[RowMapping], found: dict[int, tuple[Handover, Parts]], *, held: bool
) -> None:
    rows: dict[int, list[RowMapping]] = {}
    for row in found_rows:
        rows.setdefault(row[OWNER], []).append(row)
    for handover_id, mine in rows.items():
        handover, parts = found[handover_id]
        family.put(handover, [family.codec.decode(row) for row in mine])
        if held:
            parts[n] = family.by_key(map(family.codec.held, mine))


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
