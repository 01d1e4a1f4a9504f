"""Absence: who is away until when, what a status says, and who stands in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.clock.absence import back_at, by_status, deputy_of, missing, stand_in
from bot.people import Person
from tests.bot.builders import NOW, person, settings

FRIDAY = date(2026, 3, 13)
AWAY: Mapping[str, Any] = {"away_until": FRIDAY, "tz": "Europe/Berlin"}
SOON = NOW + timedelta(hours=5)


@dataclass(frozen=True)
class Company:
    """People by id and by e-mail, as a unit or a reader finds them."""

    people: tuple[Person, ...]

    def person(self, person_id: int) -> Person | None:
        return next((one for one in self.people if one.id == person_id), None)

    def by_email(self, email: str) -> Person | None:
        return next((one for one in self.people if one.email == email), None)


def company(**changes: Mapping[str, Any]) -> Company:
    """Ana, Ben, Chloe, Dev and Eve with the ids 1 to 5; `changes` by first name."""
    names = ("Ana", "Ben", "Chloe", "Dev", "Eve")
    people = (replace(person(n, name), **changes.get(name.lower(), {})) for n, name in enumerate(names, start=1))
    return Company(tuple(people))


def stands_in(found: Company, who: str = "ana", **deputies: str) -> str:
    """The first name of who stands in, '' when nobody does. `deputies` are configured, by first name."""
    emails = {f"{name}@acme.example": f"{deputy}@acme.example" for name, deputy in deputies.items()}
    agreed = replace(settings(), deputies=emails)
    asked = found.by_email(f"{who}@acme.example")
    assert asked is not None
    one = stand_in(found, asked, agreed, NOW)
    return one.first_name.lower() if one else ""


def test_whoever_is_here_needs_nobody() -> None:
    assert stands_in(company(ana={"deputy": 2})) == ""


def test_the_chosen_deputy_stands_in_else_the_configured_one() -> None:
    assert stands_in(company(ana={**AWAY, "deputy": 2}), ana="chloe") == "ben"
    assert stands_in(company(ana=AWAY), ana="chloe") == "chloe"
    assert stands_in(company(ana=AWAY)) == ""


@pytest.mark.parametrize("gone", [{"active": False}, {"guest": True}, {"slack_id": ""}])
def test_nobody_stands_in_who_could_not_hold_a_role(gone: dict[str, Any]) -> None:
    found = company(ana={**AWAY, "deputy": 2}, ben=gone)
    assert stands_in(found) == ""
    assert stands_in(found, ana="chloe") == "chloe"
    assert deputy_of(found, found.people[0], settings()) is None


def test_somebody_who_left_is_missing_and_has_a_stand_in() -> None:
    found = company(ana={"active": False, "deputy": 2})
    assert missing(found.people[0], NOW)
    assert stands_in(found) == "ben"


def test_a_deputy_who_is_away_hands_on_three_times_at_most() -> None:
    line = {"ana": {**AWAY, "deputy": 2}, "ben": {**AWAY, "deputy": 3}, "chloe": {**AWAY, "deputy": 4}}
    assert stands_in(company(**line)) == "dev"
    assert stands_in(company(**line, dev={**AWAY, "deputy": 5})) == ""


def test_a_line_that_ends_with_nobody_gives_way_to_the_configured_one() -> None:
    assert stands_in(company(ana={**AWAY, "deputy": 2}, ben=AWAY), ana="chloe") == "chloe"
    assert stands_in(company(ana={**AWAY, "deputy": 2}, ben=AWAY), ana="chloe", ben="dev") == "dev"


def test_a_circle_ends() -> None:
    pair = {"ana": {**AWAY, "deputy": 2}, "ben": {**AWAY, "deputy": 1}}
    assert stands_in(company(**pair)) == ""
    assert stands_in(company(ana={**AWAY, "deputy": 1})) == ""
    assert stands_in(company(**pair), "ben", ben="eve") == "eve"


def test_absence_ends_at_midnight_of_their_own_zone_or_with_the_status_whichever_is_later() -> None:
    midnight = datetime(2026, 3, 13, 23, tzinfo=UTC)
    assert back_at(person(1, "Ana", **AWAY), NOW) == midnight
    assert back_at(person(1, "Ana", **AWAY, status_until=SOON), NOW) == midnight
    assert back_at(person(1, "Ana", status_until=SOON), NOW) == SOON
    assert back_at(person(1, "Ana", away_until=NOW.date() - timedelta(days=1)), NOW) is None
    away = person(1, "Ana", **AWAY)
    assert (away.away(midnight - timedelta(seconds=1)), away.away(midnight)) == (True, False)


@pytest.mark.parametrize(
    ("emoji", "text"),
    [
        (":palm_tree:", ""),
        (":baby::skin-tone-3:", "See you in May"),
        (":NO_ENTRY:", ""),
        ("", "On vacation!"),
        (":cake:", "Out-of-office, back on Monday"),
    ],
)
def test_an_agreed_sign_with_an_end_is_an_absence(emoji: str, text: str) -> None:
    assert by_status(emoji, text, SOON, settings=settings(), now=NOW) == SOON


@pytest.mark.parametrize(
    ("emoji", "text", "until"),
    [
        (":spiral_calendar_pad:", "In a meeting", SOON),
        (":house_with_garden:", "Planning my vacations", SOON),
        ("", "", SOON),
        (":palm_tree:", "On vacation", None),
        (":palm_tree:", "On vacation", NOW),
        (":palm_tree:", "On vacation", NOW - timedelta(days=1)),
    ],
)
def test_any_other_status_and_one_without_an_end_is_none(emoji: str, text: str, until: datetime | None) -> None:
    assert by_status(emoji, text, until, settings=settings(), now=NOW) is None


def test_a_company_agrees_on_its_own_signs() -> None:
    agreed = replace(settings(), away_emojis=(":bike:",), away_words=("urlaub",))
    assert by_status(":bike:", "", SOON, settings=agreed, now=NOW) == SOON
    assert by_status("", "Im Urlaub", SOON, settings=agreed, now=NOW) == SOON
    assert by_status(":palm_tree:", "vacation", SOON, settings=agreed, now=NOW) is None
