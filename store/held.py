"""In whose hands a record is: who holds a role of it, and who took an item of it over while that still counts."""

from collections.abc import Collection

from sqlalchemy import CompoundSelect, Select, select, union

from bot.handover import State
from store.tables import HandoverRow, ItemRow, RoleHolderRow, table

HANDOVER, ITEM, ROLE = table(HandoverRow), table(ItemRow), table(RoleHolderRow)
TO_DO = [State.PRESALE.value, State.WON.value, State.SCOPED.value, State.PROVISIONED.value]


def held_by(people: Collection[int]) -> CompoundSelect[tuple[int]]:
    """Ids of records in which one of these people holds a role, or has taken an item over before the gate."""
    return union(select(ROLE.c.handover_id).where(ROLE.c.person_id.in_(people)), taken_by(people))


def taken_by(people: Collection[int]) -> Select[tuple[int]]:
    """Ids of records before the gate of which one of these people has taken an item over."""
    # 0 is nobody, and not in the index: only a query that says so may use it.
    mine = (ITEM.c.holder.in_(people), ITEM.c.holder != 0, HANDOVER.c.state.in_(TO_DO))
    return select(ITEM.c.handover_id).join(HANDOVER, HANDOVER.c.id == ITEM.c.handover_id).where(*mine)
