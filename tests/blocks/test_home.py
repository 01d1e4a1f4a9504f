"""Home: what waits for me first, then what I am in, what I sold, and for a head what is late."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blocks import ids
from blocks.card import Row
from blocks.company.deputy import Place
from blocks.home import home_view
from bot import gate
from bot.handover import Handover, Interval, State
from bot.people import Person, Role
from tests.blocks.reading import accepted, buttons, words
from tests.builders import ANA, BEN, CHLOE, DEV, DUE_AT, HANA, NOW, make_frame, make_handover

FRAME = make_frame()
ROW = Row(42, "ABC Fintech – Portal", "🔴 Late", DUE_AT, "Ana Ruiz", "https://acme.slack.com/p1")


def drawn(
    person: Person,
    mine: list[Handover],
    sold: Sequence[Handover] = (),
    late: list[Row] | None = None,
    deputy: Person | None = None,
    places: Sequence[Place] = (),
) -> dict[str, Any]:
    pairs = [(handover, gate.turns_of(handover, person.id)) for handover in mine]
    view = home_view(person, pairs, sold, late, FRAME, deputy, places=places)
    accepted(view)
    return view


def test_what_waits_for_me_comes_first_and_most_urgent_first() -> None:
    urgent = make_handover(State.SCOPED, id=43, workspace_name="Late Ltd – Portal", due_at=NOW - timedelta(days=1))
    view = drawn(ANA, [make_handover(State.PROVISIONED), urgent, make_handover(State.IN_PROGRESS, id=44)])
    shown = words(view)
    assert shown.startswith("*2 things wait for you*, Ana.")
    assert shown.index("Late Ltd") < shown.index("ABC Fintech")
    assert "*Your other handovers* · 1" in shown
    assert buttons(view)["Answer"]["value"] == "43"
    assert buttons(view)["Brief"]["action_id"] == ids.BRIEF


@pytest.mark.parametrize(("kind", "state"), [("hold", "⏸ On hold"), ("pause", "⏸ Waiting on the client")])
def test_what_stands_still_shows_no_due_time(kind: str, state: str) -> None:
    """The clock does not run: whatever it said is not the time by which anything is due."""
    running = make_handover(State.SCOPED)
    assert "Running · due <!date^" in words(drawn(BEN, [running]))
    running.intervals = [Interval(kind, NOW, "test data", BEN.id)]
    shown = words(drawn(BEN, [running]))
    assert f"*ABC Fintech – Cloud Migration – Sep2025* · {state} · next: " in shown
    assert "due" not in shown


def test_what_stands_still_goes_on_with_one_click_of_those_who_may() -> None:
    """As in the thread: everybody of the handover ends a pause; a hold, the sales rep and the delivery manager."""
    still = make_handover(State.SCOPED)
    for kind, button, action, people in (
        ("pause", "Resume", ids.RESUME, (ANA, BEN, CHLOE, DEV)),
        ("hold", "It goes on", ids.RESUME_HOLD, (ANA, DEV)),
    ):
        still.intervals = [Interval(kind, NOW, "test data", BEN.id)]
        for person in (ANA, BEN, CHLOE, DEV):
            shown = buttons(drawn(person, [still, make_handover(State.IN_PROGRESS, id=43)]))
            assert (button in shown) == (person in people), (kind, person.name)
            assert person not in people or (shown[button]["action_id"], shown[button]["value"]) == (action, "42")
    ended = make_handover(State.CANCELLED, intervals=[Interval("hold", NOW, "deleted in the CRM")])
    assert "It goes on" not in buttons(drawn(DEV, [ended]))


def test_what_baton_is_doing_waits_for_nobody() -> None:
    shown = words(drawn(DEV, [make_handover(State.SCOPED)]))
    assert shown.startswith("*Nothing waits for you*, Dev.")
    assert "next: Ana answers 1 question from Ben" in shown


def test_a_deputy_sees_for_whom_they_stand_in_and_takes_a_role_over() -> None:
    """What is one's own comes first; two people who are away are two groups, each role with its button."""
    ben, chloe = (replace(one, away_until=NOW.date()) for one in (BEN, CHLOE))
    roles = [(ben, 42, Role.PM), (ben, 43, Role.PM), *((chloe, n, Role.CSM) for n in range(50, 60))]
    view = drawn(
        ANA, [make_handover(State.SCOPED)], places=[Place(who, n, role, f"Deal {n}") for who, n, role in roles]
    )
    shown = words(view)
    assert shown.index("thing waits for you") < shown.index("*You stand in for Ben Ortiz*, who is away until Tue 9 Sep")
    assert "*Deal 43* · project manager" in shown
    assert "and 2 more: they follow here" in shown
    offered = [b["accessory"] for b in view["blocks"] if b.get("accessory", {}).get("action_id") == ids.TAKE_OVER]
    assert [e["value"] for e in offered][1:3] == [f"43:pm:{BEN.id}", f"50:csm:{CHLOE.id}"]
    assert len(offered) == 10
    assert "stand in" not in words(drawn(ANA, []))


@pytest.mark.req("R62")
def test_the_rep_sees_how_the_sold_deals_are_doing() -> None:
    shown = words(drawn(ANA, [], [make_handover(State.IN_PROGRESS)]))
    assert "*Deals you sold* · 1" in shown
    assert "*ABC Fintech – Cloud Migration – Sep2025* · 🟢 In progress · next: kickoff Tue 16 Sep 2025" in shown


def test_a_head_sees_what_is_late() -> None:
    assert "🔴 *Late* · 1" in words(drawn(HANA, [], late=[ROW]))
    assert "*Late* · none" in words(drawn(HANA, [], late=[]))
    assert "Late" not in words(drawn(BEN, []))


def test_a_newcomer_is_told_what_to_do() -> None:
    shown = words(drawn(CHLOE, []))
    assert "`/handover help` shows what you can do" in shown
    assert "As of <!date^" in shown


def test_refresh_draws_it_anew() -> None:
    refresh = buttons(drawn(BEN, []))["Refresh"]
    assert refresh["action_id"] == ids.HOME_TAB


@pytest.mark.parametrize("person", [replace(BEN, guest=True), replace(BEN, active=False)])
def test_guests_see_nothing(person: Person) -> None:
    view = drawn(person, [make_handover(State.WON)], [make_handover(State.WON)])
    assert words(view) == "Handovers are for colleagues only. Ask your contact here what you need to know."


def test_two_hundred_handovers_fit() -> None:
    many = [make_handover(State.WON, id=n) for n in range(1, 200)]
    roles = dict.fromkeys(make_handover().roles, BEN.id)
    all_mine = [replace(handover, roles=roles) for handover in many]
    view = drawn(BEN, all_mine, many, [ROW] * 200)
    assert len(view["blocks"]) <= 100
    assert "and 193 more: `/handover list`" in words(view)
    assert "Refresh" in buttons(view)
    assert "*Deals you sold* · 199" in words(view)
    for handover in all_mine:
        handover.intervals = [Interval("pause", NOW, "test data", BEN.id)]
    still = drawn(BEN, all_mine)
    assert sum(block.get("accessory", {}).get("action_id") == ids.RESUME for block in still["blocks"]) == 10
    assert "and 189 more: `/handover list`" in words(still)
    assert "🔴 *Late* · 200" in words(view)


def test_who_is_away_reads_until_when_and_who_stands_in() -> None:
    away = replace(BEN, away_until=NOW.date() + timedelta(days=3))
    assert "🌴 You are away until Fri 12 Sep 2025, Ana is your deputy." in words(drawn(away, [], deputy=ANA))
    assert "until Fri 12 Sep 2025. Nobody stands in for you: choose a deputy." in words(drawn(away, []))
    out_sick = replace(BEN, status_until=NOW + timedelta(hours=3))
    assert "You are away until <!date^1757415600^" in words(drawn(out_sick, [], deputy=ANA))
    both = replace(out_sick, away_until=NOW.date() - timedelta(days=1))
    assert "You are away until <!date^1757415600^" in words(drawn(both, [], deputy=ANA))
    assert "away" not in words(drawn(replace(BEN, away_until=NOW.date() - timedelta(days=1)), [], deputy=ANA))


def test_everybody_finds_their_preferences() -> None:
    assert buttons(drawn(BEN, []))["Preferences"]["action_id"] == ids.PREFERENCES
