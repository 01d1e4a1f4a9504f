"""What a deal's name says, and where its page is: client, project, address, the portal's zone."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.crm.hubspot.values import clean, text

_SEPARATOR = re.compile(r"\s+[-–—|/]+\s+|\s*[:|]\s+")
_APP_HOST = "app.hubspot.com"
_DEAL_TYPE = "0-3"


def split_name(name: str) -> tuple[str, str]:
    """("ABC Fintech", "Cloud Migration") of "ABC Fintech – Cloud Migration"; ("", name) without a separator."""
    client, *rest = _SEPARATOR.split(name, maxsplit=1)
    return (client.strip(), rest[0].strip()) if rest and client.strip() and rest[0].strip() else ("", name)


def project_name(name: str, client: str) -> str:
    """The deal's name without the client in front of it; the whole name when it does not begin with the client."""
    if not client or not name.casefold().startswith(client.casefold()):
        return name
    rest = name[len(client) :]
    project = rest.lstrip(" \t-–—|/:,")
    # "ABC Fintech" may also begin "ABC Fintechnology": only a separator ends the client's name.
    return project if project and rest != project else name


def deal_url(deal: Mapping[str, Any], account: Mapping[str, Any]) -> str:
    """The deal's page: as HubSpot says (`url`), else built from the account's host and portal id."""
    given = text(deal, "url")
    portal = text(account, "portalId")
    if given or not portal:
        return given
    return f"https://{text(account, 'uiDomain') or _APP_HOST}/contacts/{portal}/record/{_DEAL_TYPE}/{text(deal, 'id')}"


def portal_zone(account: Mapping[str, Any]) -> ZoneInfo:
    """The zone in which the portal's close dates are days; UTC when HubSpot names one that is unknown here."""
    try:
        return ZoneInfo(clean(str(account.get("timeZone") or "UTC")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
