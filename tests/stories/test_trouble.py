"""Stories of trouble: vendors that fail, stay silent, answer too late or say no. Nothing is lost, nothing is twice."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.handover import State, StepState
from handlers.deliver.loop import FAULT_TRIES
from sandbox.slack.state.messages import Messages
from tests.stories import walk
from tests.stories.stage import Stage, staged

pytestmark = pytest.mark.slow  # each lets something fail and waits until it is made good

TARA = "tara@acme.example"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries lie minutes in life; here they are short."""
    monkeypatch.setattr("handlers.deliver.loop.BACKOFF_CAP", 0.3)


def confirm(stage: Stage) -> None:
    """Dev confirms the scope, and nobody waits for what follows."""
    walk.click(stage, "dev", "root", "scope.confirm")
    walk.submit(stage, "dev", {})


def provisioned(stage: Stage) -> None:
    """The scope confirmed, and everything after it done."""
    confirm(stage)
    stage.settle(60)
    handover = stage.handover()
    assert handover.state is State.PROVISIONED
    assert all(step.state is StepState.DONE for step in handover.steps), handover.steps
    assert not stage.parked()


def doubled(stage: Stage) -> dict[str, int]:
    """Message keys that stand in some channel more than once."""
    keys = Counter(
        message["metadata"]["event_payload"]["key"]
        for room in stage.world.slack.channels()
        for message in stage.channel(room["id"])
        if message.get("metadata")
    )
    assert keys, "no message of ours anywhere"
    return {key: count for key, count in keys.items() if count > 1}


def one_of_each(stage: Stage) -> None:
    """One project, each task and section once, one channel, no message twice."""
    projects = stage.world.asana.projects()
    assert len(projects) == 1
    tasks = [task["name"] for section in projects[0]["sections"] for task in section["tasks"]]
    named = [section["name"] for section in projects[0]["sections"] if section["tasks"]]
    assert len(named) == len(set(named)) == 5
    planned = [task.name for task in stage.handover().tasks]
    assert Counter(tasks) == Counter(planned)
    channels = [room for room in stage.world.slack.channels() if str(room.get("name", "")).startswith("proj-abc")]
    assert len(channels) == 1
    assert doubled(stage) == {}


def told(stage: Stage, who: str) -> list[str]:
    """The texts of all direct messages to this person."""
    return [message["text"] for message in walk.letters(stage, who)]


def step_of(stage: Stage, key: str) -> Any:
    """One step of the workspace as it is now."""
    step = stage.handover().step(key)
    assert step is not None
    return step


def test_whatever_asana_does_there_is_one_project_with_each_task_once(won_stage: Stage) -> None:
    """Failing, asking to slow down, silent without the deed and after it: it goes on by itself, once."""
    add = won_stage.world.faults.add
    faults = [
        add("asana", "POST /projects", "500", times=3),
        add("asana", "POST /projects", "429"),
        add("asana", "POST /projects", "half"),
        add("asana", "POST /projects", "drop_after"),
        add("asana", "POST /tasks", "drop_before"),
        add("asana", "POST /tasks", "half"),
        add("asana", "POST /tasks", "drop_after", times=2),
        add("asana", "POST /attachments", "drop_after"),
    ]
    provisioned(won_stage)
    assert [fault.times for fault in faults] == [0] * len(faults)
    one_of_each(won_stage)
    links = [one["name"] for one in won_stage.world.asana.projects()[0]["attachments"]]
    assert links
    assert len(links) == len(set(links))


def test_a_call_that_hangs_is_given_up_and_asked_again(won_stage: Stage) -> None:
    """The line stays silent and breaks; nothing had happened, so the second try makes the project."""
    fault = won_stage.world.faults.add("asana", "POST /projects", "timeout", seconds=1.0)
    provisioned(won_stage)
    assert fault.times == 0
    one_of_each(won_stage)


def test_whatever_slack_does_each_message_is_there_once(http_stage: Stage) -> None:
    """A post whose answer was lost is found again by its metadata; a refused one is posted later."""
    add = http_stage.world.faults.add
    kinds = ("429", "drop_after", "500", "half", "ok_false:internal_error", "drop_before", "garbage", "half")
    faults = [add("slack", "chat.postMessage", kind) for kind in kinds]
    handover = walk.won(http_stage)
    assert [fault.times for fault in faults] == [0] * len(faults)
    assert {"root", "know", "list:pm"} <= {post.name for post in handover.posts}
    assert len([m for m in http_stage.channel() if m.get("bot_id")]) == len(handover.posts) == 7
    assert doubled(http_stage) == {}
    assert not http_stage.parked()


def test_with_asana_down_slack_goes_on_and_the_rest_follows_by_itself(won_stage: Stage) -> None:
    """Channel, team and brief are there; the project's step says in plain words that it waits; nobody is rung."""
    won_stage.world.faults.down("asana")
    confirm(won_stage)
    won_stage.until(lambda: step_of(won_stage, "channel_brief").state is StepState.DONE, "the Slack side")
    won_stage.until(lambda: step_of(won_stage, "project").state is StepState.RETRYING, "the project waits")
    assert step_of(won_stage, "project").words == "Asana does not answer. It goes on by itself."
    assert won_stage.handover().state is State.SCOPED
    won_stage.until(lambda: "trying again" in walk.shown(won_stage.post("progress")), "the progress message")
    said = won_stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    assert "Saved 1 promise" in str(said.body)
    assert not [post for post in won_stage.handover().posts if "step_failed" in post.name]

    won_stage.world.faults.down("asana", on=False)
    won_stage.settle(60)
    assert won_stage.handover().state is State.PROVISIONED
    assert "trying again" not in walk.shown(won_stage.post("progress"))
    one_of_each(won_stage)


def test_with_slack_behind_the_project_gets_its_way_back_to_the_channel_all_the_same(won_stage: Stage) -> None:
    """The project is finished before there is a channel; neither side waits for the other, and nothing is left out."""
    won_stage.world.faults.add("slack", "conversations.create", "503", times=1000)
    confirm(won_stage)
    won_stage.until(lambda: step_of(won_stage, "project_links").state is StepState.DONE, "the project's links")
    assert step_of(won_stage, "channel").state is not StepState.DONE
    assert ways_back(won_stage) == []
    won_stage.world.faults.clear()
    won_stage.settle(60)
    made = won_stage.handover()
    assert made.state is State.PROVISIONED
    assert len(ways_back(won_stage)) == 1
    one_of_each(won_stage)


def test_without_a_crm_channel_and_project_lead_to_each_other(http_stage: Stage) -> None:
    http_stage.hands.command("olga", walk.HERE, "new")
    http_stage.settle()
    walk.submit(http_stage, "olga", walk.fields(client="Zephyr", project="Wind Park", start="2027-02-01"))
    http_stage.settle()
    walk.click(http_stage, "dev", "root", "scope.confirm")
    walk.submit(http_stage, "dev", walk.fields(link="https://files.acme.example/zephyr", end="2027-05-28"))
    http_stage.settle(60)
    made = http_stage.handover()
    assert made.step("crm_links") is None
    bookmarks = [one["title"] for one in http_stage.world.slack.bookmarks(made.channel_id)]
    assert bookmarks.count("Workspace") == 1
    assert len(ways_back(http_stage)) == 1


def ways_back(stage: Stage) -> list[str]:
    """The links from the project to the channel."""
    made = stage.handover()
    found = stage.world.asana.project(made.workspace_id)["attachments"]
    return [link["view_url"] for link in found if link["name"] == "Slack channel"]


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[Stage]:
    """A company whose quality assurance is in Slack, but not in Asana: one step cannot succeed by itself."""
    roles = {
        "delivery_manager": ["dev@acme.example"],
        "pm": ["ben@acme.example"],
        "csm": ["chloe@acme.example"],
        "sales_ops": ["olga@acme.example"],
        "head_of_delivery": ["hana@acme.example"],
    }
    with staged(tmp_path, people={"roles": roles, "functions": {"qa": [TARA]}}) as stage:
        stage.world.slack.add_user("U0TARA0001", "tara", "Tara Quist", TARA, tz="Europe/Berlin")
        stage.start()
        walk.won(stage)
        confirm(stage)
        stage.settle(60)
        yield stage


def failed_reply(stage: Stage) -> str:
    """The name of the one reply that asks for a hand."""
    names = [post.name for post in stage.handover().posts if post.name.startswith("reply:step_failed")]
    assert len(names) == 1, names
    return names[0]


@pytest.mark.req("R25", "R161")
def test_a_step_that_cannot_succeed_says_so_and_retry_works_once_the_cause_is_gone(refusing: Stage) -> None:
    """One reply to the delivery manager, in plain words; the other steps go on; Retry finishes it."""
    assert "U0TARA0001" in refusing.world.slack.members(refusing.handover().channel_id)
    step = step_of(refusing, "project_team")
    assert step.state is StepState.FAILED
    assert step_of(refusing, "project_links").state is StepState.DONE
    assert step_of(refusing, "channel_brief").state is StepState.DONE
    assert refusing.handover().state is State.SCOPED
    reply = failed_reply(refusing)
    shown = walk.shown(refusing.post(reply))
    assert "not in our Asana workspace: invite them there, then retry" in shown
    assert f"<@{walk.user_id('dev')}>" in shown
    assert refusing.post(reply)["text"].startswith("ABC Fintech: one step of the workspace needs a hand")

    walk.click(refusing, "ana", reply, "step.retry")
    refusing.settle()
    assert step_of(refusing, "project_team").state is StepState.FAILED
    whisper = refusing.world.slack.ephemerals(walk.user_id("ana"), walk.HERE)[-1]["text"]
    assert "can retry this step" in whisper
    refusing.world.asana.people.invite(TARA)
    walk.click(refusing, "dev", reply, "step.retry")
    refusing.settle(60)
    assert refusing.handover().state is State.PROVISIONED
    assert "✓ done" in walk.shown(refusing.post(reply))
    members = {m["email"] for m in refusing.world.asana.projects()[0]["members"]}
    assert TARA in members
    one_of_each(refusing)


@pytest.mark.req("R193")
def test_done_by_hand_is_kept_by_name_and_the_record_goes_on(refusing: Stage) -> None:
    """Ben did it himself: his name and words are on the record, and the workspace counts as ready."""
    reply = failed_reply(refusing)
    walk.click(refusing, "ben", reply, "step.by_hand")
    walk.submit(refusing, "ben", walk.fields(words="Tara reads along in the shared list."))
    refusing.settle(60)
    handover = refusing.handover()
    step = step_of(refusing, "project_team")
    assert step.state is StepState.MANUAL
    assert step.words == "Tara reads along in the shared list."
    assert handover.state is State.PROVISIONED
    assert "✓ done by hand by Ben" in walk.shown(refusing.post(reply))
    assert "step.retry" not in str(refusing.post(reply)["blocks"])


@pytest.mark.req("R25", "R161")
def test_a_step_at_which_we_fail_ourselves_asks_for_a_hand_and_retry_makes_it(won_stage: Stage) -> None:
    """Slack says that there is a bookmark, and not which: no vendor refused anything, and a person decides."""
    won_stage.world.faults.add("slack", "bookmarks.add", 'says:{"ok": true}', times=FAULT_TRIES)
    confirm(won_stage)
    won_stage.settle(60)
    step = step_of(won_stage, "channel_about")
    assert step.state is StepState.FAILED
    assert step_of(won_stage, "channel_brief").state is StepState.DONE
    reply = failed_reply(won_stage)
    shown = walk.shown(won_stage.post(reply))
    assert "Baton stumbled over it itself, and its admin knows. Try again, or do it by hand and say so." in shown
    assert f"<@{walk.user_id('dev')}>" in shown
    assert "needs a hand" in walk.shown(won_stage.post("progress"))
    assert [text for text in told(won_stage, "olga") if "One thing could not be done: Provision" in text]

    walk.click(won_stage, "dev", reply, "step.retry")
    won_stage.settle(60)
    assert won_stage.handover().state is State.PROVISIONED
    assert "✓ done" in walk.shown(won_stage.post(reply))


def test_a_plan_that_forbids_comment_only_gives_the_client_nothing_more(http_stage: Stage) -> None:
    """Asana's free plan answers 402: nobody gets another right, the step by hand is offered in plain words."""
    http_stage.world.asana.plan = "free"
    walk.whole(http_stage)
    access = http_stage.handover().access
    assert [one.state for one in access] == ["failed"]
    assert "does not allow comment-only guests" in access[0].words
    members = {m["email"] for m in http_stage.world.asana.projects()[0]["members"]}
    assert "m.klein@abcfintech.example" not in members
    assert "does not allow comment-only guests" in walk.shown(http_stage.post("list:csm"))


def test_a_root_that_somebody_deleted_comes_back(won_stage: Stage) -> None:
    """The next change finds the root gone and posts it anew; it is edited in place from then on."""
    before = won_stage.post("root")["ts"]
    book: Messages = won_stage.world.slack.book
    book.delete(walk.HERE, before)
    won_stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    won_stage.settle()
    root = won_stage.post("root")
    assert root["ts"] != before
    assert "1 promise" in walk.shown(root)
    confirm(won_stage)
    won_stage.settle(60)
    assert won_stage.post("root")["ts"] == root["ts"]
    assert "Workspace ready" in walk.shown(won_stage.post("root"))
    roots = [m for m in won_stage.channel() if "1 promise" in str(m.get("blocks")) and "root.menu" in str(m)]
    assert len(roots) == 1


def test_a_channel_name_that_is_taken_gets_a_number(http_stage: Stage) -> None:
    """Somebody has a channel of that name already: ours ends in -2, and theirs stays as it is."""
    handover = walk.won(http_stage)
    assert handover.start is not None
    name = f"proj-abc-fintech-cloud-migration-{handover.start:%b%Y}".lower()
    http_stage.world.slack.rooms.create(name, walk.user_id("rafi"), private=True)
    provisioned(http_stage)
    assert http_stage.handover().channel_name == f"{name}-2"
    theirs = next(room for room in http_stage.world.slack.channels() if room.get("name") == name)
    assert http_stage.world.slack.members(theirs["id"]) == [walk.user_id("rafi")]


@pytest.mark.req("R32")
def test_a_stage_that_is_not_won_is_never_written_and_the_admin_hears_of_it(tmp_path: Path) -> None:
    """A bad mapping shuts the write-back and says so once; the gate opens all the same."""
    connections = {
        "hubspot": {"migrated": {"stage": "contractsent"}},
        "asana": {"workspace": "1200000000000001"},
    }
    with staged(tmp_path, connections=connections) as stage:
        stage.start()
        handover = walk.whole(stage)
        assert handover.state is State.IN_PROGRESS
        assert stage.world.hubspot.deal(walk.ABC)["stage"] == "closedwon"
        said = [text for text in told(stage, "olga") if "Nothing is written back to HubSpot" in text]
        assert len(said) == 1
        assert [job.kind for job in stage.parked()] == ["MarkMigrated"]
        shown = "\n".join(map(walk.shown, walk.letters(stage, "olga")))
        assert "The stage for migrated deals is not a won one" in shown
