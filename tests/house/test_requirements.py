"""The marks name requirements that exist, and the page says what the tests say."""

from tests.house.requirements import PAGE, known, marks, page


def test_every_mark_names_a_known_requirement() -> None:
    assert set(marks()) <= set(known())


def test_all_257_are_listed_in_order() -> None:
    assert list(known()) == [f"R{number}" for number in range(1, 258)]


def test_the_page_is_what_the_marks_say() -> None:
    """`make requirements` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()
