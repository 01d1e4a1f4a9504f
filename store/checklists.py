"""The versions of checklists that were written in Slack: drafts, what was put in force, and what is."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from bot.company.checklist import Version
from store.tables import ChecklistRow, table

CHECKLIST = table(ChecklistRow)


class ChecklistQueries:
    """Questions about checklists, for readers and writers alike."""

    session: Connection

    def checklist(self, checklist_id: int) -> Version | None:
        """A draft or a version, by id."""
        row = self.session.execute(select(CHECKLIST).where(CHECKLIST.c.id == checklist_id)).mappings().first()
        return _version(row) if row else None

    def checklist_at(self, name: str, n: int) -> Version | None:
        """The n-th version that was put in force."""
        at = select(CHECKLIST).where(CHECKLIST.c.name == name, CHECKLIST.c.n == n)
        row = self.session.execute(at).mappings().first()
        return _version(row) if row else None

    def checklist_in_force(self, name: str) -> Version | None:
        """The version in force; None while it is the file's that nobody ever changed."""
        found = self.checklists(name, limit=1)
        return found[0] if found else None

    def checklists(self, name: str, *, limit: int = 10) -> list[Version]:
        """What was put in force, newest first."""
        applied = select(CHECKLIST).where(CHECKLIST.c.name == name, CHECKLIST.c.n.is_not(None))
        rows = self.session.execute(applied.order_by(CHECKLIST.c.n.desc()).limit(limit)).mappings()
        return [_version(row) for row in rows]


class ChecklistWriter(ChecklistQueries):
    """Drafts, and putting them in force."""

    def add_checklist(self, draft: Version) -> int:
        """Keeps a draft; its id. Drafts stay, so that no later one takes the id which an open preview carries."""
        values = {
            "name": draft.name,
            "version": draft.version,
            "text": draft.text,
            "base": draft.base,
            "made_by": draft.made_by,
            "made_at": draft.made_at,
            "applied_by": 0,
            "back_to": draft.back_to,
        }
        return int(self.session.execute(insert(CHECKLIST).values(**values).returning(CHECKLIST.c.id)).scalar_one())

    def apply_checklist(self, checklist_id: int, *, n: int, by: int, at: datetime) -> int:
        """Puts a draft in force as the n-th version. The caller holds the checklist's name."""
        values = {"n": n, "applied_by": by, "applied_at": at}
        self.session.execute(update(CHECKLIST).where(CHECKLIST.c.id == checklist_id).values(**values))
        return n


def _version(row: RowMapping) -> Version:
    return Version(**{**row, "n": row["n"] or 0})
