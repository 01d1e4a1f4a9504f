"""Retention: what is past its days goes, in short transactions; what is still needed stays, however old it is."""

import re
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, insert, select, text, update

from bot.actions.digest import REASONS
from bot.company.effects import HideReasons
from bot.context import Kind
from bot.effects import Direct, Effect, Home, ReadInbox, Redraw, Reply, SearchCrm, Whisper
from bot.handover import Handover, State
from store.store import Store
from store.tables import EntryRow, EventRow, HandoverRow, InboxRow, JobRow, JobStepRow, SeenRow, table
from store.upkeep import retention
from store.upkeep.retention import Cutoffs, Place, walk
from tests.conftest import START, Clocks
from tests.store import records

HANDOVER, ENTRY, EVENT = table(HandoverRow), table(EntryRow), table(EventRow)
INBOX, JOB, STEP, SEEN = table(InboxRow), table(JobRow), table(JobStepRow), table(SeenRow)
DAY = timedelta(days=1)
OLD, NEW = START - 31 * DAY, START - 29 * DAY


def thin(store: Store, cutoffs: Cutoffs, pages: int = 10_000) -> dict[str, int]:
    """One whole walk; what it removed."""
    walked = walk(store.db, cutoffs, Place(), now=START, t=store.tick(), pages=pages)
    assert walked.place is None
    return dict(walked.removed)


def keys(store: Store, each: Table, column: str = "key") -> list[str]:
    """One column of a table, in order."""
    with store.db.read() as session:
        return list(session.execute(select(each.c[column]).order_by(each.c[column])).scalars())


def count(store: Store, each: Table) -> int:
    """How many rows a table has."""
    with store.db.read() as session:
        return int(session.execute(select(func.count()).select_from(each)).scalar_one())


def added(store: Store, deal_id: str, state: State = State.WON, ended: datetime | None = None) -> Handover:
    """A stored record in that state."""
    with store.write() as unit:
        return unit.add(records.handover(deal_id, state=state, ended_at=ended))


# --- webhooks


def test_bodies_that_were_read_go_after_their_days_and_unread_ones_stay(store: Store, clocks: Clocks) -> None:
    ids = {}
    for name, at, outcome in (
        ("old", OLD, "read"),
        ("unread", OLD, ""),
        ("young", NEW, "read"),
        ("last", OLD, "read"),
    ):
        clocks.now = at
        with store.write() as unit:
            ids[name], _ = unit.inbox.put("hubspot", name.encode(), {})
            if outcome:
                unit.inbox.mark(ids[name], outcome)
    assert thin(store, Cutoffs(webhooks=START - 30 * DAY)) == {"webhooks": 1}
    with store.db.read() as session:
        left = set(session.execute(select(INBOX.c.id)).scalars())
    assert left == {ids["unread"], ids["young"], ids["last"]}


def test_the_number_of_a_removed_delivery_is_never_given_again(store: Store, clocks: Clocks) -> None:
    """SQLite would: then the job of the old one would pass for the job of the new one, which nobody would read."""
    clocks.now = OLD
    for n in range(3):
        with store.write() as unit:
            number, _ = unit.inbox.put("hubspot", str(n).encode(), {})
            assert unit.emit(ReadInbox(number))
            unit.inbox.mark(number, "read")
    clocks.now = START
    thin(store, Cutoffs(webhooks=START))
    with store.write() as unit:
        number, new = unit.inbox.put("hubspot", b"new", {})
        assert (new, unit.emit(ReadInbox(number))) == (True, True)


# --- jobs


def finished(store: Store, *effects: Effect, at: float) -> None:
    """These effects, done at that machine time."""
    for effect in effects:
        with store.write() as unit:
            assert unit.emit(effect)
        with store.db.write() as session:
            values = {"state": "done", "run_at": at, "emitted_at": at}
            session.execute(update(JOB).where(JOB.c.state == "ready").values(values))


def test_finished_jobs_go_with_their_page_of_the_ledger_and_open_ones_stay(store: Store, clocks: Clocks) -> None:
    old, month = clocks.tick() - 31 * 86_400, clocks.tick() - 30 * 86_400
    finished(store, SearchCrm("words", 1, "", nonce="1"), Home(1, "a"), at=old)
    finished(store, Home(1, "b"), at=clocks.tick())
    with store.write() as unit:
        unit.emit(Home(1, "waits"))
        unit.emit(Home(1, "parked"))
    with store.db.write() as session:
        session.execute(update(JOB).where(JOB.c.key == "Home:1:parked").values(state="dead", run_at=old))
        session.execute(update(JOB).where(JOB.c.key == "Home:1:waits").values(run_at=old))
        steps = [("Home:1:a", "post"), ("Home:1:b", "post"), ("Home:1:parked", "post"), ("thread:1", "root:1")]
        session.execute(insert(STEP), [{"scope": s, "name": n, "started": old, "done": True} for s, n in steps])
    assert thin(store, Cutoffs(jobs=month)) == {"jobs": 2}
    assert keys(store, JOB) == ["Home:1:b", "Home:1:parked", "Home:1:waits"]
    assert keys(store, STEP, "scope") == ["Home:1:b", "Home:1:parked", "thread:1"]


def test_what_was_said_about_an_open_handover_is_not_said_again(store: Store, clocks: Clocks) -> None:
    """The key of a finished job is what keeps a message from coming twice, for as long as the handover is at work."""
    at_work, over = added(store, "d1"), added(store, "d2", State.CLOSED, OLD)
    old = clocks.tick() - 31 * 86_400
    with store.db.write() as session:
        session.execute(JOB.delete())
    said = [Reply(one.id, "won", "1") for one in (at_work, over)]
    said_to = [Direct(7, "closing", one.shown_id, one.id) for one in (at_work, over)]
    passing = [Redraw(at_work.id, 1), Whisper("U1", "click", handover_id=at_work.id)]
    finished(store, *said, *said_to, *passing, Home(1, "last"), at=old)
    assert thin(store, Cutoffs(jobs=clocks.tick() - 30 * 86_400)) == {"jobs": 4}
    with store.write() as unit:
        assert not unit.emit(said[0])
        assert not unit.emit(said_to[0])
        assert unit.emit(said[1])


def test_the_newest_job_stays_so_that_its_number_is_not_given_again(store: Store, clocks: Clocks) -> None:
    finished(store, Home(1, "a"), Home(1, "b"), at=0.0)
    assert thin(store, Cutoffs(jobs=clocks.tick())) == {"jobs": 1}
    assert keys(store, JOB) == ["Home:1:b"]


# --- what was seen


def test_clicks_are_forgotten_and_rings_only_when_their_handover_ended(store: Store) -> None:
    at_work, over = added(store, "d1"), added(store, "d2", State.CLOSED, OLD)
    passing = [
        "click:1",
        "event:E1",
        "hint:hubspot:1",
        "shares:hubspot:1:2026",
        f"capture:{at_work.id}:b",
        "remind:3:2026-01-01",
    ]
    kinds = ("ring:sign:{}:pm:1:3", "ring:closing:{}:3", "merged:{}:9", "owed:ready_to_sign:{}:pm:1:3")
    lasting = [*(kind.format(at_work.id) for kind in kinds), "other:1"]
    ended = [kind.format(over.id) for kind in kinds]
    with store.db.write() as session:
        rows = [{"key": key, "at": OLD} for key in (*passing, *lasting, *ended)]
        session.execute(insert(SEEN), [*rows, {"key": "click:young", "at": NEW}])
    assert thin(store, Cutoffs(seen=START - 30 * DAY)) == {"seen": len(passing) + len(ended)}
    assert keys(store, SEEN) == sorted([*lasting, "click:young"])


def test_every_kind_of_key_that_the_code_uses_is_known_here() -> None:
    """A new kind must be told apart: does it pass, or hold while its handover is open?"""
    root = Path(__file__).resolve().parents[2]
    sources = [file.read_text() for room in ("bot", "handlers", "store") for file in (root / room).rglob("*.py")]
    used: list[str] = []
    for source in sources:
        named = dict(re.findall(r'^([A-Z_]+) = "([a-z:]+)"', source, re.MULTILINE))
        written = re.findall(r'\.seen\(f"([^"]+)"', source)
        used += [re.sub(r"\{([A-Z_]+)\}", lambda found: named[found[1]], key) for key in written]  # noqa: B023 - at once
    whole = "\n".join(sources)
    makers = set(re.findall(r"\.seen\((\w+)\(", whole))
    assert len(makers) >= 2
    used += [
        re.findall(rf'^def {maker}\(.*?^    return f"([^"]+)"', whole, re.MULTILINE | re.DOTALL)[0] for maker in makers
    ]
    assert len(used) >= 10
    samples = [re.sub(r"\{[^}]+\}", "7", key) for key in used]
    samples = [re.sub(r"^remind:7:7$", "remind:7:2026-01-01", key) for key in samples]
    known = (retention.BOUND, retention.DAILY)
    plain = (*retention.PASSING, *retention.LASTING)
    assert [key for key in samples if not key.startswith(plain) and not any(p.match(key) for p in known)] == []


# --- opinions and timelines


def stances(store: Store, handover_id: int) -> None:
    """A stance, a promise and a line of the timeline."""
    with store.write() as unit:
        record = unit.handover(handover_id)
        assert record is not None
        details = {"name": "Maria Klein", "stance": "against", "topic": "price"}
        record.entries.append(
            records.entry("She hates us", kind=Kind.STAKEHOLDER, details=details, evidence_words="I heard it")
        )
        record.entries.append(records.entry("Weekly call"))
        record.note(START, "captured", person=1)
        unit.save(record)


def test_reasons_of_pauses_leave_the_digests_of_a_year_ago_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they stand is forgotten by the job that takes them out, else nobody could."""
    monkeypatch.setattr(retention, "PAGE", 2)
    edge = START - 365 * DAY
    days = [f"{edge + n * DAY:%Y-%m-%d}" for n in (-40, -3, -2, -1, 0, 1)]
    with store.write() as unit:
        for day in days:
            unit.keep_setting(f"{REASONS}{day}", "C1 1.1")
    assert thin(store, Cutoffs(seen=START)) == {}
    assert thin(store, Cutoffs(opinions=edge)) == {"reasons": 4}
    assert keys(store, JOB) == sorted(HideReasons(day, "C1").key for day in days[:4])
    assert thin(store, Cutoffs(opinions=edge)) == {"reasons": 0}
    with store.read() as reader:
        assert len(reader.settings(REASONS)) == len(days)


@pytest.mark.req("R110")
def test_stances_of_people_go_a_year_after_the_record_ended_and_the_thread_is_drawn_again(store: Store) -> None:
    ids = {
        name: added(store, name, state, ended).id
        for name, state, ended in (
            ("closed", State.CLOSED, START - 366 * DAY),
            ("cancelled", State.CANCELLED, START - 366 * DAY),
            ("young", State.CLOSED, START - 364 * DAY),
            ("open", State.MAINTENANCE, None),
        )
    }
    for handover_id in ids.values():
        stances(store, handover_id)
    with store.read() as reader:
        revs = {handover_id: getattr(reader.handover(handover_id), "rev", 0) for handover_id in ids.values()}
    assert thin(store, Cutoffs(opinions=START - 365 * DAY)) == {"opinions": 2}
    for name, handover_id in ids.items():
        with store.read() as reader:
            record = reader.handover(handover_id)
        assert record is not None
        stance, promise = record.entries
        gone = name in ("closed", "cancelled")
        assert (stance.text, stance.details, stance.evidence_words) == (
            ("", {}, "") if gone else ("She hates us", stance.details, "I heard it")
        )
        assert (stance.undone_at is not None) is gone
        assert promise.text == "Weekly call"
        assert record.rev == revs[handover_id] + gone
        assert Redraw(handover_id, record.rev).key in keys(store, JOB)
    with store.read() as reader:
        assert len(reader.find_entries("Maria")) == 2
    assert thin(store, Cutoffs(opinions=START - 365 * DAY)) == {}


def test_timelines_go_whole_and_the_record_works_on(store: Store) -> None:
    over = added(store, "d1", State.CLOSED, OLD)
    at_work = added(store, "d2")
    for one in (over, at_work):
        stances(store, one.id)
    assert thin(store, Cutoffs(timelines=START - 30 * DAY)) == {"timelines": 1}
    with store.write() as unit:
        record = unit.handover(over.id)
        assert record is not None
        assert record.events == []
        record.note(START, "captured", person=1)
        unit.save(record)
    with store.read() as reader:
        assert [len(reader.events(one.id)) for one in (over, at_work)] == [1, 1]


# --- the walk


def test_nothing_is_removed_when_everything_is_kept_for_ever(store: Store) -> None:
    with store.db.write() as session:
        session.execute(insert(SEEN), {"key": "click:1", "at": OLD})
    assert thin(store, Cutoffs()) == {}
    assert count(store, SEEN) == 1


def test_a_walk_that_stops_goes_on_at_its_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old ones far behind many that stay are reached too."""
    monkeypatch.setattr(retention, "PAGE", 10)
    with store.db.write() as session:
        session.execute(insert(SEEN), [{"key": f"click:{n:04}", "at": OLD if n > 95 else NEW} for n in range(100)])
        session.execute(insert(SEEN), [{"key": f"event:{n:04}", "at": OLD} for n in range(5)])
    cutoffs = Cutoffs(webhooks=START, seen=START - 30 * DAY, timelines=START)
    place, removed, stretches = Place(), 0, 0
    while True:
        walked = walk(store.db, cutoffs, place, now=START, t=0.0, pages=3)
        removed, stretches = removed + walked.removed["seen"], stretches + 1
        if walked.place is None:
            break
        place = walked.place
    assert removed == 9
    assert stretches > 3
    assert count(store, SEEN) == 96
    # A thing that is no longer removed, by the settings, sends the walk back to its beginning.
    assert walk(store.db, replace(cutoffs, seen=None), Place("seen", "x"), now=START, t=0.0, pages=99).place is None


ROWS = 100_000
SERIES = {
    True: "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :rows)",
    False: "WITH s AS (SELECT n FROM generate_series(1, :rows) AS n)",
}
LONGEST = 1.0  # seconds that a click may wait for a walk, on a machine with two busy cores which does not stand still


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_very_many_rows_are_thinned_while_people_click(store: Store) -> None:
    """No click waits for it: each page is a transaction of its own."""
    filled = f"{SERIES[store.db.sqlite]} INSERT INTO seen (key, at) SELECT 'click:' || n, :old FROM s"  # noqa: S608 - our own words
    with store.db.engine.begin() as connection:
        connection.execute(text(filled), {"rows": ROWS, "old": OLD if not store.db.sqlite else f"{OLD:%Y-%m-%d %X.%f}"})
    waits: list[float] = []
    stop = threading.Event()

    def click() -> None:
        while not stop.wait(0.01):
            began = time.perf_counter()
            with store.write() as unit:
                unit.seen(f"event:{len(waits)}")
            waits.append(time.perf_counter() - began)

    clicking = threading.Thread(target=click)
    clicking.start()
    began = time.perf_counter()
    try:
        assert thin(store, Cutoffs(seen=START - 30 * DAY)) == {"seen": ROWS}
    finally:
        stop.set()
        clicking.join()
    took = time.perf_counter() - began
    assert count(store, SEEN) == len(waits) > 50
    worst = sorted(waits)
    print(f"{ROWS} rows in {took:.1f} s; {len(waits)} clicks, p99 {worst[-len(worst) // 100] * 1000:.0f} ms")  # noqa: T201 - a figure
    assert worst[-1] < max(LONGEST, took / 2)
