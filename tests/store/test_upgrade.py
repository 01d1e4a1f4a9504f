"""From each schema that was ever in use to the newest: the rows that were there, unharmed, and what is new."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, insert

from bot.actions.sweep import look
from bot.clock.nag import Nag, Reminder
from bot.company.checklist import Version
from bot.effects import ReadInbox
from bot.handover import Handover, Interval, Item, State
from bot.people import Person, Role
from store.engine import Db
from store.inbox import Delivery
from store.mapping.deal import deal_json
from store.migrate import MIGRATIONS, Migrated, head, migrate
from store.store import Store
from store.tables import Row
from tests.bot import builders
from tests.conftest import ROLE_MAP, START, Clocks
from tests.store.records import deal

OPENED = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SCOPED = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'baton.db'}"
    else:
        yield request.getfixturevalue("empty_postgres")


@pytest.fixture
def clocks() -> Clocks:
    """A morning after the scope was confirmed."""
    return Clocks()


def until(folder: Path, revision: str) -> Path:
    """Our migrations as they were when this revision was the newest."""
    migrations = folder / f"migrations-{revision}"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (migrations / "versions").glob("v*.py"):
        if file.name[1:5] > revision:
            file.unlink()
    return migrations


def at_revision(url: str, folder: Path, revision: str) -> None:
    """An empty database with that schema."""
    assert migrate(url, migrations=until(folder, revision)) == Migrated("", revision)


def put(url: str, name: str, *rows: dict[str, Any]) -> None:
    """Rows as an older version of Baton wrote them: the columns are those of the database, not of the models."""
    db = Db(url)
    found = MetaData()
    found.reflect(db.engine, only=[name])
    table = found.tables[name]
    with db.write() as session:
        for row in rows:
            # A column that is not named and has no default is a text without words.
            blank = {c.name: "" for c in table.columns if not (c.nullable or c.server_default or c.name in row)}
            session.execute(insert(table).values({**blank, **row}))
    db.dispose()


def people(url: str) -> None:
    """Ana sells, Ben delivers."""
    flags = {"guest": False, "active": True, "home_seen": True, "tz": "Europe/Berlin"}
    put(
        url,
        "person",
        {"id": 1, "name": "Ana Ruiz", "email": "ana@baton.example", "slack_id": "UANA", **flags},
        {"id": 2, "name": "Ben Ortiz", "email": "ben@baton.example", "slack_id": "UBEN", **flags},
    )


def records(url: str) -> None:
    """One record on the clock, one open deal, one that is closed."""
    blank = {"connection": "hubspot", "opened_at": OPENED, "rehearsal": False, "scoped_by": 0, "worked_seconds": 0}
    on_clock = {"won_at": OPENED, "scoped_at": SCOPED, "due_at": DUE, "client": "ABC Fintech", "rev": 3}
    put(
        url,
        "handover",
        {**blank, **on_clock, "id": 1, "deal_id": "d1", "state": "scoped"},
        {**blank, "id": 2, "deal_id": "d2", "state": "presale", "rev": 0},
        {**blank, "id": 3, "deal_id": "d3", "state": "closed", "rev": 9},
    )
    put(url, "handover_deal", *({"handover_id": n, "data": deal_json(deal(f"d{n}"))} for n in (1, 2, 3)))
    put(url, "role_holder", {"handover_id": 1, "role": "sales_rep", "person_id": 1},
        {"handover_id": 1, "role": "pm", "person_id": 2})  # fmt: skip
    item = {"handover_id": 1, "required": True, "position": 0, "ticked_by": 0}
    promised = {"text": "Say what was promised", "check_name": "entry:commitment", "opens": "presale", "kind": "record"}
    team = {"text": "Confirm that the team is available", "opens": "scoped", "kind": "hand"}
    put(url, "item", {**item, **promised, "n": 0, "key": "promises", "role": "sales_rep"},
        {**item, **team, "n": 1, "key": "confirm-team", "role": "pm", "ticked_by": 2, "ticked_at": SCOPED})  # fmt: skip
    pause = {"handover_id": 1, "n": 0, "kind": "pause", "since": OPENED, "until": SCOPED, "reason": "test data"}
    put(url, "clock_interval", {**pause, "person_id": 2, "expected_on": date(2026, 3, 9)})


def opened(url: str, clocks: Clocks) -> Store:
    """A store on it, as Baton opens one."""
    return Store(Db(url), clock=clocks.clock, tick=clocks.tick, role_map=ROLE_MAP, office_of=lambda _: "main")


def same_as_models(url: str) -> None:
    """The schema is the one that the models name, to the last index."""
    db = Db(url)
    with db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Row.metadata)
    db.dispose()
    assert differences == []


def test_every_revision_has_a_test_here() -> None:
    """Whoever adds a migration tests it from the schema before, with rows in it."""
    before = {file.name[1:5] for file in (MIGRATIONS / "versions").glob("v*.py")} - {head()}
    tested = set(re.findall(r'at_revision\(url, tmp_path, "(\d{4})"\)', Path(__file__).read_text()))
    assert before == tested


def test_records_from_before_the_clock_are_kept_and_the_clock_takes_them_up(
    url: str, tmp_path: Path, clocks: Clocks
) -> None:
    at_revision(url, tmp_path, "0001")
    people(url)
    records(url)
    result = migrate(url)
    assert (result.before, result.after) == ("0001", head())
    assert (result.backup is not None) == url.startswith("sqlite")
    same_as_models(url)
    store = opened(url, clocks)
    with store.read() as reader:
        ana, handover = reader.person(1), reader.handover(1)
        assert reader.due_looks(START) == [1, 2]  # not the closed one
    assert isinstance(handover, Handover)
    assert (handover.state, handover.client, handover.scoped_at, handover.due_at) == (
        State.SCOPED, "ABC Fintech", SCOPED, DUE,
    )  # fmt: skip
    assert handover.items == [
        Item("promises", Role.SALES_REP, "Say what was promised", check="entry:commitment", opens="presale"),
        Item(
            "confirm-team", Role.PM, "Confirm that the team is available", opens="scoped", kind="hand",
            ticked_by=2, ticked_at=SCOPED,
        ),
    ]  # fmt: skip
    assert handover.intervals == [Interval("pause", OPENED, "test data", 2, date(2026, 3, 9), SCOPED)]
    assert (handover.roles, handover.breaches) == ({Role.SALES_REP: 1, Role.PM: 2}, [])
    assert ana == Person(1, "Ana Ruiz", "ana@baton.example", "UANA", "Europe/Berlin", office="main")
    assert (ana.reminders, ana.away_until, ana.status_until, ana.deputy) == ("now", None, None, 0)
    with store.write() as unit:
        look(unit, 1, terms=builders.terms(), now=START)
    with store.read() as reader:
        assert set(reader.nags(1)[1].waits) == {"sales_rep:add_promise:promises"}
        assert reader.due_looks(START) == [2]
    store.db.dispose()


def test_what_waits_and_what_was_sent_is_the_same_after_the_indexes_changed(
    url: str, tmp_path: Path, clocks: Clocks
) -> None:
    at_revision(url, tmp_path, "0002")
    people(url)
    records(url)
    later = START + timedelta(hours=1)
    nag = {"handover_id": 1, "spent": ["gate:first"], "deferred": 1, "due_at": DUE}
    waits, plan = {"pm:tick:confirm-team": SCOPED.isoformat()}, {"gate:last": later.isoformat()}
    put(url, "nag", {**nag, "person_id": 2, "waits": waits, "plan": plan, "next_at": later},
        {**nag, "person_id": 1, "waits": {}, "plan": {}, "next_at": None})  # fmt: skip
    sent = {"id": 7, "person_id": 2, "day": date(2026, 3, 10), "n": 1, "at": START, "channel": "D1", "ts": "1.1"}
    put(url, "reminder", {**sent, "causes": {"1": ["2:gate:first"]}, "shown": [[1, 2, "pm:tick:confirm-team"]]})
    job = {"id": 5, "key": "k", "kind": "Home", "lane": "home:1", "payload": '{"person_id": 1, "nonce": "n"}'}
    put(url, "job", {**job, "best_effort": False, "state": "ready", "run_at": 1.0, "emitted_at": 1.0, "attempts": 7})
    assert migrate(url).before == "0002"
    same_as_models(url)
    store = opened(url, clocks)
    waiting = store.outbox.claim("hand")
    assert waiting is not None
    assert (waiting.id, waiting.attempts, waiting.faults) == (5, 8, 0)
    with store.read() as reader:
        assert reader.nags(1)[2] == Nag(
            1, 2, {"pm:tick:confirm-team": SCOPED}, {"gate:last": later}, ["gate:first"], 1, DUE
        )
        assert (reader.people_due(START), reader.people_due(later)) == ([], [2])
        assert reader.reminder(7) == Reminder(
            7, 2, date(2026, 3, 10), 1, START, {1: ["2:gate:first"]}, "D1", "1.1", [(1, 2, "pm:tick:confirm-team")]
        )
    store.db.dispose()


def test_what_waits_and_what_came_in_is_the_same_when_causes_are_kept(url: str, tmp_path: Path, clocks: Clocks) -> None:
    """It has no id of a cause; what comes now has one."""
    at_revision(url, tmp_path, "0004")
    job = {"id": 5, "key": "k", "kind": "ReadInbox", "lane": "inbox:1", "payload": '{"inbox_id": 1}'}
    put(url, "job", {**job, "best_effort": False, "state": "ready", "run_at": 1.0, "emitted_at": 1.0, "attempts": 7,
        "owner": "", "error": "no answer"})  # fmt: skip
    delivery = {"id": 9, "connection": "hubspot", "received_at": START, "digest": "d", "body": b"[]"}
    put(url, "inbox", {**delivery, "headers": {}, "duplicates": 2, "hints": 0, "ignored": 0})
    assert migrate(url).before == "0004"
    same_as_models(url)
    store = opened(url, clocks)
    waiting = store.outbox.claim("hand")
    assert waiting is not None
    assert (waiting.effect, waiting.attempts, waiting.trace) == (ReadInbox(1), 8, "")
    assert [line.error for line in store.outbox.jobs()] == ["no answer"]
    store.trace = lambda: "4f2a"
    with store.write() as unit:
        number, _ = unit.inbox.put("hubspot", b"[1]", {})
        unit.emit(ReadInbox(number))
    with store.read() as reader:
        before, now = reader.delivery(9), reader.delivery(number)
    assert before == Delivery(9, "hubspot", START, b"[]", {}, duplicates=2)
    assert now is not None
    assert (now.trace, {line.id == 5: line.trace for line in store.outbox.jobs()}) == (
        "4f2a",
        {True: "", False: "4f2a"},
    )
    store.db.dispose()


def test_settings_and_pinned_versions_are_the_same_when_checklists_can_be_kept(
    url: str, tmp_path: Path, clocks: Clocks
) -> None:
    at_revision(url, tmp_path, "0003")
    people(url)
    records(url)
    put(url, "setting", {"key": "started:hubspot", "value": OPENED.isoformat()})
    assert migrate(url).before == "0003"
    same_as_models(url)
    store = opened(url, clocks)
    with store.read() as reader:
        handover = reader.handover(1)
        assert (reader.setting("started:hubspot"), reader.checklists("default")) == (OPENED.isoformat(), [])
    assert handover is not None
    assert [item.key for item in handover.items] == ["promises", "confirm-team"]
    with store.write() as unit:
        kept = unit.add_checklist(Version(0, "default", 0, "2", "text", 0, 1, START))
        unit.apply_checklist(kept, n=1, by=1, at=START)
    with store.read() as reader:
        assert reader.checklist_in_force("default") == Version(
            kept, "default", 1, "2", "text", 0, 1, START, applied_by=1, applied_at=START
        )
    store.db.dispose()


def test_records_from_before_the_index_of_names_are_found_by_any_part_of_their_names(
    url: str, tmp_path: Path, clocks: Clocks
) -> None:
    at_revision(url, tmp_path, "0005")
    people(url)
    blank = {"connection": "hubspot", "opened_at": OPENED, "rehearsal": False, "scoped_by": 0, "worked_seconds": 0}
    names = ("abc fintech cloud migration d1", "muller & sohne d2")
    for n, name in enumerate(names, start=1):
        put(url, "handover", {**blank, "id": n, "deal_id": f"d{n}", "state": "won", "rev": 0, "search": name})
        put(url, "handover_deal", {"handover_id": n, "data": deal_json(deal(f"d{n}"))})
    assert migrate(url).before == "0005"
    same_as_models(url)
    store = opened(url, clocks)
    with store.read() as reader:
        assert [reader.named(words) for words in ("grat", "Müll", "fin abc", "intech migra", "x")] == [
            [1], [2], [1], [1], [],
        ]  # fmt: skip
    store.db.dispose()
