"""A deal of several workstreams through the front door: one form, and each has its thread, its share, its way."""

from typing import Any

import pytest

from bot import split
from bot.handover import State
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.walk import letters

PARTS = "Data platform: 50,000\nCloud: 30.000,00\nPortal: 4000"


def opened(stage: Stage, who: str = "dev") -> dict[str, Any]:
    """The form, by the verb."""
    reaction = stage.hands.command(who, walk.HERE, "split HO-1")
    assert reaction.error is None, reaction
    return walk.modal(stage, who)


def status(stage: Stage) -> str:
    """What the CRM says of the deal's handover."""
    return str(stage.world.hubspot.deal(walk.ABC)["properties"].get("baton_handover_status"))


@pytest.mark.slow
@pytest.mark.req("R246")
def test_dev_splits_a_deal_and_each_workstream_goes_its_own_way(won_stage: Stage) -> None:
    """Sums that do not match stay in the form; then three threads, each with its share; the CRM waits for the last."""
    walk.context(won_stage)
    view = opened(won_stage)
    assert "Together: 84,000.00 EUR." in str(view)
    wrong = won_stage.hands.submit("dev", view["id"], walk.fields(parts="Data platform: 50,000\nCloud: 30,000"))
    assert isinstance(wrong.body, dict)
    assert "4,000.00 EUR are missing" in wrong.body["errors"]["parts"]
    walk.submit(won_stage, "dev", walk.fields(parts=PARTS))
    won_stage.settle()
    records = [won_stage.handover(n) for n in (1, 2, 3)]
    assert [r.workstream for r in records] == ["Data platform", "Cloud", "Portal"]
    assert [split.words(split.amount(r)) for r in records] == ["50,000.00 EUR", "30,000.00 EUR", "4,000.00 EUR"]
    assert "€30,000" in walk.shown(won_stage.post("root", 2))
    assert "ABC Fintech – Cloud" in walk.shown(won_stage.post("root", 2))
    assert "ABC Fintech – Data platform" in walk.shown(won_stage.post("root"))
    (reply,) = (post.name for post in records[0].posts if post.name.startswith("reply:split"))
    assert "• HO-2 Cloud\n• HO-3 Portal\nWhat was captured so far stays on HO-1." in walk.shown(won_stage.post(reply))
    listed = walk.shown(won_stage.hands.command("dev", walk.HERE, "ABC").body)
    assert all(f"ABC Fintech – {r.workstream}" in listed for r in records)
    assert any("A deal was split into 3 workstreams" in walk.shown(m) for m in letters(won_stage, "olga"))

    for step in (walk.points, walk.scope, walk.signed, walk.invited):
        step(won_stage)
    assert [won_stage.handover(n).state for n in (1, 2, 3)] == [State.IN_PROGRESS, State.WON, State.WON]
    assert status(won_stage) != "closed_migrated"
    for number in (2, 3):
        won_stage.hands.command("dev", walk.HERE, f"cancel HO-{number}")
        walk.submit(won_stage, "dev", walk.fields(reason="It comes with another contract"))
        won_stage.settle()
    assert status(won_stage) == "closed_migrated"
    assert not won_stage.parked()


def test_when_the_least_far_is_given_up_the_crm_says_at_once_how_far_the_others_are(won_stage: Stage) -> None:
    """The deal waited for the portal alone, which is no more: nothing else has to change first, and no note is made."""
    opened(won_stage)
    walk.submit(won_stage, "dev", walk.fields(parts=PARTS))
    won_stage.settle()
    with won_stage.deps.store.write() as unit:
        for number in (1, 2):
            handover = unit.handover(number)
            assert handover is not None
            handover.state = State.PROVISIONED
            unit.save(handover)
    won_stage.settle()
    notes = len(won_stage.world.hubspot.deal(walk.ABC)["notes"])
    for number, said in ((1, "None"), (3, "workspace_ready")):
        won_stage.hands.command("dev", walk.HERE, f"cancel HO-{number}")
        walk.submit(won_stage, "dev", walk.fields(reason="It comes with another contract"))
        won_stage.settle()
        assert status(won_stage) == said
    assert len(won_stage.world.hubspot.deal(walk.ABC)["notes"]) == notes
    assert not won_stage.parked()


def test_of_a_deal_that_is_not_there_any_more_the_crm_is_told_nothing(won_stage: Stage) -> None:
    """All of it waits then, and is cancelled one after the other: no work is left for anybody."""
    opened(won_stage)
    walk.submit(won_stage, "dev", walk.fields(parts=PARTS))
    won_stage.settle()
    won_stage.world.hubspot.delete(walk.ABC)
    won_stage.settle()
    assert all(won_stage.handover(number).running("hold") for number in (1, 2, 3))
    won_stage.hands.command("dev", walk.HERE, "cancel HO-1")
    walk.submit(won_stage, "dev", walk.fields(reason="The deal is gone"))
    won_stage.settle()
    assert won_stage.handover(1).state is State.CANCELLED
    assert not won_stage.parked()


def test_a_new_amount_in_the_crm_asks_for_new_shares(won_stage: Stage) -> None:
    """The message has the form; the lines that are there stand in it, and the corrected ones are kept."""
    opened(won_stage)
    walk.submit(won_stage, "dev", walk.fields(parts=PARTS))
    won_stage.settle()
    won_stage.world.hubspot.edit(walk.ABC, amount="90000")
    won_stage.settle()
    (letter,) = (m for m in letters(won_stage, "dev") if "do not add up" in walk.shown(m))
    assert "the whole deal is 90,000.00 EUR in the CRM now" in walk.shown(letter)
    won_stage.hands.click("dev", walk.room_of(won_stage, "dev", letter), letter["ts"], "deal.split")
    view = walk.modal(won_stage, "dev")
    assert "Data platform: 50,000.00\\nCloud: 30,000.00\\nPortal: 4,000.00" in repr(view)
    walk.submit(won_stage, "dev", walk.fields(parts="Data platform: 50,000\nCloud: 30,000\nPortal: 10,000"))
    won_stage.settle()
    assert split.words(split.amount(won_stage.handover(3))) == "10,000.00 EUR"


def test_who_may_not_split_hears_who_may(won_stage: Stage) -> None:
    """Ana sold it, but the delivery manager splits it; after the scope it is too late for anybody."""
    said = won_stage.hands.command("ana", walk.HERE, "split HO-1").body
    assert (
        "Only the delivery manager (Dev), sales operations (Olga) or the Head of Delivery (Hana) can split a deal."
        in str(said)
    )
    walk.scope(won_stage)
    assert "before its scope is confirmed" in str(won_stage.hands.command("dev", walk.HERE, "split HO-1").body)
