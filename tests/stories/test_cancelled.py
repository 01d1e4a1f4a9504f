"""Stories of an end: who hears of it, and how the same handover goes on when the deal is won again."""

from typing import Any

import pytest

from bot.handover import State
from handlers.schedule import reconcile
from tests.stories import walk
from tests.stories.stage import Stage

REASON = "The client went elsewhere"


def letters(stage: Stage, who: str, words: str) -> list[dict[str, Any]]:
    """The direct messages to this person in which these words stand."""
    return [m for m in walk.letters(stage, who) if words in walk.shown(m)]


def replies(stage: Stage, name: str) -> list[str]:
    """The names of our replies of that kind, in the order of their posting."""
    return [post.name for post in stage.handover().posts if post.name.startswith(f"reply:{name}")]


def cancel(stage: Stage, who: str) -> None:
    """`/handover cancel`, with the reason."""
    stage.hands.command(who, walk.HERE, "cancel HO-1")
    walk.submit(stage, who, walk.fields(reason=REASON))
    stage.settle()


@pytest.mark.parametrize("who", ["dev", "olga"])
def test_the_thread_and_each_holder_hear_of_the_end_once(won_stage: Stage, who: str) -> None:
    """With the reason; whoever did it needs no message, and nothing in the thread rings anybody."""
    cancel(won_stage, who)
    name = {"dev": "Dev", "olga": "Olga"}[who]
    (reply,) = replies(won_stage, "cancelled")
    shown = walk.shown(won_stage.post(reply))
    assert f'*Cancelled by {name}:* "{REASON}"' in shown
    assert "<@" not in shown
    for holder in {"ana", "ben", "chloe", "dev"} - {who}:
        (letter,) = letters(won_stage, holder, "is cancelled*")
        assert f'by {name}: "{REASON}"' in walk.shown(letter)
    assert letters(won_stage, who, "is cancelled*") == []
    reconcile(won_stage.deps, "hubspot")
    won_stage.settle()
    assert won_stage.handover().state is State.CANCELLED
    assert replies(won_stage, "cancelled") == [reply]
    assert "Nothing waits for you" in str(won_stage.hands.command("ben", walk.HERE, "mine").body)


def test_a_deal_that_is_won_again_brings_its_cancelled_handover_back(won_stage: Stage) -> None:
    """Same number, same thread, what was said is there; it says who had ended it, and rings who can act."""
    walk.context(won_stage)
    thread = won_stage.post("root")["ts"]
    cancel(won_stage, "dev")
    assert "⚪ *Cancelled*" in walk.shown(won_stage.post("root"))
    won_stage.world.hubspot.reopen(walk.ABC)
    won_stage.settle()
    assert won_stage.handover().state is State.CANCELLED

    won_stage.world.hubspot.win(walk.ABC)
    won_stage.settle()
    handover = won_stage.handover()
    assert (handover.state, handover.end_reason) == (State.WON, "")
    assert won_stage.post("root")["ts"] == thread
    assert "🔵 *Won* · scope wanted by" in walk.shown(won_stage.post("root"))
    (reply,) = replies(won_stage, "again")
    shown = walk.shown(won_stage.post(reply))
    assert "*The deal was won again: this handover goes on where it stood.* Dev cancelled it" in shown
    assert REASON in shown
    assert f"<@{walk.user_id('dev')}> confirm the scope" in shown
    reconcile(won_stage.deps, "hubspot")
    won_stage.settle()
    assert replies(won_stage, "again") == [reply]
    assert "the deal was won again in the CRM" in str(won_stage.hands.command("dev", walk.HERE, "audit HO-1").body)
    walk.points(won_stage)
    walk.scope(won_stage)
    assert won_stage.handover().state is State.PROVISIONED
    assert not won_stage.parked()


def test_an_open_deal_that_was_given_up_opens_its_thread_with_the_win(http_stage: Stage) -> None:
    """Cancelled while nobody had won it: the win is not swallowed, and what was captured is on the record."""
    walk.tracked(http_stage, "ABC")
    http_stage.hands.command("ana", walk.HERE, "commit ABC a weekly call until go-live")
    http_stage.settle()
    cancel(http_stage, "dev")
    assert letters(http_stage, "ana", "is cancelled*")
    walk.won(http_stage)
    handover = http_stage.handover()
    assert handover.state is State.WON
    assert [e.text for e in handover.entries if "weekly" in e.text]
    assert handover.post("root") is not None
    assert len(replies(http_stage, "win")) == 1
