"""When the digest is asked for: once a working day of its office, late rather than never, and never for a past day."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.actions import digest as actions
from handlers import schedule, slack_app
from handlers.clock import Clock
from handlers.deps import Deps
from handlers.digest import digest, next_digest
from handlers.slack_api import SlackApi
from store.engine import Db
from store.ledger import JOB
from store.store import Store
from tests.bot import builders
from tests.conftest import ROLE_MAP

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # 09:00 in Berlin, before the clocks change on 29 March
DAY = timedelta(days=1)


@pytest.fixture
def deps(store: Store) -> Deps:
    return wired(store)


def wired(store: Store, **table: Any) -> Deps:
    """What the tick needs; it makes no call to Slack."""
    terms = builders.terms(**table)
    client = slack_app.client(terms.settings, timeout=1)
    api = SlackApi(client, store.assert_outside)
    return Deps(settings=terms.settings, terms=terms, store=store, clock=Clock(), edge=api, slack=api)


def asked(deps: Deps) -> list[str]:
    """The dates whose digest was asked for, in order."""
    query = select(JOB.c.payload).where(JOB.c.kind == "PostDigest").order_by(JOB.c.id)
    with deps.store.db.read() as session:
        return [json.loads(payload)["day"] for payload in session.execute(query).scalars()]


def look(deps: Deps, *moments: datetime) -> list[str]:
    for moment in moments:
        digest(deps, moment)
    return asked(deps)


def began(deps: Deps, before: datetime = MONDAY - DAY) -> None:
    """Baton has been running since then."""
    assert digest(deps, before) is False


def test_it_is_asked_for_at_its_time_once_however_often_somebody_looks(deps: Deps) -> None:
    began(deps)
    second = timedelta(seconds=1)
    assert look(deps, MONDAY - HOUR, MONDAY - second) == []
    assert digest(deps, MONDAY) is True
    assert digest(deps, MONDAY + second) is False
    assert look(deps, MONDAY + HOUR, MONDAY + 14 * HOUR) == ["2026-03-09"]
    assert look(deps, MONDAY + DAY) == ["2026-03-09", "2026-03-10"]


def test_it_rests_at_weekends_and_on_holidays(deps: Deps) -> None:
    """3 April 2026 is Good Friday, 6 April Easter Monday; the clocks changed on 29 March."""
    thursday = datetime(2026, 4, 2, 7, 0, tzinfo=UTC)
    began(deps, thursday - DAY)
    every_hour = [thursday + n * HOUR for n in range(24 * 6)]
    assert look(deps, *every_hour) == ["2026-04-02", "2026-04-07"]


def test_nine_oclock_is_the_offices_own_also_after_the_clocks_changed(deps: Deps) -> None:
    began(deps, datetime(2026, 3, 26, 20, tzinfo=UTC))
    friday, monday = datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert look(deps, friday - timedelta(seconds=1)) == []
    assert look(deps, friday) == ["2026-03-27"]
    assert look(deps, monday - timedelta(seconds=1)) == ["2026-03-27"]
    assert look(deps, monday) == ["2026-03-27", "2026-03-30"]


def test_down_at_its_time_it_comes_later_that_day_and_a_day_missed_whole_is_let_go(deps: Deps) -> None:
    began(deps)
    assert look(deps, MONDAY, MONDAY + DAY + 2 * HOUR) == ["2026-03-09", "2026-03-10"]
    back = MONDAY + 4 * DAY + 14 * HOUR  # Friday, 23:00 in Berlin
    assert look(deps, back, back + 2 * HOUR, back + 10 * HOUR) == ["2026-03-09", "2026-03-10", "2026-03-13"]


@pytest.mark.parametrize(("hour", "first"), [(6, "2026-03-09"), (8, "2026-03-10"), (15, "2026-03-10")])
def test_the_first_digest_is_the_next_one_whose_time_comes(deps: Deps, hour: int, first: str) -> None:
    """Whoever starts Baton in the afternoon has missed no digest."""
    start = MONDAY.replace(hour=hour)
    assert look(deps, *(start + n * HOUR for n in range(30)))[0] == first


def test_office_time_and_switch_are_settings(store: Store) -> None:
    offices = {"berlin": {"timezone": "Europe/Berlin"}, "lima": {"timezone": "America/Lima"}}
    lima = wired(store, offices=offices, digest={"office": "lima", "time": "07:30"})
    lima.terms = replace(lima.terms, offices={"lima": replace(builders.BERLIN, name="lima", tz="America/Lima")})
    seven_thirty = datetime(2026, 3, 9, 12, 30, tzinfo=UTC)
    began(lima, seven_thirty - DAY)
    assert look(lima, seven_thirty - timedelta(seconds=1)) == []
    assert look(lima, seven_thirty) == ["2026-03-09"]
    off = wired(store, digest={"enabled": False})
    assert digest(off, MONDAY + 5 * DAY) is False
    assert next_digest(off, MONDAY) is None
    assert look(off, MONDAY + 2 * DAY) == ["2026-03-09"]


def test_replicas_that_look_at_the_same_moment_ask_once(deps: Deps, db_url: str) -> None:
    began(deps)
    stores = [
        Store(Db(db_url), clock=deps.store.clock, tick=deps.store.tick, role_map=ROLE_MAP, office_of=lambda _: "berlin")
        for _ in range(4)
    ]
    barrier = threading.Barrier(len(stores))
    done: list[bool] = []

    def replica(store: Store) -> Callable[[], None]:
        def run() -> None:
            barrier.wait()
            done.append(digest(wired(store), MONDAY))

        return run

    threads = [threading.Thread(target=replica(store)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    for store in stores:
        store.db.dispose()
    assert sorted(done) == [False, False, False, True]
    assert asked(deps) == ["2026-03-09"]


def test_who_comes_second_keeps_nothing(deps: Deps) -> None:
    """The claim and the job are one transaction: what fails in between is undone together."""
    began(deps)

    def dies() -> None:
        with deps.store.write() as unit:
            assert actions.ask(unit, MONDAY.date())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        dies()
    assert asked(deps) == []
    assert look(deps, MONDAY) == ["2026-03-09"]


def test_an_earlier_date_is_not_asked_for_after_a_later_one(deps: Deps) -> None:
    """Also when the job of that date is not kept any more, or the office's zone was changed."""
    began(deps)
    look(deps, MONDAY)
    with deps.store.write() as unit:
        assert not actions.ask(unit, (MONDAY - DAY).date())
    assert asked(deps) == ["2026-03-09"]


def test_the_next_one_is_known(deps: Deps) -> None:
    friday = MONDAY + 4 * DAY
    began(deps)
    assert next_digest(deps, MONDAY - HOUR) == MONDAY
    assert next_digest(deps, MONDAY + HOUR) == MONDAY, "overdue"
    look(deps, MONDAY)
    assert next_digest(deps, MONDAY + HOUR) == MONDAY + DAY
    look(deps, friday)
    assert next_digest(deps, friday) == MONDAY + 7 * DAY


def test_the_next_one_of_a_fresh_installation_is_to_come(deps: Deps) -> None:
    assert next_digest(deps, MONDAY - HOUR) == MONDAY
    assert next_digest(deps, MONDAY) == MONDAY + DAY


def test_the_scheduler_looks_every_thirty_seconds(deps: Deps) -> None:
    """Registered with the right trigger, late ticks kept and coalesced; and it fires through the real scheduler."""
    made = schedule.scheduler(deps, lambda: None)
    job = made.get_job("digest")
    assert job.trigger.interval == timedelta(seconds=30)
    made.start(paused=True)
    try:
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
        made.modify_job("digest", next_run_time=Clock().machine_now())
        made.resume()
        until = threading.Event()
        for _ in range(200):
            with deps.store.read() as reader:
                if reader.setting(actions.LAST):
                    break
            until.wait(0.05)
        with deps.store.read() as reader:
            assert reader.setting(actions.LAST) >= (deps.clock.now() - 2 * DAY).date().isoformat()
    finally:
        made.shutdown()
