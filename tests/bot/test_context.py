"""Entries and points: what counts, what is open, and which lines can be saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.context import (
    DETAILS,
    MAX_LINES,
    MAX_TEXT,
    POINT_KINDS,
    Disposition,
    Kind,
    Point,
    iso_day,
    line_problem,
    lines_of,
)
from tests.bot.builders import NOW, entry


@pytest.mark.req("R46")
def test_each_line_is_a_promise_of_its_own() -> None:
    assert lines_of("- Weekly call\n\n  • Training for 5 \r\n*Data import") == [
        "Weekly call",
        "Training for 5",
        "Data import",
    ]


@given(st.text())
def test_no_line_is_empty_or_holds_what_a_database_refuses(text: str) -> None:
    for line in lines_of(text):
        assert line == line.strip()
        assert line
        assert "\x00" not in line


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "at least one promise"),
        (["x"] * (MAX_LINES + 4), "14 lines are too many at once: save 10, then add the rest."),
        (["x" * (MAX_TEXT + 1)], "1,000 characters"),
    ],
)
def test_what_cannot_be_saved_says_what_to_do(lines: list[str], words: str) -> None:
    assert words in str(line_problem(lines))


def test_ten_lines_of_a_thousand_characters_are_fine() -> None:
    assert line_problem(["x" * MAX_TEXT] * MAX_LINES) is None


@pytest.mark.parametrize(
    ("point", "opened", "waits"),
    [
        (None, False, False),
        (Point(), True, False),
        (Point(Disposition.IN_SCOPE), False, False),
        (Point(Disposition.CHANGE_REQUEST), False, False),
        (Point(Disposition.GOODWILL), False, False),
        (Point(Disposition.DECLINED), False, False),
        (Point(Disposition.ASK, question="?"), True, True),
        (Point(Disposition.ASK, question="?", reply="Until June."), True, False),
    ],
)
def test_a_point_is_open_until_it_is_answered_and_a_question_is_no_answer(
    *, point: Point | None, opened: bool, waits: bool
) -> None:
    said = entry(point=point)
    assert said.open is opened
    assert (point.waits_for_rep if point else False) is waits
    said.undone_at = NOW
    assert not said.open


def test_every_kind_has_its_fields_and_four_are_points() -> None:
    assert set(DETAILS) == set(Kind)
    assert set(POINT_KINDS) == {Kind.COMMITMENT, Kind.REAL_DEADLINE, Kind.DISCOUNT, Kind.SCOPE_AMBIGUITY}


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert iso_day(text) is None
    assert str(iso_day("2026-03-13")) == "2026-03-13"
