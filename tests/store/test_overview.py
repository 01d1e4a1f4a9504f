"""All open handovers as small rows: which, with what, and in how many queries."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.context import Disposition, Entry, Kind, Point
from bot.digest import Notes, OpenRow, Wait
from bot.handover import Interval, Item, Override, Post, State
from bot.people import Role
from store.store import Store
from tests.store import records

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SINCE = records.NOW - DAY


def rows(store: Store, **values: Any) -> dict[str, OpenRow]:
    with store.read() as reader:
        return {row.client: row for row in reader.open_rows(SINCE, **values)}


def notes(store: Store, since: Any = SINCE) -> Notes:
    with store.read() as reader:
        return reader.notes(since, now=records.NOW, kickoff_by=records.NOW - 14 * DAY)


def point(text: str, at: Any, **values: Any) -> Entry:
    undone = values.pop("undone_at", None)
    return records.entry(text, at=at, kind=Kind.SCOPE_AMBIGUITY, point=Point(**values), undone_at=undone)


def test_rows_are_what_stands_between_win_and_gate_and_what_went_live_since(store: Store) -> None:
    with store.write() as unit:
        for state in State:
            live = records.NOW - HOUR if state in (State.IN_PROGRESS, State.MITIGATION) else None
            unit.add(records.handover(state.value, client=state.value, state=state, live_at=live))
        unit.add(records.handover("old", client="old", state=State.IN_PROGRESS, live_at=SINCE))
    assert rows(store).keys() == {"won", "scoped", "provisioned", "in_progress", "mitigation"}
    assert rows(store)["won"].state is State.WON
    assert rows(store)["in_progress"].live_at == records.NOW - HOUR


def test_a_row_has_the_due_time_that_counts_and_the_place_of_its_thread(store: Store) -> None:
    posts = [Post("root", "C1", "1.5"), Post("list:pm", "C1", "1.6")]
    scope_due, due = records.NOW + HOUR, records.NOW + DAY
    with store.write() as unit:
        unit.add(records.handover("d1", client="won", scope_due_at=scope_due, posts=posts))
        scoped = {"state": State.SCOPED, "scope_due_at": scope_due, "scoped_at": records.NOW, "due_at": due}
        unit.add(records.handover("d2", client="scoped", project="P", **scoped))
        unit.add(records.handover("d3", client="no clock"))
    found = rows(store)
    assert (found["won"].due, found["won"].channel, found["won"].ts) == (scope_due, "C1", "1.5")
    assert (found["scoped"].due, found["scoped"].channel, found["scoped"].ts) == (due, "", "")
    assert found["scoped"].title == "scoped – P"
    assert found["no clock"].due is None


def test_a_row_says_why_its_clock_stands_still_a_hold_before_a_pause(store: Store) -> None:
    pause = Interval("pause", records.NOW - DAY, "test data", expected=date(2026, 3, 12))
    hold = Interval("hold", records.NOW - HOUR, "reopened")
    ended = Interval("pause", records.NOW - 2 * DAY, "holidays", until=records.NOW - DAY)
    with store.write() as unit:
        unit.add(records.handover("d1", client="paused", intervals=[ended, pause]))
        unit.add(records.handover("d2", client="hold first", intervals=[hold, pause]))
        unit.add(records.handover("d3", client="pause first", intervals=[pause, hold]))
        unit.add(records.handover("d4", client="goes on", intervals=[ended]))
    found = rows(store)
    assert found["paused"].wait == Wait("pause", records.NOW - DAY, "test data", date(2026, 3, 12))
    assert found["hold first"].wait == found["pause first"].wait == Wait("hold", records.NOW - HOUR, "reopened")
    assert found["goes on"].wait is None


def test_mine_are_those_in_which_i_hold_a_role_or_took_an_item_once_each(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Ana", "Ben")
        unit.add(records.handover("d1", client="two roles", roles={Role.PM: ids["Ana"], Role.CSM: ids["Ana"]}))
        unit.add(records.handover("d2", client="Ben's", roles={Role.PM: ids["Ben"]}))
        unit.add(records.handover("d3", client="Ana's, ended", state=State.CLOSED, roles={Role.PM: ids["Ana"]}))
        taken = [Item("confirm-team", Role.PM, "Team", holder=ids["Ana"])]
        unit.add(records.handover("d4", client="taken over", roles={Role.PM: ids["Ben"]}, items=taken))
    assert set(rows(store, holder=ids["Ana"])) == {"two roles", "taken over"}


@pytest.mark.req("R61")
def test_open_points_are_counted_and_the_oldest_has_its_client(store: Store) -> None:
    """Open is what nobody answered, or what waits for the rep; undone and answered ones are not, nor presale's."""
    old = records.NOW - 6 * DAY
    with store.write() as unit:
        mine = [
            point("open", records.NOW - 5 * DAY),
            point("asked", records.NOW - 6 * DAY, disposition=Disposition.ASK, question="Until when?"),
            point("in scope", records.NOW - 9 * DAY, disposition=Disposition.IN_SCOPE),
            point("taken back", records.NOW - 9 * DAY, undone_at=records.NOW),
            records.entry("no point", at=records.NOW - 9 * DAY, kind=Kind.RISK),
        ]
        unit.add(records.handover("d1", client="Northwind", won_at=records.NOW - 20 * DAY, entries=mine))
        early = [point("said long before the win", records.NOW - 60 * DAY)]
        unit.add(records.handover("d2", client="Ovo", won_at=records.NOW - DAY, entries=early))
        unit.add(records.handover("d3", client="Open deal", state=State.PRESALE, entries=[point("x", old)]))
        unit.add(records.handover("d4", client="Closed", state=State.CLOSED, entries=[point("x", old - DAY)]))
        live = [point("after the gate", records.NOW - 2 * DAY)]
        won = {"won_at": records.NOW - 9 * DAY, "kickoff": date(2026, 3, 9)}
        unit.add(records.handover("d5", client="Live", state=State.IN_PROGRESS, entries=live, **won))
    found = notes(store)
    assert (found.points, found.oldest, found.oldest_client) == (4, old, "Northwind")


def test_nothing_to_note_is_nothing(store: Store) -> None:
    assert notes(store) == Notes()


@pytest.mark.req("R212")
def test_a_kickoff_date_is_missing_once_it_should_be_there(store: Store) -> None:
    """When delivery has begun, and on whatever was won two weeks ago; the longest won first, three by name."""
    won = records.NOW - 14 * DAY
    with store.write() as unit:
        unit.add(records.handover("d1", client="live", state=State.IN_PROGRESS, won_at=records.NOW - DAY))
        unit.add(records.handover("d2", client="week two", state=State.PROVISIONED, won_at=won))
        unit.add(records.handover("d3", client="week one", state=State.PROVISIONED, won_at=won + HOUR))
        dated = {"state": State.IN_PROGRESS, "kickoff": date(2026, 3, 20), "won_at": won}
        unit.add(records.handover("d4", client="dated", **dated))
        unit.add(records.handover("d5", client="ended", state=State.CANCELLED, won_at=won))
        unit.add(records.handover("d6", client="open deal", state=State.PRESALE, opened_at=won - 90 * DAY))
    found = notes(store)
    assert (found.no_kickoff, found.no_kickoff_count) == (("week two", "live"), 2)
    with store.write() as unit:
        for n in range(3):
            unit.add(records.handover(f"e{n}", client=f"more {n}", state=State.IN_PROGRESS, won_at=won + n * HOUR))
    found = notes(store)
    assert (found.no_kickoff, found.no_kickoff_count) == (("week two", "more 0", "more 1"), 5)


def test_overrides_are_those_since_the_last_digest(store: Store) -> None:
    with store.write() as unit:
        person = records.people(unit, "Hana")["Hana"]
        for n, at in enumerate((SINCE, SINCE + HOUR, records.NOW, records.NOW + HOUR)):
            given = {"state": State.CLOSED, "override": Override(person, at, "the client starts on Monday")}
            unit.add(records.handover(f"d{n}", **given))
    assert notes(store).overrides == 2


def test_however_many_there_are_it_is_a_handful_of_queries(store: Store) -> None:
    asked: list[str] = []
    event.listen(store.db.reader, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for size in (1, 30):
        with store.write() as unit:
            for n in range(size):
                unit.add(records.handover(f"{size}:{n}", entries=[point("open", records.NOW)]))
        asked.clear()
        with store.read() as reader:
            found = reader.open_rows(SINCE)
            reader.notes(SINCE, now=records.NOW, kickoff_by=SINCE)
        counts.append(len([one for one in asked if one.lstrip().upper().startswith("SELECT")]))
    assert len(found) == 31
    assert counts == [5, 5]


def test_records_come_in_the_order_of_their_ids(store: Store) -> None:
    with store.write() as unit:
        first, second = (unit.add(records.handover(f"d{n}")).id for n in range(2))
    with store.read() as reader:
        assert [handover.id for handover in reader.records([second, 999, first])] == [second, first]
