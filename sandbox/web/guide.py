"""The guided first path: steps that tick themselves by looking at the world, so that nobody has to be told twice."""

from dataclasses import dataclass
from typing import Any

from sandbox.company import HANDOVERS_CHANNEL
from sandbox.world import World

DEAL = "9001"
MOVED = 60.0  # seconds ahead of the machine's clock: somebody moved time


@dataclass(frozen=True)
class Step:
    """One step: what to do, as whom, and whether the world shows that it is done."""

    words: str
    who: str
    link: str
    done: bool


def steps(world: World) -> list[Step]:
    """The whole path of "ABC Fintech – Cloud Migration", from the win to the open gate."""
    deal = next((one for one in world.hubspot.deals() if one["id"] == DEAL), None)
    if deal is None:
        return []
    thread = _thread(world)
    said = _words(thread)
    here = f"/?c={HANDOVERS_CHANNEL}"
    root = thread[0]["ts"] if thread else ""
    open_thread = f"{here}&t={root}" if root else here
    live = deal["properties"].get("baton_handover_status") == "closed_migrated"
    ready = any("the workspace is ready" in str(m.get("text")) for m in thread)
    answered = live or _said(thread)
    return [
        Step("Win “ABC Fintech – Cloud Migration”", "the CRM", "/crm", deal["is_won"]),
        Step("See the thread open in #handovers", "ana", open_thread, bool(thread)),
        Step(
            "Answer the three questions on Ana’s list",
            "ana",
            open_thread,
            answered,
        ),
        Step("Answer Ben’s points on his list", "ben", open_thread, live or "✓ All" in said),
        Step("Confirm the scope: the clock starts", "dev", open_thread, ready or live or "*Workspace* ·" in said),
        Step("Watch channel and workspace appear", "ben", "/board", ready or live),
        Step("Let time pass: “Next working day” in the bar above", "dev", open_thread, world.clock.offset > MOVED),
        Step(
            "Tick Ben’s last item, then sign as Dev, Ben and Ana", "ben", open_thread, live or "3 of 3 signed" in said
        ),
        Step("Review and invite as Chloe: the gate opens", "chloe", open_thread, live),
    ]


def _thread(world: World) -> list[dict[str, Any]]:
    messages = world.slack.messages(HANDOVERS_CHANNEL)
    roots = [m for m in messages if m.get("thread_ts", m["ts"]) == m["ts"] and "ABC Fintech" in str(m.get("text"))]
    return world.slack.thread(HANDOVERS_CHANNEL, roots[-1]["ts"]) if roots else []


def _said(thread: list[dict[str, Any]]) -> bool:
    lists = (str(m.get("text")) for m in thread)
    return any("list of Ana" in text and ("3 of 4 done" in text or "4 of 4 done" in text) for text in lists)


def _words(thread: list[dict[str, Any]]) -> str:
    return " ".join(f"{m.get('text')} {m.get('blocks')}" for m in thread)
