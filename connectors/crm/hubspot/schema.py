"""Baton's own properties on HubSpot deals: they are made when first needed, and never changed but by adding options.

An account may forbid that (no `crm.schemas.deals.write`): then a person makes them, and the words say which.
"""

from collections.abc import Container
from http import HTTPStatus
from typing import Any

from bot.errors import Declined, NeedsReauth
from connectors.crm.hubspot.api import Api
from connectors.crm.hubspot.config import STATUS_PROPERTY, STATUS_VALUE

WORKSPACE_PROPERTY = "baton_workspace_url"
CHANNEL_PROPERTY = "baton_channel_url"
MIGRATED_AT_PROPERTY = "baton_migrated_at"
_GROUP = "baton"
_STATES = {
    "presale": "Presale",
    "won": "Won",
    "scoped": "Scope confirmed",
    "provisioned": "Provisioned",
    "workspace_ready": "Workspace ready",
    "in_progress": "In progress",
    "mitigation": "Mitigation",
    "maintenance": "Maintenance",
    "on_hold": "On hold",
    "closed": "Closed",
    "cancelled": "Cancelled",
    STATUS_VALUE: "Closed → Migrated",
}
_FORMS: dict[str, tuple[str, str, str]] = {
    STATUS_PROPERTY: ("Handover status", "enumeration", "select"),
    WORKSPACE_PROPERTY: ("Handover workspace", "string", "text"),
    CHANNEL_PROPERTY: ("Handover channel", "string", "text"),
    MIGRATED_AT_PROPERTY: ("Migrated at", "datetime", "date"),
}


class Schema:
    """Makes sure that what is about to be written has a place in this account."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._ready: set[tuple[str, str]] = set()

    def ensure(self, values: dict[str, str]) -> None:
        """For each property of ours in `values`: it exists and, being a list, has the value as an option.

        Raises Declined, with what a person has to do, when HubSpot does not let us.
        """
        for name, value in values.items():
            if name in _FORMS and (name, self._option(name, value)) not in self._ready:
                self._allowed(name, value)
                self._ready.add((name, self._option(name, value)))

    def forget(self) -> None:
        """Looks at each property again: somebody may have removed one."""
        self._ready.clear()

    def _allowed(self, name: str, value: str) -> None:
        try:
            self._ensure(name, value)
        except NeedsReauth as refused:
            if refused.status != HTTPStatus.FORBIDDEN:
                raise
            words = f"Baton may not create the property {name}: create it by hand, or add crm.schemas.deals.write"
            raise Declined("HubSpot", f"create {name}", words, refused.status, refused.request_id) from refused

    def _ensure(self, name: str, value: str) -> None:
        found = self._api.deal_property(name)
        if not found:
            self._api.create_group(name=_GROUP, label="Baton")
            self._api.create_property(_definition(name, value))
            found = self._api.deal_property(name)
        options = found.get("options")
        if found.get("type") != "enumeration" or not isinstance(options, list):
            return
        if value not in {option.get("value") for option in options if isinstance(option, dict)}:
            known = {str(option.get("label")) for option in options if isinstance(option, dict)}
            self._api.update_options(name, [*options, _option(value, len(options), known)])

    def _option(self, name: str, value: str) -> str:
        return value if _FORMS[name][1] == "enumeration" else ""


def _definition(name: str, value: str) -> dict[str, Any]:
    label, kind, field = _FORMS[name]
    definition: dict[str, Any] = {"groupName": _GROUP, "name": name, "label": label, "type": kind, "fieldType": field}
    if kind == "enumeration":
        values = dict.fromkeys([*_STATES, value])
        definition["options"] = [_option(one, order) for order, one in enumerate(values)]
    return definition


def _option(value: str, order: int, known: Container[str] = ()) -> dict[str, Any]:
    """`known` are the labels that are taken: HubSpot wants each once."""
    label = _STATES.get(value) or value.replace("_", " ").capitalize()
    label = f"{label} ({value})" if label in known else label
    return {"label": label, "value": value, "displayOrder": order, "hidden": False}
