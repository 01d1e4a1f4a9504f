"""HubSpot: key, title, settings, and how the connection is built."""

from collections.abc import Callable

from connectors.crm.hubspot.client import TITLE, HubSpot
from connectors.crm.hubspot.config import API_URL, ENVIRONMENT, HOSTS, Config, configure
from connectors.crm.hubspot.dialect import read_complaint
from connectors.http import DELIVERY_SECONDS, VendorHttp
from connectors.options import title_of

KEY = "hubspot"

__all__ = ["API_URL", "ENVIRONMENT", "HOSTS", "KEY", "TITLE", "Config", "build", "configure"]


def build(config: Config, *, assert_outside: Callable[[], None], timeout: float = DELIVERY_SECONDS) -> HubSpot:
    """The connection; `timeout` is the seconds that one call may take."""
    http = VendorHttp(
        vendor=title_of(TITLE, kind=KEY, key=config.key),
        base_url=config.api_url,
        token=config.token,
        dialect=read_complaint,
        assert_outside=assert_outside,
        timeout=timeout,
    )
    return HubSpot(config, http)
