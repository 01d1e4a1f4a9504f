"""Second tries and half deeds: another hand took over meanwhile, or a vendor says no to one of several."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.actions import capture, intake
from bot.context import Kind
from bot.effects import Direct, Home, Identify, MarkMigrated, Provision, ReadDeal, Reply, SetTask, TellAdmin
from bot.errors import Unavailable
from bot.handover import State, StepState, TaskCopy
from bot.naming import channel_name
from bot.people import Role
from bot.ports import ProjectSpec, TaskSpec
from bot.provision import planned
from handlers.deliver import crm, posting, provision_slack
from handlers.deliver.company import setup
from handlers.deliver.ledger import Ledger, Result
from handlers.deps import Identity
from handlers.schedule import reconcile
from handlers.slack_api import SlackApi
from sandbox.company import BOT_USER, TEAM
from sandbox.deals import ABC
from sandbox.hubspot.state import INTEGRATION
from store.jobs import LostLease
from tests.builders import make_handover
from tests.handlers.bench import OLGA, Bench, read
from tests.handlers.desk import Desk
from tests.handlers.mornings import Morning, desk_on
from tests.handlers.test_reminders import tell_all
from tests.stories import walk
from tests.stories.stage import Stage

HANA = "hana@acme.example"


@pytest.fixture
def bench(stage: Stage) -> Iterator[Bench]:
    """Its worker. Olga and Hana are sales operations."""
    stage.table["people"]["roles"]["sales_ops"].append(HANA)
    made = Bench(stage)
    made.emit(Identify("", HANA, nonce="test"))
    made.work()
    yield made
    made.close()


def test_who_looked_for_longer_than_the_lease_does_not_do_what_another_hand_does_by_then(bench: Bench) -> None:
    """Slack is slow page after page: the job is another hand's when the search ends, which makes it meanwhile."""
    outbox, done = bench.deps.store.outbox, []

    def do() -> Result:
        done.append("first")
        return {}

    def find(_: float) -> Result | None:
        bench.clock.passed += 2 * outbox.lease
        assert outbox.claim("second")
        return None

    bench.emit(read())
    job = outbox.claim("first")
    assert job
    ledger = Ledger(bench.deps, job)
    outbox.begin_step(job, "post")
    with pytest.raises(LostLease):
        ledger.step("post", do, find=find)
    assert done == []


class Slow(SlackApi):
    """A line on which each call takes most of a lease; no other hand gets the job meanwhile."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.deps.slack.client, bench.deps.assert_outside)
        self._bench, self.calls = bench, 0

    def answer(self, method: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """Slack's answer, after its time."""
        outbox = self._bench.deps.store.outbox
        self._bench.clock.passed += 0.7 * outbox.lease
        assert outbox.claim("second") is None, f"{method} is made by two hands"
        self.calls += 1
        return super().answer(method, **arguments)


def test_a_hand_keeps_its_job_however_long_it_looks_for_a_free_name_or_for_its_message(bench: Bench) -> None:
    """Three names are taken, and the channel has many pages: each call alone is shorter than the lease."""
    handover = make_handover(State.SCOPED)
    assert handover.start
    name = channel_name(client=handover.client, project=handover.project, start=handover.start, fallback="")
    for taken in (name, f"{name}-2", f"{name}-3"):
        bench.stage.world.slack.rooms.create(taken, walk.user_id("rafi"), private=True)
    for _ in range(450):
        bench.stage.world.slack.book.add(walk.HERE, {"user": walk.user_id("rafi"), "text": "Good morning"})
    bench.emit(read())
    job = bench.deps.store.outbox.claim("first")
    assert job
    bench.deps.slack = slow = Slow(bench)
    ledger = Ledger(bench.deps, job)
    assert provision_slack.channel(ledger, handover)["name"] == f"{name}-4"
    assert slow.calls == 5
    assert posting.find_post(ledger, channel=walk.HERE, thread_ts="", key="none", oldest=0.0) is None
    assert slow.calls == 8


def test_one_of_sales_operations_whom_slack_refuses_keeps_no_news_from_the_others(bench: Bench) -> None:
    """Olga's account was closed this morning: Hana hears of it all the same, and nothing is parked."""
    bench.stage.world.faults.add("slack", "conversations.open", "ok_false:user_disabled")
    bench.emit(TellAdmin("connection_mended", "test", {"vendor": "HubSpot"}))
    bench.work()
    assert (len(bench.told()), len(walk.letters(bench.stage, "hana"))) == (0, 1)
    assert bench.job("TellAdmin").state == "done"


def test_news_that_nobody_can_be_told_is_parked(bench: Bench) -> None:
    bench.stage.world.faults.add("slack", "conversations.open", "ok_false:user_disabled", times=2)
    bench.emit(TellAdmin("connection_mended", "test", {"vendor": "HubSpot"}))
    bench.work()
    assert (bench.job("TellAdmin").state, bench.told()) == ("dead", [])


def rows(bench: Bench) -> dict[str, list[str]]:
    """What stands where about held wins and parked work."""
    return {who: [m["text"] for m in walk.letters(bench.stage, who)] for who in ("olga", "hana")}


def test_one_message_that_cannot_be_edited_keeps_no_other_from_being_true(bench: Bench) -> None:
    """Two stand at Olga's and Hana's; hers cannot be edited any more: Hana's tells what became of it."""
    bench.emit(ReadDeal("gone", ABC, "event", "1"))
    bench.work()
    one = f"One thing could not be done: ReadDeal. It is kept as job {bench.job('ReadDeal').id}."
    assert rows(bench) == {"olga": [one], "hana": [one]}
    bench.stage.world.faults.add("slack", "chat.update", "ok_false:edit_window_closed")
    bench.deps.crms = {**bench.deps.crms, "gone": bench.deps.crms["hubspot"]}
    bench.deps.store.outbox.revive_all()
    bench.work()
    assert rows(bench) == {"olga": [one], "hana": ["Nothing is parked any more."]}


def test_a_thread_that_somebody_cleared_begins_anew_with_the_next_word_in_it(bench: Bench) -> None:
    """Root and replies were deleted, and nothing of the root has changed: only the reply finds out."""
    bench.stage.world.hubspot.win(ABC)
    bench.emit(read())
    bench.work()
    thread = bench.stage.channel()
    for message in reversed(thread):
        bench.stage.world.slack.book.delete(walk.HERE, message["ts"])
    assert (len(thread), bench.stage.channel()) == (7, [])
    bench.emit(Reply(1, "hold", "test", {"why": "the deal was lost in the CRM"}))
    bench.work()
    assert [job.error for job in bench.deps.store.outbox.jobs(("ready", "dead"))] == []
    root, reply = bench.stage.channel()
    assert reply["thread_ts"] == root["ts"]
    assert "lost in the CRM" in walk.shown(reply)


def test_what_is_done_before_a_lost_reminder_is_found_loses_its_button(monday: Morning, tmp_path: Path) -> None:
    """Slack posted it and the line was cut; Ana does all of it before the next try finds the message."""
    with desk_on(tmp_path, monday, "sqlite://") as desk:
        desk.to(desk.at(1, 9))
        desk.sweep()
        desk.stage.world.faults.add("slack", "chat.postMessage", "drop_after", times=3)
        desk.work()
        assert desk.only("ana").startswith("*3 things wait for you*, Ana.")
        tell_all(desk)
        desk.run()
        assert desk.jobs("Remind", "ready", "dead") == []
        assert "wait for you" not in desk.only("ana")


def chosen_after_the_win(bench: Bench) -> dict[str, Any]:
    """The channel that is chosen once the thread stands in another one."""
    bench.stage.world.hubspot.win(ABC)
    bench.emit(read())
    bench.work()
    other: dict[str, Any] = bench.stage.world.slack.rooms.create("handovers-new", BOT_USER, private=True)
    bench.deps.settings = replace(bench.deps.settings, handovers_channel=other["id"])
    return other


def test_a_thread_goes_on_where_it_stands_when_another_channel_was_chosen(bench: Bench) -> None:
    """Who reads along here is what counts here; what is missing is posted here. It moves once Baton is not here."""
    stage, deps = bench.stage, bench.deps
    other = chosen_after_the_win(bench)
    stage.world.slack.enter(walk.HERE, walk.user_id("klein"))
    bench.clock.passed += 60
    with deps.store.write() as unit:
        record, ana = unit.handover(1), unit.by_email("ana@acme.example")
        assert record
        assert ana
        mine = record.post("list:sales_rep")
        capture.none_of(unit, 1, ana, kind=Kind.COMMITMENT, terms=deps.terms, now=deps.clock.now())
    assert mine
    stage.world.slack.book.delete(walk.HERE, mine.ts)
    bench.work()
    assert [job.error for job in deps.store.outbox.jobs(("ready", "dead"))] == []
    shown = [walk.shown(message) for message in stage.channel()]
    assert [text for text in shown if "1 of 4 done" in text and "sales rep" in text]
    assert "amount hidden here" in shown[0]
    assert stage.channel(other["id"]) == []
    stage.world.slack.rooms.leave(walk.HERE, BOT_USER)
    with deps.store.write() as unit:
        capture.none_of(unit, 1, ana, kind=Kind.STAKEHOLDER, terms=deps.terms, now=deps.clock.now())
    bench.clock.passed += 60
    bench.work()
    assert [job.error for job in deps.store.outbox.jobs(("ready", "dead"))] == []
    root, *replies = stage.channel(other["id"])
    assert "€84,000" in walk.shown(root)
    assert {reply["thread_ts"] for reply in replies} == {root["ts"]}


@pytest.mark.parametrize("words", [False, True])
def test_a_thread_moves_at_once_when_baton_is_removed_from_a_channel_that_it_was_just_seen_in(
    bench: Bench,
    words: bool,  # noqa: FBT001 - whether a reply finds it out, or a redraw
) -> None:
    """Nothing of the root has changed; the word comes below a new root, and nothing is parked."""
    stage, deps = bench.stage, bench.deps
    other = chosen_after_the_win(bench)
    stage.world.slack.rooms.leave(walk.HERE, BOT_USER)
    if words:
        bench.emit(Reply(1, "hold", "test", {"why": "the deal was lost in the CRM"}))
    with deps.store.write() as unit:
        ana = unit.by_email("ana@acme.example")
        assert ana
        if not words:
            capture.none_of(unit, 1, ana, kind=Kind.STAKEHOLDER, terms=deps.terms, now=deps.clock.now())
    bench.work()
    assert [job.error for job in deps.store.outbox.jobs(("ready", "dead"))] == []
    root, *replies = stage.channel(other["id"])
    assert {reply["thread_ts"] for reply in replies} == {root["ts"]}
    shown = [walk.shown(message) for message in replies]
    assert len([text for text in shown if "of 4 done" in text and "· sales rep" in text]) == 1
    assert [text for text in shown if "lost in the CRM" in text] == shown[len(shown) - words :]


def test_a_lost_reminder_that_was_parked_and_is_tried_again_on_another_day_is_found(
    monday: Morning, tmp_path: Path
) -> None:
    """Slack posted it and the line was cut; the admin set it aside before the next try, and takes it up tomorrow."""
    with desk_on(tmp_path, monday, "sqlite://") as desk:
        desk.to(desk.at(1, 9))
        desk.sweep()
        desk.stage.world.faults.add("slack", "chat.postMessage", "drop_after", times=3)
        desk.work()
        outbox = desk.deps.store.outbox
        lost = [job.id for job in desk.jobs("Remind", "ready")]
        assert [outbox.set_aside(job_id) for job_id in lost] == [True] * 3
        desk.to(desk.at(2, 8))
        assert [outbox.revive(job_id) for job_id in lost] == [True] * 3
        desk.work()
        (sent,) = desk.reminders("ana", 1)
        assert sent.ts == desk.letters("ana")["ana"][0]["ts"]


def test_who_left_the_company_gets_no_home_and_nobody_is_asked_about_it(bench: Bench) -> None:
    """Slack refuses a Home to a closed account: nothing that an admin could mend."""
    with bench.deps.store.write() as unit:
        hana = unit.by_email(HANA)
        assert hana
        unit.remember(replace(hana, active=False))
    bench.stage.world.faults.add("slack", "views.publish", "ok_false:user_not_found")
    bench.emit(Home(hana.id, "test"))
    bench.work()
    assert (bench.job("Home").state, bench.told()) == ("done", [])


def test_a_reader_whom_slack_does_not_show_us_is_an_outsider(bench: Bench) -> None:
    """Somebody in the channel is not visible to us: the thread is there all the same, without amounts."""
    bench.stage.world.hubspot.win(ABC)
    bench.stage.world.faults.add("slack", "users.info", "ok_false:user_not_visible", times=1_000)
    bench.emit(read())
    bench.work()
    assert [job.error for job in bench.deps.store.outbox.jobs(("ready", "dead"))] == []
    assert "amount hidden here" in walk.shown(bench.stage.channel()[0])


def test_a_new_handovers_channel_whose_making_was_not_answered_is_found_among_many(bench: Bench) -> None:
    """Baton sits in two pages of project channels when it is set up once more."""
    for number in range(210):
        bench.stage.world.slack.rooms.create(f"proj-{number}", BOT_USER, private=True)
    with bench.deps.store.read() as reader:
        olga = reader.by_email(OLGA)
    assert olga
    bench.emit(read())
    job = bench.deps.store.outbox.claim("bench")
    assert job
    bench.deps.identity = Identity(TEAM, "https://acme.example/", BOT_USER)
    ledger, found = Ledger(bench.deps, job), {Role.SALES_OPS: [olga]}
    for kind in ("slow", "drop_after"):  # the plain name is taken
        bench.stage.world.faults.add("slack", "conversations.create", kind)
    with pytest.raises(Unavailable):
        setup._new(ledger, found)
    setup._new(ledger, found)
    rooms = [room["name"] for room in bench.stage.world.slack.channels() if not room.get("is_im")]
    assert len([name for name in rooms if name.startswith("handovers-")]) == 1


def test_the_timeline_tells_once_that_the_crm_was_marked(bench: Bench) -> None:
    """The hand died between that line and the end of its job: another one finds all of it done."""
    with bench.deps.store.write() as unit:
        unit.add(make_handover(State.IN_PROGRESS, id=0, deal_id=ABC, roles={}, items=[], entries=[]))
    bench.stage.world.hubspot.win(ABC)
    bench.emit(MarkMigrated(1))
    job = bench.deps.store.outbox.claim("first", ["MarkMigrated"])
    assert job
    for _ in range(2):
        crm.mark_migrated(job.effect, Ledger(bench.deps, job))
    with bench.deps.store.read() as reader:
        assert [event.kind for event in reader.events(1)].count("crm_marked") == 1


def test_what_is_older_than_baton_opens_nothing_however_many_looks_it_takes(stage: Stage) -> None:
    """The first look at a large account is told to slow down midway; the next one finds the rest of what is older."""
    stage.table["connections"]["hubspot"]["closing_stages"] = ["contractsent"]
    records, at = stage.world.hubspot.records, stage.world.clock.time() - 86_400
    for number in range(205):
        deal = {"dealname": f"Deal {number}", "dealstage": "contractsent"}
        records.create("deals", deal, origin=INTEGRATION, at=at + number)
    bench = Bench(stage)
    with bench.deps.store.write() as unit:
        intake.first_start(unit, "hubspot", now=bench.clock.now())
    for kind in ("slow", "slow", "429"):  # a page, the rest of its last moment, the next page
        stage.world.faults.add("hubspot", "POST /crm/objects/", kind)
    assert reconcile(bench.deps, "hubspot") == 0
    assert reconcile(bench.deps, "hubspot") == 0
    bench.work()
    assert bench.jobs("ReadDeal") == []
    bench.close()


def test_whoever_set_a_tasks_owner_hears_that_the_tool_does_not_know_them(bench: Bench) -> None:
    """The form said that it is saved; Asana refuses. Hana reads why, and which task it is."""
    tool, day = bench.deps.tool, date(2026, 12, 18)
    assert tool
    project = tool.make_project(ProjectSpec("ABC", "baton:t:HO-1", day, day + timedelta(days=30), "", "For ABC"))
    section = tool.make_section(project.id, "Build")
    task = tool.make_task(project.id, section.id, TaskSpec("Kickoff", "baton:t:HO-1:task-1", "Build", day))
    with bench.deps.store.write() as unit:
        copies = [TaskCopy(task.id, "Kickoff <now>", task.url, "Build", day)]
        unit.add(make_handover(State.IN_PROGRESS, id=0, roles={}, items=[], entries=[], tasks=copies))
        hana = unit.by_email(HANA)
    assert hana
    bench.emit(SetTask(1, task.id, "2026-12-21", "nobody@acme.example", "n1", by=hana.id))
    bench.work()
    assert bench.job("SetTask").state == "dead"
    told = [letter["text"] for letter in walk.letters(bench.stage, "hana")]
    why = "This person is not in our Asana workspace: invite them there, then retry."
    assert f"Owner and date of Kickoff &lt;now&gt; are not set. {why}" in told


class Amid(SlackApi):
    """A line on which something happens here while the next message is on its way."""

    def __init__(self, desk: Desk, deed: Callable[[], None]) -> None:
        super().__init__(desk.deps.slack.client, desk.deps.assert_outside)
        self._deeds = [deed]

    def answer(self, method: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """Slack's answer, after the deed."""
        if method == "chat.postMessage" and self._deeds:
            self._deeds.pop()()
        return super().answer(method, **arguments)


def test_what_is_done_while_the_reminder_is_on_its_way_loses_its_button(monday: Morning, tmp_path: Path) -> None:
    """Slack takes its time; Ana does all of it meanwhile, and the record is looked at before the message is kept."""
    with desk_on(tmp_path, monday, "sqlite://") as desk:
        desk.to(desk.at(1, 9))
        desk.sweep()

        def done() -> None:
            tell_all(desk)
            desk.sweep()

        desk.deps.slack = Amid(desk, done)
        desk.work()
        desk.run()
        assert desk.jobs("Remind", "ready", "dead") == []
        assert "wait for you" not in desk.only("ana")


def test_a_word_that_is_found_again_counts_as_said_though_slack_lets_nobody_edit_it(bench: Bench) -> None:
    """The line was cut after the post; the edit to what it would say by now is refused: it was said all the same."""
    bench.stage.world.faults.add("slack", "chat.postMessage", "drop_after")
    bench.stage.world.faults.add("slack", "chat.update", "ok_false:edit_window_closed")
    with bench.deps.store.read() as reader:
        olga = reader.by_email(OLGA)
    assert olga
    bench.emit(Direct(olga.id, "brief", "test"))
    bench.work()
    bench.clock.passed += 10
    bench.work()
    assert (bench.job("Direct").state, len(bench.told())) == ("done", 1)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("restricted_action", "This Slack workspace does not let apps do that: ask a Slack admin."),
        ("something_new", "Slack refused it (something_new)."),
    ],
)
def test_a_step_that_slack_refuses_says_so_in_plain_words(bench: Bench, code: str, words: str) -> None:
    with bench.deps.store.write() as unit:
        steps = planned(tool="", crm="")
        unit.add(make_handover(State.SCOPED, id=0, roles={}, items=[], entries=[], steps=steps))
    bench.stage.world.faults.add("slack", "conversations.create", f"ok_false:{code}")
    bench.emit(Provision(1, "slack"))
    bench.work()
    with bench.deps.store.read() as reader:
        record = reader.handover(1)
    assert record
    step = record.step("channel")
    assert step
    assert (step.state, step.words) == (StepState.FAILED, words)
