"""Backup and restore: a copy while others write, back whole or not at all, and what was there is kept."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from bot.errors import ConfigError, FileRefused
from store.engine import Db
from store.migrate import current, head
from store.store import Store
from store.tables import HandoverRow, Row, SettingRow, table
from store.upkeep.copies import backup, restore
from store.upkeep.moving import export_to, import_from
from tests.conftest import ROLE_MAP, Clocks
from tests.store import filling, records
from tests.store.older import at

HANDOVER, SETTING = table(HandoverRow), table(SettingRow)


def kept(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for what asks for the threads to be drawn again."""
    found = filling.everything(url)
    for row in found["post"]:
        del row["digest"]
    for row in found["handover"]:
        del row["rev"]
    found["job"] = [row for row in found["job"] if row["kind"] != "Redraw"]
    return found


def changed(url: str, client: str) -> None:
    """Every client is called that from now on."""
    db = Db(url)
    with db.write() as session:
        session.execute(HANDOVER.update().values(client=client))
    db.dispose()


T = 1_000_000.0  # machine seconds


def test_a_backup_comes_back_over_what_happened_since(full: str, tmp_path: Path) -> None:
    before = kept(full)
    made = backup(full, tmp_path / "copy")
    assert (made.revision, made.counts["handover"]) == (head(), filling.ROWS)
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    changed(full, "Wrong")
    spoiled = kept(full)
    with pytest.raises(FileRefused, match=r"is not empty\. Nothing was changed\. Add --replace"):
        restore(full, tmp_path / "copy", t=T)
    assert kept(full) == spoiled
    put = restore(full, tmp_path / "copy", replace=True, t=T)
    assert kept(full) == before
    assert put.before is not None
    assert put.before.stat().st_mode & 0o077 == 0
    restore(full, put.before, replace=True, t=T)
    assert kept(full) == spoiled


def test_a_restore_on_an_empty_machine_needs_no_word_more(full: str, tmp_path: Path, empty_postgres: str) -> None:
    before = kept(full)
    backup(full, tmp_path / "copy")
    new = f"sqlite:///{tmp_path / 'new.db'}" if full.startswith("sqlite") else empty_postgres
    put = restore(new, tmp_path / "copy", t=T)
    assert kept(new) == before
    assert put.before is None


def test_a_backup_never_goes_over_a_file(full: str, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("precious")
    with pytest.raises(FileRefused, match="already"):
        backup(full, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "precious"


def test_a_copy_is_whole_while_others_write(store: Store, tmp_path: Path) -> None:
    """Each transaction writes two rows: no copy has one without the other."""
    stop = threading.Event()
    wrote: list[int] = []

    def write() -> None:
        while not stop.is_set():
            with store.db.write() as session:
                for side in ("left", "right"):
                    session.execute(SETTING.insert(), {"key": f"{side}:{len(wrote)}", "value": "x" * 2000})
            wrote.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        url = str(store.db.url)
        copies = [tmp_path / f"copy{n}" for n in range(4)]
        seen = []
        for copy in copies:
            goal = len(wrote) + 3
            while len(wrote) < goal:
                stop.wait(0.01)
            seen.append((len(wrote), backup(url, copy)))
    finally:
        stop.set()
        writer.join()
    for known, made in seen:
        assert made.counts["setting"] % 2 == 0
        assert made.counts["setting"] >= 2 * known


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A SQLite database with rows, of which nobody has it open."""
    target = tmp_path / "baton.db"
    target.write_bytes(sqlite_template.read_bytes())
    db = Db(f"sqlite:///{target}")
    with db.engine.begin() as connection:
        filling.fill(connection, [each for each in Row.metadata.sorted_tables if each.name != "installation"])
    db.dispose()
    return target


def test_a_database_in_use_is_not_replaced(file: Path, tmp_path: Path, clocks: Clocks) -> None:
    url = f"sqlite:///{file}"
    backup(url, tmp_path / "copy")
    db = Db(url)
    running = Store(db, clock=clocks.clock, tick=clocks.tick, role_map=ROLE_MAP, office_of=lambda _: "main")
    with running.write() as unit:
        unit.keep_setting("alive", "yes")
    with pytest.raises(FileRefused, match=r"in use.*Stop `serve`"):
        restore(url, tmp_path / "copy", replace=True, t=T)
    with running.write() as unit:
        assert unit.setting("alive") == "yes"
    db.dispose()
    restore(url, tmp_path / "copy", replace=True, t=T)
    with running.write() as unit:
        assert unit.setting("alive") == ""
        unit.add(records.handover("new"))
    db.dispose()


def test_rows_are_not_put_back_while_another_process_works_on_them(full: str, tmp_path: Path) -> None:
    """PostgreSQL as SQLite: a running `serve` would go on with what it remembers of the rows before."""
    copy = tmp_path / "copy.jsonl"
    export_to(full, copy)
    changed(full, "Running")
    before = kept(full)
    with _elsewhere(full), pytest.raises(FileRefused, match=r"in use.*Stop `serve`"):
        restore(full, copy, replace=True, t=T)
    assert kept(full) == before
    restore(full, copy, replace=True, t=T)
    assert kept(full) != before


@contextmanager
def _elsewhere(url: str) -> Iterator[None]:
    """A session as another process of ours has it."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
            other.execute("SELECT count(*) FROM setting").fetchone()
            yield
        return
    db = Db(url)
    with db.read() as session:
        own = str(session.execute(text("SHOW application_name")).scalar_one())
    db.dispose()
    assert own.rpartition(" ")[2] == str(os.getpid())
    with psycopg.connect(url, application_name=f"{own.rpartition(' ')[0]} 1"):
        yield


def test_a_damaged_database_is_put_aside_for_a_good_copy(file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{file}"
    before = kept(url)
    backup(url, tmp_path / "copy")
    spoiled = file.read_bytes()[:5000] + b"\xff" * 30_000
    file.write_bytes(spoiled)
    put = restore(url, tmp_path / "copy", replace=True, t=T)
    assert kept(url) == before
    assert put.before is not None
    assert put.before.read_bytes() == spoiled


def no_database(copy: bytes) -> bytes:
    return b"My holiday pictures" + copy[:0]


def half(copy: bytes) -> bytes:
    return copy[: len(copy) // 2]


def scratched(copy: bytes) -> bytes:
    return copy[:8192] + b"\xff" * 8192 + copy[16384:]


@pytest.mark.parametrize("spoil", [no_database, half, scratched])
def test_a_damaged_copy_changes_nothing(file: Path, tmp_path: Path, spoil: Any) -> None:
    url = f"sqlite:///{file}"
    backup(url, tmp_path / "copy")
    (tmp_path / "copy").write_bytes(spoil((tmp_path / "copy").read_bytes()))
    before = kept(url)
    with pytest.raises(FileRefused, match="Nothing was changed"):
        restore(url, tmp_path / "copy", replace=True, t=T)
    assert kept(url) == before
    assert sorted(one.name for one in tmp_path.iterdir() if "-" not in one.name) == ["baton.db", "copy"]


def test_some_other_sqlite_file_is_no_copy(file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "songs.db")) as songs:
        songs.execute("CREATE TABLE song (title TEXT)")
        songs.commit()
    with pytest.raises(FileRefused, match="Nothing was changed"):
        restore(f"sqlite:///{file}", tmp_path / "songs.db", replace=True, t=T)


def test_a_copy_of_a_newer_version_is_refused(file: Path, tmp_path: Path) -> None:
    backup(f"sqlite:///{file}", tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
        copy.commit()
    with pytest.raises(FileRefused, match="schema 9999, which this version of Baton does not know"):
        restore(f"sqlite:///{file}", tmp_path / "copy", replace=True, t=T)
    assert current(f"sqlite:///{file}") == head()


def test_a_copy_of_sqlite_is_no_export_and_says_what_to_use(file: Path, tmp_path: Path) -> None:
    backup(f"sqlite:///{file}", tmp_path / "copy")
    new = tmp_path / "new.db"
    with pytest.raises(FileRefused, match=r"copy .* of a SQLite database.*use `app.py export` there"):
        import_from(f"sqlite:///{new}", tmp_path / "copy")
    assert not new.exists()


def test_a_copy_of_sqlite_is_not_put_into_postgresql(file: Path, tmp_path: Path, empty_postgres: str) -> None:
    backup(f"sqlite:///{file}", tmp_path / "copy")
    with pytest.raises(FileRefused, match=r"app.py export"):
        restore(empty_postgres, tmp_path / "copy", t=T)
    assert current(empty_postgres) == ""


def test_nothing_to_copy_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no database of Baton"):
        backup(f"sqlite:///{tmp_path / 'gone.db'}", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_an_older_copy_is_brought_up_to_date(file: Path, tmp_path: Path) -> None:
    """What a migration copied beside the database is such a copy."""
    at("0001", f"sqlite:///{tmp_path / 'old.db'}")
    assert restore(f"sqlite:///{file}", tmp_path / "old.db", replace=True, t=T).revision == "0001"
    assert current(f"sqlite:///{file}") == head()
    assert filling.everything(f"sqlite:///{file}")["handover"] == []


def test_after_a_restore_every_open_thread_is_drawn_again(full: str, tmp_path: Path) -> None:
    """Slack shows what happened after the copy: the database must not believe that its messages are as they were."""
    db = Db(full)
    with db.write() as session:
        session.execute(HANDOVER.update().where(HANDOVER.c.id == 1).values(state="closed"))
        session.execute(HANDOVER.update().where(HANDOVER.c.id != 1).values(state="won"))
    db.dispose()
    backup(full, tmp_path / "copy")
    before = filling.everything(full)
    restore(full, tmp_path / "copy", replace=True, t=T)
    after = filling.everything(full)
    assert [row["digest"] == "" for row in after["post"]] == [False, True, True]
    assert [new["rev"] - old["rev"] for old, new in zip(before["handover"], after["handover"], strict=True)] == [
        0,
        1,
        1,
    ]
    asked = [(row["lane"], row["state"], row["run_at"]) for row in after["job"] if row["kind"] == "Redraw"]
    assert asked == [("thread:2", "ready", T), ("thread:3", "ready", T)]
