"""All open handovers at once as small rows, and what is worth a look beside them: a handful of queries for any number.

Nothing here loads a record; `records` does, for the few that are shown.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from bot.context import Disposition
from bot.digest import Notes, OpenRow, Wait
from bot.handover import ENDED, LIVE, Handover, State
from store.ahead import BEFORE_GATE
from store.find import Finder
from store.held import held_by
from store.mapping import aggregate
from store.tables import EntryRow, HandoverRow, IntervalRow, OverrideRow, PointRow, PostRow, table

HANDOVER, POST = table(HandoverRow), table(PostRow)
INTERVAL, ENTRY, POINT, OVERRIDE = table(IntervalRow), table(EntryRow), table(PointRow), table(OverrideRow)
NAMED = 3  # clients without a kickoff date


class Overviewer(Finder):
    """Questions about all open handovers together."""

    def open_rows(self, since: datetime, *, holder: int = 0) -> list[OpenRow]:
        """A row for each handover between the win and the gate, and for each that went live after `since`.

        With `holder`, only those in which that person holds a role or an item that they took over.
        """
        recent = and_(HANDOVER.c.state.in_([state.value for state in LIVE]), HANDOVER.c.live_at > since)
        wanted = [or_(HANDOVER.c.state.in_(BEFORE_GATE), recent)]
        if holder:
            wanted.append(HANDOVER.c.id.in_(held_by([holder])))
        columns = [HANDOVER.c[name] for name in ("id", "client", "project", "state", "live_at", "scoped_at")]
        columns += [HANDOVER.c.due_at, HANDOVER.c.scope_due_at, POST.c.channel, POST.c.ts]
        root = and_(POST.c.handover_id == HANDOVER.c.id, POST.c.name == "root")
        rows = self.session.execute(select(*columns).outerjoin(POST, root).where(*wanted)).all()
        waits = self._waits()
        return [
            OpenRow(
                id=row.id,
                client=row.client,
                project=row.project,
                state=State(row.state),
                due=row.due_at if row.scoped_at else row.scope_due_at or row.due_at,
                live_at=row.live_at,
                wait=waits.get(row.id),
                channel=row.channel or "",
                ts=row.ts or "",
            )
            for row in rows
        ]

    def notes(self, since: datetime, *, now: datetime, kickoff_by: datetime) -> Notes:
        """Open points of handovers that are won and not ended, kickoff dates that are missing, overrides after `since`.

        A kickoff date is missing once delivery has begun, and on whatever was won before `kickoff_by`. A point that was
        captured while the deal was open is as old as the win: before it nobody could answer.
        """
        clients, kickoffs = self._without_kickoff(kickoff_by)
        points = self._open_points()
        oldest = min(points, key=lambda point: point[1], default=None)
        overridden = select(func.count()).where(OVERRIDE.c.at > since, OVERRIDE.c.at <= now)
        return Notes(
            points=sum(count for count, _, _ in points),
            oldest=oldest[1] if oldest else None,
            oldest_client=oldest[2] if oldest else "",
            no_kickoff=clients,
            no_kickoff_count=kickoffs,
            overrides=int(self.session.execute(overridden).scalar_one()),
        )

    def records(self, ids: Iterable[int]) -> list[Handover]:
        """Whole records by id, in the order of the ids; for a page of them, never for all."""
        return aggregate.load(self.session, ids)

    def _waits(self) -> dict[int, Wait]:
        running = (
            select(INTERVAL)
            .join(HANDOVER, HANDOVER.c.id == INTERVAL.c.handover_id)
            .where(INTERVAL.c.until.is_(None), HANDOVER.c.state.in_(BEFORE_GATE))
        )
        waits: dict[int, Wait] = {}
        for row in self.session.execute(running):
            # A hold is the stronger word: the deal itself is in question.
            if row.kind == "hold" or row.handover_id not in waits:
                waits[row.handover_id] = Wait(row.kind, row.since, row.reason, row.expected_on)
        return waits

    def _open_points(self) -> list[tuple[int, datetime, str]]:
        settled = [State.PRESALE.value, *(state.value for state in ENDED)]
        query = (
            select(HANDOVER.c.client, HANDOVER.c.won_at, func.count().label("n"), func.min(ENTRY.c.at).label("first"))
            .join(ENTRY, ENTRY.c.handover_id == HANDOVER.c.id)
            .join(POINT, POINT.c.entry_id == ENTRY.c.id)
            .where(
                HANDOVER.c.state.not_in(settled),
                ENTRY.c.undone_at.is_(None),
                or_(POINT.c.disposition.is_(None), POINT.c.disposition == Disposition.ASK.value),
            )
            .group_by(HANDOVER.c.id, HANDOVER.c.client, HANDOVER.c.won_at)
        )
        return [
            (row.n, max(row.first, row.won_at or row.first), row.client) for row in self.session.execute(query).all()
        ]

    def _without_kickoff(self, kickoff_by: datetime) -> tuple[tuple[str, ...], int]:
        begun = HANDOVER.c.state == State.IN_PROGRESS.value
        long_won = and_(HANDOVER.c.state.in_(BEFORE_GATE), HANDOVER.c.won_at <= kickoff_by)
        missing = (
            select(HANDOVER.c.client, func.count().over().label("n"))
            .where(HANDOVER.c.kickoff_on.is_(None), or_(begun, long_won))
            .order_by(func.coalesce(HANDOVER.c.won_at, HANDOVER.c.opened_at), HANDOVER.c.id)
        )
        rows = self.session.execute(missing.limit(NAMED)).all()
        return tuple(row.client for row in rows), int(rows[0].n) if rows else 0
