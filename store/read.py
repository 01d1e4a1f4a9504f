"""Straight queries, read-only: records and small rows for lists, cards, Home and the workers.

Nothing that is returned can be saved. Lists of records come without a promise about time: `now` is an argument.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, not_, or_, select

from bot.deal import Deal
from bot.handover import ENDED, Event, Handover, State
from bot.people import Role
from bot.unit import DealState
from store import ahead, known
from store.ahead import BEFORE_GATE, STANDS_STILL
from store.checklists import ChecklistQueries
from store.held import held_by
from store.inbox import Delivery, InboxReader
from store.mapping import aggregate, families, names
from store.mapping.deal import deal_of
from store.mapping.names import Found
from store.nags import NagQueries
from store.overview import Overviewer
from store.tables import (
    DealSnapshotRow,
    HandoverRow,
    IntervalRow,
    PostRow,
    RoleHolderRow,
    table,
)
from store.text import folded

HANDOVER, ROLE, POST = table(HandoverRow), table(RoleHolderRow), table(PostRow)
INTERVAL, SNAPSHOT = table(IntervalRow), table(DealSnapshotRow)
REFERENCE = re.compile(r"^\s*(?:HO[-\s]?)?(\d{1,9})\s*$", re.IGNORECASE)
LISTED = 200
_HOLDERS = select(ROLE).where(ROLE.c.handover_id.in_(bindparam("ids", expanding=True)))
_THERE = select(HANDOVER.c.id, HANDOVER.c.search).where(HANDOVER.c.id == bindparam("one"))
CLOSED = [state.value for state in ENDED]


class Reader(Overviewer, NagQueries, ChecklistQueries):
    """A read transaction: everything in it is seen as of one moment."""

    def handover(self, handover_id: int) -> Handover | None:
        """A record by id."""
        return next(iter(aggregate.load(self.session, [handover_id])), None)

    def by_ref(self, reference: str) -> Handover | None:
        """The record of "HO-42" or "42"; None for anything else."""
        match = REFERENCE.match(reference)
        return self.handover(int(match[1])) if match else None

    def by_deal(self, connection: str, deal_id: str) -> list[Handover]:
        """All handovers of a deal, oldest first."""
        deal = (HANDOVER.c.connection == connection, HANDOVER.c.deal_id == deal_id)
        return self._handovers(select(HANDOVER.c.id).where(*deal).order_by(HANDOVER.c.id), LISTED)

    def by_thread(self, channel: str, ts: str) -> Handover | None:
        """The record one of whose messages is this one: the root of a thread, or a reply of ours."""
        at = select(POST.c.handover_id).where(POST.c.channel == channel, POST.c.ts == ts).limit(1)
        handover_id = self.session.execute(at).scalar()
        return self.handover(handover_id) if handover_id else None

    def by_channel(self, channel_id: str) -> Handover | None:
        """The record whose project channel this is."""
        found = self._handovers(_open_first().where(HANDOVER.c.channel_id == channel_id), 1) if channel_id else []
        return found[0] if found else None

    def drawn_in(self, channel_id: str) -> list[tuple[int, int]]:
        """Id and revision of every record of which something of ours stands in the channel, the newest first."""
        posted = select(POST.c.handover_id).where(POST.c.channel == channel_id)
        there = or_(HANDOVER.c.id.in_(posted), HANDOVER.c.channel_id == channel_id)
        rows = self.session.execute(select(HANDOVER.c.id, HANDOVER.c.rev).where(there).order_by(HANDOVER.c.id.desc()))
        return [(row.id, row.rev) for row in rows]

    def search(self, words: str, *, holder: int | None = None, limit: int = 20) -> list[Handover]:
        """Records whose client, project, workspace or deal id contain each of the words; open ones first, newest first.

        Case and accents do not count. "HO-42" finds that record. No words find nothing. With `holder`, only records in
        which that person holds a role (and "HO-42").
        """
        return aggregate.load(self.session, [one.id for one in self.named(words, holder=holder, limit=limit)])

    def named(
        self, words: str, *, holder: int | None = None, limit: int = 20, among: Iterable[Found] | None = None
    ) -> list[Found]:
        """What `search` finds, for who asks often and loads once.

        `among`: all that some of these words found, so that nothing else is looked through.
        """
        wanted = folded(words).split()
        if not wanted:
            return []
        if among is None:
            found = names.find(self.session, wanted, holder=holder, limit=limit)
        else:
            found = names.narrowed(among, wanted)
        match = REFERENCE.match(words)
        referred = self.session.execute(_THERE, {"one": int(match[1])}).first() if match else None
        return [Found(*referred), *(one for one in found if one.id != referred.id)][:limit] if referred else found

    def holders(self, ids: Collection[int]) -> dict[int, dict[Role, int]]:
        """Who holds which role of these records; a record without any is there too."""
        found: dict[int, dict[Role, int]] = {handover_id: {} for handover_id in ids}
        for row in self.session.execute(_HOLDERS, {"ids": list(ids)}) if ids else ():
            found[row.handover_id][Role(row.role)] = row.person_id
        return found

    def mine(self, person_id: int, *, limit: int = LISTED) -> list[Handover]:
        """Open records in which the person holds a role or an item that they took over, the nearest due time first."""
        soonest = func.coalesce(HANDOVER.c.due_at, HANDOVER.c.scope_due_at).asc().nulls_last()
        mine = select(HANDOVER.c.id).where(HANDOVER.c.id.in_(held_by([person_id])), HANDOVER.c.state.not_in(CLOSED))
        return self._handovers(mine.order_by(soonest, HANDOVER.c.id), limit)

    def sold(self, person_id: int, *, limit: int = LISTED) -> list[Handover]:
        """Won records whose sales rep the person is, open ones first."""
        sold = select(ROLE.c.handover_id).where(ROLE.c.person_id == person_id, ROLE.c.role == Role.SALES_REP.value)
        return self._handovers(
            _open_first().where(HANDOVER.c.id.in_(sold), HANDOVER.c.state != State.PRESALE.value), limit
        )

    def late(self, now: datetime, *, limit: int = LISTED) -> list[Handover]:
        """Records past a due time that counts, the latest first; while a pause or hold runs nothing is late."""
        scope_late = and_(HANDOVER.c.state == State.WON.value, _past(HANDOVER.c.scope_due_at, now))
        gate_late = and_(HANDOVER.c.state.in_(BEFORE_GATE), _past(HANDOVER.c.due_at, now))
        overdue = select(HANDOVER.c.id).where(or_(scope_late, gate_late))
        return self._handovers(
            overdue.order_by(func.coalesce(HANDOVER.c.due_at, HANDOVER.c.scope_due_at), HANDOVER.c.id), limit
        )

    def open_all(self, limit: int = 50, offset: int = 0) -> list[Handover]:
        """Records which have not ended: whose clock runs before the gate, nearest due first; others, newest first."""
        due = func.coalesce(HANDOVER.c.due_at, HANDOVER.c.scope_due_at)
        counts = and_(HANDOVER.c.state.in_(BEFORE_GATE), not_(STANDS_STILL))
        soonest = case((counts, due), else_=None).asc().nulls_last()
        rows = select(HANDOVER.c.id).where(HANDOVER.c.state.not_in(CLOSED)).order_by(soonest, HANDOVER.c.id.desc())
        return self._handovers(rows.offset(offset), limit)

    def due_looks(self, now: datetime, *, limit: int = LISTED) -> list[int]:
        """Ids of records which must be looked at by now."""
        due = select(HANDOVER.c.id).where(HANDOVER.c.next_look_at <= now).order_by(HANDOVER.c.next_look_at)
        return list(self.session.execute(due.limit(limit)).scalars())

    def next_look(self, now: datetime) -> datetime | None:
        """The first moment after now at which a record is to be looked at or a person is to be told."""
        return ahead.next_look(self.session, now)

    def looks_due(self, now: datetime) -> bool:
        """Whether a record is to be looked at, or a person to be told, by now."""
        return ahead.looks_due(self.session, now)

    def next_due(self, now: datetime) -> datetime | None:
        """The nearest due time after now whose clock does not stand still."""
        return ahead.next_due(self.session, now)

    def counts(self) -> dict[State, int]:
        """How many records are in each state that has any."""
        rows = self.session.execute(select(HANDOVER.c.state, func.count()).group_by(HANDOVER.c.state))
        return {State(row[0]): row[1] for row in rows}

    def real_handovers(self) -> int:
        """How many records were not made in a rehearsal."""
        real = select(func.count()).select_from(HANDOVER).where(not_(HANDOVER.c.rehearsal))
        return int(self.session.execute(real).scalar_one())

    def events(self, handover_id: int) -> list[Event]:
        """The timeline of a record, oldest first."""
        events = families.EVENTS
        mine = select(events.table).where(events.table.c.handover_id == handover_id).order_by(events.table.c.n)
        return [events.codec.decode_row(row) for row in self.session.execute(mine).mappings()]

    def snapshots(self, handover_id: int) -> list[tuple[datetime, Deal]]:
        """The deal as it was read, oldest first, each with its moment."""
        mine = select(SNAPSHOT).where(SNAPSHOT.c.handover_id == handover_id).order_by(SNAPSHOT.c.n)
        return [(row["at"], deal_of(row["data"])) for row in self.session.execute(mine).mappings()]

    def known_deals(self, connection: str) -> list[str]:
        """Ids of the connection's deals which we know as won."""
        return known.known_deals(self.session, connection)

    def held_wins(self) -> list[DealState]:
        """Wins that wait for the admin's word."""
        return known.held_wins(self.session)

    def setting(self, key: str) -> str:
        """A small stored value ('' when unset)."""
        return known.setting(self.session, key)

    def settings(self, prefix: str) -> dict[str, str]:
        """All stored values whose key begins so."""
        return known.settings(self.session, prefix)

    def connections(self) -> dict[str, known.ConnectionState]:
        """All connections that were ever used."""
        return known.connections(self.session)

    def connection(self, connection: str) -> known.ConnectionState:
        """How a connection does."""
        return self.connections().get(connection, known.ConnectionState(connection))

    def delivery(self, delivery_id: int) -> Delivery | None:
        """A stored webhook delivery."""
        return self.inbox.get(delivery_id)

    @property
    def inbox(self) -> InboxReader:
        """Deliveries and what was refused."""
        return InboxReader(self.session)

    def _handovers(self, ids: Select[tuple[int]], limit: int) -> list[Handover]:
        return aggregate.load(self.session, [row.id for row in self.session.execute(ids.limit(limit))])


def _open_first() -> Select[tuple[int]]:
    ended = case((HANDOVER.c.state.in_(CLOSED), 1), else_=0)
    return select(HANDOVER.c.id).order_by(ended, HANDOVER.c.id.desc())


def _past(due: ColumnElement[datetime | None], now: datetime) -> ColumnElement[bool]:
    return and_(due < now, not_(STANDS_STILL))
