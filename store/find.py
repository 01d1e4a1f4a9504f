"""Finding what somebody once said, months later: entries by their words, wherever they stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from bot.context import Entry
from bot.people import Role
from store.mapping import entries
from store.people import PeopleQueries
from store.tables import EntryRow, HandoverRow, RoleHolderRow, table
from store.text import patterns

ENTRY, HANDOVER, ROLE = table(EntryRow), table(HandoverRow), table(RoleHolderRow)


@dataclass(frozen=True)
class FoundEntry:
    """An entry, and the record in which it stands: enough to show it, and to decide who may see it."""

    handover_id: int
    client: str
    project: str
    holders: Mapping[Role, int]
    entry: Entry


class Finder(PeopleQueries):
    """The search over entries."""

    def find_entries(
        self, words: str, handover_id: int | None = None, *, holder: int | None = None, limit: int = 20
    ) -> list[FoundEntry]:
        """Standing entries that contain each of the words, newest first; of one record, or of one person's records.

        Case and accents do not count. With `holder`, only records in which that person holds a role. It returns
        promises: whoever calls it decides by bot.people.sight what the reader may see.
        """
        wanted = patterns(words)
        if not wanted:
            return []
        query = select(ENTRY.c.id, ENTRY.c.handover_id).where(
            ENTRY.c.undone_at.is_(None), *(ENTRY.c.search.like(pattern, escape="\\") for pattern in wanted)
        )
        if handover_id is not None:
            query = query.where(ENTRY.c.handover_id == handover_id)
        if holder is not None:
            held = select(ROLE.c.handover_id).where(ROLE.c.person_id == holder)
            query = query.where(ENTRY.c.handover_id.in_(held))
        rows = self.session.execute(query.order_by(ENTRY.c.at.desc(), ENTRY.c.id.desc()).limit(limit))
        return self._found([(row.id, row.handover_id) for row in rows])

    def _found(self, rows: list[tuple[int, int]]) -> list[FoundEntry]:
        ids = {handover_id for _, handover_id in rows}
        by_id = entries.load(self.session, (entry_id for entry_id, _ in rows))
        names = {row.id: row for row in self.session.execute(select(HANDOVER).where(HANDOVER.c.id.in_(ids)))}
        holders: dict[int, dict[Role, int]] = {handover_id: {} for handover_id in ids}
        for row in self.session.execute(select(ROLE).where(ROLE.c.handover_id.in_(ids))):
            holders[row.handover_id][Role(row.role)] = row.person_id
        return [FoundEntry(h, names[h].client, names[h].project, holders[h], by_id[entry_id]) for entry_id, h in rows]
