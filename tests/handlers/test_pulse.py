"""The pulse: the admin hears once when a connection breaks and once when it is mended, whoever looks how often."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.effects import Identify, ReadDeal
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.deps import Deps
from handlers.ears.commands import answer
from handlers.health import metrics, pulse, trouble
from handlers.schedule import reconcile
from handlers.wiring import build
from store.upkeep import retention
from store.upkeep.retention import Cutoffs
from tests.blocks.reading import words
from tests.handlers.bench import Sped
from tests.stories import walk
from tests.stories.stage import Stage, staged


class Pair:
    """Two replicas on one database."""

    def __init__(self, stage: Stage, **env: str) -> None:
        self.stage, self.clock = stage, Sped()
        self.replicas: list[Deps] = [build(stage.settings(), stage.env | env, clock=self.clock) for _ in range(2)]
        with self.replicas[0].store.write() as unit:
            unit.emit(Identify("", "olga@acme.example", nonce="test"))
        self.work()

    def work(self) -> None:
        """Does all that is due."""
        worker = Worker(self.replicas[0], PERFORMERS)
        while worker.run_one("bench"):
            continue

    def minutes(self, count: int) -> None:
        """Time passes, and both look every minute."""
        for _ in range(count):
            self.clock.passed += 60
            for deps in self.replicas:
                pulse.beat(deps)
        self.work()

    def told(self) -> list[str]:
        """What the admin reads, oldest first."""
        return [message["text"] for message in walk.letters(self.stage, "olga")]

    def close(self) -> None:
        """Ends both."""
        for deps in self.replicas:
            deps.store.db.dispose()


@pytest.fixture
def pair(stage: Stage) -> Iterator[Pair]:
    made = Pair(stage)
    yield made
    made.close()


def test_a_crm_that_can_be_searched_and_not_be_asked_what_changed_is_told_as_away(pair: Pair) -> None:
    """What webhooks lose would never be found, and nobody would say so. One failure alone is none."""
    first = pair.replicas[0]
    pair.stage.world.hubspot.searches.most = 1_000  # half an hour passes within a second
    pair.stage.world.faults.add("hubspot", "GET /crm/objects/2026-03/deals", "garbage", times=2)
    reconcile(first, "hubspot")
    pair.minutes(20)
    assert pair.told() == []
    reconcile(first, "hubspot")
    pair.minutes(20)
    assert pair.told() == ["HubSpot is away. What has to go there waits."]
    with first.store.read() as reader:
        assert reader.connections()["hubspot"].words.startswith("what changed there cannot be read (the answer")
    reconcile(first, "hubspot")
    pair.minutes(10)
    assert pair.told()[1:] == ["HubSpot works again."]


@pytest.mark.req("R115")
def test_an_outage_is_told_after_a_quarter_of_an_hour_and_once_when_it_ends(pair: Pair) -> None:
    pair.minutes(2)
    with pair.replicas[0].store.read() as reader:
        assert {key for key, state in reader.connections().items() if state.ok_at} == {"slack", "hubspot", "asana"}
    pair.stage.world.faults.down("hubspot")
    pair.stage.world.faults.down("asana")
    pair.minutes(14)
    assert pair.told() == []
    pair.minutes(60)
    away = "{} is away. What has to go there waits."
    assert sorted(pair.told()) == [away.format("Asana"), away.format("HubSpot")]
    pair.stage.world.faults.clear()
    pair.minutes(10)
    assert sorted(pair.told()[2:]) == ["Asana works again.", "HubSpot works again."]


@pytest.mark.req("R115")
def test_the_admin_channel_hears_it_once_and_nobody_directly(stage: Stage) -> None:
    """Where one is set, also when Slack's answer to the post is lost."""
    stage.table["slack"] |= {"admin_channel": walk.HERE}
    pair = Pair(stage)
    stage.world.faults.down("hubspot")
    stage.world.faults.add("slack", "chat.postMessage", "half")
    pair.minutes(24)
    stage.world.faults.clear()
    pair.minutes(4)
    told = [message["text"] for message in stage.channel()]
    assert told == ["HubSpot is away. What has to go there waits.", "HubSpot works again."]
    assert pair.told() == []
    pair.close()


def test_a_short_outage_is_nobodys_business(pair: Pair) -> None:
    pair.stage.world.faults.down("hubspot")
    pair.minutes(10)
    pair.stage.world.faults.clear()
    pair.minutes(20)
    assert pair.told() == []


def test_when_the_database_can_be_written_again_the_admin_hears_it_once(pair: Pair, monkeypatch: Any) -> None:
    """Somebody else held its lock for minutes; both replicas saw it. A moment of it is nobody's business."""
    monkeypatch.setattr("handlers.health.LOOK", 0.05)
    assert [trouble(deps) for deps in pair.replicas] == ["", ""]
    for seconds in (10, 300):
        with closing(sqlite3.connect(pair.stage.folder / "baton.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert [trouble(deps) for deps in pair.replicas] == ["it is locked"] * 2
            pair.clock.passed += seconds
            other.execute("ROLLBACK")
        assert [trouble(deps) for deps in pair.replicas for _ in range(2)] == [""] * 4
        pair.work()
        assert len(pair.told()) == (seconds > 60)
    assert pair.told() == ["Baton could not save anything for a while. It works again."]


def test_a_refused_credential_is_told_at_once_and_mended_once(stage: Stage) -> None:
    broken = Pair(stage, HUBSPOT_TOKEN="revoked")
    broken.minutes(30)
    refused = "HubSpot refuses Baton's access. What has to go there waits."
    assert broken.told() == [refused]
    broken.close()
    mended = Pair(stage)
    mended.clock.passed = broken.clock.passed
    mended.minutes(30)
    assert mended.told() == [refused, "HubSpot works again."]
    mended.close()


def test_a_project_tool_that_refuses_or_slows_us_down_is_not_away(stage: Stage) -> None:
    """A revoked token is told at once, as what it is; too many calls are nobody's business."""
    refused = Pair(stage, ASANA_TOKEN="revoked")
    refused.minutes(3)
    assert refused.told() == ["Asana refuses Baton's access. What has to go there waits."]
    refused.close()
    slowed = Pair(stage)
    slowed.clock.passed = refused.clock.passed
    stage.world.faults.add("asana", "GET /", "429", times=1_000)
    slowed.minutes(30)
    assert slowed.told()[1:] == ["Asana works again."]
    slowed.close()


def test_both_replicas_together_ask_once_in_two_minutes(pair: Pair) -> None:
    before = len(pair.stage.world.slack.calls.of("auth.test"))
    pair.minutes(20)
    assert 9 <= len(pair.stage.world.slack.calls.of("auth.test")) - before <= 11


def test_refused_webhooks_are_told_once_and_when_they_arrive_again(pair: Pair) -> None:
    def knock(times: int) -> None:
        with pair.replicas[1].store.write() as unit:
            for _ in range(times):
                unit.inbox.refuse("hubspot", "BadSignature")

    knock(2)
    pair.minutes(3)
    assert pair.told() == [], "one stranger at the door is no news"
    for _ in range(5):
        knock(50)
        pair.minutes(3)
    pair.minutes(5)
    refused = "Webhooks of HubSpot are refused. Compare the secret."
    assert pair.told() == [refused]
    with pair.replicas[0].store.write() as unit:
        unit.inbox.put("hubspot", b"[]", {})
    pair.minutes(5)
    assert pair.told() == [refused, "Webhooks of HubSpot arrive now."]


def test_what_breaks_again_on_the_same_day_is_told_again(pair: Pair) -> None:
    """Else the last word of that day would be that it works."""
    for _ in range(2):
        pulse.notice(pair.replicas[0], "hubspot", pulse.Problem("the token was revoked", refused=True))
        pair.minutes(20)
    refused, mended = "HubSpot refuses Baton's access. What has to go there waits.", "HubSpot works again."
    assert pair.told() == [refused, mended, refused, mended]


def test_webhooks_arrive_again_though_old_ones_were_removed_meanwhile(pair: Pair) -> None:
    """Retention takes deliveries away: neither their number nor that there is none tells anything."""
    store = pair.replicas[0].store
    for n in range(5):
        with store.write() as unit:
            found, _ = unit.inbox.put("hubspot", b"[%d]" % n, {})
            unit.inbox.mark(found, "read")
    with store.write() as unit:
        unit.inbox.put("another", b"[]", {})  # the newest of all stays: so those of HubSpot go to the last one
        for _ in range(5):
            unit.inbox.refuse("hubspot", "BadSignature")
    pair.minutes(5)
    later = pair.clock.now() + timedelta(days=40)
    walk_over = Cutoffs(webhooks=later, jobs=None, seen=None, opinions=None, timelines=None)
    retention.walk(store.db, walk_over, retention.Place(), now=later, t=pair.clock.tick(), pages=50)
    with store.read() as reader:
        assert reader.inbox.received().keys() == {"another"}
    pair.minutes(5)
    refused = "Webhooks of HubSpot are refused. Compare the secret."
    assert pair.told() == [refused]
    with store.write() as unit:
        unit.inbox.put("hubspot", b"[]", {})
    pair.minutes(5)
    assert pair.told() == [refused, "Webhooks of HubSpot arrive again."]


def test_the_figures_and_the_page_say_the_same(stage: Stage) -> None:
    """An outage, a delivery, a forged one: each is in `/metrics`, and in `/handover health` in words."""
    stage.start()
    stage.settle()
    assert "*3 connections were not asked yet.* Look again in a minute." in healthy(stage.deps, "olga")
    pulse.beat(stage.deps)
    assert "*All connections work.*" in healthy(stage.deps, "olga")
    stage.world.faults.down("hubspot")
    pulse.notice(stage.deps, "hubspot", pulse.Problem("no answer in time"))
    with stage.deps.store.write() as unit:
        unit.inbox.put("hubspot", b"[]", {})
        unit.inbox.refuse("hubspot", "BadSignature")
        unit.inbox.refuse("<stranger>", "Unrecognised")
        unit.emit(ReadDeal("hubspot", walk.ABC, "webhook", nonce="test"))
    stage.until(lambda: any(job.error for job in stage.deps.store.outbox.jobs(("ready",))), "the read waits")
    text = httpx.get(f"{stage.env['BATON_PUBLIC_URL']}/metrics").text
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert figures['baton_connection_up{connection="hubspot"}'] == "0"
    assert figures['baton_connection_up{connection="asana"}'] == "1"
    assert figures['baton_webhooks_kept{connection="hubspot"}'] == "1"
    assert figures['baton_webhooks_refused_total{connection="hubspot",reason="BadSignature"}'] == "1"
    assert figures['baton_webhooks_refused_total{connection="unknown",reason="Unrecognised"}'] == "1"
    assert figures['baton_jobs{kind="ReadDeal",state="waiting"}'] == "1"
    assert float(figures["baton_oldest_job_seconds"]) > 0
    assert 'baton_connection_last_success_timestamp_seconds{connection="asana"}' in figures
    assert "baton_sweep_seconds" in figures
    assert "stranger" not in text
    assert "baton_slack_line_open" not in figures
    shown = healthy(stage.deps, "olga")
    assert "1 connection does not work." in shown
    assert "*HubSpot* does not work since" in shown
    assert "no answer in time. Last success:" in shown
    assert "Next: `python app.py doctor`" in shown
    assert "*Asana* works" in shown
    assert "1 job waits, the oldest since" in shown
    assert "Who can mend it: Olga" in shown
    assert healthy(stage.deps, "ben").startswith("Only sales operations (Olga) or the Head of Delivery (Hana) can see")
    stage.world.faults.clear()


def healthy(deps: Deps, who: str) -> str:
    """What this person reads below `/handover health`."""
    reply = answer(deps, {"user_id": walk.user_id(who), "text": "health", "channel_id": walk.HERE})
    assert reply is not None
    return words(reply)


def test_the_line_of_socket_mode_is_in_the_figures(tmp_path: Path) -> None:
    with staged(tmp_path, socket_mode=True) as stage:
        stage.start()
        text = metrics(stage.deps)
    assert "baton_slack_line_open 1" in text.splitlines()
    assert "\nbaton_slack_line_silent_seconds " in text


def test_being_asked_to_slow_down_is_no_outage(pair: Pair) -> None:
    pair.stage.world.faults.add("hubspot", "POST /crm", "429", times=100)
    pair.minutes(30)
    with pair.replicas[0].store.read() as reader:
        assert reader.connection("hubspot").ok_at is not None
        assert reader.connection("hubspot").broken_since is None
    assert pair.told() == []


def test_slack_away_is_kept_and_nobody_is_told_by_slack(pair: Pair) -> None:
    pair.stage.world.faults.down("slack")
    pair.minutes(40)
    with pair.replicas[0].store.read() as reader:
        assert reader.connection("slack").broken_since is not None
    pair.stage.world.faults.clear()
    pair.minutes(5)
    assert pair.told() == []
    with pair.replicas[0].store.read() as reader:
        assert reader.connection("slack").broken_since is None
