"""What an older version of Baton stored means the same to the newest one, and has what came since."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.actions.sweep import look
from bot.clock.nag import Nag, Reminder
from bot.company.checklist import Version
from bot.effects import ReadInbox
from bot.handover import Handover, Interval, Item, State
from bot.people import Person, Role
from store.engine import Db
from store.inbox import Delivery
from store.mapping.deal import deal_json
from store.migrate import MIGRATIONS, head, migrate
from store.store import Store
from tests.bot import builders
from tests.conftest import ROLE_MAP, START, Clocks
from tests.store import filling
from tests.store.older import DUE, OPENED, SCOPED, at, people, put, records, same_as_models, tables, upgrade
from tests.store.records import deal


@pytest.fixture
def clocks() -> Clocks:
    """A morning after the scope was confirmed."""
    return Clocks()


def opened(url: str, clocks: Clocks) -> Store:
    """A store on it, as Baton opens one."""
    return Store(Db(url), clock=clocks.clock, tick=clocks.tick, role_map=ROLE_MAP, office_of=lambda _: "main")


def test_every_revision_has_a_test_here() -> None:
    """Whoever adds a migration tests it from the schema before, with rows in it."""
    before = {file.name[1:5] for file in (MIGRATIONS / "versions").glob("v*.py")} - {head()}
    tested = set(re.findall(r'\bat\("(\d{4})", empty_url\)', Path(__file__).read_text()))
    assert before == tested


def test_records_from_before_the_clock_are_kept_and_the_clock_takes_them_up(empty_url: str, clocks: Clocks) -> None:
    at("0001", empty_url)
    people(empty_url)
    records(empty_url)
    result = migrate(empty_url)
    assert (result.before, result.after) == ("0001", head())
    assert (result.backup is not None) == empty_url.startswith("sqlite")
    same_as_models(empty_url)
    store = opened(empty_url, clocks)
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


def test_what_waits_and_what_was_sent_is_the_same_after_the_indexes_changed(empty_url: str, clocks: Clocks) -> None:
    at("0002", empty_url)
    people(empty_url)
    records(empty_url)
    later = START + timedelta(hours=1)
    nag = {"handover_id": 1, "spent": ["gate:first"], "deferred": 1, "due_at": DUE}
    waits, plan = {"pm:tick:confirm-team": SCOPED.isoformat()}, {"gate:last": later.isoformat()}
    put(empty_url, "nag", {**nag, "person_id": 2, "waits": waits, "plan": plan, "next_at": later},
        {**nag, "person_id": 1, "waits": {}, "plan": {}, "next_at": None})  # fmt: skip
    sent = {"id": 7, "person_id": 2, "day": date(2026, 3, 10), "n": 1, "at": START, "channel": "D1", "ts": "1.1"}
    put(empty_url, "reminder", {**sent, "causes": {"1": ["2:gate:first"]}, "shown": [[1, 2, "pm:tick:confirm-team"]]})
    job = {"id": 5, "key": "k", "kind": "Home", "lane": "home:1", "payload": '{"person_id": 1, "nonce": "n"}'}
    put(
        empty_url,
        "job",
        {**job, "best_effort": False, "state": "ready", "run_at": 1.0, "emitted_at": 1.0, "attempts": 7},
    )
    assert migrate(empty_url).before == "0002"
    same_as_models(empty_url)
    store = opened(empty_url, clocks)
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


def test_what_waits_and_what_came_in_is_the_same_when_causes_are_kept(empty_url: str, clocks: Clocks) -> None:
    """It has no id of a cause; what comes now has one."""
    at("0004", empty_url)
    job = {"id": 5, "key": "k", "kind": "ReadInbox", "lane": "inbox:1", "payload": '{"inbox_id": 1}'}
    put(empty_url, "job", {**job, "best_effort": False, "state": "ready", "run_at": 1.0, "emitted_at": 1.0,
        "attempts": 7, "owner": "", "error": "no answer"})  # fmt: skip
    delivery = {"id": 9, "connection": "hubspot", "received_at": START, "digest": "d", "body": b"[]"}
    put(empty_url, "inbox", {**delivery, "headers": {}, "duplicates": 2, "hints": 0, "ignored": 0})
    assert migrate(empty_url).before == "0004"
    same_as_models(empty_url)
    store = opened(empty_url, clocks)
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


def test_settings_and_pinned_versions_are_the_same_when_checklists_can_be_kept(empty_url: str, clocks: Clocks) -> None:
    at("0003", empty_url)
    people(empty_url)
    records(empty_url)
    put(empty_url, "setting", {"key": "started:hubspot", "value": OPENED.isoformat()})
    assert migrate(empty_url).before == "0003"
    same_as_models(empty_url)
    store = opened(empty_url, clocks)
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
    empty_url: str, clocks: Clocks
) -> None:
    at("0005", empty_url)
    people(empty_url)
    blank = {"connection": "hubspot", "opened_at": OPENED, "rehearsal": False, "scoped_by": 0, "worked_seconds": 0}
    names = ("abc fintech cloud migration d1", "muller & sohne d2")
    for n, name in enumerate(names, start=1):
        put(empty_url, "handover", {**blank, "id": n, "deal_id": f"d{n}", "state": "won", "rev": 0, "search": name})
        put(empty_url, "handover_deal", {"handover_id": n, "data": deal_json(deal(f"d{n}"))})
    assert migrate(empty_url).before == "0005"
    same_as_models(empty_url)
    store = opened(empty_url, clocks)
    with store.read() as reader:
        found = [reader.named(words) for words in ("grat", "Müll", "fin abc", "intech migra", "x")]
        assert [[one.id for one in hits] for hits in found] == [[1], [2], [1], [1], []]
    store.db.dispose()


def test_0002_looks_at_every_open_record_and_at_no_ended_one(empty_url: str) -> None:
    at("0001", empty_url)
    db = Db(empty_url)
    with db.engine.begin() as connection:
        filling.fill(connection, tables(connection))
        for n, state in enumerate(("won", "closed", "cancelled"), start=1):
            connection.execute(
                text("UPDATE handover SET state = :state, next_look_at = NULL WHERE id = :n"), {"state": state, "n": n}
            )
    with db.engine.begin() as connection:
        upgrade(connection, "0002")
        look = connection.execute(text("SELECT next_look_at IS NOT NULL FROM handover ORDER BY id")).scalars().all()
        person = connection.execute(text("SELECT reminders, deputy_id FROM person WHERE id = 1")).one()
    db.dispose()
    assert [bool(one) for one in look] == [True, False, False]
    assert tuple(person) == ("now", 0)
