"""What became of what a reminder showed: only what is done is called done."""

from collections.abc import Callable

import pytest

from bot.clock import became
from bot.clock.became import CLOSED, DONE, ELSEWHERE, HOLD, NOT_NOW, PAUSE
from bot.clock.nag import LATE
from bot.context import Disposition, Point
from bot.handover import Handover, Interval, State, TaskCopy
from bot.people import Role
from tests.bot.builders import DM, NOW, PM, complete, entry, handover

TEAM, SIGN = "pm:tick:confirm-team", "sales_rep:sign:sign-context"
ASKED, DATES, FILL = "sales_rep:answer_question:1", "pm:set_task_dates:", "delivery_manager:fill_roles:delivery_manager"


def scoped(*kinds: str) -> Handover:
    return handover(State.SCOPED, intervals=[Interval(kind, NOW, "x") for kind in kinds])


def ticked() -> Handover:
    made = scoped("pause")
    team = made.item("confirm-team")
    assert team
    team.ticked_at = NOW
    return made


def new_point() -> Handover:
    made = complete()
    made.signatures.clear()
    made.entries.append(entry(point=Point(), id=9))
    return made


def asked(reply: str = "") -> Handover:
    point = Point(Disposition.ASK, question="?", asked_by=PM, asked_at=NOW, reply=reply)
    return handover(State.SCOPED, entries=[entry(point=point, id=1)])


def unplanned() -> Handover:
    made = complete()
    made.tasks = [TaskCopy("t1", "Kickoff", "")]
    return made


@pytest.mark.parametrize(
    ("made", "key", "word"),
    [
        (ticked, TEAM, DONE),
        (lambda: scoped("pause"), TEAM, PAUSE),
        (lambda: scoped("pause", "hold"), TEAM, HOLD),
        (scoped, TEAM, ELSEWHERE),
        (lambda: handover(State.CANCELLED), TEAM, CLOSED),
        (new_point, SIGN, NOT_NOW),
        (asked, ASKED, ELSEWHERE),
        (lambda: asked("Yes."), ASKED, DONE),
        (unplanned, DATES, ELSEWHERE),
        (complete, DATES, DONE),
        (scoped, FILL, DONE),
        (lambda: handover(State.SCOPED, roles={Role.PM: PM}), FILL, NOT_NOW),
        (lambda: handover(State.SCOPED, roles={Role.DELIVERY_MANAGER: DM}), FILL, DONE),
        (scoped, LATE, DONE),
        (lambda: scoped("pause"), LATE, PAUSE),
        (lambda: handover(State.CANCELLED), LATE, CLOSED),
    ],
)
def test_each_thing_is_called_what_it_is(made: Callable[[], Handover], key: str, word: str) -> None:
    assert became.of(made(), key) == word


@pytest.mark.parametrize(
    ("found", "word"), [([], DONE), ([DONE, DONE], DONE), ([DONE, PAUSE], PAUSE), ([HOLD, PAUSE, DONE], NOT_NOW)]
)
def test_one_word_for_all_of_it_hides_nothing(found: list[str], word: str) -> None:
    assert became.together(found) == word
