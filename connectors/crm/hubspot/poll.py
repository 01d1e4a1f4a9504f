"""Finds what webhooks lost: all deals changed since a cursor, by HubSpot's own clock, in whatever stage they are.

One pass sees wins, reopenings, edits and losses alike; a second one sees deletions, which searching never finds. Rows
of one timestamp are read to their last by id, so that neither a page border nor many equal stamps loses one.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from bot.deal import Standing
from bot.errors import RateLimited
from bot.ports import DealBrief, PollPage
from connectors.crm.hubspot.api import Api
from connectors.crm.hubspot.config import Config
from connectors.crm.hubspot.cursor import Cursor
from connectors.crm.hubspot.mapping import properties_of
from connectors.crm.hubspot.search import PAGE, PROPERTIES, Row, Search, changed_at, to_brief
from connectors.crm.hubspot.stages import read_stages
from connectors.crm.hubspot.values import moment, text

_PAGES_AT_ONCE = 20
_PAUSE = 0.25  # seconds; five searches a second are allowed to all apps of an account together


class Poll:
    """Polls one account. `pause` waits so many seconds between two searches."""

    def __init__(self, api: Api, config: Config, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._config = config
        self._pause = pause
        self._search = Search(api)

    def run(self, written: str, *, since: datetime) -> PollPage:
        """Deals changed after the cursor. Told to slow down, it stops early with a cursor that goes on there."""
        cursor = Cursor.read(written, since=since)
        stages = read_stages(self._api.pipelines("deals"), counted=self._config.pipelines)
        gone = self._deleted(cursor.start)
        found: dict[str, DealBrief] = {}
        reached, clock, whole = cursor.at, None, False
        try:
            for date, rows, is_last in self._batches(cursor):
                clock, whole = clock or date, is_last
                closing = self._config.closing_stages
                found.update((text(row, "id"), to_brief(row, stages, closing=closing)) for row in rows)
                reached = max([reached, *(at for row in rows if (at := changed_at(row)))])
        except RateLimited:
            if not found:
                raise
        following = cursor.advanced(reached, clock=clock, whole=whole)
        return PollPage(tuple({**found, **gone}.values()), following.write())

    def _batches(self, cursor: Cursor) -> Iterator[tuple[datetime | None, list[Row], bool]]:
        """(HubSpot's clock, rows, whether that was all); each batch holds every row up to its latest moment."""
        operator, start = cursor.operator, cursor.start
        for number in range(_PAGES_AT_ONCE):
            if number:
                self._pause(_PAUSE)
            answer, rows = self._search.changed(operator, start)
            last = changed_at(rows[-1]) if rows else None
            if len(rows) < PAGE or last is None:
                yield answer.date, rows, True
                return
            yield answer.date, [*rows, *self._rest_of(last)], False
            operator, start = "GT", last

    def _rest_of(self, at: datetime) -> Iterator[Row]:
        for rows in self._search.changed_at(at):
            self._pause(_PAUSE)
            yield from rows

    def _deleted(self, start: datetime) -> dict[str, DealBrief]:
        """The deals deleted since that moment; one without a moment counts."""
        found = {}
        for row in self._api.archived_deals(properties=PROPERTIES):
            at, row_id = moment(row.get("archivedAt")), text(row, "id")
            if at is None or at >= start:
                name = text(properties_of(row), "dealname")
                found[row_id] = DealBrief(row_id, name, standing=Standing.DELETED, modified=at)
        return found
