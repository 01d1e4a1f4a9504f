"""The whole road as people walk it: clicks, modals and commands through the front door, one function a step."""

from datetime import date, timedelta
from typing import Any

from bot.handover import Handover
from sandbox import company
from sandbox.slack.hands import Reaction
from tests.stories.stage import Stage

HERE = company.HANDOVERS_CHANNEL
ABC = "9001"
HOUR = timedelta(hours=1)


def user_id(key: str) -> str:
    """The Slack id of a person of the demo company."""
    return company.by_key(key).id


def click(stage: Stage, who: str, post: str, action_id: str, *, value: str | None = None, number: int = 1) -> Reaction:
    """Clicks a button of one of our messages, and waits for what follows."""
    reaction = stage.hands.click(who, HERE, stage.post(post, number)["ts"], action_id, value=value)
    assert reaction.error is None, reaction
    return reaction


def modal(stage: Stage, who: str) -> dict[str, Any]:
    """The modal that this person sees on top."""
    views = stage.world.slack.views(user_id(who))
    assert views, f"{who} sees no modal"
    return views[-1]


def fields(**given: Any) -> dict[str, dict[str, Any]]:
    """Values of input blocks whose action id is their block id."""
    return {name: {name: value} for name, value in given.items()}


def submit(stage: Stage, who: str, values: dict[str, dict[str, Any]]) -> Reaction:
    """Submits the modal on top; the sentences below its fields are an error here."""
    reaction = stage.hands.submit(who, modal(stage, who)["id"], values)
    body = reaction.body if isinstance(reaction.body, dict) else {}
    assert not body.get("errors"), reaction
    assert reaction.error is None, reaction
    return reaction


def shown(view: dict[str, Any]) -> str:
    """All text of a view or message, for looking at."""
    found: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                found.append(part["text"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(view.get("blocks", []))
    return "\n".join(found)


def letters(stage: Stage, who: str) -> list[dict[str, Any]]:
    """All direct messages to this person, oldest first."""
    return [m for room in stage.world.slack.dms(user_id(who)) for m in stage.channel(room["id"])]


def room_of(stage: Stage, who: str, letter: dict[str, Any]) -> str:
    """Where this direct message to them stands."""
    rooms = stage.world.slack.dms(user_id(who))
    return next(str(room["id"]) for room in rooms if letter in stage.channel(room["id"]))


def tracked(stage: Stage, words: str, deal: str = ABC) -> None:
    """Ana asks for an open deal that nobody captured yet, searches the CRM for it, and tracks it."""
    asked = stage.hands.command("ana", HERE, words)
    assert "CRM" in str(asked.body), asked
    found = stage.world.slack.ephemerals(user_id("ana"), HERE)[-1]
    stage.hands.click_ephemeral("ana", found["id"], "crm.search")
    stage.settle()
    seen = stage.world.slack.ephemerals(user_id("ana"), HERE)
    hits = next(one for one in seen if "deal.track" in str(one["blocks"]))
    stage.hands.click_ephemeral("ana", hits["id"], "deal.track", value=f"hubspot:{deal}")
    stage.settle()


def won(stage: Stage, deal: str = ABC, number: int = 1) -> Handover:
    """The deal is won in the CRM; the thread opens."""
    stage.world.hubspot.win(deal)
    stage.settle()
    return stage.handover(number)


def promised(stage: Stage, number: int = 1) -> None:
    """Ana says what was promised."""
    click(stage, "ana", "list:sales_rep", "promise.add", number=number)
    submit(stage, "ana", {"words": {"words": "Weekly call until go-live\nFree training for the help desk"}})


def context(stage: Stage, number: int = 1) -> None:
    """Ana says what was promised, which date really matters, and who stands where."""
    promised(stage, number)
    click(stage, "ana", "list:sales_rep", "date.add", number=number)
    known = stage.handover(number).deal.close_date or date(2026, 12, 1)
    day = date(known.year + 1, 3, 13).isoformat()
    values = {
        "words": {"words": "Their board meets on 17 March"},
        "real_deadline.real_date": {"real_deadline.real_date": day},
    }
    submit(stage, "ana", values)
    for name, stance in (("Maria Klein", "against"), ("Jonas Weber", "for")):
        action = "stakeholder.add"
        click(stage, "ana", "list:sales_rep", action, number=number)
        view = modal(stage, "ana")
        stage.hands.suggest(
            "ana", view_id=view["id"], action_id="contact.search", block_id="stakeholder.name", text=name[:5]
        )
        submit(
            stage,
            "ana",
            {
                "stakeholder.name": {"contact.search": name},
                "stakeholder.stance": {"stakeholder.stance": stance},
            },
        )
    stage.settle()


def points(stage: Stage, number: int = 1) -> None:
    """Ben reads the documents, asks one question, Ana answers, Ben answers all points."""
    click(stage, "ben", "list:pm", "document.all_read", number=number)
    click(stage, "ben", "list:pm", "points.answer", number=number)
    ids = [entry.id for entry in stage.handover(number).entries if entry.open]
    view = modal(stage, "ben")
    block = f"point:{ids[0]}"
    stage.hands.choose_view("ben", view["id"], "points.choice", "ask", block_id=block)
    values = {f"point:{ids[0]}:question": {f"point:{ids[0]}:question": "Does the weekly call go on after go-live?"}}
    for entry_id in ids[1:]:
        values[f"point:{entry_id}"] = {"points.choice": "in_scope"}
    submit(stage, "ben", values)
    stage.settle()
    reply = next(p.name for p in stage.handover(number).posts if p.name.startswith("reply:questions"))
    click(stage, "ana", reply, "question.answer", number=number)
    submit(stage, "ana", {f"point:{ids[0]}": {f"point:{ids[0]}": "No, it ends with go-live."}})
    stage.settle()
    click(stage, "ben", "list:pm", "points.answer", number=number)
    submit(stage, "ben", {f"point:{ids[0]}": {"points.choice": "change_request"}})
    stage.settle()


def scope(stage: Stage, number: int = 1) -> None:
    """Dev confirms the scope, the document prefilled; the workspace and the channel appear."""
    click(stage, "dev", "root", "scope.confirm", number=number)
    submit(stage, "dev", {})
    stage.settle(60)


def signed(stage: Stage, number: int = 1) -> None:
    """Ben ticks the team; Dev, Ben and Ana sign."""
    tick_team(stage, "ben", number)
    click(stage, "dev", "list:delivery_manager", "gate.sign", number=number)
    stage.settle()
    click(stage, "ben", "list:pm", "gate.sign", number=number)
    click(stage, "ana", "list:sales_rep", "gate.sign", number=number)
    stage.settle()


def tick_team(stage: Stage, who: str, number: int = 1) -> Reaction:
    """Ticks "Confirm that the team is available" on the project manager's list."""
    post = stage.post("list:pm", number)
    boxes = [e for b in post["blocks"] for e in b.get("elements", []) if e["type"] == "checkboxes"]
    value = boxes[0]["options"][0]["value"]
    reaction = stage.hands.tick(who, HERE, post["ts"], "item.tick", [value])
    stage.settle()
    return reaction


def invited(stage: Stage, number: int = 1) -> None:
    """Chloe reviews and invites one person, with a second look."""
    click(stage, "chloe", "list:csm", "access.review", number=number)
    submit(stage, "chloe", {"who": {"who": ["m.klein@abcfintech.example"]}, "right": {"right": "comment"}})
    assert "Invite 1 person" in modal(stage, "chloe")["title"]["text"]
    submit(stage, "chloe", {})
    stage.settle()


def whole(stage: Stage) -> Handover:
    """The whole road, from the win to the open gate."""
    won(stage)
    for step in (context, points, scope, signed, invited):
        step(stage)
    return stage.handover()
