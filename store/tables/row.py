"""The root of all rows: one metadata with named constraints, so that a migration can name what it changes."""

from typing import Any, ClassVar, cast

from sqlalchemy import JSON, MetaData, Table, Text
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """A row: columns only, no rule, no method."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def table(model: type[Row]) -> Table:
    """The table of a row class, for queries."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


def part_of() -> Any:
    """The primary key's first column of everything that belongs to one handover."""
    return Field(primary_key=True, foreign_key="handover.id", ondelete="CASCADE")


def place() -> Any:
    """The primary key's second column: the place in its list, from 0."""
    return Field(primary_key=True)


def long() -> Any:
    """Text of any length."""
    return Field(default="", sa_type=Text)


def as_json() -> Any:
    """A JSON value."""
    return Field(default_factory=dict, sa_type=JSON)
