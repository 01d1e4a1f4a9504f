"""Presale work through the front door: signed off from the card and the list, inherited as one index."""

from typing import Any

import pytest

from bot.actions.points import PointAnswer, answer
from bot.context import Disposition
from tests.stories import walk
from tests.stories.stage import Stage

NORTHWIND = "9002"
NOTES = "https://docs.acme.example/decisions"


def tracked(stage: Stage) -> str:
    """Ana tracks the open deal; the id of the card that she sees."""
    walk.tracked(stage, "Northwind", NORTHWIND)
    return str(seen(stage)[-1]["id"])


def seen(stage: Stage) -> list[dict[str, Any]]:
    """What only Ana sees in the channel."""
    found: list[dict[str, Any]] = stage.world.slack.ephemerals(walk.user_id("ana"), walk.HERE)
    return found


def sign(stage: Stage, who: str, deliverable: str, client: str = "") -> None:
    """Fills in the sign-off that is open."""
    values = {"deliverable": deliverable} | ({"external": client} if client else {})
    walk.submit(stage, who, walk.fields(**values))
    stage.settle()


@pytest.mark.req("R226", "R227", "R228")
def test_the_card_of_an_open_deal_signs_the_next_artefact_off(http_stage: Stage) -> None:
    """What the CRM signed off stands there; the next one has the button, the ones after it wait."""
    card = tracked(http_stage)
    shown = walk.shown(seen(http_stage)[-1])
    assert "Discovery: sources: ✓ signed off" in shown
    assert "Pricing: approval: ○ not signed off yet" in shown
    buttons = [e["value"] for b in seen(http_stage)[-1]["blocks"] if (e := b.get("accessory"))]
    assert buttons == ["1:scoping"]

    http_stage.hands.click_ephemeral("ana", card, "presale.sign")
    sign(http_stage, "ana", NOTES, "S. Holm")
    (scoping,) = (a for a in http_stage.handover().presale if a.kind == "scoping")
    assert (scoping.signed_off, scoping.deliverable, scoping.external) == (True, NOTES, "S. Holm")
    assert scoping.by == next(p for p in http_stage.handover().roles.values() if p == scoping.by)
    http_stage.hands.command("ana", walk.HERE, "Northwind")
    assert f"Scoping: ✓ signed off · <{NOTES}|" in walk.shown(seen(http_stage)[-1])


@pytest.mark.req("R228")
def test_the_reps_list_leads_to_the_rest_and_the_pm_inherits_one_index(http_stage: Stage) -> None:
    """From the list of a won deal to the index, from there to the sign-off; in the brief all four stand together."""
    walk.won(http_stage, NORTHWIND)
    assert "*Presale work:* 1 of 4 signed off · next: scoping" in walk.shown(http_stage.post("list:sales_rep"))
    for name in ("Decision log", "Assumptions sheet", "Pricing sheet"):
        walk.click(http_stage, "ana", "list:sales_rep", "presale.show")
        index = walk.modal(http_stage, "ana")
        assert index["title"]["text"] == "Presale work"
        http_stage.hands.click_view("ana", index["id"], "presale.sign")
        sign(http_stage, "ana", name)
    assert "Presale work" not in walk.shown(http_stage.post("list:sales_rep"))

    walk.click(http_stage, "ben", "list:pm", "presale.show")
    inherited = walk.shown(walk.modal(http_stage, "ben"))
    lines = [line for line in inherited.splitlines() if "signed off" in line]
    assert [line.partition(":")[0] for line in lines] == ["Discovery", "Scoping", "Proposal", "Pricing"]
    assert all("✓ signed off" in line for line in lines)
    assert "presale.sign" not in str(walk.modal(http_stage, "ben"))
    brief = str(http_stage.hands.command("ben", walk.HERE, "brief Northwind").body)
    assert "Assumptions sheet" in brief
    assert "Pricing sheet" in brief


@pytest.mark.req("R230")
def test_the_index_links_what_the_crm_holds_and_is_for_people_of_the_handover(won_stage: Stage) -> None:
    """`/handover presale`: the deliverable is a link to the CRM's paper; Rafi, who has no part in it, is refused."""
    won_stage.hands.command("ben", walk.HERE, "presale ABC")
    index = walk.shown(walk.modal(won_stage, "ben"))
    url = next(d.url for d in won_stage.handover().deal.documents if "discovery" in d.name.lower())
    assert f"✓ signed off · <{url}|" in index
    refused = won_stage.hands.command("rafi", walk.HERE, "presale ABC")
    assert "None of your handovers matches" in str(refused.body)


def test_a_question_of_an_open_deal_is_a_message_to_the_rep_until_it_is_answered(http_stage: Stage) -> None:
    """No thread yet: Ana answers in her direct message, and nothing is left to press there."""
    tracked(http_stage)
    http_stage.hands.command("ana", walk.HERE, "commit Northwind weekly call until go-live")
    http_stage.hands.command("dev", walk.HERE, f"assign Northwind pm <@{walk.user_id('ben')}>")
    http_stage.settle()
    (point,) = (entry.id for entry in http_stage.handover().entries if entry.open)
    deps = http_stage.deps
    with deps.store.write() as unit:
        ben = unit.by_slack(walk.user_id("ben"))
        assert ben
        asks = PointAnswer(point, Disposition.ASK, question="Also after go-live?")
        answer(unit, 1, ben, [asks], nonce="n", terms=deps.terms, now=deps.clock.now())
    http_stage.settle()
    asked = walk.letters(http_stage, "ana")[-1]
    assert "Ben asks you 1 question." in walk.shown(asked)
    place = walk.room_of(http_stage, "ana", asked), asked["ts"]
    assert http_stage.hands.click("ana", *place, "question.answer").error is None
    walk.submit(http_stage, "ana", walk.fields(**{f"point:{point}": "No."}))
    http_stage.settle()
    (now,) = [one for one in walk.letters(http_stage, "ana") if one["ts"] == asked["ts"]]
    assert "the question of Ben is answered." in walk.shown(now)
    assert "question.answer" not in str(now["blocks"])
