"""Stories of reminding: [Remind Ana] once on a day of hers, and the checklist's quarterly review."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest

from handlers.clock import Clock
from handlers.schedule import review_checklist
from tests.stories import walk
from tests.stories.stage import Stage, staged
from tests.stories.walk import letters


class Pinned(Clock):
    """Business time that stands still once a test says so."""

    at: datetime | None = None

    def now(self) -> datetime:
        """The pinned moment, else the present one."""
        return self.at or super().now()


@pytest.fixture
def pinned(tmp_path: Path) -> Iterator[Stage]:
    """A stage whose business time a test pins."""
    with staged(tmp_path) as made:
        made.clock = Pinned()
        made.start()
        yield made


def remind_ana(stage: Stage, at: datetime) -> str:
    """What Dev reads after [Remind Ana] at that moment; how the row ends when there is no button to press."""
    assert isinstance(stage.clock, Pinned)
    stage.clock.at = at
    walk.click(stage, "dev", "root", "gate.missing")
    view = walk.modal(stage, "dev")
    with stage.deps.store.read() as reader:
        ana = reader.by_slack(walk.user_id("ana"))
    shown = re.search(r"(reminded|gets a reminder) <!date\^(\d+)\^", walk.shown(view))
    said = partial(stage.world.slack.ephemerals, walk.user_id("dev"), walk.HERE)
    before = len(said())
    if shown is None:
        reaction = stage.hands.click_view("dev", view["id"], "gate.remind", value=f"1:{ana.id}")
        assert reaction.error is None
        stage.until(lambda: len(said()) > before, "Dev hears of it")
    stage.hands.close("dev", view["id"], everything=True)
    if shown is not None:
        return f"{shown[1]} {datetime.fromtimestamp(int(shown[2]), UTC):%a %H:%M}"
    return str(said()[-1]["text"])


def test_the_day_is_that_of_whoever_is_reminded(pinned: Stage) -> None:
    """Ana works in Los Angeles: her Tuesday is not over when it is Wednesday in London, and begins later than there."""
    walk.won(pinned)
    pinned.world.slack.change_user(walk.user_id("ana"), tz="America/Los_Angeles")
    pinned.settle()
    assert remind_ana(pinned, datetime(2026, 11, 24, 22, 30, tzinfo=UTC)) == "Ana is reminded."
    assert remind_ana(pinned, datetime(2026, 11, 25, 2, 0, tzinfo=UTC)) == "reminded Tue 22:30"
    assert remind_ana(pinned, datetime(2026, 11, 25, 17, 0, tzinfo=UTC)) == "Ana is reminded."
    assert remind_ana(pinned, datetime(2026, 11, 26, 1, 0, tzinfo=UTC)) == "reminded Wed 17:00"


def test_who_is_to_be_reminded_when_their_day_begins_is_not_offered_again(pinned: Stage) -> None:
    """Asked on a Friday evening: until Monday is over there is no button that would only be refused."""
    walk.won(pinned)
    asked = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
    assert remind_ana(pinned, asked) == "Ana is not at work now: the reminder comes when their day begins."
    for later in (timedelta(hours=1), timedelta(days=1), timedelta(days=2, hours=12)):
        assert remind_ana(pinned, asked + later) == "gets a reminder Mon 08:00"
    for later in (timedelta(days=2, hours=14), timedelta(days=3)):
        assert remind_ana(pinned, asked + later) == "reminded Mon 08:00"
    assert remind_ana(pinned, asked + timedelta(days=3, hours=14)) == "Ana is reminded."


@pytest.mark.req("R42")
def test_the_checklist_is_looked_through_every_quarter(pinned: Stage) -> None:
    """Its last review was long ago: operations are asked once a quarter, in office hours; the settings show when."""
    template = pinned.deps.terms.template
    due = datetime.combine(template.review_due, time(9, 30), tzinfo=UTC)
    monday = due + timedelta(days=-due.weekday() % 7)
    moments = [
        (due - timedelta(days=1), False),
        (monday.replace(hour=2), False),
        (monday, True),
        (monday + timedelta(hours=1), False),
        (monday + timedelta(days=1), False),
        (monday + timedelta(weeks=13), True),
    ]
    asked = []
    for moment, _ in moments:
        pinned.clock.at = moment  # type: ignore[attr-defined]
        asked.append(review_checklist(pinned.deps))
    assert asked == [wanted for _, wanted in moments]
    pinned.settle()
    told = [m["text"] for m in letters(pinned, "olga")]
    assert told == ["The checklist “default” is due for its quarterly review."] * 2
    shown = str(pinned.hands.command("olga", walk.HERE, "settings").body)
    assert f"the checklist was last looked through: {template.last_reviewed:%-d %b %Y}" in shown
