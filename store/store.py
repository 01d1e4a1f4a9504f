"""The store as the rest of Baton sees it: one write door, one read door, the outbox and the pace.

It refuses to know the time: both clocks are given.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property

from sqlalchemy import delete, insert, select

from bot.errors import Conflict, StoreAway
from bot.people import Role
from store.engine import Db
from store.mapping.deal import deal_of_text
from store.outbox import Outbox
from store.pace import Pace
from store.people import Directory
from store.read import Reader
from store.sealed.keyring import Keyring
from store.tables import InstallationRow, SettingRow, table
from store.unit import Moment, StoreUnit

LEASE = 60.0
PROBE = 16_384  # characters: more than is free in the pages that a full database still has
ROOM = 1_000_000  # bytes of the disk below which SQLite may not be able to write the next change down


class Store:
    """All that is kept, on a migrated database.

    `clock` is business time (aware UTC, may be moved in a rehearsal), `tick` machine seconds (never moved). `role_map`
    and `office_of` say what the settings say about people, by lower-case e-mail. `lease` is in seconds. `trace` says
    what a transaction belongs to: deliveries and jobs carry it. `keyring` is set right after: it seals what is secret,
    and opens it; until then a secret cannot be stored.
    """

    def __init__(
        self,
        db: Db,
        *,
        clock: Callable[[], datetime],
        tick: Callable[[], float],
        role_map: Mapping[Role, tuple[str, ...]],
        office_of: Callable[[str], str],
        rehearsal: bool = False,
        lease: float = LEASE,
        trace: Callable[[], str] = lambda: "",
    ) -> None:
        self.db = db
        self.clock = clock
        self.tick = tick
        self.lease = lease
        self.rehearsal = rehearsal
        self.trace = trace
        self.keyring = Keyring()
        self.outbox = Outbox(db, tick=tick, lease=lease)
        self.pace = Pace(db, tick=tick)
        self._directory = Directory(role_map, office_of)
        self._on_commit: list[Callable[[], None]] = []

    @contextmanager
    def write(self) -> Iterator[StoreUnit]:
        """A write transaction; after its commit, workers are woken when it put something into the outbox.

        Raises Conflict when the transaction had to give way: load and decide again, once.
        """
        with self.db.write() as session:
            moment = Moment(self.clock(), self.tick())
            unit = StoreUnit(
                session,
                self._directory,
                moment=moment,
                lease=self.lease,
                keyring=self.keyring,
                rehearsal=self.rehearsal,
                trace=self.trace(),
            )
            yield unit
        if unit.emitted:
            for callback in self._on_commit:
                callback()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A read-only transaction which sees one moment."""
        with self.db.read() as session:
            yield Reader(session, self._directory)

    def know(self, role_map: Mapping[Role, tuple[str, ...]], office_of: Callable[[str], str]) -> None:
        """From the next transaction on, people have the roles and offices that these settings give them."""
        self._directory = Directory(role_map, office_of)

    def hurried(self, seconds: float) -> AbstractContextManager[None]:
        """Somebody waits for the answer of what this thread does within: see Db.hurried."""
        return self.db.hurried(seconds)

    def forget(self) -> None:
        """Lets go of words that are kept in memory to be quick: deals as they were read, and statements."""
        deal_of_text.cache_clear()
        self.db.forget()

    def trouble(self) -> str:
        """What keeps the database from being written right now, in words that are safe to show; '' when nothing does.

        A row is written and taken back, which needs the lock and room, and leaves nothing behind. SQLite keeps in
        memory what is not committed: there it is committed, else a quota or a failing disk would not be seen.
        """
        probe = table(SettingRow)
        away = delete(probe).where(probe.c.key == "probe")
        try:
            with self.db.write() as session:
                session.execute(away)
                session.execute(insert(probe).values(key="probe", value="x" * PROBE))
                if not self.db.sqlite:
                    session.rollback()
            if self.db.sqlite:
                with self.db.write() as session:
                    session.execute(away)
        except StoreAway as error:
            return str(error)
        except Conflict:
            return "it is locked"
        file = self.db.file
        return "the disk is full" if file and shutil.disk_usage(file.absolute().parent).free < ROOM else ""

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Calls this, in the writer's thread, after each commit that put something into the outbox."""
        self._on_commit.append(callback)

    @cached_property
    def nonce(self) -> str:
        """What tells this installation's markers from those of another: four characters, for ever the same."""
        with self.db.read() as session:
            return str(session.execute(select(table(InstallationRow).c.nonce)).scalar_one())

    def real_handovers(self) -> int:
        """How many records were not made in a rehearsal: a rehearsal refuses to start when there are any."""
        with self.read() as reader:
            return reader.real_handovers()

    def assert_outside(self) -> None:
        """Raises RuntimeError while a transaction of this thread is open; every client calls it first."""
        self.db.assert_outside()
