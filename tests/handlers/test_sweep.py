"""The sweep on both databases: a bad record keeps nobody waiting, a deputy hears once, and size costs nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, update

from benchmarks.open_records import holder
from benchmarks.sweep import Case, prepared, spread, told
from bot.effects import Remind, load
from bot.people import Role
from handlers import sweep as module
from handlers.sweep import sweep
from store.ledger import JOB
from store.tables import HandoverDealRow, PersonRow, table

DEAL, PERSON = table(HandoverDealRow), table(PersonRow)
DUE = 5
SCANS = re.compile(r"SCAN (?!CONSTANT ROW|\()")


@pytest.fixture
def case(db_url: str) -> Iterator[Case]:
    """Sixty open handovers on the clock, of which five can be made due at a time."""
    made = prepared(db_url, 60, DUE)
    yield made
    made.loaded.deps.store.db.dispose()


def swept(case: Case) -> int:
    """One sweep on the morning of the case."""
    return sweep(case.loaded.deps, case.loaded.times.now)


def reminded(case: Case) -> set[int]:
    """Whom a reminder was put into the outbox for."""
    rows = [job for job in case.loaded.deps.store.outbox.jobs() if job.kind == "Remind"]
    with case.loaded.deps.store.db.read() as session:
        payloads = [session.execute(JOB.select().where(JOB.c.id == row.id)).mappings().one() for row in rows]
    found = [load(payload["kind"], payload["payload"]) for payload in payloads]
    assert all(isinstance(effect, Remind) for effect in found)
    people = [effect.person_id for effect in found if isinstance(effect, Remind)]
    assert len(people) == len(set(people))
    return set(people)


def test_a_round_of_the_benchmark_tells_and_looks_and_leaves_everything_as_it_was(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    store, ids = case.loaded.deps.store, range(1, 61)
    with store.read() as reader:
        before = [reader.nags(n) for n in ids]
    for number in range(2):
        case.round(number)
    with store.read() as reader:
        assert [reader.nags(n) for n in ids] == before
    assert len(case.reminders) == len(case.looks) == len(case.idle) == 2
    assert swept(case) == 0
    assert store.outbox.jobs() == []
    told("SQLite", [case, case])
    assert "5 due among 60" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["reminders", "looks", "idle"])
def test_the_benchmark_says_when_a_figure_is_not_kept(case: Case, name: str) -> None:
    quick = {"reminders": [0.001], "looks": [0.001], "idle": [0.001]}
    fewest = Case(case.loaded, DUE, **quick)
    assert told("SQLite", [fewest, Case(case.loaded, DUE, **quick)])
    assert not told("SQLite", [fewest, Case(case.loaded, DUE, **{**quick, name: [0.006]})])


def test_a_record_that_cannot_be_looked_at_keeps_no_other_waiting(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """More bad ones than fit into a batch, and they are due longest."""
    monkeypatch.setattr(module, "BATCH", 2)
    bad, good = [11, 12, 13], [21, 22, 23]
    store = case.loaded.deps.store
    with store.write() as unit:
        for one in (*bad, *good):
            unit.look_again(one, case.loaded.times.due_today if one in bad else case.loaded.times.now)
        unit.session.execute(delete(DEAL).where(DEAL.c.handover_id.in_(bad)))
    swept(case)
    with store.read() as reader:
        assert reader.due_looks(case.loaded.times.now) == bad


def test_somebody_who_cannot_be_told_keeps_nobody_else_waiting(case: Case) -> None:
    chosen = spread(60, DUE, 0)
    case.plan(chosen, case.loaded.today)
    reps = [holder(Role.SALES_REP, one) for one in chosen]
    with case.loaded.deps.store.write() as unit:
        unit.session.execute(update(PERSON).where(PERSON.c.id == reps[0]).values(tz="Nowhere/At_All"))
    swept(case)
    assert set(reps[1:]) <= reminded(case)
    assert reps[0] not in reminded(case)
    with case.loaded.deps.store.read() as reader:
        assert reader.people_due(case.loaded.times.now) == [reps[0]]


def test_a_deputy_of_two_hears_of_both_in_one_message(case: Case) -> None:
    chosen = spread(60, DUE, 0)
    case.plan(chosen, case.loaded.today)
    away = [holder(Role.SALES_REP, one) for one in chosen[:2]]
    deputy = holder(Role.SALES_REP, 700)
    with case.loaded.deps.store.write() as unit:
        for one in away:
            tomorrow = case.loaded.times.now.date().replace(year=case.loaded.times.now.year + 1)
            unit.keep_preferences(one, away_until=tomorrow, deputy=deputy)
    swept(case)
    assert deputy in reminded(case)
    assert not set(away) & reminded(case)
    with case.loaded.deps.store.read() as reader:
        (sent,) = reader.reminders(deputy, case.loaded.times.now.date())
    assert {int(named.partition(":")[0]) for causes in sent.causes.values() for named in causes} == set(away)


def test_a_process_that_stops_looks_at_nobody_and_tells_nobody_any_more(case: Case) -> None:
    chosen = spread(60, DUE, 0)
    case.plan(chosen, case.loaded.today)
    case.look_again(chosen)
    stopping = case.loaded.deps.stopping
    stopping.set()
    assert swept(case) == 0
    assert reminded(case) == set()
    stopping.clear()
    assert swept(case) >= 2 * DUE
    assert len(reminded(case)) >= DUE


def test_no_sweep_reads_a_table_from_end_to_end(case: Case) -> None:
    """Idle, telling or looking: each question is asked of an index. SQLite's planner says so (sqlite.org/eqp.html)."""
    db, chosen = case.loaded.deps.store.db, spread(60, DUE, 0)
    asked: list[tuple[str, Any]] = []
    for engine in (db.engine, db.reader) if db.sqlite else (db.engine,):  # what PostgreSQL's reader does passes both
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    assert swept(case) == 0
    assert sum(sql.startswith("SELECT") for sql, _ in asked) == 1
    case.plan(chosen, case.loaded.today)
    assert swept(case) >= DUE
    case.look_again(chosen)
    assert swept(case) == DUE
    questions = [(sql, values) for sql, values in asked if sql.startswith(("SELECT", "UPDATE"))]
    assert {word for sql, _ in questions for word in ("nag", "handover", "item") if f"FROM {word} " in sql}
    if not db.sqlite:
        return
    with db.engine.connect() as connection:
        for sql, values in questions:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
            assert not [row for row in rows if SCANS.match(row[3])], (sql, rows)


def test_a_calendar_is_known_only_once_every_record_follows_it(case: Case) -> None:
    """One record cannot be read: the others follow, it will as soon as it can. Of a date behind all, none is read."""
    deps = case.loaded.deps
    module.notice_changes(deps)
    with deps.store.read() as reader:
        first, before = reader.setting(module.CALENDARS), reader.handover(2)
    assert before
    assert before.due_at
    office = deps.terms.office(before)
    with deps.store.write() as unit:
        unit.session.execute(delete(DEAL).where(DEAL.c.handover_id == 1))

    def close(day: date) -> None:
        closed = replace(office, closed=frozenset({day}))
        deps.terms = replace(deps.terms, offices={**deps.terms.offices, office.name: closed})

    close(before.due_at.date() + timedelta(days=400))
    module.notice_changes(deps)
    with deps.store.read() as reader:
        known = reader.setting(module.CALENDARS)
    assert known != first
    close(before.due_at.date())
    for _ in range(2):  # at the next start as well, and by another replica at once: it moves once
        module.notice_changes(deps)
    with deps.store.read() as reader:
        after = reader.handover(2)
        assert after
        assert after.due_at
        assert after.due_at > before.due_at
        assert reader.setting(module.CALENDARS) == known
        assert [event.kind for event in reader.events(2)].count("due_moved") == 1
