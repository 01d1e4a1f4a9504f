"""No deed without its row: every door that Baton has in Slack leads to a row, or says why it needs none."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from blocks import ids
from bot.people import HANDOVER_ROLES, Role
from bot.rights import Deed, Who
from bot.rights.table import SECTIONS, TABLE
from handlers.deps import Deps
from handlers.ears import register
from handlers.ears.commands import WORDS
from tests.rights.cases import CASES

NO_RIGHT_NEEDED = {
    ids.HOME_TAB: "one's own Home: what stands in it follows the rows of seeing",
    "app_home_opened": "the same",
    "message": "words to Baton in its own direct message: it answers how to write them",
    ids.ZONE_SEARCH: "names of time zones",
    "user_change": "Slack tells it: no person does it",
    "member_joined_channel": "Slack tells it",
    "channel_shared": "Slack tells it",
}
ELSEWHERE = {Deed.SEE_LATE: "test_late_handovers_stand_on_the_heads_home_alone"}


class Noted(App):
    """Bolt, which keeps what is registered in it."""

    def __init__(self) -> None:
        result = AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")
        super().__init__(signing_secret="s", authorize=lambda: result, process_before_response=True)
        self.doors: set[str] = set()

    def _note(self, constraint: Any) -> None:
        if isinstance(constraint, str):
            self.doors.add(constraint)

    def action(self, constraints: Any, *more: Any, **named: Any) -> Callable[..., Any]:
        self._note(constraints)
        return super().action(constraints, *more, **named)

    def view(self, constraints: Any, *more: Any, **named: Any) -> Callable[..., Any]:
        self._note(constraints)
        return super().view(constraints, *more, **named)

    def shortcut(self, constraints: Any, *more: Any, **named: Any) -> Callable[..., Any]:
        self._note(constraints)
        return super().shortcut(constraints, *more, **named)

    def event(self, event: Any, *more: Any, **named: Any) -> Callable[..., Any]:
        self._note(event)
        return super().event(event, *more, **named)

    def options(self, constraints: Any, *more: Any, **named: Any) -> Callable[..., Any]:
        self._note(constraints)
        return super().options(constraints, *more, **named)


@pytest.fixture(scope="module")
def doors() -> set[str]:
    """Every id that Baton listens to, and every verb."""
    noted = Noted()
    register(noted, cast(Deps, None))  # nothing is asked of it until somebody comes
    entries = {ids.NOT_MINE, ids.HAND_OVER}  # of an overflow, which has one id for all
    return noted.doors | entries | {f"/{verb}" for verb in WORDS}


def walked() -> set[str]:
    """Every id and verb through which a cell is tested; `HO-7` alone is the card."""
    return {name for case in CASES for door in case.doors for name in door.passes} - {"/HO"}


def test_every_door_leads_to_a_row_or_says_why_not(doors: set[str]) -> None:
    assert len(doors) > 100
    assert doors - walked() - NO_RIGHT_NEEDED.keys() == set()
    assert walked() & NO_RIGHT_NEEDED.keys() == set()


def test_no_door_is_spoken_of_that_is_not_there(doors: set[str]) -> None:
    assert (walked() | NO_RIGHT_NEEDED.keys()) - doors == set()


def test_every_deed_has_a_row_and_is_tested() -> None:
    assert set(Deed) == set(TABLE)
    assert len(TABLE) == sum(len(rows) for rows in SECTIONS.values())
    assert set(TABLE) - {case.deed for case in CASES} == ELSEWHERE.keys()


@pytest.mark.req("R28", "R29", "R30")
def test_a_signature_has_one_holder_and_nobody_beside_them() -> None:
    """Never by proxy: no deputy, no head, nobody who took an item over."""
    for role in (Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP):
        assert TABLE[Deed(f"sign.{role}")].may == (Who(role.value),)
        assert not TABLE[Deed(f"sign.{role}")].empty


def test_a_role_is_given_back_by_its_holder_alone() -> None:
    for role in HANDOVER_ROLES:
        assert TABLE[Deed(f"role.hand.{role}")].may == (Who(role.value),)
