"""Follows the cursors of a list that comes in pages; one that goes round in circles, or never ends, is an error.

A list of which a part is missing would pass for the whole: what is not in it would be made a second time.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from bot.errors import Surprise

Page = TypeVar("Page")
MOST = 1_000
"""Pages of one list: some hundred thousand rows, more than any list has that is read here."""
CIRCLE = "its pages lead back to one that was read already"
ENDLESS = "its pages do not end"


def pages(ask: Callable[[str], tuple[Page, str]], *, vendor: str, call: str) -> Iterator[Page]:
    """Each page. `ask` takes a cursor ('' for the first page) and gives a page with the next cursor, '' at the end.

    Surprise when a cursor comes a second time, or after MOST pages.
    """
    cursor, seen = "", set[str]()
    for _ in range(MOST):
        page, cursor = ask(cursor)
        yield page
        if not cursor:
            return
        if cursor in seen:
            raise Surprise(vendor, call, CIRCLE)
        seen.add(cursor)
    raise Surprise(vendor, call, ENDLESS)
