"""HubSpot's calls, one method each, by the date-based paths of one API version. It decides nothing.

Pages are read to their end, batches are cut to the vendor's 100 (developers.hubspot.com, CRM objects guide).
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from bot.errors import Declined, Surprise
from connectors.answers import Answer
from connectors.http import VendorHttp, path
from connectors.pages import pages

_BATCH = 100
_PAGE = "500"


class Api:
    """HubSpot over HTTP. A record that is not there is None or an empty dict; all else raises the VendorError tree."""

    def __init__(self, http: VendorHttp, *, version: str) -> None:
        self._http = http
        self.vendor = http.vendor
        self._objects = f"/crm/objects/{version}"
        self._associations = f"/crm/associations/{version}"
        self._pipelines = f"/crm/pipelines/{version}"
        self._properties = f"/crm/properties/{version}"
        self._owners = f"/crm/owners/{version}"
        self._files = f"/files/{version}/files"
        self._account = f"/account-info/{version}/details"

    def deal(
        self, deal_id: str, *, properties: Iterable[str], history: str = "", linked: str = "", archived: bool = False
    ) -> Answer | None:
        """One deal. A merged one answers under its surviving id; a deleted one only with `archived`."""
        params = {"properties": ",".join(properties), "archived": str(archived).lower()}
        params |= {"propertiesWithHistory": history} if history else {}
        params |= {"associations": linked} if linked else {}
        answer = self._or_none(self._objects + path("deals", deal_id), call="read the deal", params=params)
        if answer and not (answer.body.get("id") and isinstance(answer.body.get("properties"), dict)):
            # Half a deal would be one that was merged into nothing, or that stands in no stage any more.
            raise Surprise("HubSpot", "read the deal", "the answer has no id or no properties")
        return answer

    def update_deal(self, deal_id: str, properties: dict[str, str]) -> None:
        """Writes these properties and no others."""
        self._http.write(
            "PATCH",
            self._objects + path("deals", deal_id),
            call="write to the deal",
            json={"properties": properties},
        )

    def records(self, kind: str, ids: Iterable[str], *, properties: Iterable[str]) -> list[dict[str, Any]]:
        """Records by id; one which is gone meanwhile is left out (HubSpot answers 207 then)."""
        found: list[dict[str, Any]] = []
        names = list(properties)
        for chunk in _batched(ids):
            asked = {"properties": names, "propertiesWithHistory": [], "inputs": [{"id": one} for one in chunk]}
            answer = self._http.query(f"{self._objects}{path(kind)}/batch/read", call=f"read {kind}", json=asked)
            found.extend(_results(answer, call=f"read {kind}"))
        return found

    def linked(self, deal_id: str, kind: str) -> list[dict[str, Any]]:
        """What hangs on the deal, with the labels of the associations."""
        return self._pages(self._objects + path("deals", deal_id, "associations", kind), call=f"read the deal's {kind}")

    def companies_of(self, deal_ids: Iterable[str]) -> list[dict[str, Any]]:
        """The companies of several deals: `from` and `to` with association types."""
        found: list[dict[str, Any]] = []
        for chunk in _batched(deal_ids):
            asked = {"inputs": [{"id": one} for one in chunk]}
            answer = self._http.query(
                f"{self._associations}/deals/companies/batch/read", call="read the deals' companies", json=asked
            )
            found.extend(_results(answer, call="read the deals' companies"))
        return found

    def pipelines(self, kind: str) -> dict[str, Any]:
        """All pipelines of deals or tickets, with their stages."""
        call = f"read the pipelines of {kind}"
        answer = self._http.get(self._pipelines + path(kind), call=call)
        _results(answer, call=call)  # without its list no stage would be known, and each deal taken for what it is not
        return answer.body

    def owner(self, owner_id: str) -> dict[str, Any]:
        """One owner; a deactivated one is only found among the archived."""
        address = self._owners + path(owner_id)
        for archived in ("false", "true"):
            answer = self._or_none(address, call="read the owner", params={"archived": archived})
            if answer:
                return answer.body
        return {}

    def file(self, file_id: str) -> dict[str, Any]:
        """A file's name and kind, never its bytes."""
        answer = self._or_none(self._files + path(file_id), call="read a file's name", params={})
        return answer.body if answer else {}

    def account(self) -> dict[str, Any]:
        """The account: portal id, zone, currency, host."""
        return self._http.get(self._account, call="read the account").body

    def search_deals(self, asked: dict[str, Any]) -> Answer:
        """One page of a search."""
        return self._http.query(f"{self._objects}/deals/search", call="search deals", json=asked)

    def archived_deals(self, *, properties: Iterable[str]) -> list[dict[str, Any]]:
        """The deals deleted in the last 90 days; searching never finds them."""
        params = {"archived": "true", "properties": ",".join(properties), "limit": "100"}
        return self._pages(f"{self._objects}/deals", call="read deleted deals", params=params)

    def create_note(self, properties: dict[str, str], associations: list[dict[str, Any]]) -> dict[str, Any]:
        """A note."""
        made = {"properties": properties, "associations": associations}
        return self._http.write("POST", f"{self._objects}/notes", call="add a note", json=made).body

    def property_names(self, kind: str) -> frozenset[str]:
        """The internal names of all properties of deals or companies."""
        call = f"read the properties of {kind}"
        answer = self._http.get(self._properties + path(kind), call=call)
        return frozenset(str(entry.get("name")) for entry in _results(answer, call=call))

    def deal_property(self, name: str) -> dict[str, Any]:
        """One property of deals; empty when there is none."""
        answer = self._or_none(self._properties + path("deals", name), call=f"read the property {name}", params={})
        return answer.body if answer else {}

    def create_group(self, *, name: str, label: str) -> None:
        """A group of deal properties; one that exists is fine."""
        self._create_or_exists(self._properties + "/deals/groups", {"name": name, "label": label, "displayOrder": -1})

    def create_property(self, definition: dict[str, Any]) -> None:
        """A deal property; one that exists is fine."""
        self._create_or_exists(self._properties + "/deals", definition)

    def update_options(self, name: str, options: list[dict[str, Any]]) -> None:
        """Replaces a property's options: HubSpot wants the full list."""
        address = self._properties + path("deals", name)
        self._http.write("PATCH", address, call=f"add options to {name}", json={"options": options})

    def _create_or_exists(self, address: str, definition: dict[str, Any]) -> None:
        try:
            self._http.write("POST", address, call=f"create {definition['name']}", json=definition)
        except Declined as refused:
            if refused.status != HTTPStatus.CONFLICT:
                raise

    def _or_none(self, address: str, *, call: str, params: dict[str, str]) -> Answer | None:
        try:
            return self._http.get(address, call=call, params=params)
        except Declined as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    def _pages(self, address: str, *, call: str, params: dict[str, str] | None = None) -> list[dict[str, Any]]:
        asked = params or {"limit": _PAGE}

        def ask(after: str) -> tuple[list[dict[str, Any]], str]:
            answer = self._http.get(address, call=call, params=asked | ({"after": after} if after else {}))
            return _results(answer, call=call), next_page(answer.body)

        return [entry for page in pages(ask, vendor="HubSpot", call=call) for entry in page]


def next_page(body: dict[str, Any]) -> str:
    """The cursor of the next page, '' on the last one."""
    paging = body.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    return str(following.get("after") or "") if isinstance(following, dict) else ""


def _results(answer: Answer, *, call: str) -> list[dict[str, Any]]:
    found = answer.body.get("results")
    if not isinstance(found, list):
        raise Surprise("HubSpot", call, "the answer has no list of results")
    return [entry for entry in found if isinstance(entry, dict)]


def _batched(ids: Iterable[str]) -> Iterator[list[str]]:
    listed = list(ids)
    return (listed[start : start + _BATCH] for start in range(0, len(listed), _BATCH))
