"""A write transaction as the use-cases see it: load, decide, save, emit. Fulfils bot.unit.Unit.

Within one unit a handover is one object: whoever loads it twice gets the same one, so that no save undoes another.
Its messages are redrawn once per unit, after the commit, from the record as it then is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from bot.deal import Deal
from bot.effects import Effect, Home, Redraw
from bot.handover import ENDED, Handover, Post, State
from bot.unit import DealState
from store import known, outbox
from store.checklists import ChecklistWriter
from store.held import held_by
from store.inbox import Inbox
from store.jobs import ClaimedJob, StoredStep
from store.ledger import Ledger
from store.mapping import aggregate, posts, record
from store.mapping.deal import deal_json
from store.nags import NagWriter
from store.people import Directory, PeopleWriter
from store.sealed.keyring import Keyring
from store.sql import insert_new
from store.tables import DealSnapshotRow, HandoverRow, NagRow, RoleHolderRow, table

HANDOVER, ROLE, SNAPSHOT = table(HandoverRow), table(RoleHolderRow), table(DealSnapshotRow)
NAG = table(NagRow)
CLOSED = [state.value for state in ENDED]
_LOOK_AGAIN = update(HANDOVER).where(HANDOVER.c.id == bindparam("which"))


@dataclass(frozen=True)
class Moment:
    """The two clocks at the start of a transaction: business time (UTC), and machine seconds."""

    now: datetime
    t: float


@dataclass(frozen=True)
class Loaded:
    """A record of this unit, what is stored of it, and whose Home shows it as stored."""

    handover: Handover
    stored: aggregate.Stored
    hands: set[int]


class StoreUnit(PeopleWriter, NagWriter, ChecklistWriter):
    """One write transaction. `inbox` and `ledger` work within it; what it emits carries its `trace`.

    Secrets of what it emits are sealed by `keyring`.
    """

    def __init__(
        self,
        session: Connection,
        directory: Directory,
        *,
        moment: Moment,
        lease: float,
        keyring: Keyring,
        rehearsal: bool = False,
        trace: str = "",
    ) -> None:
        super().__init__(session, directory)
        self.keyring = keyring
        self.moment = moment
        self.rehearsal = rehearsal
        self.trace = trace
        self.inbox = Inbox(session, now=moment.now, trace=trace)
        self.ledger = Ledger(session, t=moment.t, lease=lease)
        self.emitted = 0
        self._loaded: dict[int, Loaded] = {}
        self._drawn: set[str] = set()

    def handover(self, handover_id: int) -> Handover | None:
        """The record, locked until the transaction ends, or None."""
        found = self._load([handover_id])
        return found[0] if found else None

    def by_deal(self, connection: str, *deal_ids: str) -> list[Handover]:
        """All handovers of these deals (one per workstream), locked, oldest first."""
        deals = (HANDOVER.c.connection == connection, HANDOVER.c.deal_id.in_(deal_ids))
        return self._load(self.session.execute(select(HANDOVER.c.id).where(*deals).order_by(HANDOVER.c.id)).scalars())

    def add(self, handover: Handover) -> Handover:
        """Stores a new record and gives it its id; an existing one of the same deal and workstream is returned."""
        handover.rehearsal = handover.rehearsal or self.rehearsal
        values = {**record.columns(handover), "rev": handover.rev, "next_look_at": self.moment.now}
        is_new = insert_new(self.session, HANDOVER, values)
        same = (
            HANDOVER.c.connection == values["connection"],
            HANDOVER.c.deal_id == values["deal_id"],
            HANDOVER.c.workstream == values["workstream"],
        )
        handover_id = self.session.execute(select(HANDOVER.c.id).where(*same)).scalar_one()
        if not is_new:
            return self._load([handover_id])[0]
        handover.id = handover_id
        hands = self._keep_loaded(handover, aggregate.add(self.session, handover))
        self._redraw(handover, hands)
        return handover

    def save(self, handover: Handover) -> None:
        """Writes what changed, appends the timeline, raises `rev`, and emits the redraw of messages and Homes.

        Where our messages stand (posts) is stored without raising `rev`: it changes nothing that people see. ValueError
        when the record was not loaded by this unit, or when its timeline or entries were cut.
        """
        old = self._loaded.get(handover.id)
        if old is None or old.handover is not handover:
            raise ValueError(f"{handover.shown_id} was not loaded by this unit.")
        saved = aggregate.save(self.session, handover, old.stored, look_at=self.moment.now)
        hands = self._keep_loaded(handover, saved.stored)
        if saved.changed:
            self._redraw(handover, old.hands | hands)

    def keep_post(self, handover_id: int, post: Post) -> None:
        """Keeps where a message of ours stands and what it shows; this redraws nothing.

        Not beside `handover` in one unit: a save of what was loaded before would not know of it. RuntimeError then.
        """
        if handover_id in self._loaded:
            raise RuntimeError(f"HO-{handover_id} is loaded in this unit; its posts are saved with it.")
        posts.keep(self.session, handover_id, post)

    def look_again(self, handover_id: int, at: datetime | None) -> None:
        """When the record is looked at next, None for never by itself; a save makes it now. It changes nothing else."""
        self.session.execute(_LOOK_AGAIN, {"which": handover_id, "next_look_at": at})

    def look_at_all(self, at: datetime) -> None:
        """Every record which has not ended is looked at then: settings, calendars or people changed."""
        still_open = HANDOVER.c.state.not_in([state.value for state in ENDED])
        self.session.execute(update(HANDOVER).where(still_open).values(next_look_at=at))

    def open_of(self, person_ids: Iterable[int]) -> list[int]:
        """Ids of the open records in which one of these people holds a role or an item, or is waited for; ascending."""
        wanted = set(person_ids)
        waiting = select(NAG.c.handover_id).where(NAG.c.person_id.in_(wanted))
        theirs = or_(HANDOVER.c.id.in_(held_by(wanted)), HANDOVER.c.id.in_(waiting))
        found = select(HANDOVER.c.id).where(theirs, HANDOVER.c.state.not_in(CLOSED))
        return list(self.session.execute(found.order_by(HANDOVER.c.id)).scalars())

    def snapshot(self, handover: Handover, deal: Deal, at: datetime) -> None:
        """Keeps this read of the deal, for old → new; the same as the last one is not kept again."""
        mine = select(SNAPSHOT).where(SNAPSHOT.c.handover_id == handover.id).order_by(SNAPSHOT.c.n.desc()).limit(1)
        last, data = self.session.execute(mine).mappings().first(), deal_json(deal)
        if last is None or last["data"] != data:
            n = last["n"] + 1 if last else 0
            self.session.execute(insert(SNAPSHOT), {"handover_id": handover.id, "n": n, "at": at, "data": data})

    def emit(self, effect: Effect, *, at: datetime | None = None) -> bool:
        """Puts an effect into the outbox, not before `at`. False when one of that key was there already.

        `at` is business time; the job waits as many machine seconds as lie between now and then. A rehearsal's jump
        does not shorten that wait: what is due by the record is found by looking at the record.
        """
        wait = max(0.0, (at - self.moment.now).total_seconds()) if at else 0.0
        t = self.moment.t
        secret = {name: self.keyring.seal(value) for name in effect.secrets if (value := getattr(effect, name))}
        sealed = replace(effect, **secret) if secret else effect
        stored = outbox.emit(self.session, sealed, run_at=t + wait, t=t, trace=self.trace)
        self.emitted += stored
        return stored

    def seen(self, key: str) -> bool:
        """True the first time a key (a click, an event, a submission) is seen; the same transaction keeps it."""
        return known.seen(self.session, key, self.moment.now)

    def unsee(self, key: str) -> bool:
        """That key is not seen from now on; whether it was until now."""
        return known.unsee(self.session, key)

    def deal_state(self, connection: str, deal_id: str) -> DealState | None:
        """What we last knew of a deal, locked, or None when it was never read."""
        return known.deal_state(self.session, connection, deal_id)

    def keep_deal_state(self, state: DealState) -> None:
        """Stores what we know of a deal now."""
        known.keep_deal_state(self.session, state)

    def recent_wins(self, since: datetime) -> int:
        """How many handovers were opened by a win since that moment."""
        won = select(func.count()).select_from(HANDOVER).where(HANDOVER.c.won_at >= since)
        return int(self.session.execute(won).scalar_one())

    def held_wins(self) -> list[DealState]:
        """Wins that wait for the admin's word."""
        return known.held_wins(self.session)

    def setting(self, key: str) -> str:
        """A small stored value ('' when unset): cursors, first start, round robin."""
        return known.setting(self.session, key)

    def locked_setting(self, key: str) -> str:
        """The same, locked until the transaction ends, also when it is unset."""
        return known.locked_setting(self.session, key)

    def keep_setting(self, key: str, value: str) -> None:
        """Stores a small value."""
        known.keep_setting(self.session, key, value)

    def drop_setting(self, key: str) -> None:
        """Forgets a small stored value."""
        known.drop_setting(self.session, key)

    def connection(self, connection: str) -> known.ConnectionState:
        """How a connection does; held until the transaction ends, so that two replicas decide one after the other."""
        return known.held_connection(self.session, connection)

    def keep_connection(self, state: known.ConnectionState) -> None:
        """Stores how a connection does."""
        known.keep_connection(self.session, state)

    def load_of(self, role: str) -> dict[int, int]:
        """How many open handovers each person holds in that role: for round robin."""
        loads = (
            select(ROLE.c.person_id, func.count())
            .join(HANDOVER, HANDOVER.c.id == ROLE.c.handover_id)
            .where(ROLE.c.role == role, HANDOVER.c.state.not_in(CLOSED))
            .group_by(ROLE.c.person_id)
        )
        return {row[0]: row[1] for row in self.session.execute(loads)}

    def begin_step(self, job: ClaimedJob, name: str, *, scope: str = "") -> StoredStep:
        """See Ledger.begin_step: the row must be committed before the call is made."""
        return self.ledger.begin_step(job, name, scope=scope)

    def finish_step(self, job: ClaimedJob, name: str, result: Any = None, *, scope: str = "") -> None:
        """See Ledger.finish_step: the result and what follows from it in one transaction."""
        self.ledger.finish_step(job, name, result, scope=scope)

    def finish(self, job: ClaimedJob) -> None:
        """See Ledger.finish."""
        self.ledger.finish(job)

    def retry(self, job: ClaimedJob, at: float, error: str) -> None:
        """See Ledger.retry."""
        self.ledger.retry(job, at, error)

    def park(self, job: ClaimedJob, error: str) -> None:
        """See Ledger.park."""
        self.ledger.park(job, error)

    def _load(self, ids: Iterable[int]) -> list[Handover]:
        wanted = list(ids)
        new = sorted(handover_id for handover_id in set(wanted) if handover_id not in self._loaded)
        for handover, stored, holders in aggregate.locked(self.session, new):
            self._keep_loaded(handover, stored)
            self.meet(holders)
        return [self._loaded[handover_id].handover for handover_id in wanted if handover_id in self._loaded]

    def _keep_loaded(self, handover: Handover, stored: aggregate.Stored) -> set[int]:
        hands = in_hands(handover)
        self._loaded[handover.id] = Loaded(handover, stored, hands)
        return hands

    def _redraw(self, handover: Handover, people: set[int]) -> None:
        if handover.reached(State.WON) or handover.posts:
            self._once(f"thread:{handover.id}", Redraw(handover.id, handover.rev))
        for person_id in self.home_seen(people):
            self._once(f"home:{person_id}", Home(person_id, f"{handover.id}:{handover.rev}"))

    def _once(self, name: str, effect: Effect) -> None:
        if name not in self._drawn:
            self._drawn.add(name)
            self.emit(effect)


def in_hands(handover: Handover) -> set[int]:
    """Whose Home shows the record: who holds a role of it, and who took an item over."""
    return {*handover.roles.values(), *(item.holder for item in handover.items)} - {0}
