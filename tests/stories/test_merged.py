"""Stories of a merge in the CRM: the record goes with the deal, or waits beside the survivor's and is carried over."""

from typing import Any

import pytest

from bot.handover import State, merged_into
from handlers.schedule import reconcile
from tests.stories import walk
from tests.stories.stage import Stage

NORTHWIND = "9002"
PROMISES = ["Weekly call until go-live", "Free training for the help desk"]


def replies(stage: Stage, name: str, number: int = 1) -> list[str]:
    """The names of our replies of that kind, in the order of their posting."""
    return [post.name for post in stage.handover(number).posts if post.name.startswith(f"reply:{name}")]


def read_again(stage: Stage) -> None:
    """The reconcile poll looks at the CRM."""
    reconcile(stage.deps, "hubspot")
    stage.settle()


def count(stage: Stage) -> int:
    """How many handovers there are."""
    with stage.deps.store.read() as reader:
        return len(reader.open_all(limit=100))


def whispered(stage: Stage, who: str) -> str:
    """The latest word that only this person saw in the channel."""
    said: list[dict[str, Any]] = stage.world.slack.ephemerals(walk.user_id(who), walk.HERE)
    return str(said[-1]["text"]) if said else ""


@pytest.mark.parametrize("new_id", [False, True])
def test_the_record_goes_with_its_deal_and_waits_until_that_is_won(won_stage: Stage, *, new_id: bool) -> None:
    """Merged into an open deal without a handover: same number, same thread, on hold; its win goes on where it was."""
    walk.context(won_stage)
    thread = won_stage.post("root")["ts"]
    merged = won_stage.world.hubspot.merge(NORTHWIND, walk.ABC, new_id=new_id)
    won_stage.settle()
    (reply,) = replies(won_stage, "hold")
    assert "the deal was merged into “Northwind – Data Platform”, which is not won" in walk.shown(won_stage.post(reply))
    assert won_stage.handover().deal_id == merged["id"]
    read_again(won_stage)
    assert replies(won_stage, "hold") == [reply]

    won_stage.world.hubspot.win(merged["id"])
    won_stage.settle()
    after = won_stage.handover()
    assert (after.state, after.running("hold")) == (State.WON, None)
    assert won_stage.post("root")["ts"] == thread
    assert [e.text for e in after.entries if e.text in PROMISES] == PROMISES
    assert count(won_stage) == 1
    history = str(won_stage.hands.command("dev", walk.HERE, "audit HO-1").body)
    assert "followed the deal, merged in the CRM" in history


def test_into_a_won_deal_nobody_is_disturbed_by_the_merge_itself(http_stage: Stage) -> None:
    """The surviving deal was won before Baton looked at it: the handover goes on under it."""
    http_stage.world.hubspot.webhooks.drop_all = True
    http_stage.world.hubspot.win(NORTHWIND)
    http_stage.settle()
    http_stage.world.hubspot.webhooks.drop_all = False
    walk.won(http_stage)
    http_stage.world.hubspot.merge(NORTHWIND, walk.ABC)
    http_stage.settle()
    read_again(http_stage)
    assert http_stage.handover().deal_id == NORTHWIND
    assert http_stage.handover().running("hold") is None
    assert replies(http_stage, "hold") == []
    assert count(http_stage) == 1


@pytest.mark.req("R62")
def test_two_handovers_of_one_deal_one_waits_and_dev_copies_it_over_once(told_stage: Stage) -> None:
    """Both deals had theirs: the merged one is on hold, says where the other is, and its words go over by a click."""
    walk.won(told_stage, NORTHWIND, 2)
    told_stage.world.hubspot.merge(NORTHWIND, walk.ABC)
    told_stage.settle()
    read_again(told_stage)
    (reply,) = replies(told_stage, "hold")
    shown = walk.shown(told_stage.post(reply))
    assert "the deal was merged into “Northwind – Data Platform”" in shown
    assert f"HO-2: <@{walk.user_id('dev')}> copies what was captured here to it" in shown
    assert "*Next:* Dev copies what was captured to HO-2" in walk.shown(told_stage.post("root"))
    assert (merged_into(told_stage.handover()), told_stage.handover(2).running("hold")) == (2, None)

    walk.click(told_stage, "ben", reply, "merge.carry")
    told_stage.settle()
    assert "Only the delivery manager (Dev) can carry this over." in whispered(told_stage, "ben")
    assert not [e for e in told_stage.handover(2).entries if e.text in PROMISES]

    walk.click(told_stage, "dev", reply, "merge.carry")
    told_stage.settle()
    carried = told_stage.handover(2)
    answers = {e.text: e.point.disposition for e in told_stage.handover().entries if e.point and e.text in PROMISES}
    assert {e.text: e.point.disposition for e in carried.entries if e.point and e.text in PROMISES} == answers
    assert PROMISES[0] in walk.shown(told_stage.post("know", 2))
    assert "✓ Copied to HO-2 by Dev" in walk.shown(told_stage.post(reply))
    assert "stand on HO-2 now" in whispered(told_stage, "dev")

    walk.click(told_stage, "dev", reply, "merge.carry")
    told_stage.settle()
    assert len(told_stage.handover(2).entries) == len(carried.entries)
    assert "Everything of HO-1 stands on HO-2 already." in whispered(told_stage, "dev")
    assert not told_stage.parked()


def test_the_card_offers_the_copy_too(won_stage: Stage) -> None:
    """`/handover HO-1` carries the same button as the thread."""
    walk.won(won_stage, NORTHWIND, 2)
    won_stage.world.hubspot.merge(NORTHWIND, walk.ABC)
    won_stage.settle()
    body = won_stage.hands.command("dev", walk.HERE, "HO-1").body
    assert isinstance(body, dict)
    (offer,) = [b["accessory"] for b in body["blocks"] if (b.get("accessory") or {}).get("action_id") == "merge.carry"]
    assert (offer["text"]["text"], offer["value"]) == ("Copy to HO-2", "1:2")
