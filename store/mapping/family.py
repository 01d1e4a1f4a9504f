"""One family of parts of a handover: its record, its row, and which differences are written.

Decides nothing about meaning.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Insert, Table, Update, bindparam, delete, insert, update

from bot.handover import Handover
from store.mapping.codec import Codec, Fields, Values
from store.mapping.gathered import Gathered
from store.tables.row import Row, table

Kept = dict[Any, Fields]
"""What the database holds of one family: the part's key → its fields."""

OWNER = "handover_id"


@dataclass(frozen=True)
class Family:
    """A list of a handover, kept row by row under (handover_id, `key`); `key` "n" is the place in the list.

    `get` and `put` read and fill the list of a handover. A family that only grows refuses changes of what is stored.
    """

    record: type[Any]
    model: type[Row]
    get: Callable[[Handover], Sequence[Any]]
    put: Callable[[Handover, list[Any]], None]
    renamed: Mapping[str, str] = field(default_factory=dict)
    key: str = "n"
    only_grows: bool = False

    def __post_init__(self) -> None:
        _ = self.gathered  # what cannot be kept is an error at import

    @cached_property
    def codec(self) -> Codec:
        """How a part becomes its row."""
        return Codec(self.record, self.model, self.renamed, beside=(OWNER, "n") if self.key == "n" else (OWNER,))

    @cached_property
    def gathered(self) -> Gathered:
        """How all rows of a record are read at once."""
        return Gathered(self.model, self.codec.columns, key=self.key)

    @property
    def table(self) -> Table:
        """Where it is kept."""
        return table(self.model)

    def fill(self, handover: Handover, text: str | None) -> None:
        """Gives the handover the rows that were read at once."""
        rows = self.gathered.rows(text)
        if rows:
            self.put(handover, [self.codec.decode(row) for _, row in rows])

    def kept(self, handover: Handover) -> Kept:
        """What the database holds of a handover that was loaded just now."""
        return {key: self.codec.kept(part) for key, part in self._parts(handover).items()}

    def save(self, connection: Connection, handover: Handover, old: Kept) -> tuple[bool, Kept]:
        """Writes the differences: whether there were any, and what the database holds now.

        ValueError when a family that only grows would change.
        """
        parts, codec = self._parts(handover), self.codec
        if not old and not parts:  # most families of a record
            return False, old
        gone = [key for key in old if key not in parts]
        touched = {key: part for key, part in parts.items() if key not in old or codec.now(part) != old[key]}
        if not gone and not touched:
            return False, old
        both = {key: codec.difference(old[key], codec.now(part)) for key, part in touched.items() if key in old}
        changed = {key: values for key, values in both.items() if values}
        added = [{self.key: key, **codec.encode(part)} for key, part in touched.items() if key not in old]
        if self.only_grows and (gone or changed):
            raise ValueError(f"HO-{handover.id}: {self.table.name} only grows; what is stored stays as it is.")
        self._write(connection, handover.id, gone=gone, changed=changed, added=added)
        still = {key: fields for key, fields in old.items() if key in parts}
        return bool(gone or changed or added), still | {key: codec.kept(part) for key, part in touched.items()}

    def _parts(self, handover: Handover) -> dict[Any, Any]:
        if self.key == "n":
            return dict(enumerate(self.get(handover)))
        return {str(getattr(part, self.key)): part for part in self.get(handover)}

    def _write(
        self,
        connection: Connection,
        handover_id: int,
        *,
        gone: list[Any],
        changed: Mapping[Any, Values],
        added: list[Values],
    ) -> None:
        for key in gone:
            connection.execute(self._delete, {"whose": handover_id, "which": key})
        for key, values in changed.items():
            connection.execute(self._update, {"whose": handover_id, "which": key, **values})
        if added:
            connection.execute(self._insert, [{OWNER: handover_id, **row} for row in added])

    # Built once; which columns an update sets is said by what it is given.
    @cached_property
    def _delete(self) -> Delete:
        return delete(self.table).where(*self._at)

    @cached_property
    def _update(self) -> Update:
        return update(self.table).where(*self._at)

    @cached_property
    def _insert(self) -> Insert:
        return insert(self.table)

    @property
    def _at(self) -> tuple[ColumnElement[bool], ...]:
        return self.table.c[OWNER] == bindparam("whose"), self.table.c[self.key] == bindparam("which")


def listed(record: type[Any], model: type[Row], attribute: str, **options: Any) -> Family:
    """A family which is an ordinary list attribute of the handover."""
    return Family(
        record,
        model,
        get=lambda handover: getattr(handover, attribute),
        put=lambda handover, records: setattr(handover, attribute, records),
        **options,
    )
