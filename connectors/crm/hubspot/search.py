"""Searches HubSpot's deals: changed ones in order of change, and by words. One page or one timestamp at a time.

HubSpot gives at most 10,000 rows to a query and then fails, so nothing here pages by offset: the next query begins
after the last row (CRM search guide).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from bot.deal import Standing
from bot.errors import Declined, Surprise
from bot.ports import DealBrief
from connectors.answers import Answer
from connectors.crm.hubspot.api import Api
from connectors.crm.hubspot.cursor import milliseconds
from connectors.crm.hubspot.mapping import properties_of
from connectors.crm.hubspot.stages import Stage, standing_of
from connectors.crm.hubspot.values import moment, text
from connectors.pages import pages

PAGE = 200
CHANGED = "hs_lastmodifieddate"
_ID = "hs_object_id"
PROPERTIES = (
    "dealname",
    "dealstage",
    "pipeline",
    "hubspot_owner_id",
    "hs_is_closed",
    "hs_is_closed_won",
    CHANGED,
    _ID,
)
_LONGEST_WORDS = 200
Row = dict[str, Any]


class Search:
    """Searches over one account's deals."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._sort: Any = CHANGED

    def changed(self, operator: str, at: datetime) -> tuple[Answer, list[Row]]:
        """A page of deals changed since (GTE) or after (GT) a moment, oldest change first.

        HubSpot's schema wants `sorts` as names, its guide as objects: the second form is tried when the first fails.
        """
        filters = [_filter(CHANGED, operator, str(milliseconds(at)))]
        try:
            answer = self._ask(filters, sort=self._sort)
        except Declined as refused:
            if refused.status != HTTPStatus.BAD_REQUEST or isinstance(self._sort, dict):
                raise
        else:
            if _ascending(rows_of(answer)):
                return answer, rows_of(answer)
            if isinstance(self._sort, dict):
                raise Surprise("HubSpot", "search deals", "the rows are not in the order that was asked for")
        self._sort = {"propertyName": CHANGED, "direction": "ASCENDING"}
        return self.changed(operator, at)

    def changed_at(self, at: datetime) -> Iterator[list[Row]]:
        """All deals changed at exactly that moment, page by page, in order of their ids."""
        stamp = _filter(CHANGED, "EQ", str(milliseconds(at)))

        def ask(after: str) -> tuple[list[Row], str]:
            rows = rows_of(self._ask([stamp, _filter(_ID, "GT", after or "0")], sort=_ID))
            last = max((text(row, "id") for row in rows), key=lambda row_id: (len(row_id), row_id), default="")
            return rows, last if len(rows) >= PAGE else ""

        return pages(ask, vendor="HubSpot", call="search deals")

    def words(self, words: str, *, limit: int) -> list[Row]:
        """Deals which match the words, in HubSpot's order."""
        asked = {
            "query": words[:_LONGEST_WORDS],
            "filterGroups": [],
            "sorts": [],
            "properties": list(PROPERTIES),
            "limit": min(limit, PAGE),
            "after": "0",
        }
        return rows_of(self._api.search_deals(asked))[:limit]

    def _ask(self, filters: list[dict[str, str]], *, sort: Any) -> Answer:
        return self._api.search_deals(
            {
                "filterGroups": [{"filters": filters}],
                "sorts": [sort],
                "properties": list(PROPERTIES),
                "limit": PAGE,
                "after": "0",
            }
        )


def to_brief(row: Row, stages: Mapping[str, Stage], *, closing: tuple[str, ...]) -> DealBrief:
    """A row as a line to choose by or to compare; `closing` are the configured closing stages."""
    properties = properties_of(row)
    standing = standing_of(properties, stages)
    return DealBrief(
        id=text(row, "id"),
        name=text(properties, "dealname"),
        standing=standing,
        closing=standing is Standing.OPEN and text(properties, "dealstage") in closing,
        modified=changed_at(row),
    )


def changed_at(row: Row) -> datetime | None:
    """When a row was changed, UTC."""
    return moment(properties_of(row).get(CHANGED))


def rows_of(answer: Answer) -> list[Row]:
    """The rows of a search; Surprise when the answer has none of the documented shape."""
    found = answer.body.get("results")
    if not isinstance(found, list):
        raise Surprise("HubSpot", "search deals", "the answer has no list of results")
    return [row for row in found if isinstance(row, dict) and text(row, "id")]


def _filter(name: str, operator: str, value: str) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": value}


def _ascending(rows: list[Row]) -> bool:
    stamps = [at for row in rows if (at := changed_at(row))]
    return stamps == sorted(stamps)
