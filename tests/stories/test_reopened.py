"""What is added after the sign-offs is said in the thread, and rings whose sign-off counts no longer."""

from typing import Any

import pytest

from bot.people import Role
from tests.stories import walk
from tests.stories.stage import Stage


def reopened(stage: Stage) -> list[dict[str, Any]]:
    """Our replies about what came new."""
    return [stage.post(p.name) for p in stage.handover().posts if p.name.startswith("reply:reopened")]


@pytest.mark.slow
def test_a_promise_remembered_late_rings_ben_and_ana_once(signed_stage: Stage) -> None:
    """Chloe adds two promises after all have signed; Ben answers, both sign again, and the reply says so."""
    walk.click(signed_stage, "chloe", "know", "context.add")
    signed_stage.hands.choose_view("chloe", walk.modal(signed_stage, "chloe")["id"], "context.kind", "commitment")
    walk.submit(signed_stage, "chloe", {"words": {"words": "A dry run in May\nAn audit"}})
    signed_stage.settle()
    (told,) = reopened(signed_stage)
    shown = walk.shown(told)
    ben, ana = f"<@{walk.user_id('ben')}>", f"<@{walk.user_id('ana')}>"
    assert "2 promises, added by Chloe" in shown
    assert f"{ben} answers them, then Ben and {ana} sign again." in shown
    assert "dry run" not in str(told)
    assert {s.role for s in signed_stage.handover().signatures if s.stands} == {Role.DELIVERY_MANAGER}
    assert "Your sign-off counts no longer: a new promise was added." in walk.shown(signed_stage.post("list:sales_rep"))

    late = [entry.id for entry in signed_stage.handover().entries if entry.open]
    reply = next(p.name for p in signed_stage.handover().posts if p.name.startswith("reply:reopened"))
    walk.click(signed_stage, "ben", reply, "points.answer")
    walk.submit(signed_stage, "ben", {f"point:{one}": {"points.choice": "in_scope"} for one in late})
    signed_stage.settle()
    walk.click(signed_stage, "ben", "list:pm", "gate.sign")
    walk.click(signed_stage, "ana", "list:sales_rep", "gate.sign")
    signed_stage.settle()
    (over,) = reopened(signed_stage)
    assert walk.shown(over) == "✓ New after the sign-off: 2 promises, added by Chloe. Signed again."
