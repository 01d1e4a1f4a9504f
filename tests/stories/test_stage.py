"""After the gate: the stage by overflow and verb, as everybody sees it, and as the CRM is told."""

import pytest

from bot.handover import State
from tests.stories import walk
from tests.stories.stage import Stage


def menu(stage: Stage) -> dict[str, str]:
    """The entries of the root's three dots."""
    (dots,) = (e for b in stage.post("root")["blocks"] for e in b.get("elements", []) if e["type"] == "overflow")
    return {option["text"]["text"]: str(option.get("value", "")) for option in dots["options"]}


def open_menu(stage: Stage, who: str) -> None:
    """Chooses [Change stage] in the three dots."""
    reaction = stage.hands.choose(who, walk.HERE, stage.post("root")["ts"], "root.menu", menu(stage)["Change stage"])
    assert reaction.error is None, reaction


def choose(stage: Stage, who: str, to: str, why: str = "") -> None:
    """From the three dots to the chosen stage."""
    open_menu(stage, who)
    values = walk.fields(stage=to) | (walk.fields(why=why) if why else {})
    walk.submit(stage, who, values)
    stage.settle()


def notes(stage: Stage) -> list[str]:
    """Baton's notes on the deal in the CRM."""
    deal = stage.world.hubspot.deal(walk.ABC)
    return [str(n["hs_note_body"]) for n in deal["notes"] if "Handover HO-1" in str(n["hs_note_body"])]


def offered(stage: Stage, who: str) -> list[str]:
    """The stages that the modal on top offers."""
    blocks = walk.modal(stage, who)["blocks"]
    return [o["value"] for b in blocks for o in b.get("element", {}).get("options", [])]


@pytest.mark.req("R231", "R232")
def test_the_deal_stays_alive_after_the_gate_until_it_is_closed(won_stage: Stage) -> None:
    """Chloe puts it into mitigation, Ben back and closes it; root, Home and CRM follow, nobody is rung."""
    assert "Change stage" not in menu(won_stage)
    for step in (walk.context, walk.points, walk.scope, walk.signed, walk.invited):
        step(won_stage)
    replies = len(won_stage.channel())
    won_stage.hands.open_home("ana")

    choose(won_stage, "chloe", "mitigation", "The cut-over slipped")
    assert "🟢 *Mitigation* · the workspace is the record" in walk.shown(won_stage.post("root"))
    home = won_stage.world.slack.home(walk.user_id("ana")) or {}
    assert "🟢 Mitigation" in walk.shown(home)
    open_menu(won_stage, "chloe")
    assert offered(won_stage, "chloe") == ["in_progress", "maintenance"]

    won_stage.hands.command("ben", walk.HERE, "stage ABC")
    assert offered(won_stage, "ben") == ["in_progress", "maintenance", "closed"]
    walk.submit(won_stage, "ben", walk.fields(stage="closed", why="Delivered"))
    won_stage.settle()
    assert won_stage.handover().state is State.CLOSED
    root = won_stage.post("root")
    assert "⚪ *Closed*" in walk.shown(root)
    assert "Change stage" not in menu(won_stage)
    assert root["text"].endswith(": closed.")

    assert len(won_stage.channel()) == replies
    told = [note for note in notes(won_stage) if "Mitigation" in note or "Closed." in note]
    assert len(told) == 2
    assert "slipped" not in str(told)
    deal = won_stage.world.hubspot.deal(walk.ABC)
    assert deal["properties"]["baton_handover_status"] == "closed_migrated"
    history = str(won_stage.hands.command("ana", walk.HERE, "audit ABC").body)
    assert "In progress → Mitigation (The cut-over slipped)" in history
    assert not won_stage.parked()


def test_who_may_not_hears_whom_to_ask(won_stage: Stage) -> None:
    """Before the gate nobody; after it neither the rep nor the Head of Delivery. Help says so too."""
    before = won_stage.hands.command("ben", walk.HERE, "stage ABC")
    assert "Delivery has not begun" in str(before.body)
    assert "/handover stage ABC" in str(won_stage.hands.command("ben", walk.HERE, "help").body)
    helped = str(won_stage.hands.command("ana", walk.HERE, "help").body)
    assert "/handover stage" not in helped
    assert "To change the stage after the gate: ask the project manager (Ben)." in helped
    for step in (walk.context, walk.points, walk.scope, walk.signed, walk.invited):
        step(won_stage)
    open_menu(won_stage, "ana")
    assert "Only Ben or Chloe can change the stage." in walk.shown(walk.modal(won_stage, "ana"))
    assert "Only Ben or Chloe" in str(won_stage.hands.command("hana", walk.HERE, "stage ABC").body)
    assert won_stage.handover().state is State.IN_PROGRESS


def test_the_crms_note_comes_once_also_when_its_answer_is_lost(whole_stage: Stage) -> None:
    """An answer lost on the way makes no second note."""
    fault = whole_stage.world.faults.add("hubspot", "POST /crm/objects/2026-03/notes", "drop_after")
    choose(whole_stage, "ben", "maintenance")
    assert fault.times == 0
    assert whole_stage.handover().state is State.MAINTENANCE
    assert len([note for note in notes(whole_stage) if "Maintenance." in note]) == 1
