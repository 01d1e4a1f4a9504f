"""A database that is gone, read-only, full, damaged or busy says so in one way, and is well again by itself."""

import resource
import socket
import sqlite3
import threading
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreAway
from store.engine import PATIENCE, Db
from store.store import Store
from tests.conftest import ROLE_MAP, Clocks


def store_on(url: str) -> Store:
    clocks = Clocks()
    return Store(Db(url), clock=clocks.clock, tick=clocks.tick, role_map=ROLE_MAP, office_of=lambda _: "main")


def test_a_healthy_database_is_no_trouble_and_the_look_leaves_nothing_behind(store: Store) -> None:
    assert [store.trouble(), store.trouble()] == ["", ""]
    with store.read() as reader:
        assert reader.setting("probe") == ""


def test_a_read_only_file_is_told_as_such_and_can_be_read(sqlite_template: Path) -> None:
    store = store_on(f"sqlite:///file:{sqlite_template}?mode=ro&uri=true")
    with store.read() as reader:
        assert reader.counts() == {}
    assert store.trouble() == "it is read-only"
    with pytest.raises(StoreAway), store.write() as unit:
        unit.keep_setting("a", "b")
    store.db.dispose()


def test_a_file_that_may_not_grow_is_told_though_the_disk_has_room(sqlite_template: Path, tmp_path: Path) -> None:
    """A quota, or a limit of the process: the disk's free bytes say nothing about it."""
    (tmp_path / "baton.db").write_bytes(sqlite_template.read_bytes())
    store = store_on(f"sqlite:///{tmp_path / 'baton.db'}")
    assert store.trouble() == ""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        assert store.trouble() == "the disk fails"
        with pytest.raises(StoreAway), store.write() as unit:
            unit.keep_setting("a", "b")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert store.trouble() == ""
    with store.read() as reader:
        assert [reader.setting(key) for key in ("a", "probe")] == ["", ""]
    store.db.dispose()


DISK_FULL = """
CREATE FUNCTION full_disk() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100'; END
$$ LANGUAGE plpgsql;
CREATE TRIGGER full_disk BEFORE INSERT ON setting FOR EACH ROW EXECUTE FUNCTION full_disk()
"""


def test_a_server_whose_disk_is_full_is_told_as_such_and_is_well_again(fresh_postgres: str) -> None:
    store = store_on(fresh_postgres)
    with psycopg.connect(fresh_postgres, autocommit=True) as server:
        server.execute(DISK_FULL)
        assert store.trouble() == "the disk is full"
        with pytest.raises(StoreAway, match="the disk is full"), store.write() as unit:
            unit.keep_setting("a", "b")
        server.execute("DROP FUNCTION full_disk CASCADE")
    assert store.trouble() == ""
    store.db.dispose()


def test_a_damaged_file_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "baton.db").write_bytes(b"no database at all, whatever its name says" * 100)
    store = store_on(f"sqlite:///{tmp_path / 'baton.db'}")
    with pytest.raises(StoreAway, match="no database"), store.read() as reader:
        reader.counts()
    store.db.dispose()


def test_a_server_that_is_not_there_is_told_as_such() -> None:
    store = store_on("postgresql://postgres@127.0.0.1:1/baton")
    with pytest.raises(StoreAway, match="does not answer"), store.read() as reader:
        reader.counts()
    assert store.trouble() == "it does not answer"
    store.db.dispose()


def test_a_server_that_cannot_be_written_any_more_is_told_as_such(fresh_postgres: str) -> None:
    """After a failover our connections may lead to the server that was set aside."""
    store = store_on(f"{fresh_postgres}&options=-c%20default_transaction_read_only%3Don")
    assert store.trouble() == "it is read-only"
    store.db.dispose()


def test_a_mistake_of_ours_is_no_outage(store: Store) -> None:
    with pytest.raises(Exception, match="gibberish") as found, store.db.write() as session:
        session.exec_driver_sql("SELECT gibberish FROM setting")
    assert not isinstance(found.value, StoreAway)


def test_a_write_while_reading_is_our_mistake_and_no_outage(store: Store) -> None:
    """The database calls it read-only, as it does after a failover."""
    with pytest.raises(DBAPIError), store.db.read() as session:
        session.execute(text("DELETE FROM setting"))
    assert store.trouble() == ""


def test_who_is_waited_for_waits_no_longer_than_that(sqlite_template: Path, tmp_path: Path) -> None:
    """Behind a thread of ours, and behind another program; a thread that nobody waits for has more patience."""
    (tmp_path / "baton.db").write_bytes(sqlite_template.read_bytes())
    store = store_on(f"sqlite:///{tmp_path / 'baton.db'}")
    done: list[str] = []

    def patient() -> None:
        with store.write() as unit:
            unit.keep_setting("a", "b")
        done.append("patient")

    other = sqlite3.connect(tmp_path / "baton.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hand = threading.Thread(target=patient)
    hand.start()
    began = time.monotonic()
    with store.hurried(0.2):
        assert store.trouble() in ("it is busy", "it is locked")
    assert 0.15 < time.monotonic() - began < PATIENCE * 0.8
    other.execute("ROLLBACK")
    other.close()
    hand.join(10)
    assert done == ["patient"]
    assert store.trouble() == ""  # with all its patience again
    store.db.dispose()


@pytest.mark.parametrize(("more", "within"), [("", (1, 4)), ("&connect_timeout=5", (4, 20))])
def test_who_does_not_answer_is_waited_for_as_the_address_says(more: str, within: tuple[int, int]) -> None:
    """A server that takes the line and says nothing: two seconds, or what DATABASE_URL asks for."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        db = Db(f"postgresql://baton@127.0.0.1:{silent.getsockname()[1]}/baton?sslmode=disable{more}")
        began = time.monotonic()
        with pytest.raises(StoreAway), db.read():
            pass
        assert within[0] < time.monotonic() - began < within[1]


def test_a_replica_that_vanished_holds_nobody_up_for_long(fresh_postgres: str) -> None:
    """Its machine lost power in the middle of a transaction: the server ends that one, nobody waits for ever."""
    db = Db(fresh_postgres)
    with db.read() as session:
        asked = ("lock_timeout", "idle_in_transaction_session_timeout")
        found = [session.exec_driver_sql(f"SHOW {name}").scalar() for name in asked]
    assert found == ["10s", "1min"]
    db.dispose()
