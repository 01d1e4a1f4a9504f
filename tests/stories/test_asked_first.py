"""Stories of forms and rights: a kind no comes on the click, before anything is typed, and once more on saving."""

import pytest

from blocks import ids
from bot.handover import ClientAccess, Interval
from tests.stories import walk
from tests.stories.stage import Stage

ROOT_PAUSE = f"{ids.PAUSE}:1"


def refused(stage: Stage, who: str) -> str:
    """What this person reads after a click that opened nothing."""
    stage.settle()
    assert stage.world.slack.views(walk.user_id(who)) == []
    return str(stage.world.slack.ephemerals(walk.user_id(who), walk.HERE)[-1]["text"])


@pytest.fixture
def open_points(won_stage: Stage) -> Stage:
    """A won deal with a promise that waits for the project manager."""
    won_stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    won_stage.settle()
    return won_stage


@pytest.mark.parametrize(
    ("who", "post", "action", "sentence"),
    [
        ("chloe", "list:pm", "points.answer", "Only Ben or Dev can answer these points. Ask Ben."),
        ("ana", "root", "scope.confirm", "Only Dev can confirm the scope. Ask Dev."),
        ("ben", "list:csm", "kickoff.set", ""),
    ],
)
def test_a_form_that_somebody_cannot_save_does_not_open(
    open_points: Stage, who: str, post: str, action: str, sentence: str
) -> None:
    """Chloe and Ana read on the click who can; Ben, who can, gets his form."""
    if action == "kickoff.set":
        walk.scope(open_points)
        walk.click(open_points, who, post, action)
        assert "kickoff" in walk.modal(open_points, who)["title"]["text"].lower()
        return
    walk.click(open_points, who, post, action)
    assert sentence in refused(open_points, who)


def test_roles_are_given_back_by_their_holder_and_cancelled_by_few(open_points: Stage) -> None:
    """Chloe can neither hand Ben's role on, nor end the handover, nor confirm its scope by command."""
    hands, ts = open_points.hands, open_points.post("list:pm")["ts"]
    hands.choose("chloe", walk.HERE, ts, ids.LIST_MENU, f"{ids.NOT_MINE}:1:pm")
    assert "Only Ben can hand this role back." in refused(open_points, "chloe")
    assert "Ask Ben, or the delivery manager (Dev)." in refused(open_points, "chloe")
    hands.choose("dev", walk.HERE, ts, ids.LIST_MENU, f"{ids.NOT_MINE}:1:pm")
    assert "“Hand over this role” gives it to somebody else." in refused(open_points, "dev"), "he is the one to ask"
    hands.choose("chloe", walk.HERE, ts, ids.LIST_MENU, f"{ids.HAND_OVER}:1:pm")
    assert "can name people" in refused(open_points, "chloe")
    for line, sentence in (("cancel ABC", "can cancel a handover"), ("scope ABC", "Only Dev can confirm the scope")):
        assert sentence in str(hands.command("chloe", walk.HERE, line).body)
        assert open_points.world.slack.views(walk.user_id("chloe")) == []
    hands.choose("ben", walk.HERE, ts, ids.LIST_MENU, f"{ids.NOT_MINE}:1:pm")
    assert walk.modal(open_points, "ben")


def test_what_cannot_be_done_now_is_said_on_the_click(open_points: Stage) -> None:
    """A scope that is confirmed already, a handover that waits already: no form for it."""
    walk.scope(open_points)
    assert "The scope is confirmed already, by Dev." in str(
        open_points.hands.command("dev", walk.HERE, "scope ABC").body
    )
    with open_points.deps.store.write() as unit:
        handover = unit.handover(1)
        handover.intervals.append(Interval("pause", open_points.clock.now(), "test data"))
        unit.save(handover)
    open_points.settle()
    assert "waits on the client already" in str(open_points.hands.command("ben", walk.HERE, "pause ABC").body)


def test_who_lost_the_right_while_typing_keeps_what_was_typed(open_points: Stage) -> None:
    """Ben opens the form, Dev names Mei, Ben saves: he reads who can, and his words are still there."""
    walk.click(open_points, "ben", "list:pm", "points.answer")
    (point,) = [entry.id for entry in open_points.handover().entries if entry.open and entry.author]
    form = walk.modal(open_points, "ben")["id"]
    open_points.hands.command("dev", walk.HERE, "assign ABC pm @mei")
    open_points.settle()
    open_points.hands.submit("ben", form, {f"point:{point}": {"points.choice": "in_scope"}})
    views = open_points.world.slack.views(walk.user_id("ben"))
    assert [view["title"]["text"] for view in views] == ["Answer 2 points", "Not saved"]
    assert "Only Mei or Dev can answer these points." in walk.shown(views[-1])
    assert sum(entry.open for entry in open_points.handover().entries) >= 1


def test_the_workspace_is_read_for_people_of_the_handover_alone(open_points: Stage) -> None:
    """[Read again] is on a face that was passed on: who is not of the handover reads nothing."""
    walk.scope(open_points)
    button = {"type": "button", "action_id": ids.READ_TASKS, "value": "1", "text": {"type": "plain_text", "text": "Go"}}
    drawn = [{"type": "actions", "elements": [button]}]
    deps = open_points.deps
    sent = deps.slack.call("chat.postMessage", channel=walk.HERE, text="passed on", blocks=drawn)
    asked = len([job for job in deps.store.outbox.jobs(("done", "ready", "dead")) if job.kind == "ReadTasks"])
    for who, words in (
        ("rafi", "Only people of this handover can have its workspace read."),
        ("ben", "I am reading the workspace."),
    ):
        open_points.hands.invite("dev", walk.HERE, who)
        open_points.hands.click(who, walk.HERE, sent["ts"], ids.READ_TASKS)
        assert words in refused(open_points, who)
    now = len([job for job in deps.store.outbox.jobs(("done", "ready", "dead")) if job.kind == "ReadTasks"])
    assert now == asked + 1
    open_points.world.asana.delete("project", open_points.handover().workspace_id)
    open_points.hands.click("ben", walk.HERE, sent["ts"], ids.READ_TASKS)
    open_points.settle()
    assert walk.letters(open_points, "ben")[-1]["text"] == (
        "The workspace was not read. The project is not in Asana any more, or Baton's account was taken out of it: "
        "bring it back there, then try again."
    )


def failed(stage: Stage, words: str) -> ClientAccess:
    """The one invitation, which did not work."""
    (one,) = stage.handover().access
    assert one.state == "failed"
    assert words in one.words
    return one


@pytest.fixture
def ready(signed_stage: Stage) -> Stage:
    """Everything signed; what is left is the client's access."""
    return signed_stage


def test_an_invitation_that_failed_is_tried_once_more(ready: Stage) -> None:
    """Asana answers nonsense; [Retry] beside the words, for client success and the delivery manager; then it works."""
    ready.world.faults.add("asana", "POST /memberships", "garbage", times=1_000)
    walk.invited(ready)
    assert ready.handover().access[0].state == "failed"
    walk.click(ready, "ben", "list:csm", ids.RETRY_ACCESS)
    assert "Only Chloe or Dev can invite them once more." in refused(ready, "ben")
    ready.world.faults.clear()
    walk.click(ready, "chloe", "list:csm", ids.RETRY_ACCESS)
    ready.settle()
    assert [one.state for one in ready.handover().access] == ["given"]
    levels = {m["email"]: m["access_level"] for m in ready.world.asana.projects()[0]["members"]}
    assert levels["m.klein@abcfintech.example"] == "commenter"


def test_an_invitation_that_waited_is_not_sent_once_the_deal_is_on_hold(ready: Stage) -> None:
    """Asana was away when Chloe invited; the deal was lost meanwhile: the client hears nothing, and Chloe why."""
    ready.world.faults.down("asana")
    walk.click(ready, "chloe", "list:csm", "access.review")
    walk.submit(ready, "chloe", {"who": {"who": ["m.klein@abcfintech.example"]}, "right": {"right": "comment"}})
    walk.submit(ready, "chloe", {})
    jobs = ready.deps.store.outbox.jobs
    ready.until(lambda: any(j.kind == "InviteClient" and j.error for j in jobs(("ready",))), "Asana was asked in vain")
    with ready.deps.store.write() as unit:
        handover = unit.handover(1)
        handover.intervals.append(Interval("hold", ready.clock.now(), "the deal was lost in the CRM"))
        unit.save(handover)
    ready.world.faults.clear()
    ready.settle(60)
    failed(ready, "is on hold")
    members = {m["email"] for m in ready.world.asana.projects()[0]["members"]}
    assert "m.klein@abcfintech.example" not in members
    with ready.deps.store.write() as unit:
        handover = unit.handover(1)
        handover.intervals[-1].until = ready.clock.now()
        unit.save(handover)
    ready.settle()
    walk.click(ready, "chloe", "list:csm", ids.RETRY_ACCESS)
    ready.settle()
    assert [one.state for one in ready.handover().access] == ["given"]
