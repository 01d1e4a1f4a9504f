"""Reads one deal with all that hangs on it, in as few calls as HubSpot allows, and hands it to the mapping.

Nothing is believed from an earlier read but the account itself. A deal is deleted when HubSpot shows it only among the
archived; one that it no longer knows at all is deleted only if we knew it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.deal import Deal, Standing
from bot.errors import Declined, NeedsReauth, Surprise
from bot.ports import Belonging
from connectors.crm.hubspot.api import Api, next_page
from connectors.crm.hubspot.config import Config
from connectors.crm.hubspot.line_items import LINE_ITEM_PROPERTIES
from connectors.crm.hubspot.mapping import Snapshot, properties_of, to_deal
from connectors.crm.hubspot.people import CONTACT_PROPERTIES
from connectors.crm.hubspot.stages import closed_ticket_stages, read_stages
from connectors.crm.hubspot.values import parts, text

_DEAL_PROPERTIES = (
    "dealname",
    "amount",
    "deal_currency_code",
    "closedate",
    "dealstage",
    "pipeline",
    "dealtype",
    "description",
    "hubspot_owner_id",
    "hs_is_closed",
    "hs_is_closed_won",
    "hs_merged_object_ids",
    "hs_next_step",
    "closed_won_reason",
)
_COMPANY_PROPERTIES = ("name", "domain", "industry", "country", "state", "city")
_NOTE_PROPERTIES = ("hs_note_body", "hs_timestamp", "hubspot_owner_id", "hs_attachment_ids")
_QUOTE_PROPERTIES = ("hs_title", "hs_status", "hs_quote_number")
_TICKET_PROPERTIES = ("subject", "hs_ticket_category", "hs_pipeline_stage", "hs_is_closed")
_LINKED = "contacts,companies,line_items,notes,tickets,quotes"
OTHER_ACCOUNT = "the token belongs to another HubSpot account than portal_id says: correct one of them"
CHANGED = (
    "the token belongs to HubSpot account {found}, and what Baton knows is of {known}: put a token of {known} back "
    "(“Another account” in HubSpot's page says what else can be done)"
)
NO_NUMBER = "the answer has no portalId"
NOT_HUBSPOT = "nothing is found under its address: check HUBSPOT_API_URL, api_version and what stands between"
_PRIMARY_COMPANY = 5  # association type deal -> its primary company (associations guide)


class Reader:
    """Reads whole deals of one account."""

    def __init__(self, api: Api, config: Config) -> None:
        self._api = api
        self._config = config
        self._known_account: dict[str, Any] = {}
        self.belonging: Belonging | None = None

    def read(self, deal_id: str, *, known_standing: Standing | None) -> Deal:
        """The deal as it is now; Declined when HubSpot has no such deal and we never knew it."""
        self.account()
        asked = (*_DEAL_PROPERTIES, *self._custom("deal"))
        answer = self._api.deal(deal_id, properties=asked, history="dealstage", linked=_LINKED)
        answer = answer or self._api.deal(deal_id, properties=asked, archived=True)
        if answer:
            return to_deal(self._snapshot(answer.body), self._config, asked_id=deal_id)
        self._answers()
        if known_standing is None:
            raise Declined("HubSpot", "read the deal", "there is no such deal: check its id", 404)
        return Deal(connection=self._config.key, id=deal_id, name="", client="", standing=Standing.DELETED)

    def account(self) -> dict[str, Any]:
        """The account, read once: a portal keeps its id, zone and currency.

        NeedsReauth when it is another one than the settings say, or than it was: none of its deals are ours.
        """
        if not self._known_account:
            account = self._api.account()
            self._ours(text(account, "portalId"))
            self._known_account = account
        return self._known_account

    def _ours(self, found: str) -> None:
        wanted = self._config.portal_id
        if wanted and found != wanted:
            raise NeedsReauth(self._api.vendor, "read the account", OTHER_ACCOUNT)
        if not found:
            raise Surprise("HubSpot", "read the account", NO_NUMBER)
        known = self.belonging.bind(found, anew=bool(wanted)) if self.belonging else found
        if known != found:
            words = CHANGED.format(found=found, known=known)
            raise NeedsReauth(self._api.vendor, "read the account", words)

    def _answers(self) -> None:
        """Surprise unless the account still answers: where the whole API is not found, no deal was deleted."""
        try:
            self._api.account()
        except Declined as refused:
            raise Surprise("HubSpot", "read the deal", NOT_HUBSPOT, refused.status) from refused

    def _snapshot(self, deal: dict[str, Any]) -> Snapshot:
        deal_id, owner_id = text(deal, "id"), text(properties_of(deal), "hubspot_owner_id")
        notes = self._records(deal, "notes", _NOTE_PROPERTIES)
        tickets = self._records(deal, "tickets", _TICKET_PROPERTIES)
        labels = self._api.linked(deal_id, "contacts") if _linked_ids(deal, "contacts") else []
        contact_ids = [str(entry.get("toObjectId")) for entry in labels]
        return Snapshot(
            deal=deal,
            stages=read_stages(self._api.pipelines("deals"), counted=self._config.pipelines),
            account=self.account(),
            company=self._company(deal),
            owner=self._api.owner(owner_id) if owner_id else {},
            contacts=self._api.records("contacts", contact_ids, properties=CONTACT_PROPERTIES),
            contact_labels=labels,
            line_items=self._records(deal, "line_items", LINE_ITEM_PROPERTIES),
            notes=notes,
            files=self._files(notes),
            quotes=self._records(deal, "quotes", _QUOTE_PROPERTIES),
            tickets=tickets,
            closed_ticket_stages=closed_ticket_stages(self._api.pipelines("tickets")) if tickets else frozenset(),
        )

    def _records(self, deal: dict[str, Any], kind: str, properties: Iterable[str]) -> list[dict[str, Any]]:
        """The deal's records of one kind; the list inside the deal is cut to a page, so a longer one is read apart."""
        ids = _linked_ids(deal, kind)
        if next_page(_links(deal, kind)):
            ids = [str(entry.get("toObjectId")) for entry in self._api.linked(text(deal, "id"), kind)]
        return self._api.records(kind, ids, properties=properties) if ids else []

    def _company(self, deal: dict[str, Any]) -> dict[str, Any]:
        """The primary company, else the only one; several without a primary are none of our guessing."""
        if not _linked_ids(deal, "companies"):
            return {}
        company_id = primary_company(self._api.linked(text(deal, "id"), "companies"))
        asked = (*_COMPANY_PROPERTIES, *self._custom("company"))
        found = self._api.records("companies", [company_id], properties=asked) if company_id else []
        return found[0] if found else {}

    def _files(self, notes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = [one for note in notes for one in parts(text(properties_of(note), "hs_attachment_ids"))]
        return [entry for one in dict.fromkeys(ids) if (entry := self._api.file(one))]

    def _custom(self, holder: str) -> tuple[str, ...]:
        """The account's own properties of deals or companies that the settings name."""
        places = [place for tag in self._config.tags.values() for place in tag]
        named = [name for place in places for kind, _, name in [place.partition(".")] if kind == holder]
        if holder == "deal":
            named += [*self._config.fields.values(), *self._config.meddpicc.values()]
        return tuple(dict.fromkeys(named))


def primary_company(associations: list[dict[str, Any]]) -> str:
    """The id of the primary company, else of the only one, else ''."""
    for entry in associations:
        types = entry.get("associationTypes") or []
        if any(isinstance(kind, dict) and kind.get("typeId") == _PRIMARY_COMPANY for kind in types):
            return str(entry.get("toObjectId"))
    ids = {str(entry.get("toObjectId")) for entry in associations}
    return ids.pop() if len(ids) == 1 else ""


def _links(deal: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """One kind's list in the deal; HubSpot writes some names with a space ("line items")."""
    associations = deal.get("associations")
    for name, found in associations.items() if isinstance(associations, dict) else ():
        if name.replace(" ", "_") == kind and isinstance(found, dict):
            return found
    return {}


def _linked_ids(deal: Mapping[str, Any], kind: str) -> list[str]:
    results = _links(deal, kind).get("results")
    listed = results if isinstance(results, list) else []
    return list(dict.fromkeys(str(entry.get("id")) for entry in listed if isinstance(entry, dict)))
