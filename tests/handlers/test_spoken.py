"""Dates as people type them."""

from datetime import date

import pytest

from handlers.ears.spoken import day_of

TODAY = date(2026, 3, 10)  # a Tuesday


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("2026-03-12", date(2026, 3, 12)),
        ("Thu", date(2026, 3, 12)),
        ("thursday,", date(2026, 3, 12)),
        ("Tues", date(2026, 3, 17)),  # after today, so a week later
        ("MONDAY", date(2026, 3, 16)),
        ("Th", None),
        ("tomorrow", None),
        ("12.03.", None),
        ("", None),
        ("thursdays", None),
    ],
)
def test_a_date_or_a_weekday_and_nothing_guessed(word: str, day: date | None) -> None:
    assert day_of(word, TODAY) == day
