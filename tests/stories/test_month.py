"""A month of deals: people who click twice, events that come late, shuffled and again. Once each, and few rings."""

from collections import Counter
from pathlib import Path

import pytest

from bot.handover import State
from sandbox import company
from tests.stories import walk
from tests.stories.stage import Stage, staged

BUDGET = {"ana": 3, "ben": 4, "chloe": 1, "dev": 2, "hana": 0}
REPLIES = 5
OWNER = company.owner_id("Ana Ruiz")


def rings(stage: Stage, person: str, since: int) -> int:
    """Mentions in new messages, and direct messages, to one person; edits ring nobody."""
    slack = stage.world.slack
    user = walk.user_id(person)
    calls = [c for c in slack.call_log("chat.postMessage")[since:] if c["ok"]]
    own = {room["id"] for room in slack.dms(user)}
    return sum(1 for c in calls if f"<@{user}>" in str(c["args"].get("blocks")) or c["args"]["channel"] in own)


@pytest.mark.req("R205")
def test_a_handover_without_trouble_keeps_the_ring_budget(http_stage: Stage) -> None:
    """Rep 3, project manager 4, client success 1, delivery manager 2, Head of Delivery 0, at most 5 new replies."""
    walk.whole(http_stage)
    found = {person: rings(http_stage, person, 0) for person in BUDGET}
    assert all(found[person] <= most for person, most in BUDGET.items()), found
    names = {p.name for p in http_stage.handover().posts}
    replies = [n for n in names if n.startswith("reply:")]
    assert 0 < len(replies) <= REPLIES, replies


@pytest.mark.slow
def test_twenty_deals_in_rough_weather(tmp_path: Path) -> None:
    """One handover per deal, one reply per state change, the ring budget kept, whatever is sent twice or late."""
    with staged(tmp_path) as stage:
        stage.world.hubspot.webhooks.duplicate = 1
        stage.world.hubspot.webhooks.shuffle = True
        stage.start()
        deals = [
            stage.world.hubspot.create(dealname=f"Client {n} – Project {n}", amount="1000", hubspot_owner_id=OWNER)[
                "id"
            ]
            for n in range(20)
        ]
        for n, deal in enumerate(deals, start=1):
            stage.world.hubspot.win(deal)
            if n % 9 == 0:
                stage.clock.advance(walk.HOUR)
            stage.settle()
        with stage.deps.store.read() as reader:
            handovers = reader.open_all(limit=100)
        assert Counter(h.deal_id for h in handovers) == Counter(deals)
        for handover in handovers:
            stage.world.slack.deliver.duplicate_next(1)
            for _ in range(2):
                stage.hands.click(
                    "dev", company.HANDOVERS_CHANNEL, stage.post("list:pm", handover.id)["ts"], "document.all_read"
                )
        stage.settle()
        assert all(h.state is State.WON for h in handovers)
        keys = Counter(
            m["metadata"]["event_payload"]["key"]
            for room in stage.world.slack.channels()
            for m in stage.channel(room["id"])
            if m.get("metadata")
        )
        assert keys
        assert max(keys.values()) == 1
