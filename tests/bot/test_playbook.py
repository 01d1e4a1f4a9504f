"""A playbook's sums, and when its hours want several milestones."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.playbook import Milestone, Playbook, PlaybookTask, TaskList, hours_in, wants_milestones


def playbook(*hours: int, declared: int | None = None, summary: tuple[tuple[str, str], ...] = ()) -> Playbook:
    """One milestone with one task for each number of hours."""
    milestones = tuple(
        Milestone(f"M{n}", hours=Decimal(each), lists=(TaskList("L", tasks=(PlaybookTask(n, "T", Decimal(each)),)),))
        for n, each in enumerate(hours, start=1)
    )
    total = None if declared is None else Decimal(declared)
    return Playbook("P", "p", total, milestones=milestones, summary=summary)


RIGHT = (
    ("Total Milestones", "2 (30h + 10h)"),
    ("Total Task Lists", "2 (consolidated from 4 Parts)"),
    ("Total Tasks", "2 (one per Step)"),
    ("Total Hours", "40h"),
)


@pytest.mark.req("R75")
def test_a_playbook_that_adds_up_has_no_warning() -> None:
    assert playbook(30, 10, declared=40, summary=RIGHT).warnings == ()


@pytest.mark.req("R75")
@pytest.mark.parametrize(
    ("place", "wrong", "warning"),
    [
        (0, "3 (30h + 10h)", "Summary, Total Milestones: it says 3, the file has 2."),
        (0, "2 (30h + 11h)", "Summary, Total Milestones: it says 30h + 11h, the tasks have 30h + 10h."),
        (1, "5", "Summary, Total Task Lists: it says 5, the file has 2."),
        (2, "19 (one per Step)", "Summary, Total Tasks: it says 19, the file has 2."),
        (3, "41h", "Summary, Total Hours: it says 41, the file has 40."),
    ],
)
def test_a_wrong_number_of_the_summary_is_named_with_the_right_one(place: int, wrong: str, warning: str) -> None:
    summary = tuple((name, wrong if n == place else value) for n, (name, value) in enumerate(RIGHT))
    assert playbook(30, 10, declared=40, summary=summary).warnings == (warning,)


@pytest.mark.req("R75")
def test_wrong_hours_of_a_milestone_and_of_the_whole_are_named() -> None:
    book = playbook(30, 10, declared=50)
    book = replace(book, milestones=(replace(book.milestones[0], hours=Decimal("29.5")), book.milestones[1]))
    assert book.warnings == (
        "M1: hours: it says 29.5, its tasks give 30.",
        "Total hours: it says 50, the tasks give 40.",
    )


def test_what_is_not_declared_is_not_compared() -> None:
    assert playbook(30, 10).warnings == ()


@pytest.mark.req("R74")
def test_more_than_50_hours_want_several_milestones() -> None:
    assert [wants_milestones(Decimal(hours)) for hours in ("50", "50.5")] == [False, True]
    assert playbook(50).warnings == ()
    assert playbook(51).warnings == ("51h stand in 1 milestone. More than 50h want several: split it.",)
    assert playbook(30, 30).warnings == ()


@pytest.mark.req("R74")
def test_a_structure_that_says_several_milestones_must_have_them() -> None:
    single = replace(playbook(20), structure="Multi-Milestone (>50h)")
    assert single.warnings == ('The structure says "Multi-Milestone (>50h)", the file has 1 milestone.',)


@pytest.mark.req("R78")
def test_provenance_is_the_source_and_the_day() -> None:
    made = playbook(1, summary=(("Generated from", "source.md"), ("Generated on", "2025-12-31")))
    assert (made.generated_from, made.generated_on) == ("source.md", date(2025, 12, 31))
    assert (playbook(1).generated_from, playbook(1).generated_on) == ("", None)
    assert replace(made, summary=(("Generated on", "last year"),)).generated_on is None


@pytest.mark.parametrize(
    ("name", "label"),
    [("P - 2. Build & Test", "Build & Test"), ("Go-Live", "Go-Live"), ("3. UAT", "UAT"), ("P - ", "P - ")],
)
def test_a_milestone_is_called_without_the_title_and_its_number(name: str, label: str) -> None:
    book = playbook(1)
    assert book.label(replace(book.milestones[0], name=name)) == label


@pytest.mark.parametrize(
    ("text", "hours"),
    [("6h", "6"), (" 2.5 h ", "2.5"), ("0", "0"), ("six", None), ("", None), ("6d", None), ("٦h", None)],
)
def test_hours_are_read_from_plain_numbers_only(text: str, hours: str | None) -> None:
    assert hours_in(text) == (Decimal(hours) if hours else None)
