"""The preferences: what is asked and read back, and the word to a new deputy with its buttons."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from blocks import ids, kit
from blocks.company import preferences
from blocks.company.deputy import Place, standing_in
from blocks.company.preferences import AWAY, DEPUTY, REMINDERS, Chosen
from blocks.direct import direct
from blocks.frame import FieldErrors, Frame
from bot.people import Person, Role
from tests.blocks.modals import ANA, BEN, CHLOE, FRAME, HOSTILE, NOW, PEOPLE, block, checked, filled, texts
from tests.blocks.reading import accepted, buttons, harmless, mentions, words

FRIDAY = date(2025, 9, 12)
TODAY = NOW.date()


def view(person: Person = ANA, chosen: Person | None = None, configured: Person | None = None) -> dict[str, Any]:
    return checked(preferences.preferences_view(person, chosen, configured, FRAME, nonce="n1"))


def test_what_is_in_force_stands_there_and_comes_back_unchanged() -> None:
    person = replace(ANA, reminders="morning", away_until=FRIDAY, deputy=BEN.id)
    assert preferences.preferences_read(filled(view(person, BEN))) == Chosen("morning", FRIDAY, "U0BEN")
    assert preferences.preferences_read(filled(view())) == Chosen("now", None, "")


def test_what_is_chosen_is_read() -> None:
    chosen = {REMINDERS: "off", AWAY: FRIDAY.isoformat(), DEPUTY: "U0CHLOE"}
    assert preferences.preferences_read(filled(view(), chosen)) == Chosen("off", FRIDAY, "U0CHLOE")


def test_late_reminders_cannot_be_off_and_the_page_says_so() -> None:
    assert "What is late always comes in the moment: that cannot be off." in texts(view())
    shown = [option["text"]["text"] for option in block(view(), REMINDERS)["element"]["options"]]
    assert shown == ["In the moment", "In the morning", "Off"]


def test_a_day_that_is_over_is_told_below_its_field() -> None:
    read = preferences.preferences_read(filled(view(), {AWAY: (TODAY - timedelta(days=1)).isoformat()}))
    assert isinstance(read, FieldErrors)
    assert "This day is over." in read[AWAY]
    assert isinstance(preferences.preferences_read(filled(view(), {AWAY: TODAY.isoformat()})), Chosen)


def test_an_absence_that_is_over_is_not_shown_any_more() -> None:
    over = replace(ANA, away_until=TODAY - timedelta(days=1))
    assert "initial_date" not in block(view(over), AWAY)["element"]


def test_the_settings_deputy_and_the_status_are_said() -> None:
    shown = texts(view(replace(ANA, status_until=NOW + timedelta(hours=3)), configured=CHLOE))
    assert "Without a choice it is Chloe Wu, by the settings." in shown
    assert "Slack's status says that you are away until <!date^1757415600^" in shown
    quiet = texts(view(replace(ANA, status_until=NOW)))
    assert "status" not in quiet
    assert "by the settings" not in quiet


def letter(who: Person, frame: Frame = FRAME, at: Sequence[Any] = (), name: str = "deputy") -> Any:
    data = {"by": who.id, "at": at}
    message = direct(name, None, replace(frame, people=PEOPLE | {who.id: who}), data, BEN)
    accepted(message)
    harmless(message)
    return message


def test_a_new_deputy_reads_for_whom_and_until_when() -> None:
    message = letter(replace(ANA, away_until=FRIDAY))
    assert "*Ana Ruiz chose you as deputy.* Thank you for standing in." in words(message)
    assert "Ana is away until Fri 12 Sep 2025." in words(message)
    assert buttons(message)["Preferences"]["action_id"] == ids.PREFERENCES
    assert (message.text, mentions(message)) == ("Ana Ruiz chose you as deputy.", [])
    assert "is away until" not in words(letter(ANA))


def test_who_stands_in_from_now_on_reads_until_when_and_can_take_over() -> None:
    message = letter(replace(ANA, away_until=FRIDAY), at=[[40, Role.PM, "Client"]], name="stands_in")
    assert "*Ana Ruiz is away until Fri 12 Sep 2025, and you stand in.* Thank you. You get Ana's reminders." in words(
        message
    )
    assert (message.text, mentions(message)) == ("Ana Ruiz is away: you stand in.", [])
    assert buttons(message)["Take over for Ana"]["value"] == f"40:pm:{ANA.id}"


def test_a_new_deputy_of_somebody_who_is_away_can_take_over_at_once() -> None:
    """Five roles have their button, the rest is on Home; foreign titles stay text."""
    places = [[40 + n, Role.PM, f"Client {n} *bold*"] for n in range(7)]
    message = letter(replace(ANA, away_until=FRIDAY), at=places)
    found = [e for block in message.blocks if (e := block.get("accessory"))]
    assert [(e["action_id"], e["value"]) for e in found] == [(ids.TAKE_OVER, f"{40 + n}:pm:{ANA.id}") for n in range(5)]
    assert found[0]["text"]["text"] == "Take over for Ana"
    assert found[0]["accessibility_label"] == "Take over for Ana: project manager of Client 0 *bold*"
    assert "and 2 more on your Home" in words(message)
    assert "Client 0 *bold*" not in words(message)
    assert ids.TAKE_OVER not in str(letter(ANA).blocks)


@pytest.mark.parametrize("name", [HOSTILE, "\u202e", ""])
def test_hostile_names_fit(name: str) -> None:
    person = replace(ANA, name=name, away_until=FRIDAY)
    view(person, configured=person)
    letter(person, at=[[42, Role.PM, name]])
    places = [Place(person, 42, Role.PM, name)] * 12
    drawn = kit.home([*preferences.away_lines(person, person, FRAME), *standing_in(places, FRAME)])
    accepted(drawn)
    harmless(drawn)
