"""A company moves from SQLite to PostgreSQL and back: every row the same, or nothing at all."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from bot.errors import ConfigError, FileRefused
from store.engine import Db
from store.migrate import head, migrate
from store.store import Store
from store.tables import HandoverRow, InstallationRow, Row, SettingRow, table
from store.upkeep.moving import BATCH, export_to, import_from
from tests.conftest import ROLE_MAP, START
from tests.store import filling
from tests.twice import SQLITE_FIRST

INSTALLATION, HANDOVER, SETTING = table(InstallationRow), table(HandoverRow), table(SettingRow)


@pytest.fixture
def other(full: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the other kind, without a schema."""
    if full.startswith("sqlite"):
        yield request.getfixturevalue("empty_postgres")
    else:
        yield f"sqlite:///{tmp_path / 'other.db'}"


def test_there_and_back_again_every_row_is_the_same(full: str, other: str, tmp_path: Path) -> None:
    before = filling.everything(full)
    assert all(len(rows) == filling.ROWS for name, rows in before.items() if name != "installation")
    there = export_to(full, tmp_path / "there.jsonl")
    assert there.there == there.here == {name: len(rows) for name, rows in before.items()}
    assert (tmp_path / "there.jsonl").stat().st_mode & 0o077 == 0
    moved = import_from(other, tmp_path / "there.jsonl")
    assert moved.there == moved.here == there.here
    assert filling.everything(other) == before
    export_to(other, tmp_path / "back.jsonl")
    assert (tmp_path / "back.jsonl").read_bytes() == (tmp_path / "there.jsonl").read_bytes()
    again = f"sqlite:///{tmp_path / 'again.db'}"
    import_from(again, tmp_path / "back.jsonl")
    assert filling.everything(again) == before


def test_ids_go_on_after_the_highest_one(full: str, other: str, tmp_path: Path) -> None:
    """PostgreSQL's sequences know nothing of ids that were given: they are set."""
    export_to(full, tmp_path / "company.jsonl")
    import_from(other, tmp_path / "company.jsonl")
    db = Db(other)
    with db.write() as session:
        for each in (one for one in Row.metadata.sorted_tables if "id" in one.columns and one.name != "installation"):
            values = session.execute(select(each).where(each.c.id == filling.ROWS)).mappings().one()
            new = {name: value for name, value in values.items() if name not in ("id", "key", "email", "slack_id")}
            changed = {"key": "new", "deal_id": "new", "n": 99}
            new |= {name: value for name, value in changed.items() if name in each.columns}
            made = session.execute(each.insert().returning(each.c.id), new).scalar_one()
            assert (each.name, made) == (each.name, filling.ROWS + 1)
    db.dispose()


def test_the_nonce_of_the_markers_goes_along(full: str, other: str, tmp_path: Path) -> None:
    """Else the moved bot would not know its own messages and projects again."""
    migrate(other)
    export_to(full, tmp_path / "company.jsonl")
    assert filling.everything(other)["installation"] != filling.everything(full)["installation"]
    import_from(other, tmp_path / "company.jsonl")
    assert filling.everything(other)["installation"] == filling.everything(full)["installation"]


def test_whoever_looked_at_the_empty_database_before_may_import_all_the_same(
    full: str, other: str, tmp_path: Path
) -> None:
    """`app.py jobs` keeps how far machine time has come: that is nobody's row."""
    export_to(full, tmp_path / "company.jsonl")
    migrate(other)
    db = Db(other)
    store = Store(db, clock=lambda: START, tick=lambda: 1.0, role_map=ROLE_MAP, office_of=lambda _: "main")
    store.pace.latest(1.0)
    assert filling.everything(other)["pace"]
    db.dispose()
    import_from(other, tmp_path / "company.jsonl")
    assert filling.everything(other) == filling.everything(full)


SWALLOW = {
    "sqlite": ["CREATE TRIGGER swallow BEFORE INSERT ON inbox WHEN NEW.id = 2 BEGIN SELECT RAISE(IGNORE); END"],
    "postgresql": [
        """CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF NEW.id = 2 THEN RETURN NULL; END IF; RETURN NEW; END'""",
        "CREATE TRIGGER swallow BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION swallow()",
    ],
}


def test_a_database_that_swallows_a_row_is_found_out_by_the_count(full: str, other: str, tmp_path: Path) -> None:
    """It reports no error, and one row is not there: then none is."""
    export_to(full, tmp_path / "company.jsonl")
    migrate(other)
    empty = filling.everything(other)
    db = Db(other)
    with db.write() as session:
        for words in SWALLOW[db.engine.dialect.name]:
            session.execute(text(words))
    db.dispose()
    wrong = f"inbox: the file has {filling.ROWS} rows, the database now {filling.ROWS - 1}. Nothing was changed"
    with pytest.raises(FileRefused, match=wrong):
        import_from(other, tmp_path / "company.jsonl")
    assert filling.everything(other) == empty


def test_a_target_that_is_not_empty_is_refused_and_stays_as_it_is(full: str, other: str, tmp_path: Path) -> None:
    export_to(full, tmp_path / "company.jsonl")
    migrate(other)
    db = Db(other)
    with db.write() as session:
        session.execute(SETTING.insert(), {"key": "started:hubspot", "value": "2026-01-01"})
    before = filling.everything(other)
    with pytest.raises(FileRefused, match="not empty: setting has rows"):
        import_from(other, tmp_path / "company.jsonl")
    assert filling.everything(other) == before
    db.dispose()


def cut(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def cut_in_a_line(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-2], lines[-2][:20]]


def one_row_less(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-2], lines[-1]]


def a_word_changed(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"Neill", b"Neall") for line in lines]


def something_after_the_end(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


def an_unknown_table(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b'["moon",{"phase":1}]\n', *lines[1:]]


def a_missing_column(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b'["setting",{"key":"a"}]\n', *lines[1:]]


def a_child_without_its_parent(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *(line for line in lines[1:] if line.startswith(b'["item"')), *lines[1:]]


def a_wrong_count_well_sealed(lines: list[bytes]) -> list[bytes]:
    wrong = json.loads(lines[0])
    wrong["counts"]["item"] += 1
    kept = [json.dumps(wrong).encode() + b"\n", *lines[1:-1]]
    return [*kept, json.dumps({"seal": hashlib.sha256(b"".join(kept)).hexdigest()}).encode() + b"\n"]


@pytest.mark.parametrize(
    "spoil",
    [
        a_wrong_count_well_sealed,
        cut,
        cut_in_a_line,
        one_row_less,
        a_word_changed,
        something_after_the_end,
        an_unknown_table,
        a_missing_column,
        a_child_without_its_parent,
    ],
)
@SQLITE_FIRST
def test_a_broken_file_changes_nothing(full: str, other: str, tmp_path: Path, spoil: Any) -> None:
    file = tmp_path / "company.jsonl"
    export_to(full, file)
    file.write_bytes(b"".join(spoil(file.read_bytes().splitlines(keepends=True))))
    migrate(other)
    before = filling.everything(other)
    with pytest.raises(FileRefused, match="Nothing was changed"):
        import_from(other, file)
    assert filling.everything(other) == before


@pytest.mark.parametrize("text", ["", "{}", "[]", "not JSON", '{"baton": "company", "format": 99}', "\x00" * 50])
def test_what_is_no_company_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.txt"
    file.write_text(text)
    with pytest.raises(FileRefused, match="Nothing was changed"):
        import_from(f"sqlite:///{tmp_path / 'new.db'}", file)
    assert not (tmp_path / "new.db").exists()


def test_a_file_of_another_schema_is_refused_with_the_way_out(full: str, tmp_path: Path) -> None:
    file = tmp_path / "company.jsonl"
    export_to(full, file)
    lines = file.read_bytes().splitlines(keepends=True)
    old = json.loads(lines[0]) | {"revision": "0001"}
    file.write_bytes(b"".join([json.dumps(old).encode() + b"\n", *lines[1:]]))
    with pytest.raises(FileRefused, match=f"schema 0001, this version of Baton uses {head()}.*version that wrote it"):
        import_from(f"sqlite:///{tmp_path / 'new.db'}", file)


def test_an_export_never_goes_over_a_file_and_leaves_none_when_it_fails(full: str, tmp_path: Path) -> None:
    file = tmp_path / "company.jsonl"
    file.write_text("precious")
    with pytest.raises(FileRefused, match="already"):
        export_to(full, file)
    assert file.read_text() == "precious"
    with pytest.raises(OSError):
        export_to(full, tmp_path / "nowhere" / "company.jsonl")
    assert sorted(tmp_path.glob("*.part")) == []


def test_a_database_that_is_not_there_or_not_up_to_date_is_not_exported(tmp_path: Path, empty_postgres: str) -> None:
    for url in (f"sqlite:///{tmp_path / 'gone.db'}", empty_postgres, f"postgresql://u:hunter2@/x?host={tmp_path}"):
        with pytest.raises(ConfigError, match="no database of Baton") as caught:
            export_to(url, tmp_path / "company.jsonl")
        assert "hunter2" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_fit_in_memory_at_once_go_in_batches(full: str, other: str, tmp_path: Path) -> None:
    many = BATCH * 2 + 7
    db = Db(full)
    with db.write() as session:
        session.execute(delete(SETTING))
        session.execute(SETTING.insert(), [{"key": f"{n:06}", "value": str(n)} for n in range(many)])
    db.dispose()
    assert export_to(full, tmp_path / "company.jsonl").here["setting"] == many
    assert import_from(other, tmp_path / "company.jsonl").here["setting"] == many
    assert filling.everything(other)["setting"] == filling.everything(full)["setting"]


def test_an_export_sees_one_moment(full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` writes on: what changes while the file is written is in it whole or not at all."""
    from store.upkeep import portable  # noqa: PLC0415 - what the next line listens to

    before = filling.everything(full)
    writer = Db(full)
    write = portable._line

    def meanwhile(value: Any) -> bytes:
        if isinstance(value, list) and value[0] == "person":
            with writer.engine.begin() as connection:
                connection.execute(update(HANDOVER).values(client="changed"))
                connection.execute(SETTING.insert(), {"key": str(len(calls)), "value": ""})
            calls.append(1)
        return write(value)

    calls: list[int] = []
    monkeypatch.setattr(portable, "_line", meanwhile)
    moved = export_to(full, tmp_path / "company.jsonl")
    writer.dispose()
    assert calls
    assert moved.here["setting"] == filling.ROWS
    import_from(f"sqlite:///{tmp_path / 'copy.db'}", tmp_path / "company.jsonl")
    assert filling.everything(f"sqlite:///{tmp_path / 'copy.db'}") == before
