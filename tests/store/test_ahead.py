"""What lies ahead: the next look, and the next due time that counts."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, insert, literal_column, select, text, true, update

from bot.handover import Interval, State
from store.store import Store
from store.tables import HandoverRow, NagRow, table
from tests.store import records

NOW = records.NOW
HOUR = timedelta(hours=1)
UNKNOWN = re.compile(r"%\(\w+\)s(::[A-Z ]+(?=[),]|$))?")  # a parameter, as the driver is given it


def look_at(store: Store, *moments: datetime | None) -> None:
    """One record for each moment at which it is to be looked at."""
    row = table(HandoverRow)
    for moment in moments:
        with store.write() as unit:
            made = unit.add(records.handover(f"d{moment}"))
        with store.db.write() as session:
            session.execute(update(row).where(row.c.id == made.id).values(next_look_at=moment))


def remind(store: Store, moment: datetime | None) -> None:
    """Somebody of the first record is to be told then."""
    with store.write() as unit:
        person = unit.remember(records.person("Ana")).id
    with store.db.write() as session:
        session.execute(insert(table(NagRow)).values(handover_id=1, person_id=person, next_at=moment, **EMPTY))


EMPTY = {"waits": {}, "plan": {}, "spent": [], "deferred": 0}


def test_nothing_lies_ahead_of_an_empty_record(store: Store) -> None:
    with store.read() as reader:
        assert (reader.next_look(NOW), reader.looks_due(NOW), reader.next_due(NOW)) == (None, False, None)


def test_the_next_look_is_the_first_after_now(store: Store) -> None:
    look_at(store, NOW + 3 * HOUR, NOW, NOW + 2 * HOUR, NOW - HOUR, None)
    with store.read() as reader:
        assert reader.next_look(NOW) == NOW + 2 * HOUR
        assert reader.next_look(NOW + 2 * HOUR) == NOW + 3 * HOUR
        assert reader.next_look(NOW + 3 * HOUR) is None


def test_a_reminder_is_a_look_too(store: Store) -> None:
    look_at(store, NOW + 3 * HOUR)
    remind(store, NOW + HOUR)
    with store.read() as reader:
        assert reader.next_look(NOW) == NOW + HOUR
        assert not reader.looks_due(NOW)
        assert reader.looks_due(NOW + HOUR)


def test_a_look_is_due_at_its_own_moment(store: Store) -> None:
    look_at(store, NOW + HOUR, None)
    with store.read() as reader:
        assert [reader.looks_due(NOW), reader.looks_due(NOW + HOUR)] == [False, True]


@pytest.mark.parametrize("db_url", ["postgres"], indirect=True)
def test_postgres_asks_an_index_for_what_is_due_however_often_it_was_asked(store: Store) -> None:
    """It plans a question that comes again for moments it does not know; here nothing is due among many records.

    SQLite plans each question once, without guessing.
    """
    look_at(store, NOW + HOUR)
    remind(store, NOW + HOUR)
    row, asked = table(HandoverRow), list[str]()
    copied = [literal_column("'d' || n") if c.name == "deal_id" else c for c in row.c if c.name != "id"]
    with store.db.write() as session:
        many = select(*copied).select_from(row.join(func.generate_series(2, 3000).alias("n"), true()))
        session.execute(insert(row).from_select([c for c in row.c if c.name != "id"], many))
        told = f"person_id, next_at, {', '.join(EMPTY)}"
        session.execute(
            text(f"INSERT INTO nag (handover_id, {told}) SELECT h.id, {told} FROM handover h, nag WHERE h.id > 1")  # noqa: S608
        )
        session.execute(text("ANALYZE handover, nag"))
    event.listen(store.db.engine, "before_cursor_execute", note := lambda *given: asked.append(given[2]))
    with store.read() as reader:
        assert not reader.looks_due(NOW)
        assert reader.due_looks(NOW) == reader.people_due(NOW) == []
    event.remove(store.db.engine, "before_cursor_execute", note)
    with store.db.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        for number, question in enumerate(asked):
            unknown = [f"${n}" for n in range(1, len(UNKNOWN.findall(question)) + 1)]
            left = iter(unknown)
            prepared = UNKNOWN.sub(lambda _: next(left), question)  # noqa: B023 - called at once
            connection.exec_driver_sql(f"PREPARE asked_{number} AS {prepared}")
            given = f"({', '.join('NULL' for _ in unknown)})" if unknown else ""
            found = connection.exec_driver_sql(f"EXPLAIN EXECUTE asked_{number}{given}").scalars().all()
            connection.exec_driver_sql(f"DEALLOCATE asked_{number}")
            assert not [line for line in found if "Seq Scan" in line], found


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (State.PRESALE, None),
        (State.WON, NOW + HOUR),
        (State.SCOPED, NOW + 2 * HOUR),
        (State.PROVISIONED, NOW + 2 * HOUR),
        (State.IN_PROGRESS, None),
        (State.CANCELLED, None),
    ],
)
def test_a_due_time_counts_while_its_clock_runs(store: Store, state: State, found: datetime | None) -> None:
    with store.write() as unit:
        unit.add(records.handover(state=state, scope_due_at=NOW + HOUR, due_at=NOW + 2 * HOUR))
    with store.read() as reader:
        assert reader.next_due(NOW) == found


def test_the_nearest_due_time_is_the_first_after_now_that_does_not_stand_still(store: Store) -> None:
    with store.write() as unit:
        for hours in (-1, 0, 3, 4):
            unit.add(records.handover(f"d{hours}", state=State.SCOPED, due_at=NOW + hours * HOUR))
        paused = records.handover("paused", state=State.SCOPED, due_at=NOW + HOUR)
        paused.intervals.append(Interval("pause", NOW - HOUR, "the client"))
        unit.add(paused)
        resumed = records.handover("resumed", state=State.SCOPED, due_at=NOW + 2 * HOUR)
        resumed.intervals.append(Interval("pause", NOW - 2 * HOUR, "the client", until=NOW - HOUR))
        unit.add(resumed)
    with store.read() as reader:
        assert reader.next_due(NOW) == NOW + 2 * HOUR
        assert reader.next_due(NOW + 2 * HOUR) == NOW + 3 * HOUR
