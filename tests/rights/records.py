"""The records on which deeds are done, and what was so before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.clock.nag import Nag
from bot.context import Disposition, Entry, Kind, Point
from bot.handover import (
    Answer,
    ClientAccess,
    Handover,
    Interval,
    Item,
    Signature,
    State,
    Step,
    StepState,
    TaskCopy,
)
from bot.people import HANDOVER_ROLES, Role
from bot.unit import DealState
from tests.bot import builders
from tests.rights.desk import Desk, at

PM, CSM, DM = builders.PM, builders.CSM, builders.DM
SECRET = "Weekly call until go-live"


def won(desk: Desk) -> Handover:
    """Won, with one promise that nobody has answered, one minute old, by Sela."""
    said = Entry(0, Kind.COMMITMENT, SECRET, desk.people["Sela"].id, desk.now, batch="b1", point=Point())
    asked = replace(
        said, text="Free training", batch="b2", point=Point(Disposition.ASK, question="How long?", asked_by=PM)
    )
    return at(builders.handover(State.WON), desk.now, entries=[said, asked], items=_items())


def _items() -> list[Item]:
    hand = [Item(f"hand-{role}", role, "Say hello", kind="hand", position=50) for role in HANDOVER_ROLES]
    return [*builders.handover().items, *hand]


def bare(desk: Desk) -> Handover:
    """Won, with nothing on it."""
    return at(builders.handover(State.WON), desk.now)


def presale(desk: Desk) -> Handover:
    """The deal is open."""
    return at(builders.handover(State.PRESALE), desk.now)


def scoped(desk: Desk) -> Handover:
    """The clock runs; no workspace yet."""
    return replace(won(desk), state=State.SCOPED, scoped_at=desk.now, due_at=desk.now + timedelta(days=3))


def broken(desk: Desk) -> Handover:
    """A step of the workspace failed."""
    step = Step("channel", "slack", "Channel", StepState.FAILED, words="Slack says no")
    return replace(scoped(desk), steps=[step])


def ready(desk: Desk) -> Handover:
    """Everything is done but the signatures, the kickoff, one task's owner, and the client's access."""
    made = at(builders.complete(), desk.now, signatures=[], workspace_id="w1", workspace_url="https://tool.example/w1")
    hand = made.item("confirm-team")
    assert hand is not None
    hand.ticked_by, hand.ticked_at = PM, desk.now
    return made


def plan(desk: Desk) -> Handover:
    """A task has no owner."""
    made = replace(ready(desk), tasks=[TaskCopy("t1", "Kickoff", "")])
    made.items.append(Item("plan", Role.PM, "Plan it", check="tasks_owned", position=60))
    return made


def signed(desk: Desk) -> Handover:
    """The delivery manager has signed; one invitation failed."""
    failed = ClientAccess("m@abc.example", "M. Klein", "comment", state="failed", words="Asana says no")
    sign = Signature(Role.DELIVERY_MANAGER, DM, desk.now)
    return replace(ready(desk), signatures=[sign], access=[failed], answers=[Answer("read:d1", PM, desk.now)])


def live(desk: Desk) -> Handover:
    """Delivery has begun."""
    return replace(ready(desk), state=State.IN_PROGRESS, live_at=desk.now)


def paused(desk: Desk) -> Handover:
    """It waits on the client, since yesterday, by the project manager's word."""
    since, day = desk.now - timedelta(hours=1), some_day(desk)
    return replace(scoped(desk), intervals=[Interval("pause", since, "test data", PM, day)])


def held(desk: Desk) -> Handover:
    """The deal was reopened."""
    return replace(scoped(desk), intervals=[Interval("hold", desk.now, "the deal was reopened in the CRM")])


def merged(desk: Desk) -> Handover:
    """On hold beside the record of the deal that took this one's in, which is made just before it."""
    desk.record(bare)
    return held(desk)


def told_of_merge(desk: Desk, number: int) -> None:
    def note(unit: Any) -> None:
        record = unit.handover(number)
        record.note(desk.now, "hold", why="merged", into=number - 1)
        unit.save(record)

    desk.arrange(note)


def some_day(desk: Desk) -> Any:
    day = desk.now.date() + timedelta(days=2)
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def many_wins(desk: Desk, _: int) -> None:
    desk.arrange(lambda unit: unit.keep_deal_state(DealState("hubspot", "d900", "won", held=True)))


def away(desk: Desk, _: int) -> None:
    day, dana = desk.now.date() + timedelta(days=9), desk.people["Dana"].id
    desk.arrange(lambda unit: unit.keep_preferences(PM, reminders="now", away_until=day, deputy=dana))


def reminded(desk: Desk, number: int) -> None:
    sela, key = desk.people["Sela"].id, "pm:tick:hand-pm"

    def tell(unit: Any) -> None:
        due = desk.now + timedelta(days=9)
        unit.keep_nags(number, [Nag(number, sela, {key: desk.now}, {}, due_at=due)])
        day = desk.now.date() + timedelta(days=number)
        unit.add_reminder(sela, day, 1, at=desk.now, causes={number: [f"{sela}:first"]})
        (sent,) = unit.reminders(sela, day)
        sent.shown = [(number, sela, key)]
        unit.keep_reminder(sent)

    desk.arrange(tell)
