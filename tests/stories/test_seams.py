"""Stories of seams: what happens between two jobs, when a job about a job fails, and when an ear itself fails."""

from argparse import Namespace
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from blocks.company.health import health_message
from bot.effects import ReadDeal
from bot.handover import State
from handlers.cli import jobs
from handlers.cli.doctor import examine
from handlers.clock import Clock
from handlers.health import metrics, work
from handlers.logs import Lines
from sandbox import company
from tests.blocks import reading
from tests.stories import walk
from tests.stories.stage import Stage, staged, table
from tests.stories.test_trouble import doubled, told


def test_a_change_between_a_lost_answer_and_the_next_try_doubles_nothing_and_is_shown(http_stage: Stage) -> None:
    """Ana's list stands, its answer is lost, and she does a thing of it before the retry: another job draws it."""
    for kind in ("slow", "drop_after"):  # the root is posted as ever
        http_stage.world.faults.add("slack", "chat.postMessage", kind)
    http_stage.world.hubspot.win(walk.ABC)
    waiting = http_stage.deps.store.outbox.jobs
    http_stage.until(lambda: any(job.kind == "Redraw" and job.error for job in waiting(("ready",))), "one try")
    http_stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    http_stage.settle()
    assert doubled(http_stage) == {}
    assert http_stage.post("list:sales_rep")["text"].startswith(
        "ABC Fintech, list of Ana Ruiz (sales rep): 1 of 4 done"
    )


def unknown_connection(stage: Stage) -> None:
    """Work which cannot succeed: it is parked, and the admin should hear of it."""
    with stage.deps.store.write() as unit:
        unit.emit(ReadDeal("gone", "1", "event", "1"))


def test_without_a_usable_admin_channel_sales_operations_hear_of_parked_work(tmp_path: Path) -> None:
    """Baton was never asked into the admin channel: what it has to say goes to Olga, once."""
    slack = {"handovers_channel": company.HANDOVERS_CHANNEL, "admin_channel": "C0NOWHERE1"}
    with staged(tmp_path, slack=slack) as stage:
        stage.start()
        unknown_connection(stage)
        stage.settle()
        assert [text for text in told(stage, "olga") if "ReadDeal" in text] != []
        assert Counter(job.kind for job in stage.parked()) == {"ReadDeal": 1}


def test_a_message_to_the_admin_that_fails_is_parked_without_another_about_it(tmp_path: Path) -> None:
    """Else each failure would be told by a message which fails, without an end."""
    slack = {"handovers_channel": company.HANDOVERS_CHANNEL, "admin_channel": "C0NOWHERE1"}
    with staged(tmp_path, slack=slack) as stage:
        stage.start()
        stage.world.faults.add("slack", "conversations.open", "ok_false:user_disabled", times=1_000)
        unknown_connection(stage)
        stage.settle()
        assert Counter(job.kind for job in stage.parked()) == {"ReadDeal": 1, "TellAdmin": 1}


def test_with_no_admin_left_in_slack_it_is_said_where_people_look(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Olga and Hana left: what nobody hears is kept, and shown outside of messages; then Rafi takes over."""
    people = {
        "roles": table()["people"]["roles"]
        | {"sales_ops": ["gone@acme.example"], "head_of_delivery": ["no@acme.example"]}
    }
    with staged(tmp_path, people=people) as stage:
        stage.start()
        unknown_connection(stage)
        stage.settle()
        assert Counter(job.kind for job in stage.parked()) == {"ReadDeal": 1, "TellAdmin": 1}
        assert "the admin cannot be told" in caplog.messages
        assert "baton_admin_told 0" in metrics(stage.deps)
        _, lines = examine(stage.env, stage.table, Clock())
        (line,) = [line for line in lines if line.name == "Word to the admin"]
        assert (line.ok, "nobody could be told. Name colleagues who are in Slack" in line.words) == (False, True)
        shown = reading.words(health_message([], work(stage.deps), [], stage.deps.frame(None, {})))
        assert "*Nobody could be told* since" in shown

        stage.stop()
        stage.table["people"]["roles"]["sales_ops"] = ["rafi@acme.example"]
        stage.start()
        assert stage.deps.store.outbox.revive_all() == 2
        stage.settle()
        assert [text for text in told(stage, "rafi") if "ReadDeal" in text] != []
        assert "baton_admin_told 1" in metrics(stage.deps)


def test_edits_that_slack_refuses_for_ever_are_told_once_and_keep_no_word_from_anybody(won_stage: Stage) -> None:
    """The workspace forbids edits: what stands stays, replies come as ever; allowed again, all is drawn by itself."""
    won_stage.world.faults.add("slack", "chat.update", "ok_false:edit_window_closed", times=1_000)
    walk.promised(won_stage)
    won_stage.settle()
    (parked,) = won_stage.parked()
    walk.click(won_stage, "ben", "list:pm", "points.answer")
    block, form = f"point:{won_stage.handover().entries[0].id}", walk.modal(won_stage, "ben")["id"]
    won_stage.hands.choose_view("ben", form, "points.choice", "ask", block_id=block)
    walk.submit(won_stage, "ben", walk.fields(**{f"{block}:question": "Until when?"}))
    won_stage.settle()
    assert won_stage.parked() == [parked]
    assert [name for name in (post.name for post in won_stage.handover().posts) if "questions" in name] != []
    once = f"One thing could not be done: Redraw. It is kept as job {parked.id}."
    assert [text for text in told(won_stage, "olga") if "could not" in text] == [once]
    won_stage.world.faults.clear()
    won_stage.hands.command("ana", walk.HERE, "commit ABC another call")
    won_stage.settle()
    assert not won_stage.parked()
    assert "3 promises" in walk.shown(won_stage.post("root"))
    assert told(won_stage, "olga")[-1] == "Nothing is parked any more."


def broken(stage: Stage) -> None:
    """From now on the database refuses every entry, quoting what was to be stored, as PostgreSQL's DETAIL does."""
    refuse = "CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'Weekly call'); END"
    with stage.deps.store.db.engine.begin() as connection:
        connection.execute(text(refuse))


def test_no_log_line_about_a_failure_holds_a_word_of_the_record(
    won_stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Where it broke is logged, what was being saved is not."""
    broken(won_stage)
    won_stage.hands.command("ana", walk.HERE, "commit ABC Weekly call until go-live")
    lines = [Lines().format(record) for record in caplog.records]
    assert [line for line in lines if "IntegrityError" in line and "capture.py" in line] != []
    assert [line for line in lines if "Weekly call" in line] == []


def test_a_form_whose_saving_fails_stays_open_with_what_was_typed(won_stage: Stage) -> None:
    """Slack closes a form on an empty answer: then she would believe that her promise is kept."""
    walk.click(won_stage, "ana", "list:sales_rep", "promise.add")
    form = walk.modal(won_stage, "ana")["id"]
    broken(won_stage)
    won_stage.hands.submit("ana", form, walk.fields(words="Weekly call until go-live"))
    views = won_stage.world.slack.views(walk.user_id("ana"))
    assert [view["title"]["text"] for view in views] == ["Add a promise", "Not saved"]
    assert "nothing was changed. Please try once more." in walk.shown(views[-1])
    with won_stage.deps.store.db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER broken"))
    won_stage.hands.close("ana", views[-1]["id"])
    walk.submit(won_stage, "ana", walk.fields(words="Weekly call until go-live"))
    assert [entry.text for entry in won_stage.handover().entries if entry.author] == ["Weekly call until go-live"]


def test_a_click_whose_listener_fails_is_answered_with_a_sentence(won_stage: Stage) -> None:
    """Silence after a click looks like success."""
    refuse = "CREATE TRIGGER broken BEFORE INSERT ON answer BEGIN SELECT RAISE(ABORT, 'no'); END"
    with won_stage.deps.store.db.engine.begin() as connection:
        connection.execute(text(refuse))
    reaction = won_stage.hands.click("ana", walk.HERE, won_stage.post("list:sales_rep")["ts"], "none.commitment")
    assert reaction.error is None
    won_stage.settle()
    said = won_stage.world.slack.ephemerals(walk.user_id("ana"), walk.HERE)[-1]["text"]
    assert "nothing was changed. Please try once more." in said


def test_a_click_that_comes_twice_opens_its_form_once_and_says_nothing(won_stage: Stage) -> None:
    """The trigger is spent by then, and the form is there: “please click once more” would be wrong."""
    won_stage.world.slack.deliver.duplicate_next()
    walk.click(won_stage, "ana", "list:sales_rep", "promise.add")
    won_stage.settle()
    assert len(won_stage.world.slack.views(walk.user_id("ana"))) == 1
    assert [call["error"] for call in won_stage.world.slack.call_log("views.open")] == [None, "exchanged_trigger_id"]
    assert won_stage.world.slack.ephemerals(walk.user_id("ana"), walk.HERE) == []


def test_a_handover_cancelled_while_its_workspace_is_made_gets_no_more_of_it(won_stage: Stage) -> None:
    """Asana does not answer, Dev cancels meanwhile: once Asana is back nothing is made there."""
    won_stage.world.faults.down("asana")
    walk.click(won_stage, "dev", "root", "scope.confirm")
    walk.submit(won_stage, "dev", {})
    waiting = won_stage.deps.store.outbox.jobs
    won_stage.until(lambda: any(job.error and job.kind == "Provision" for job in waiting(("ready",))), "one try")
    won_stage.hands.command("dev", walk.HERE, "cancel ABC")
    walk.submit(won_stage, "dev", walk.fields(reason="It was opened by mistake"))
    won_stage.world.faults.down("asana", on=False)
    won_stage.settle(60)
    assert won_stage.handover().state is State.CANCELLED
    assert won_stage.world.asana.projects() == []
    assert not won_stage.parked()


@pytest.mark.parametrize(
    "kind", ["drop_after", *(pytest.param(one, marks=pytest.mark.slow) for one in ("429", "500", "drop_before"))]
)
def test_the_history_arrives_once_whatever_slack_does_while_it_is_shared(
    http_stage: Stage, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A refused share is tried again, one whose answer was lost is found in the direct messages."""
    monkeypatch.setattr("handlers.deliver.loop.BACKOFF_CAP", 0.3)
    walk.won(http_stage)
    fault = http_stage.world.faults.add("slack", "files.completeUploadExternal", kind)
    http_stage.hands.command("ben", walk.HERE, "audit ABC file")
    http_stage.settle()
    assert fault.times == 0
    files = [file["id"] for m in walk.letters(http_stage, "ben") for file in m.get("files", [])]
    assert len(files) == 1
    assert not http_stage.parked()


@pytest.mark.slow
def test_two_promises_in_scope_never_become_tasks_of_one_name(scoped_stage: Stage) -> None:
    """Of two late promises the second is answered first: each has its own number all the same."""
    for words in ("a third promise", "a fourth promise"):
        scoped_stage.hands.command("ana", walk.HERE, f"commit ABC {words}")
    scoped_stage.settle()
    for which in (-1, 0):
        walk.click(scoped_stage, "ben", "list:pm", "points.answer")
        point = f"point:{[entry.id for entry in scoped_stage.handover().entries if entry.open][which]}"
        walk.submit(scoped_stage, "ben", {point: {"points.choice": "in_scope"}})
        scoped_stage.settle()
    names = Counter(task.name for task in scoped_stage.handover().tasks if task.name.startswith("Agreed scope item"))
    assert len(names) >= 3
    assert set(names.values()) == {1}


def test_a_parked_job_is_tried_again_by_the_command_that_the_admin_was_told_of(
    http_stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message to the admin names the command; the command makes the job due, and a running Baton does it."""
    unknown_connection(http_stage)
    http_stage.settle()
    (job,) = http_stage.parked()
    assert f"jobs --retry {job.id}" in "".join(map(walk.shown, walk.letters(http_stage, "olga")))
    again = Namespace(verb="jobs", retry=job.id)
    assert jobs.run(again, http_stage.env, http_stage.table) == 0
    assert jobs.run(Namespace(verb="jobs", retry=job.id + 1_000), http_stage.env, http_stage.table) == 1
    http_stage.until(lambda: bool(http_stage.parked()), "it was tried, and refused, once more")
    assert "is tried again now" in capsys.readouterr().out
