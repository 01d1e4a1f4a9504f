"""What waits for whom, and the reminders that were sent: read, and kept under the lock of the person.

Times are stored as ISO text inside JSON (aware UTC); `next_at` and `due_at` only index what the plan decides.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from bot.clock.nag import Nag, Reminder, nudge_key
from store.known import unsee, was_seen
from store.sql import insert_new
from store.tables import NagRow, ReminderRow, table

NAG, REMINDER = table(NagRow), table(ReminderRow)
_MINE = select(NAG).where(NAG.c.handover_id == bindparam("which"))


class NagQueries:
    """Questions about what waits for whom, for readers and writers alike."""

    session: Connection

    def nags(self, handover_id: int) -> dict[int, Nag]:
        """What of this record waits, by person."""
        rows = self.session.execute(_MINE, {"which": handover_id}).mappings()
        return {row["person_id"]: _nag(row) for row in rows}

    def nags_of(self, people: Collection[int], *, limit: int = 500) -> list[Nag]:
        """What waits for these people, the nearest due time first; rows in which nothing waits are left out."""
        waiting = select(NAG).where(NAG.c.person_id.in_(people), NAG.c.due_at.is_not(None))
        rows = self.session.execute(waiting.order_by(NAG.c.due_at, NAG.c.handover_id).limit(limit)).mappings()
        return [_nag(row) for row in rows]

    def nags_due(self, people: Collection[int], now: datetime) -> list[Nag]:
        """What must be told to these people by now."""
        due = select(NAG).where(NAG.c.person_id.in_(people), NAG.c.next_at <= now)
        return [_nag(row) for row in self.session.execute(due.order_by(NAG.c.handover_id)).mappings()]

    def people_due(self, now: datetime) -> list[int]:
        """Everyone who must be told something by now, who waits longest first."""
        # Not DISTINCT: in the order of people SQLite would read the whole table, also when nothing is due.
        due = select(NAG.c.person_id).where(NAG.c.next_at <= now).order_by(NAG.c.next_at)
        return list(dict.fromkeys(self.session.execute(due).scalars()))

    def reminder(self, reminder_id: int) -> Reminder | None:
        """A reminder by id."""
        return self._reminder(REMINDER.c.id == reminder_id)

    def reminder_at(self, person_id: int, day: date, n: int) -> Reminder | None:
        """The n-th reminder of that person's day."""
        return self._reminder((REMINDER.c.person_id == person_id) & (REMINDER.c.day == day) & (REMINDER.c.n == n))

    def reminders(self, person_id: int, day: date) -> list[Reminder]:
        """The reminders of that person's day, in order."""
        mine = select(REMINDER).where(REMINDER.c.person_id == person_id, REMINDER.c.day == day)
        return [_reminder(row) for row in self.session.execute(mine.order_by(REMINDER.c.n)).mappings()]

    def nudged(self, person_id: int, day: date) -> bool:
        """Whether somebody else asked for a reminder to this person on that day of theirs."""
        return was_seen(self.session, nudge_key(person_id, day))

    def open_reminders(self, people: Collection[int], since: date) -> list[Reminder]:
        """Reminders of these people from that day on in which something still asks for a hand."""
        mine = (REMINDER.c.person_id.in_(people), REMINDER.c.day >= since)
        still = (*mine, REMINDER.c.done_at.is_(None), REMINDER.c.ts != "")
        rows = self.session.execute(select(REMINDER).where(*still).order_by(REMINDER.c.id)).mappings()
        return [_reminder(row) for row in rows]

    def _reminder(self, condition: Any) -> Reminder | None:
        row = self.session.execute(select(REMINDER).where(condition)).mappings().first()
        return _reminder(row) if row else None


class NagWriter(NagQueries):
    """Keeping it. The caller holds the rows of the people (`lock_people`)."""

    def not_nudged(self, person_id: int, day: date) -> None:
        """The reminder that somebody else asked for rang nobody: another one may be asked for on that day."""
        unsee(self.session, nudge_key(person_id, day))

    def keep_nags(self, handover_id: int, wanted: Iterable[Nag]) -> None:
        """Makes these the rows of the record: new ones are added, changed ones written, others removed."""
        before = {row["person_id"]: dict(row) for row in self._rows(handover_id)}
        after = {nag.person: _row(nag) for nag in wanted}
        for person_id, row in after.items():
            self._keep(row, before.get(person_id))
        gone = [person_id for person_id in before if person_id not in after]
        if gone:
            mine = (NAG.c.handover_id == handover_id, NAG.c.person_id.in_(gone))
            self.session.execute(delete(NAG).where(*mine))

    def keep_nag(self, nag: Nag) -> None:
        """Writes one row that is there."""
        at = (NAG.c.handover_id == nag.handover_id, NAG.c.person_id == nag.person)
        self.session.execute(update(NAG).where(*at).values(_row(nag)))

    def add_reminder(self, person_id: int, day: date, n: int, *, at: datetime, causes: dict[int, list[str]]) -> bool:
        """The n-th reminder of that day; False when it is there already."""
        key = {"person_id": person_id, "day": day, "n": n, "at": at, "causes": _causes(causes)}
        return insert_new(self.session, REMINDER, {**key, "channel": "", "ts": "", "shown": []})

    def keep_reminder(self, reminder: Reminder) -> None:
        """Writes one reminder that is there."""
        values = {
            "causes": _causes(reminder.causes),
            "channel": reminder.channel,
            "ts": reminder.ts,
            "shown": [list(line) for line in reminder.shown],
            "done_at": reminder.done_at,
        }
        self.session.execute(update(REMINDER).where(REMINDER.c.id == reminder.id).values(values))

    def _rows(self, handover_id: int) -> list[RowMapping]:
        return list(self.session.execute(select(NAG).where(NAG.c.handover_id == handover_id)).mappings())

    def _keep(self, row: dict[str, Any], before: dict[str, Any] | None) -> None:
        if before is None:
            self.session.execute(insert(NAG), row)
        elif before != row:
            at = (NAG.c.handover_id == row["handover_id"], NAG.c.person_id == row["person_id"])
            self.session.execute(update(NAG).where(*at).values(row))


def _row(nag: Nag) -> dict[str, Any]:
    return {
        "handover_id": nag.handover_id,
        "person_id": nag.person,
        "waits": {key: at.isoformat() for key, at in nag.waits.items()},
        "plan": {cause: at.isoformat() for cause, at in nag.plan.items()},
        "spent": list(nag.spent),
        "deferred": nag.deferred,
        "due_at": nag.due_at,
        "next_at": nag.next_at,
    }


def _nag(row: RowMapping) -> Nag:
    return Nag(
        handover_id=row["handover_id"],
        person=row["person_id"],
        waits={key: datetime.fromisoformat(at) for key, at in row["waits"].items()},
        plan={cause: datetime.fromisoformat(at) for cause, at in row["plan"].items()},
        spent=list(row["spent"]),
        deferred=row["deferred"],
        due_at=row["due_at"],
    )


def _causes(causes: dict[int, list[str]]) -> dict[str, list[str]]:
    return {str(handover_id): list(named) for handover_id, named in causes.items()}


def _reminder(row: RowMapping) -> Reminder:
    return Reminder(
        id=row["id"],
        person=row["person_id"],
        day=row["day"],
        n=row["n"],
        at=row["at"],
        causes={int(handover_id): list(named) for handover_id, named in row["causes"].items()},
        channel=row["channel"],
        ts=row["ts"],
        shown=[(line[0], line[1], line[2]) for line in row["shown"]],
        done_at=row["done_at"],
    )
