"""What somebody took over is theirs wherever they look: thread, Home, `/handover`; and [Done] in a reminder."""

import pytest

from bot.handover import State
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.test_clock import morning_after, reminders
from tests.stories.test_pause import press, whispered
from tests.stories.test_seeing import home
from tests.stories.test_time_travel import press as bar
from tests.stories.walk import letters


def until_late(stage: Stage) -> None:
    """The deal is won, and until the scope is late nobody but Ana does anything."""
    walk.won(stage)
    walk.context(stage)
    morning_after(stage)


@pytest.mark.req("R37")
def test_the_head_who_takes_it_does_all_of_it_through_the_front_door(http_stage: Stage) -> None:
    until_late(http_stage)
    assert "ABC Fintech" not in str(http_stage.hands.command("hana", walk.HERE, "list mine").body)
    press(http_stage, "hana", reminders(http_stage, "hana")[-1], "late.take")
    assert "yours now" in whispered(http_stage, "hana")
    for words in ("", "list mine"):
        assert "ABC Fintech" in str(http_stage.hands.command("hana", walk.HERE, words).body)
    assert "Confirm scope" in home(http_stage, "hana") + str(http_stage.world.slack.home(walk.user_id("hana")))
    walk.click(http_stage, "hana", "list:pm", "document.all_read")
    walk.click(http_stage, "hana", "list:pm", "points.answer")
    answers = {f"point:{e.id}": {"points.choice": "in_scope"} for e in http_stage.handover().entries if e.open}
    walk.submit(http_stage, "hana", answers)
    walk.click(http_stage, "hana", "root", "scope.confirm")
    walk.submit(http_stage, "hana", {})
    http_stage.settle(60)
    found = http_stage.handover()
    assert found.state is State.PROVISIONED
    hana = next(item.holder for item in found.items if item.holder)
    assert found.scoped_by == hana
    assert [found.answer("presale_read").person] == [hana]  # type: ignore[union-attr]
    assert {e.point.answered_by for e in found.entries if e.point} == {hana}
    assert http_stage.parked() == []


def test_done_in_a_reminder_ticks_the_item_and_the_reminder_follows(bare_stage: Stage) -> None:
    assert bar(bare_stage, "due").status_code == 200
    bare_stage.settle()
    mine = reminders(bare_stage, "ben")[-1]
    assert "item.done" in str(mine["blocks"])
    press(bare_stage, "ben", mine, "item.done")
    assert whispered(bare_stage, "ben") == "Ticked on ABC Fintech: Confirm that the team is available."
    team = bare_stage.handover().item("confirm-team")
    assert team
    assert team.ticked_by == bare_stage.handover().roles["pm"]  # type: ignore[index]

    def now() -> str:
        return str(next(m for m in letters(bare_stage, "ben") if m["ts"] == mine["ts"])["blocks"])

    bare_stage.until(lambda: "item.done" not in now(), "the reminder is edited")
    assert bare_stage.parked() == []
