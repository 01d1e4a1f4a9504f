"""The people in whose hands a record is, read with it: what a save and its words ask of them is known by then."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Label, RowMapping, select, union

from store.mapping.gathered import Gathered
from store.tables import ItemRow, PersonRow, RoleHolderRow, table

PERSON, ROLE, ITEM = table(PersonRow), table(RoleHolderRow), table(ItemRow)
NAMES = [column.name for column in PERSON.columns]
_GATHERED = Gathered(PersonRow, NAMES, key="id")
_COLUMN = "holders"

Rows = dict[int, Mapping[str, Any]]
"""Rows of people by their ids."""


def column(record: ColumnElement[int], *, postgres: bool) -> Label[Any]:
    """Who holds a role of this record, and who took an item over, as a column beside it."""
    roles = select(ROLE.c.person_id).where(ROLE.c.handover_id == record)
    items = select(ITEM.c.holder).where(ITEM.c.handover_id == record)
    theirs = union(*(each.correlate(record.table) for each in (roles, items)))
    return _GATHERED.column(PERSON.c.id.in_(theirs), postgres=postgres).label(_COLUMN)


def of_row(row: RowMapping) -> Rows:
    """The people of that column."""
    return {person_id: dict(zip(NAMES, values, strict=True)) for person_id, values in _GATHERED.rows(row[_COLUMN])}
