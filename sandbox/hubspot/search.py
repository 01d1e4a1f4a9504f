"""The CRM search: filters, one sort, pages, and the limits of the search guide.

Page: developers.hubspot.com/docs/api-reference/search/guide. More than 10,000 rows of one query cannot be read.
"""

import fnmatch
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.hubspot.errors import bad_request, whole
from sandbox.hubspot.properties import Properties
from sandbox.shelf import Doc
from sandbox.stamps import millis

MOST_ROWS = 10_000
MOST_PER_PAGE = 200
MOST_GROUPS = 5
MOST_FILTERS = 6
MOST_FILTERS_IN_ALL = 18
LONGEST_BODY = 3_000
SEARCHED = {
    "deals": ("dealname", "pipeline", "dealstage", "description", "dealtype"),
    "contacts": ("email", "firstname", "lastname", "phone"),
    "companies": ("name", "domain", "phone"),
}
Value = Decimal | int | str


class Search:
    """One read search request against one object type; 400 as soon as it breaks a documented limit."""

    def __init__(self, properties: Properties, kind: str, request: dict[str, Any], size: int) -> None:
        if size > LONGEST_BODY:
            raise bad_request(f"The request body is longer than {LONGEST_BODY} characters")
        self._kind = kind
        self._types = {row["name"]: row["type"] for row in properties.all(kind)}
        self.names: list[str] = request.get("properties") or []
        self.groups: list[list[dict[str, Any]]] = [g.get("filters", []) for g in request.get("filterGroups") or []]
        self.tokens = words(str(request.get("query") or ""))
        self.limit = whole(request.get("limit"), "limit", 10)
        self.after = whole(request.get("after"), "after", 0)
        self.sort = _sort(request.get("sorts") or [])
        self._check()

    def page(self, records: list[Doc]) -> dict[str, Any]:
        """The rows of this page with `total`, and `paging.next.after` when there is more."""
        found = [record for record in records if self.fits(record["properties"])]
        if self.sort:
            name, down = self.sort
            found.sort(key=lambda record: self._order(record, name), reverse=down)
        rows = found[self.after : self.after + self.limit]
        end = self.after + len(rows)
        paging = {"paging": {"next": {"after": str(end)}}} if end < len(found) else {}
        return {"total": len(found), "results": rows} | paging

    def fits(self, properties: dict[str, str | None]) -> bool:
        """Whether a record matches the query and at least one filter group."""
        if self.tokens:
            text = " ".join(properties.get(name) or "" for name in SEARCHED.get(self._kind, ()))
            mine = words(text)
            if not all(any(word.startswith(token) for word in mine) for token in self.tokens):
                return False
        return not self.groups or any(all(self._passes(row, properties) for row in group) for group in self.groups)

    def _check(self) -> None:
        if not 1 <= self.limit <= MOST_PER_PAGE:
            raise bad_request(f"limit must be between 1 and {MOST_PER_PAGE}")
        if self.after + self.limit > MOST_ROWS:
            raise bad_request(f"Cannot page beyond {MOST_ROWS} results")
        if len(self.groups) > MOST_GROUPS or any(len(group) > MOST_FILTERS for group in self.groups):
            raise bad_request(f"At most {MOST_GROUPS} filter groups of {MOST_FILTERS} filters are allowed")
        if sum(map(len, self.groups)) > MOST_FILTERS_IN_ALL:
            raise bad_request(f"At most {MOST_FILTERS_IN_ALL} filters are allowed")
        for row in (row for group in self.groups for row in group):
            if row.get("propertyName") not in self._types:
                raise bad_request(f"There was a problem with the request: unknown property {row.get('propertyName')}")
            if row.get("operator") not in OPERATORS:
                raise bad_request(f"Invalid operator {row.get('operator')}")

    def _order(self, record: Doc, name: str) -> tuple[bool, str, Value]:
        value = self._value(name, record["properties"].get(name))
        return (value is not None, type(value).__name__, "" if value is None else value)

    def _value(self, name: str, text: Any) -> Value | None:
        """A stored or asked-for value in the form in which it compares: number, milliseconds, or text without case."""
        if text is None:
            return None
        kind = self._types.get(name, "string")
        if kind in {"date", "datetime"}:
            return millis(str(text))
        if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", str(text)):
            return Decimal(str(text))
        return str(text).casefold()

    def _passes(self, row: dict[str, Any], properties: dict[str, str | None]) -> bool:
        name, operator = row["propertyName"], row["operator"]
        mine = self._value(name, properties.get(name))
        asked = [self._value(name, text) for text in row.get("values") or [row.get("value")]]
        if operator == "BETWEEN":
            asked.append(self._value(name, row.get("highValue")))
        return OPERATORS[operator](mine, asked)


def words(text: str) -> list[str]:
    """The words of a text as the search index knows them: lower-case, without signs; `*` stays."""
    return re.findall(r"[\w*]+", text.casefold())


def _sort(rows: list[Any]) -> tuple[str, bool] | None:
    """One sort: a property name (ascending) or `{propertyName, direction}`; more than one is refused."""
    if len(rows) > 1:
        raise bad_request("Only one sort is allowed")
    if not rows:
        return None
    if isinstance(rows[0], dict):
        return rows[0]["propertyName"], rows[0].get("direction") == "DESCENDING"
    return str(rows[0]).removeprefix("-"), str(rows[0]).startswith("-")


def _contains(mine: Value | None, asked: list[Value | None]) -> bool:
    have = words(str(mine or ""))
    return all(any(fnmatch.fnmatchcase(word, want) for word in have) for want in words(str(asked[0] or "")))


def _compared(test: Callable[[Any, Any], bool]) -> Callable[[Value | None, list[Value | None]], bool]:
    def compare(mine: Value | None, asked: list[Value | None]) -> bool:
        return mine is not None and isinstance(mine, type(asked[0])) and test(mine, asked[0])

    return compare


def _between(mine: Any, asked: list[Any]) -> bool:
    return mine is not None and asked[0] <= mine <= asked[1]


OPERATORS: dict[str, Callable[[Value | None, list[Value | None]], bool]] = {
    "EQ": lambda mine, asked: mine is not None and mine == asked[0],
    "NEQ": lambda mine, asked: mine is not None and mine != asked[0],
    "LT": _compared(lambda a, b: bool(a < b)),
    "LTE": _compared(lambda a, b: bool(a <= b)),
    "GT": _compared(lambda a, b: bool(a > b)),
    "GTE": _compared(lambda a, b: bool(a >= b)),
    "BETWEEN": _between,
    "IN": lambda mine, asked: mine is not None and mine in asked,
    "NOT_IN": lambda mine, asked: mine is not None and mine not in asked,
    "HAS_PROPERTY": lambda mine, _: mine is not None,
    "NOT_HAS_PROPERTY": lambda mine, _: mine is None,
    "CONTAINS_TOKEN": _contains,
    "NOT_CONTAINS_TOKEN": lambda mine, asked: mine is not None and not _contains(mine, asked),
}
