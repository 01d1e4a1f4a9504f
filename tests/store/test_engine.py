"""Transactions: how they begin, what they refuse, and that none is open during a call to the outside."""

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, literal, select, text
from sqlalchemy.exc import DBAPIError

from bot.errors import Conflict
from bot.people import Role
from store import engine
from store.engine import Db, engine_url
from store.store import Store
from store.tables import SettingRow, table
from tests.store import records

SETTING = table(SettingRow)


def test_sqlite_runs_with_the_pragmas_that_keep_what_was_acknowledged(sqlite_template: Path) -> None:
    db = Db(f"sqlite:///{sqlite_template}")
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with db.write() as session:
        found = [session.execute(text(f"PRAGMA {name}")).scalar() for name in names]
    db.dispose()
    assert found == ["wal", 2, 1, 10_000]


def test_a_row_of_nobody_is_refused(store: Store) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), store.write() as unit:
        unit.add(records.handover(roles={Role.PM: 99}))


def test_a_read_transaction_cannot_write(db: Db) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)read.?only"), db.read() as session:
        session.execute(insert(SETTING), {"key": "a", "value": "b"})
    with db.write() as session:
        session.execute(insert(SETTING), {"key": "a", "value": "b"})
    with db.read() as session:
        assert session.execute(select(SETTING.c.value)).scalars().all() == ["b"]


def test_transactions_do_not_nest(db: Db) -> None:
    with db.write(), pytest.raises(RuntimeError, match="inside a write"), db.write():
        pass
    with db.write(), pytest.raises(RuntimeError, match="inside a write"), db.read():
        pass
    with db.read(), pytest.raises(RuntimeError, match="inside a read"), db.write():
        pass
    with db.read(), db.read():
        pass


def test_no_call_to_the_outside_while_a_transaction_is_open(db: Db) -> None:
    db.assert_outside()
    with db.read(), pytest.raises(RuntimeError, match="read transaction"):
        db.assert_outside()
    with db.write():
        with pytest.raises(RuntimeError, match="write transaction"):
            db.assert_outside()
        other = threading.Thread(target=db.assert_outside)
        other.start()
        other.join()
    db.assert_outside()


def test_an_error_of_the_database_quotes_no_word_of_the_record(db: Db) -> None:
    """What was to be written stands in no error, and so in no log."""
    with pytest.raises(DBAPIError) as caught, db.write() as session:
        session.execute(text("INSERT INTO no_such_table VALUES (:words)"), {"words": "Weekly call"})
    assert "no_such_table" in str(caught.value)
    assert "Weekly call" not in str(caught.value)


def test_after_an_exception_the_next_transaction_begins_as_usual(db: Db) -> None:
    def fails() -> None:
        with db.write():
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    db.assert_outside()
    with db.write() as session:
        session.execute(insert(SETTING), {"key": "a", "value": "b"})


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())

    def change() -> None:
        with store.write() as unit:
            loaded = unit.handover(stored.id)
            assert loaded is not None
            loaded.project = "Other"
            unit.save(loaded)

    with store.read() as reader:
        before = reader.handover(stored.id)
        other = threading.Thread(target=change)
        other.start()
        other.join(timeout=30)
        after = reader.handover(stored.id)
    assert before is not None
    assert after is not None
    assert (before.project, after.project) == ("Cloud Migration", "Cloud Migration")
    with store.read() as reader:
        assert getattr(reader.handover(stored.id), "project", "") == "Other"


def test_a_deadlock_is_a_conflict_which_may_be_tried_again(store: Store) -> None:
    with store.write() as unit:
        ids = [unit.add(records.handover(f"d{n}")).id for n in range(2)]
    both = threading.Barrier(2)
    outcomes: list[str] = []

    def work(first: int, second: int) -> None:
        try:
            with store.write() as unit:
                unit.handover(first)
                if not store.db.sqlite:
                    both.wait(timeout=30)
                unit.handover(second)
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=work, args=order) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    # SQLite has one writer at a time, so there nobody can wait for each other.
    assert sorted(outcomes) == (["done", "done"] if store.db.sqlite else ["conflict", "done"])


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgres://u:p@h/d?sslmode=require", "postgresql+psycopg://u:p@h/d?sslmode=require"),
        ("sqlite:///baton.db", "sqlite:///baton.db"),
    ],
)
def test_addresses_get_our_driver(url: str, wanted: str) -> None:
    assert engine_url(url) == wanted


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file:x?mode=memory"])
def test_sqlite_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="file"):
        engine_url(url)


def test_whoever_is_waited_for_waits_for_long_reads_once_and_not_at_each_read(
    empty_sqlite: Callable[[int], Db], monkeypatch: pytest.MonkeyPatch
) -> None:
    db, over, reading = empty_sqlite(0), threading.Event(), threading.Semaphore(0)
    monkeypatch.setattr(engine, "TURN", 0.2)

    def report() -> None:
        with db.read():
            reading.release()
            assert over.wait(60)

    def click() -> float:
        began = time.monotonic()
        for _ in range(20):
            with db.read() as session:
                session.execute(select(SETTING.c.value))
        return time.monotonic() - began

    with ThreadPoolExecutor(engine.READERS) as reports:
        for _ in range(engine.READERS):
            reports.submit(report)
            assert reading.acquire(timeout=60)
        try:
            with db.hurried(60):
                first = click()
            with db.hurried(60):
                second = click()
        finally:
            over.set()
    assert 0.2 <= first < 2.0, "not 20 times 0.2 seconds"
    assert 0.2 <= second < 2.0, "and each click begins anew"


def test_who_still_reads_at_the_end_comes_to_an_end_and_leaves_no_connection(db: Db) -> None:
    reading, used = threading.Event(), list[Any]()

    def read() -> int:
        with db.read() as session:
            used.append(session.connection.dbapi_connection)
            reading.set()
            time.sleep(0.2)
            return int(session.execute(select(literal(1))).scalar_one())

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(read)
        assert reading.wait(60)
        db.dispose()
        with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
            used[0].execute("SELECT 1")
        assert found.result() == 1
