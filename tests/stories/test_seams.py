"""Stories of seams: what happens between two jobs, when a job about a job fails, and when an ear itself fails."""

from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.test_trouble import doubled


def test_a_change_between_a_lost_answer_and_the_next_try_doubles_nothing(http_stage: Stage) -> None:
    """The root stands, its answer is lost, and somebody changes the record before the retry: another job draws it."""
    http_stage.world.faults.add("slack", "chat.postMessage", "drop_after")
    http_stage.world.hubspot.win(walk.ABC)
    jobs = http_stage.deps.store.outbox.jobs
    http_stage.until(lambda: any(job.kind == "Redraw" and job.error for job in jobs(("ready",))), "one failed try")
    http_stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    http_stage.settle()
    assert doubled(http_stage) == {}
