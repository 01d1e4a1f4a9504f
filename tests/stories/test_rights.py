"""Who sees and does what, through the front door: holders, delivery managers, a colleague without a role, a guest."""

import pytest

from bot.handover import State
from tests.stories import walk
from tests.stories.stage import Stage

PROMISE = "Weekly call until go-live"


@pytest.mark.req("R26")
def test_a_guest_learns_nothing(http_stage: Stage) -> None:
    """Neither command nor Home tells a guest that there are handovers."""
    walk.won(http_stage)
    http_stage.hands.command("klein", "C0EXTABC01", "ABC")
    http_stage.settle()
    answer = http_stage.hands.command("klein", "C0EXTABC01", "ABC")
    assert "Cloud Migration" not in str(answer.body)
    assert "colleagues only" in str(answer.body)


def test_a_colleague_without_a_role_sees_the_outline_only(http_stage: Stage) -> None:
    """Client, project, state, dates and people; no promise, no amount."""
    walk.won(http_stage)
    walk.context(http_stage)
    http_stage.hands.command("nico", "C0GENERAL1", "ABC")
    http_stage.settle()
    answer = str(http_stage.hands.command("nico", "C0GENERAL1", "ABC").body)
    assert "Cloud Migration" in answer
    assert PROMISE not in answer
    assert "84,000" not in answer


def test_somebody_else_is_told_kindly_and_nothing_changes(http_stage: Stage) -> None:
    """Chloe ticks Ben's item: she hears who can, the box springs back, the record is as before."""
    walk.won(http_stage)
    walk.context(http_stage)
    walk.points(http_stage)
    walk.scope(http_stage)
    before = http_stage.post("list:pm")["blocks"]
    walk.tick_team(http_stage, "chloe")
    item = http_stage.handover().item("confirm-team")
    assert item is not None
    assert item.ticked_at is None
    said = http_stage.world.slack.ephemerals(walk.user_id("chloe"), walk.HERE)
    assert "Only Ben or Dev can tick this" in said[-1]["text"]
    assert http_stage.post("list:pm")["blocks"] != before


@pytest.mark.req("R28", "R29", "R30")
def test_nobody_signs_for_somebody_else(http_stage: Stage) -> None:
    """Dev cannot sign for Ben, the Head of Delivery cannot sign for Dev."""
    walk.won(http_stage)
    for step in (walk.context, walk.points, walk.scope):
        step(http_stage)
    walk.tick_team(http_stage, "ben")
    walk.click(http_stage, "hana", "list:delivery_manager", "gate.sign")
    walk.click(http_stage, "dev", "list:pm", "gate.sign")
    http_stage.settle()
    assert http_stage.handover().signatures == []
    said = http_stage.world.slack.ephemerals(walk.user_id("dev"), walk.HERE)
    assert "Only Ben can sign this" in said[-1]["text"]


@pytest.mark.req("R39", "R242")
def test_the_head_of_delivery_overrides_with_a_reason_and_nobody_else_can(http_stage: Stage) -> None:
    """The override needs 20 characters of reason, and everyone concerned sees it."""
    walk.won(http_stage)
    for step in (walk.context, walk.points, walk.scope):
        step(http_stage)
    walk.click(http_stage, "dev", "root", "gate.missing")
    assert "gate.override" not in str(walk.modal(http_stage, "dev"))
    walk.click(http_stage, "hana", "root", "gate.missing")
    view = walk.modal(http_stage, "hana")
    http_stage.hands.click_view("hana", view["id"], "gate.override")
    short = http_stage.hands.submit("hana", walk.modal(http_stage, "hana")["id"], walk.fields(reason="because"))
    assert "reason" in str(short.body)
    walk.submit(http_stage, "hana", walk.fields(reason="The client starts on Monday whatever we do."))
    http_stage.settle()
    handover = http_stage.handover()
    assert handover.state is State.IN_PROGRESS
    assert handover.override is not None
    assert any("The client starts on Monday" in str(m.get("blocks")) for m in http_stage.channel())


def test_the_text_of_no_message_holds_an_amount_a_promise_or_a_stance(http_stage: Stage) -> None:
    """`text` goes to lock screens and e-mail: it says deal, state, who, when and how many."""
    walk.whole(http_stage)
    texts = " ".join(m["text"] for room in http_stage.world.slack.channels() for m in http_stage.channel(room["id"]))
    assert "Weekly call" not in texts
    assert "84,000" not in texts
    assert "pushes back" not in texts.lower()
