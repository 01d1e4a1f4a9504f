"""Answers a person's search: the deals that match, each with client and owner, so that one can be chosen."""

from collections.abc import Mapping
from dataclasses import replace

from bot.ports import DealBrief
from connectors.crm.hubspot.api import Api
from connectors.crm.hubspot.config import Config
from connectors.crm.hubspot.mapping import properties_of
from connectors.crm.hubspot.names import split_name
from connectors.crm.hubspot.people import read_owner
from connectors.crm.hubspot.reader import primary_company
from connectors.crm.hubspot.search import Row, Search, to_brief
from connectors.crm.hubspot.stages import Stage, read_stages
from connectors.crm.hubspot.values import text


class Finder:
    """Searches one account by words."""

    def __init__(self, api: Api, config: Config) -> None:
        self._api = api
        self._config = config
        self._search = Search(api)

    def find(self, words: str, *, limit: int) -> tuple[DealBrief, ...]:
        """At most `limit` deals, best first as HubSpot sees it; none for no words."""
        rows = self._search.words(words.strip(), limit=limit) if words.strip() else []
        if not rows:
            return ()
        stages = read_stages(self._api.pipelines("deals"), counted=self._config.pipelines)
        clients, owners = self._clients(rows), self._owners(rows)
        return tuple(self._named(row, stages, clients, owners) for row in rows)

    def _named(
        self, row: Row, stages: Mapping[str, Stage], clients: Mapping[str, str], owners: Mapping[str, str]
    ) -> DealBrief:
        brief = to_brief(row, stages, closing=self._config.closing_stages)
        client = clients.get(brief.id) or split_name(brief.name)[0]
        return replace(brief, client=client, owner=owners.get(text(properties_of(row), "hubspot_owner_id"), ""))

    def _clients(self, rows: list[Row]) -> dict[str, str]:
        """Deal id to the name of its company."""
        companies: dict[str, str] = {}
        for pair in self._api.companies_of(text(row, "id") for row in rows):
            source, linked = pair.get("from"), pair.get("to")
            if isinstance(source, dict) and isinstance(linked, list):
                companies[text(source, "id")] = primary_company([entry for entry in linked if isinstance(entry, dict)])
        ids = dict.fromkeys(filter(None, companies.values()))
        records = self._api.records("companies", ids, properties=("name",)) if ids else []
        names = {text(record, "id"): text(properties_of(record), "name") for record in records}
        return {deal_id: names.get(company_id, "") for deal_id, company_id in companies.items()}

    def _owners(self, rows: list[Row]) -> dict[str, str]:
        """Owner id to name."""
        ids = dict.fromkeys(text(properties_of(row), "hubspot_owner_id") for row in rows)
        people = {owner_id: read_owner(self._api.owner(owner_id)) for owner_id in ids if owner_id}
        return {owner_id: person.name for owner_id, person in people.items() if person}
