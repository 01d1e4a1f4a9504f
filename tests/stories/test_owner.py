"""A deal that changes hands in the CRM changes hands in the thread."""

from sandbox import company
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.walk import letters


def owned(stage: Stage, name: str) -> None:
    """The deal has this owner in the CRM now."""
    stage.world.hubspot.edit(walk.ABC, hubspot_owner_id=company.owner_id(name))
    stage.settle()


def test_the_thread_follows_the_owner_and_ends_with_the_delivery_managers_choice(won_stage: Stage) -> None:
    """Rafi takes the list over; Tom, who left, is nobody in Slack, so Dev names whom he likes, and that stays."""
    owned(won_stage, "Rafi Levy")
    assert "*Rafi Levy* · sales rep" in walk.shown(won_stage.post("list:sales_rep"))
    (told,) = (p.name for p in won_stage.handover().posts if p.name.startswith("reply:new_holder"))
    assert f"<@{walk.user_id('rafi')}> is sales rep now" in walk.shown(won_stage.post(told))
    walk.click(won_stage, "rafi", "list:sales_rep", "none.commitment")
    won_stage.settle()
    assert won_stage.handover().answer("none:commitment") is not None

    owned(won_stage, "Tom Fischer")
    assert "*nobody yet* · sales rep" in walk.shown(won_stage.post("list:sales_rep"))
    letter = letters(won_stage, "dev")[-1]
    assert "has no sales rep. Pick one" in walk.shown(letter)
    room = walk.room_of(won_stage, "dev", letter)
    won_stage.hands.choose("dev", room, letter["ts"], "role.pick", walk.user_id("ana"))
    won_stage.settle()
    assert "*Ana Ruiz* · sales rep" in walk.shown(won_stage.post("list:sales_rep"))
    owned(won_stage, "Rafi Levy")
    assert "*Ana Ruiz* · sales rep" in walk.shown(won_stage.post("list:sales_rep"))
    history = str(won_stage.hands.command("dev", walk.HERE, "audit ABC").body)
    assert "saw a new owner in the CRM, sales rep: Ana Ruiz → Rafi Levy" in history
    assert "saw a new owner in the CRM, sales rep: Rafi Levy → nobody yet" in history
