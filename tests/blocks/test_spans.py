"""Working time is said in the office's own days, and never as more than it was."""

from datetime import timedelta

import pytest

from blocks.words.spans import worked_of, working_time


def of(hours: float = 0, minutes: float = 0) -> timedelta:
    return timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("span", "day", "words"),
    [
        (of(13), 8, "1 day 5 h"),
        (of(13), 6, "2 days 1 h"),  # the same hours in an office of shorter days
        (of(16), 8, "2 days"),
        (of(16, 20), 8, "2 days 20 min"),  # a little late is not in time
        (of(15, 59.9), 8, "1 day 7 h"),  # and a little less is not 2 days
        (of(5, 20), 8, "5 h 20 min"),
        (of(0, 20), 8, "20 min"),
        (of(8), 8, "1 day"),
        (of(0, 0.5), 8, ""),
        (of(), 8, ""),
        (of(7.5), 7.5, "1 day"),
    ],
)
def test_working_time_in_words(span: timedelta, day: float, words: str) -> None:
    assert working_time(span, of(day)) == words


def test_what_was_worked_of_what_was_agreed() -> None:
    assert worked_of(of(13), of(16), of(8)) == "1 day 5 h of 2 days"
    assert worked_of(of(3), of(4), of(8)) == "3 h of 4 h"
    assert worked_of(of(13), of(), of(8)) == "1 day 5 h"
    assert worked_of(of(), of(16), of(8)) == ""
