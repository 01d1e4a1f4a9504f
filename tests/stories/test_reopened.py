"""What is added after the sign-offs is said in the thread, and rings whose sign-off counts no longer."""

from typing import Any

from bot.people import Role
from tests.stories import walk
from tests.stories.stage import Stage


def reopened(stage: Stage) -> list[dict[str, Any]]:
    """Our replies about what came new."""
    return [stage.post(p.name) for p in stage.handover().posts if p.name.startswith("reply:reopened")]


def test_a_promise_remembered_late_rings_ben_and_ana_once(stage: Stage) -> None:
    """Chloe adds two promises after all have signed; Ben answers, both sign again, and the reply says so."""
    walk.won(stage)
    for step in (walk.context, walk.points, walk.scope, walk.signed):
        step(stage)
    walk.click(stage, "chloe", "know", "context.add")
    stage.hands.choose_view("chloe", walk.modal(stage, "chloe")["id"], "context.kind", "commitment")
    walk.submit(stage, "chloe", {"words": {"words": "A dry run in May\nAn audit"}})
    stage.settle()
    (told,) = reopened(stage)
    shown = walk.shown(told)
    ben, ana = f"<@{walk.user_id('ben')}>", f"<@{walk.user_id('ana')}>"
    assert "2 promises, added by Chloe" in shown
    assert f"{ben} answers them, then Ben and {ana} sign again." in shown
    assert "dry run" not in str(told)
    assert {s.role for s in stage.handover().signatures if s.stands} == {Role.DELIVERY_MANAGER}
    assert "Your sign-off counts no longer: a new promise was added." in walk.shown(stage.post("list:sales_rep"))

    late = [entry.id for entry in stage.handover().entries if entry.open]
    reply = next(p.name for p in stage.handover().posts if p.name.startswith("reply:reopened"))
    walk.click(stage, "ben", reply, "points.answer")
    walk.submit(stage, "ben", {f"point:{one}": {"points.choice": "in_scope"} for one in late})
    stage.settle()
    walk.click(stage, "ben", "list:pm", "gate.sign")
    walk.click(stage, "ana", "list:sales_rep", "gate.sign")
    stage.settle()
    (over,) = reopened(stage)
    assert walk.shown(over) == "✓ New after the sign-off: 2 promises, added by Chloe. Signed again."
