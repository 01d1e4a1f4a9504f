"""`jobs`: every tick that the scheduler holds has its words and its next run; so have the digest and the next look."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.effects import SearchCrm
from bot.handover import State
from handlers.cli.planned import DOES, in_office_time, moments, ticks
from handlers.clock import Clock
from handlers.deps import Deps
from handlers.schedule import scheduler
from handlers.wiring import build
from tests.bot import builders
from tests.handlers.commanding import app, bare
from tests.stories.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
LINES = re.MULTILINE
NOW = datetime(2026, 4, 2, 15, 0, tzinfo=UTC)  # the Thursday before Easter, 17:00 in Berlin


@pytest.fixture
def deps(stage: Stage) -> Iterator[Deps]:
    made = build(stage.settings(), stage.env, clock=Clock())
    yield made
    made.store.db.dispose()


def test_every_registered_tick_is_listed_with_its_words_and_next_run(deps: Deps) -> None:
    registered = scheduler(deps, lambda: None).get_jobs()
    listed = ticks(registered, NOW)
    assert [one.id for one in listed] == sorted(job.id for job in registered)
    assert {one.id.partition(":")[0] for one in listed} <= DOES.keys()
    assert [one for one in listed if not one.does or one.at is None or one.at <= NOW] == []
    assert {"reconcile:hubspot", "wake"} <= {one.id for one in listed}
    reconcile = next(one for one in listed if one.id == "reconcile:hubspot")
    assert (reconcile.every, reconcile.at) == (3600.0, NOW + timedelta(hours=1))


def test_a_tick_by_the_calendar_has_its_own_next_run(deps: Deps) -> None:
    made = scheduler(deps, lambda: None)
    made.add_job(print, "cron", hour=9, id="digest:calendar")
    (digest,) = [one for one in ticks(made.get_jobs(), NOW) if one.id == "digest:calendar"]
    assert (digest.every, digest.at) == (None, datetime(2026, 4, 3, 9, tzinfo=UTC))


def test_the_next_digest_is_on_the_next_working_day_in_office_time(deps: Deps) -> None:
    digest, look = moments(deps, NOW)
    assert digest.at == datetime(2026, 4, 7, 7, tzinfo=UTC)  # after Good Friday and Easter Monday
    assert in_office_time(digest.at, "Europe/Berlin") == "Tue 7 Apr 2026 09:00 CEST"
    assert (look.at, look.does) == (None, "no record has to be looked at")
    early = datetime(2026, 4, 7, 6, 59, tzinfo=UTC)
    assert moments(deps, early)[0].at == datetime(2026, 4, 7, 7, tzinfo=UTC)
    assert moments(deps, early + timedelta(minutes=1))[0].at == datetime(2026, 4, 8, 7, tzinfo=UTC)


def test_a_digest_that_is_switched_off_is_said_to_be(stage: Stage) -> None:
    stage.table["digest"] = {"enabled": False}
    made = build(stage.settings(), stage.env, clock=Clock())
    digest = moments(made, NOW)[0]
    made.store.db.dispose()
    assert (digest.at, digest.does) == (None, "the daily digest is switched off")


def test_the_first_record_to_be_looked_at_is_named(deps: Deps) -> None:
    with deps.store.write() as unit:
        for n, day in enumerate((3, 2)):
            unit.add(builders.handover(State.WON, id=0, deal_id=f"{n}", roles={}))
            unit.look_again(n + 1, NOW + timedelta(days=day))
    assert moments(deps, NOW)[1].at == NOW + timedelta(days=2)


TOML = """
[slack]
handovers_channel = "C0HANDOVER"
[people.roles]
delivery_manager = ["dev@acme.example"]
head_of_delivery = ["hana@acme.example"]
[offices.berlin]
timezone = "Europe/Berlin"
[connections.hubspot]
"""


def printed(stage: Stage, *options: str) -> str:
    """What `app.py jobs` prints, as a process of its own."""
    config = stage.folder / "baton.toml"
    config.write_text(TOML)
    done = app(bare() | stage.env | {"BATON_CONFIG": str(config)}, "jobs", *options)
    assert done.code == 0, done
    return done.out


def test_the_command_prints_what_is_scheduled_what_waits_and_what_is_parked(stage: Stage, deps: Deps) -> None:
    with deps.store.write() as unit:
        unit.emit(SearchCrm("secret words", 1, "", nonce="1"))
        unit.emit(SearchCrm("secret words", 2, "", nonce="2"))
    job = deps.store.outbox.claim("w1")
    assert job is not None
    with deps.store.write() as unit:
        unit.park(job, "gone for good")
    shown = printed(stage)
    assert re.search(r"^  reconcile:hubspot +every 300 s, by +\w{3} .* asks the CRM what webhooks lost$", shown, LINES)
    assert re.search(r"^  digest +next +\w{3} \d+ \w{3} \d{4} 09:00 CES?T +the daily digest$", shown, LINES)
    assert re.search(r"parked +SearchCrm +tries 1 +[0-9a-f]{16} +gone for good$", shown, LINES)
    assert "2 jobs." in shown
    found = json.loads(printed(stage, "--json"))
    assert {one["id"] for one in found["scheduled"]} >= {"reconcile:hubspot", "wake", "digest", "look"}
    assert [(one["kind"], one["error"]) for one in found["parked"]] == [("SearchCrm", "gone for good")]
    assert [one["attempts"] for one in found["waiting"]] == [0]
    assert found["waiting"][0]["trace"] == found["parked"][0]["trace"] == job.trace, "one transaction is one cause"
    assert "secret words" not in shown + json.dumps(found)
