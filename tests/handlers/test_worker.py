"""The worker's loop: what each failure of a job leads to, with the real clients over the sandbox."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.company.effects import RedrawParked
from bot.effects import Direct, Effect, Home, Identify, MarkMigrated, ReadDeal, TellAdmin, Whisper, WriteStage
from bot.errors import StoreAway
from bot.worktime import next_opening
from handlers.deliver.ledger import PATIENCE, Later, Ledger, Pace
from handlers.deliver.loop import BACKOFF_CAP, FAULT_TRIES, LANDING, REAUTH_WAIT, Worker
from handlers.deliver.performers import PERFORMERS
from handlers.health import trouble
from sandbox.deals import ABC
from tests.handlers.bench import OLGA, Bench, Sped, read
from tests.stories import walk
from tests.stories.stage import Stage

NORTHWIND = "9002"


@dataclass(frozen=True)
class FromTheFuture(Effect):
    """An effect that this version does not know: a newer replica put it there."""

    serial: str


@pytest.fixture
def bench(stage: Stage) -> Iterator[Bench]:
    """Its worker."""
    made = Bench(stage)
    yield made
    made.close()


@pytest.mark.req("R104")
def test_a_rate_limit_is_waited_out_as_long_as_the_vendor_says(bench: Bench) -> None:
    """HubSpot's limit counts ten seconds; nobody hears of it, and the next try goes through."""
    job = bench.fail("429")
    assert job.state == "ready"
    assert 8 < bench.until_due(job) <= 10
    bench.clock.passed += 11
    bench.work()
    assert (bench.job("ReadDeal").state, bench.job("ReadDeal").attempts) == ("done", 2)
    assert bench.told() == []


def test_whoever_becomes_a_deputy_hears_of_it_in_their_own_hours(bench: Bench) -> None:
    """At night it is put off, holds up nothing else that is for them; in the morning it comes."""
    berlin = bench.deps.terms.offices["berlin"]
    opening = next_opening(berlin, bench.clock.now() + timedelta(days=1))
    bench.clock.advance(opening - timedelta(hours=1) - bench.clock.now())
    with bench.deps.store.write() as unit:
        olga = unit.by_email(OLGA)
        assert olga
        unit.emit(Direct(olga.id, "deputy", "test", data={"by": olga.id}))
        unit.keep_preferences(olga.id, deputy=olga.id)
        unit.emit(Direct(olga.id, "brief", "test"))
    bench.work()
    assert bench.told() == ["This handover is not there any more. Type /handover to see yours."]
    assert bench.jobs("Direct")[0].state == "ready"
    bench.clock.advance(timedelta(hours=1))
    bench.clock.passed += 61
    bench.work()
    assert bench.told()[1:] == ["Olga Novak chose you as deputy."]


@pytest.mark.req("R104")
def test_slacks_retry_after_holds_for_every_post_to_that_channel(bench: Bench) -> None:
    """Two threads begin in one channel: after the first refusal the second does not even try."""
    for deal in (ABC, NORTHWIND):
        bench.stage.world.hubspot.win(deal)
    bench.stage.world.faults.add("slack", "chat.postMessage", "429", retry_after=70)
    bench.emit(read(), read(NORTHWIND))
    bench.work()
    assert len(posts(bench)) == 1
    assert 65 < bench.until_due(bench.jobs("Redraw")[0]) <= 70
    bench.clock.passed += 60
    bench.work()
    assert len(posts(bench)) == 1
    bench.clock.passed += 11
    bench.work()
    assert len(posts(bench)) > 2


def posts(bench: Bench) -> list[dict[str, object]]:
    """What Baton tried to post into the handovers channel."""
    calls = bench.stage.world.slack.calls.of("chat.postMessage")
    return [call for call in calls if call["args"].get("channel") == walk.HERE]


def test_a_hand_that_is_told_to_wait_again_and_again_gives_the_job_back_before_its_lease_ends(stage: Stage) -> None:
    class Refused(Sped):
        """Whenever a hand has waited for its slot, Slack has just told another one to wait a second."""

        def sleep(self, seconds: float) -> None:  # type: ignore[override]
            self.passed += seconds
            assert self.passed < 2 * PATIENCE, "it waits on"
            bench.deps.store.pace.close(rule.key, self.tick() + 1)

    bench = Bench(stage, Refused())
    rule = Pace("slack:post:C1", every=1.05 * bench.deps.settings.delivery.rate_share)
    bench.emit(read())
    job = bench.deps.store.outbox.claim("bench")
    assert job
    bench.clock.passed = 0.0
    ledger = Ledger(bench.deps, job)
    ledger.take_slot(rule)
    with pytest.raises(Later):
        ledger.take_slot(rule)
    assert 0 < bench.clock.passed <= PATIENCE
    bench.close()


def test_a_refused_credential_waits_and_the_admin_is_told_once(stage: Stage) -> None:
    """Two jobs meet it again and again: one message; with a new credential the work goes on by itself."""
    broken = Bench(stage, HUBSPOT_TOKEN="revoked")
    broken.emit(read(), read(NORTHWIND))
    for _ in range(3):
        broken.work()
        assert {job.state for job in broken.jobs("ReadDeal")} == {"ready"}
        assert all(0 < broken.until_due(job) <= REAUTH_WAIT for job in broken.jobs("ReadDeal"))
        broken.clock.passed += REAUTH_WAIT + 1
    assert broken.told() == ["HubSpot refuses Baton's access. What has to go there waits."]
    assert "revoked" not in str(stage.world.slack.messages(stage.world.slack.dms(walk.user_id("olga"))[0]["id"]))
    broken.close()
    mended = Bench(stage)
    mended.clock.passed = broken.clock.passed
    mended.work()
    assert {job.state for job in mended.jobs("ReadDeal")} == {"done"}
    mended.close()


def test_what_a_vendor_refuses_for_good_is_parked_and_told_once(bench: Bench) -> None:
    """Slack knows no such user: no second try, one message with the reason, and the job is kept for a person."""
    bench.stage.world.faults.add("slack", "views.publish", "ok_false:user_not_found")
    with bench.deps.store.read() as reader:
        olga = reader.by_email(OLGA)
    assert olga is not None
    bench.emit(Home(olga.id, "test"))
    for _ in range(3):
        bench.work()
        bench.clock.passed += 10_000
    job = bench.job("Home")
    assert (job.state, job.attempts, job.error) == ("dead", 1, "Slack views.publish: user_not_found")
    assert bench.told() == [f"One thing could not be done: Home. It is kept as job {job.id}."]


def give_up(bench: Bench, *numbers: int) -> None:
    """So many reads of a connection that is not there any more: each is refused at once, for good."""
    bench.emit(*(ReadDeal("gone", ABC, "event", str(number)) for number in numbers))
    bench.work()


def rings(bench: Bench) -> int:
    """How many messages the admin was sent, edits not counted."""
    (room,) = bench.stage.world.slack.dms(walk.user_id("olga"))
    posted = bench.stage.world.slack.calls.of("chat.postMessage")
    return len([call for call in posted if call["args"].get("channel") == room["id"]])


OVER = "Nothing is parked any more."


def test_a_connection_that_left_the_settings_is_named_and_nothing_for_it_is_lost(bench: Bench) -> None:
    bench.stage.world.hubspot.win(ABC)
    bench.emit(read())
    bench.work()
    crms, bench.deps.crms = bench.deps.crms, {}
    bench.emit(ReadDeal("hubspot", ABC, "webhook", nonce="later"), MarkMigrated(1), WriteStage(1, "closed", "later"))
    bench.work()
    lost = [bench.jobs(kind)[-1] for kind in ("ReadDeal", "MarkMigrated", "WriteStage")]
    assert [job.state for job in lost] == ["dead"] * 3
    assert all("[connections.hubspot] is not in baton.toml any more: put it back" in job.error for job in lost)
    bench.deps.crms = crms
    bench.deps.store.outbox.revive_all()
    bench.work()
    assert {bench.jobs(job.kind)[-1].state for job in lost} == {"done"}


def test_a_burst_of_parked_work_is_one_message_that_counts_until_all_is_tried_again(bench: Bench) -> None:
    give_up(bench, *range(30))
    thirty = "30 things could not be done. They are kept as jobs."
    assert (bench.told(), rings(bench)) == ([thirty], 1)
    outbox = bench.deps.store.outbox
    newest = outbox.jobs(("dead",))[0]
    (room,) = bench.stage.world.slack.dms(walk.user_id("olga"))
    assert f"The newest is job {newest.id}: ReadDeal (CRM read the deal: " in walk.shown(
        bench.stage.channel(room["id"])[0]
    )
    outbox.revive(newest.id)
    bench.deps.crms = {**bench.deps.crms, "gone": bench.deps.crms["hubspot"]}
    bench.work()
    assert bench.told() == [thirty.replace("30", "29")]
    assert outbox.revive_all() == 29
    bench.work()
    assert (bench.told(), rings(bench)) == ([OVER], 1)
    assert "dead" not in {job.state for job in bench.jobs("ReadDeal")}


def test_work_that_is_parked_much_later_rings_again_and_so_does_the_first_after_all_was_mended(bench: Bench) -> None:
    """Nobody looks at an edit of an old message: the older one points to the newer one, which counts all."""
    give_up(bench, 1, 2)
    bench.clock.passed += 3_700
    give_up(bench, 3)
    give_up(bench, 4)
    older = "More could not be done since: see the newer message."
    assert bench.told() == [older, "4 things could not be done. They are kept as jobs."]
    for job in bench.jobs("ReadDeal"):
        bench.deps.store.outbox.revive(job.id)
    assert bench.deps.store.outbox.gave_up().total() == 0
    bench.deps.crms = {**bench.deps.crms, "gone": bench.deps.crms["hubspot"]}
    bench.work()
    assert bench.told() == [older, OVER]
    bench.deps.crms = {}
    give_up(bench, 5)
    assert bench.told()[2:] == [
        f"One thing could not be done: ReadDeal. It is kept as job {bench.jobs('ReadDeal')[-1].id}."
    ]


def test_parked_work_of_hours_in_which_slack_was_away_rings_once(bench: Bench) -> None:
    bench.stage.world.faults.down("slack")
    for number in range(3):
        give_up(bench, number)
        bench.clock.passed += 3_700
    bench.stage.world.faults.clear()
    bench.work()
    assert (bench.told(), rings(bench)) == (["3 things could not be done. They are kept as jobs."], 1)


def test_parked_work_whose_message_may_not_be_edited_rings_once_an_hour(bench: Bench) -> None:
    bench.stage.world.faults.add("slack", "chat.update", "ok_false:edit_window_closed", times=100)
    for number in range(3):
        give_up(bench, number)
    assert len(bench.told()) == 1
    bench.clock.passed += 3_700
    give_up(bench, 3)
    assert bench.told()[1:] == ["4 things could not be done. They are kept as jobs."]


def test_parked_work_is_told_anew_when_its_message_is_gone_or_its_job_was_parked_while_the_last_was_edited(
    bench: Bench,
) -> None:
    give_up(bench, 1)
    (room,) = bench.stage.world.slack.dms(walk.user_id("olga"))
    bench.stage.world.faults.add("slack", "chat.update", "ok_false:message_not_found", times=1)
    give_up(bench, 2)
    two = "2 things could not be done. They are kept as jobs."
    assert bench.told()[1:] == [two]
    with bench.deps.store.write() as unit:
        unit.keep_setting("parked:posts", "[]")
        unit.keep_setting("parked:told", "")
        unit.emit(RedrawParked("the edit that came last"))
    bench.work()
    assert bench.told()[2:] == [two]
    assert len(bench.stage.channel(room["id"])) == 3


@pytest.mark.req("R140")
def test_an_answer_as_nobody_documents_it_is_tried_six_times_then_parked_and_told(bench: Bench) -> None:
    """Perhaps it passes; when it does not, a person decides, and can have it tried again."""
    job = bench.fail("garbage", times=6)
    for number in range(1, 6):
        assert (job.state, job.attempts) == ("ready", number)
        assert 0 < bench.until_due(job) <= min(BACKOFF_CAP, 2.0**number)
        bench.clock.passed += BACKOFF_CAP
        bench.work()
        job = bench.job("ReadDeal")
    assert (job.state, job.attempts) == ("dead", 6)
    bench.clock.passed += BACKOFF_CAP
    bench.work()
    assert bench.told() == [f"One thing could not be done: ReadDeal. It is kept as job {job.id}."]
    assert bench.deps.store.outbox.revive(job.id)
    bench.work()
    assert bench.job("ReadDeal").state == "done"


@pytest.mark.req("R139")
def test_an_outage_is_waited_out_however_often_it_fails(bench: Bench) -> None:
    """Far more tries than a fault gets, never more than two minutes apart, and nobody is told."""
    bench.stage.world.faults.down("hubspot")
    bench.emit(read())
    for _ in range(3 * FAULT_TRIES):
        bench.work()
        job = bench.job("ReadDeal")
        assert job.state == "ready"
        assert 0 < bench.until_due(job) <= BACKOFF_CAP
        bench.clock.passed += BACKOFF_CAP
    bench.stage.world.faults.clear()
    bench.work()
    assert bench.job("ReadDeal").state == "done"
    assert bench.told() == []


@pytest.mark.req("R139")
def test_a_post_that_slack_carries_out_after_we_gave_it_up_is_not_made_again(stage: Stage) -> None:
    """Slack is slower than our patience: it is looked for only when it has had its time, and is there once."""
    bench = Bench(stage)
    bench.deps.slack.client.timeout = 1
    with bench.deps.store.write() as unit:
        unit.emit(TellAdmin("connection_mended", "test", {"vendor": "HubSpot"}))
    slow = stage.world.faults.add("slack", "chat.postMessage", "slow", seconds=1.5)
    bench.work()
    job = bench.job("TellAdmin")
    assert (slow.times, job.state, bench.told()) == (0, "ready", [])
    assert LANDING - 1 < bench.until_due(job) <= LANDING
    stage.until(lambda: len(bench.told()) == 1, "Slack carries it out")
    bench.clock.passed += LANDING
    bench.work()
    assert (bench.job("TellAdmin").state, bench.told()) == ("done", ["HubSpot works again."])
    bench.close()


def test_work_of_a_kind_that_nobody_knows_is_kept_and_told(bench: Bench) -> None:
    """A newer replica wrote it: it is tried for a while, as that one may take it, then kept for a person."""
    bench.emit(FromTheFuture("one"))
    for _ in range(FAULT_TRIES):
        bench.work()
        bench.clock.passed += BACKOFF_CAP
    job = bench.job("FromTheFuture")
    assert (job.state, job.attempts, job.error) == ("dead", FAULT_TRIES, "KeyError")
    bench.work()
    assert bench.told() == [f"One thing could not be done: FromTheFuture. It is kept as job {job.id}."]


def test_a_word_to_one_person_is_tried_once_and_nobody_hears_when_it_fails(bench: Bench) -> None:
    """An ephemeral word that comes minutes later helps nobody."""
    bench.stage.world.faults.add("slack", "chat.postEphemeral", "ok_false:user_not_in_channel")
    bench.emit(Whisper(walk.user_id("ana"), nonce="a", channel=walk.HERE, data={"text": "Saved."}))
    bench.work()
    bench.clock.passed += 10_000
    bench.work()
    assert bench.job("Whisper").state == "done"
    assert len(bench.stage.world.slack.calls.of("chat.postEphemeral")) == 1
    assert bench.told() == []


def test_the_hands_outlive_a_database_that_goes_away(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """The table is gone for a while: nothing is claimed; it is back: the work goes on in the same threads."""
    stage.start()
    assert stage.running is not None
    file = stage.folder / "baton.db"
    rename(file, "job", "job_away")
    stage.running.worker.wake()
    stage.until(lambda: "could not claim work" in caplog.messages, "a hand looks for work and finds no table")
    rename(file, "job_away", "job")
    walk.won(stage)
    assert stage.post("root")


def test_a_stop_waits_for_all_hands_together_no_longer_than_it_was_told(bench: Bench) -> None:
    bench.emit(*(Identify(f"U{n}", "", nonce="test") for n in range(bench.deps.settings.delivery.workers)))
    begun, over = threading.Semaphore(0), threading.Event()

    def perform(_: Effect, __: Ledger) -> None:
        begun.release()
        over.wait(20)

    worker = Worker(bench.deps, {"Identify": perform})
    worker.start()
    assert all(begun.acquire(timeout=20) for _ in range(bench.deps.settings.delivery.workers))
    began = time.monotonic()
    worker.stop(timeout=2)
    seconds = time.monotonic() - began
    over.set()
    worker.stop()
    assert 2 <= seconds < 2 * bench.deps.settings.delivery.workers, "all of them together have that long"


def test_our_own_database_away_is_nobodys_fault(stage: Stage) -> None:
    """A job that met it far more often than a fault is allowed is tried again, and nobody is told that it failed."""
    away = iter(range(3 * FAULT_TRIES))

    def performer(effect: Effect, ledger: Ledger) -> None:
        if next(away, None) is not None:
            raise StoreAway("it does not answer")
        PERFORMERS["Identify"](effect, ledger)

    bench = Bench(stage)
    bench.worker = Worker(bench.deps, {**PERFORMERS, "Identify": performer})
    bench.emit(Identify("", "ben@acme.example", nonce="test"))
    for _ in range(3 * FAULT_TRIES + 1):
        bench.work()
        bench.clock.passed += BACKOFF_CAP
    assert {job.state for job in bench.jobs("Identify")} == {"done"}
    assert (list(away), bench.told()) == ([], [])
    bench.close()


def rename(file: Path, old: str, new: str) -> None:
    """Renames a table under the running bot."""
    with closing(sqlite3.connect(file, timeout=10)) as database, database:
        database.execute(f"ALTER TABLE {old} RENAME TO {new}")


def test_a_look_at_the_database_hurries_nobody_else(bench: Bench) -> None:
    """The look waits a second for the lock; what the same thread does next has all the patience there is."""
    with closing(
        sqlite3.connect(bench.stage.folder / "baton.db", isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        assert trouble(bench.deps) == "it is locked"
        release = threading.Timer(0.3, other.execute, ("ROLLBACK",))
        release.start()
        bench.emit(read())
        release.join()
    assert trouble(bench.deps) == ""
