"""Retention as it really comes: by the scheduler's thread, once a day, with the days of the settings."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from bot.actions.digest import REASONS
from bot.errors import ConfigError
from bot.settings import read
from handlers import retention
from handlers.clock import Clock
from store.tables import SeenRow, table
from store.upkeep import retention as walking
from tests.handlers.test_schedule import due, ticking
from tests.stories import walk
from tests.stories.stage import Stage, staged

SEEN = table(SeenRow)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company with Baton at work in it."""
    with staged(tmp_path) as made:
        made.start()
        yield made


def clicked(stage: Stage, days_ago: int, count: int = 1) -> None:
    """So many clicks of that day."""
    at = stage.clock.now() - timedelta(days=days_ago)
    with stage.deps.store.db.write() as session:
        session.execute(insert(SEEN), [{"key": f"click:{at.isoformat()}:{n}", "at": at} for n in range(count)])


def remembered(stage: Stage) -> int:
    """How many of those clicks are remembered."""
    with stage.deps.store.db.read() as session:
        mine = select(func.count()).select_from(SEEN).where(SEEN.c.key.like("click:20%"))
        return int(session.execute(mine).scalar_one())


@pytest.mark.req("R110")
def test_the_scheduler_removes_what_is_past_its_days(stage: Stage) -> None:
    """Nobody calls anything: the scheduler's own thread does, with the days that are in force by default."""
    clicked(stage, 31)
    clicked(stage, 29)
    with ticking(stage) as (made, seen):
        due(made, "retention", Clock().machine_now())
        stage.until(lambda: bool(seen), "the walk")
    assert remembered(stage) == 1


def test_a_process_that_stops_leaves_the_rest_of_the_walk_to_the_next_one(stage: Stage) -> None:
    clicked(stage, 31)
    stage.deps.stopping.set()
    assert retention.tick(stage.deps) == 0
    assert remembered(stage) == 1
    stage.deps.stopping.clear()
    assert retention.tick(stage.deps) >= 1
    assert remembered(stage) == 0


def test_the_walk_comes_once_a_day_by_business_time_and_goes_on_where_it_was(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "PAGE", 10)
    monkeypatch.setattr(retention, "PAGES", 4)
    clicked(stage, 31, 100)
    removed = [retention.tick(stage.deps) for _ in range(20)]
    assert sum(removed) == 100
    assert max(removed) <= 40
    clicked(stage, 32)
    assert retention.tick(stage.deps) == 0
    stage.clock.advance(timedelta(days=1))
    assert sum(retention.tick(stage.deps) for _ in range(20)) == 1


def with_reason(stage: Stage, days_ago: int) -> str:
    """A digest of that day, with the reason of a pause in it; its date."""
    day = f"{stage.clock.now() - timedelta(days=days_ago):%Y-%m-%d}"
    said = {"type": "mrkdwn", "text": f"⏸ ABC: since {day} (their CFO is ill)"}
    blocks = [{"type": "section", "text": said}]
    sent = stage.deps.slack.call("chat.postMessage", channel=walk.HERE, text="Handovers", blocks=blocks)
    with stage.deps.store.write() as unit:
        unit.keep_setting(f"{REASONS}{day}", f"{walk.HERE} {sent['ts']}")
    return day


def stated(stage: Stage) -> list[str]:
    """What stands in the digests, and the days whose reasons are still known of."""
    with stage.deps.store.read() as reader:
        known = [key.removeprefix(REASONS) for key in sorted(reader.settings(REASONS))]
    return [*(message["blocks"][0]["text"]["text"] for message in stage.channel()), *known]


@pytest.mark.req("R110")
def test_the_reason_of_a_pause_leaves_the_digest_after_the_days_of_opinions(stage: Stage) -> None:
    old, young = with_reason(stage, 367), with_reason(stage, 364)
    retention.tick(stage.deps)
    stage.settle()
    assert stated(stage) == [f"⏸ ABC: since {old}", f"⏸ ABC: since {young} (their CFO is ill)", young]
    stage.clock.advance(timedelta(days=3))
    retention.tick(stage.deps)
    stage.settle()
    assert stated(stage) == [f"⏸ ABC: since {old}", f"⏸ ABC: since {young}"]


def test_a_digest_that_slack_lets_nobody_edit_is_forgotten_and_rings_nobody(stage: Stage) -> None:
    old = with_reason(stage, 367)
    stage.world.faults.add("slack", "chat.update", "ok_false:edit_window_closed", times=1)
    retention.tick(stage.deps)
    stage.settle()
    assert stated(stage) == [f"⏸ ABC: since {old} (their CFO is ill)"]
    assert stage.parked() == []
    assert len(walk.letters(stage, "olga")) == 0


@pytest.mark.slow
def test_after_a_year_the_closed_record_still_opens_in_every_view(stage: Stage) -> None:
    """A whole walk, closed, two years on: stances are gone from the record and from Slack, all else is there."""
    walk.whole(stage)
    assert "Pushes back: *Maria Klein*" in walk.shown(stage.post("know"))
    with stage.deps.store.write() as unit:
        record = unit.handover(1)
        assert record is not None
        record.move(type(record.state)("closed"), stage.clock.now())
        record.ended_at = stage.clock.now()
        unit.save(record)
    stage.settle()
    stage.clock.advance(timedelta(days=364))
    while retention.tick(stage.deps):
        stage.settle()
    assert any(entry.details.get("stance") for entry in stage.handover().entries)
    stage.clock.advance(timedelta(days=3))
    while retention.tick(stage.deps):
        stage.settle()
    stage.settle()
    known = walk.shown(stage.post("know"))
    stances = [entry for entry in stage.handover().entries if entry.kind == "stakeholder"]
    assert len(stances) == 2
    assert [(entry.text, entry.details, entry.standing) for entry in stances] == [("", {}, False)] * 2
    assert "Pushes back" not in known
    assert "Weekly call" in known
    assert stage.parked() == []
    assert stage.handover().signatures


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seen": 1}, "[retention] seen = 1: write 3 or more, or 0"),
        ({"jobs": 2}, "[retention] jobs = 2: write 3 or more, or 0"),
        ({"opinions": -1}, "[retention] opinions = -1: write a whole number of days"),
        ({"timelines": "x"}, "[retention] timelines = 'x': write a whole number of days"),
        ({"webhooks": True}, "[retention] webhooks = True: write a whole number"),
        ({"webhooks": 1.5}, "[retention] webhooks = 1.5: write a whole number"),
        ({"logs": 1}, "[retention] logs is not a setting"),
    ],
)
def test_days_that_cannot_be_meant_are_told(stage: Stage, given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(stage.env, stage.table | {"retention": given})
    assert [problem for problem in caught.value.problems if problem.startswith(words)]


def test_nothing_is_removed_by_a_company_that_keeps_everything(stage: Stage) -> None:
    names = ("webhooks", "jobs", "seen", "opinions", "timelines")
    settings = read(stage.env, stage.table | {"retention": dict.fromkeys(names, 0)})
    found = retention.cutoffs(settings.retention, stage.clock.now(), Clock().tick())
    assert set(vars(found).values()) == {None}
