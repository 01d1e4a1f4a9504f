"""The sweep: records whose look is due are looked at, then people whose time has come are told. Late or twice is fine.

Each look and each reminder is a transaction and a cause of its own; two replicas that sweep at once do each thing once.
A process that is told to stop ends its sweep after the one at hand; the rest stays due, for whoever sweeps next.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TypeVar

from bot.actions import remind
from bot.actions.sweep import look, recount
from bot.errors import Conflict, StoreAway
from bot.worktime import DAY, Office
from handlers.deps import Deps
from handlers.trace import own
from store.calendars import as_it_was, days_text, first_change

T = TypeVar("T")
log = logging.getLogger("baton.sweep")
BATCH = 200
FINGERPRINT = "clock:fingerprint"
CALENDARS = "clock:calendars"
QUIET = 2.0  # seconds after a change until its record is looked at: a burst of clicks is one look


def sweep(deps: Deps, now: datetime) -> int:
    """Everything that is due by now; how many records and people it saw."""
    with deps.store.read() as reader:
        if not reader.looks_due(now):
            return 0
    began = deps.clock.tick()
    seen = looks(deps, now) + reminders(deps, now)
    deps.sweep_seconds = deps.clock.tick() - began
    return seen


def looks(deps: Deps, now: datetime) -> int:
    """Looks at every record whose time has come."""
    seen: set[int] = set()
    failed = 0  # those stay due: the others are found behind them
    while not deps.stopping.is_set():
        with deps.store.read() as reader:
            due = [one for one in reader.due_looks(now, limit=BATCH + failed) if one not in seen]
        if not due:
            break
        for handover_id in _in_turn(deps, due):
            seen.add(handover_id)
            failed += not _tried(lambda: _look(deps, handover_id, now), f"HO-{handover_id}")  # noqa: B023 - at once
    return len(seen)


def reminders(deps: Deps, now: datetime) -> int:
    """Tells everyone for whom something is due; people outside their hours are put off to their next opening."""
    with deps.store.read() as reader:
        told = remind.receivers(reader, reader.people_due(now), terms=deps.terms, now=now)
    met = 0
    for receiver_id, people in _in_turn(deps, told.items()):
        met += 1
        _tried(lambda: _remind(deps, receiver_id, people, now), f"person {receiver_id}")  # noqa: B023 - called at once
    return met


def _in_turn(deps: Deps, due: Iterable[T]) -> Iterator[T]:
    """Each once nobody waits for an answer; none any more once this process is told to stop."""
    for one in due:
        deps.askers.let_go_first()
        if deps.stopping.is_set():
            return
        yield one


def _look(deps: Deps, handover_id: int, now: datetime) -> None:
    with deps.store.write() as unit:
        look(unit, handover_id, terms=deps.terms, now=now)


def _remind(deps: Deps, receiver_id: int, people: list[int], now: datetime) -> None:
    with deps.store.write() as unit:
        remind.remind(unit, receiver_id, people, terms=deps.terms, now=now)


@own
def _tried(deed: Callable[[], None], what: str) -> bool:
    # One record that can't be looked at must not keep the others waiting; it stays due and is tried again.
    try:
        try:
            deed()
        except Conflict:
            deed()
    except StoreAway:
        raise  # the others would fail just so; the next tick begins again
    except Exception:
        log.exception("could not look at %s", what)
        return False
    return True


def notice_changes(deps: Deps) -> bool:
    """Looks at every open record again when the settings of the clock or a calendar changed since the last start."""
    _follow_calendars(deps)
    settings, terms = deps.settings, deps.terms
    ladder = (settings.clock_days, settings.scope_days, settings.pause_days, settings.first_share, settings.last_hours)
    people = (settings.merge_hours, settings.person_offices, settings.deputies, settings.roles)
    offices = [(name, office.tz, _dates(office)) for name, office in sorted(terms.offices.items())]
    hours = [sorted(office.hours.items()) for _, office in sorted(terms.offices.items())]
    seen = hashlib.sha256(repr((ladder, people, offices, hours)).encode()).hexdigest()
    with deps.store.write() as unit:
        if unit.setting(FINGERPRINT) == seen:
            return False
        unit.keep_setting(FINGERPRINT, seen)
        unit.look_at_all(deps.clock.now())
    return True


def _recount(deps: Deps, handover_id: int, before: Mapping[str, Office], calendar: str) -> None:
    with deps.store.write() as unit:
        recount(unit, handover_id, before, calendar=calendar, terms=deps.terms, now=deps.clock.now())


def _follow_calendars(deps: Deps) -> None:
    # A holiday that is declared late takes no time from anybody. Cut short, it is done again: they are kept last.
    with deps.store.read() as reader:
        kept = json.loads(reader.setting(CALENDARS) or "{}")
    offices = deps.terms.offices
    now = {name: days_text(office) for name, office in offices.items()}
    if kept == now:
        return
    changed = {name: as_it_was(office, kept.get(name, "")) for name, office in offices.items()}
    before = {name: office for name, office in changed.items() if office is not None and office != offices[name]}
    if before:
        calendar = hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest()[:16]
        first = min(first_change(office, offices[name]) for name, office in before.items())
        found = _due_after(deps, first)
        done = [_tried(lambda: _recount(deps, one, before, calendar), f"HO-{one}") for one in found]  # noqa: B023 - at once
        if not all(done):
            return
    with deps.store.write() as unit:
        unit.keep_setting(CALENDARS, json.dumps(now))


def _due_after(deps: Deps, day: date) -> list[int]:
    # Those whose clock could meet that date in any zone. Each new year brings dates behind all of them.
    with deps.store.read() as reader:
        rows = reader.open_rows(deps.clock.now())
    return [row.id for row in rows if row.due and row.due.date() >= day - DAY]


def _dates(office: Office) -> list[list[str]]:
    kinds: tuple[Iterable[object], ...] = (office.holidays, office.closed, office.open_days, office.short_days.items())
    return [sorted(map(str, days)) for days in kinds]


class Sweeper:
    """A thread that sweeps soon after each commit; the scheduler's tick calls `sweep` too, should it miss one."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._rung = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Lets the look at hand end, once the whole process was told to stop."""
        self._rung.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def wake(self) -> None:
        """Something changed."""
        self._rung.set()

    def _run(self) -> None:
        while True:
            self._rung.wait()
            if self._deps.stopping.wait(QUIET):
                return
            self._rung.clear()
            try:
                sweep(self._deps, self._deps.clock.now())
            except StoreAway as error:  # the thread must outlive it; the hands tell it, once
                log.debug("could not sweep", extra={"why": str(error)})
            except Exception:
                log.exception("could not sweep")
