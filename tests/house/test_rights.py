"""The page of rights is what the table says."""

from bot.rights.table import TABLE
from tests.house.rights import BESIDES, COLUMNS, PAGE, page


def test_the_page_is_what_the_table_says() -> None:
    """`make rights` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_everybody_in_the_table_stands_on_the_page() -> None:
    assert {who for right in TABLE.values() for who in right.may} <= COLUMNS.keys() | BESIDES.keys()
