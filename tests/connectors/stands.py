"""Each vendor's stand-in as the connectors meet it: environment, where its faults are, how it signs a webhook."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.registry import CRMS, TOOLS
from sandbox.world import World

URL = "https://baton.example.com/webhooks/hubspot"
SECRET = "hubspot-secret"


def environment(base_url: str) -> dict[str, str]:
    """The environment under which every vendor is its stand-in."""
    return {
        "HUBSPOT_TOKEN": "hubspot-sandbox",
        "HUBSPOT_CLIENT_SECRET": SECRET,
        "HUBSPOT_API_URL": f"{base_url}/hubspot",
        "ASANA_TOKEN": "asana-sandbox",
        "ASANA_API_URL": f"{base_url}/asana/api/1.0",
    }


def connect(
    kind: str,
    env: Mapping[str, str],
    *,
    table: Mapping[str, object] | None = None,
    timeout: float = 10.0,
    assert_outside: Callable[[], None] = lambda: None,
) -> Any:
    """A real connection of that vendor."""
    factory = CRMS.get(kind) or TOOLS[kind]
    config, problems = factory.config(table or {}, env, kind)
    assert problems == []
    return factory.build(config, assert_outside=assert_outside, timeout=timeout)


def sign_hubspot(body: bytes, at: datetime, *, secret: str = SECRET, url: str = URL) -> dict[str, str]:
    """The headers with which HubSpot would send this body, by its page and not by our code."""
    stamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), b"POST" + url.encode() + body + stamp.encode(), hashlib.sha256).digest()
    return {"X-HubSpot-Signature-v3": base64.b64encode(digest).decode(), "X-HubSpot-Request-Timestamp": stamp}


SIGNERS: dict[str, Callable[..., dict[str, str]]] = {"hubspot": sign_hubspot}
SOME_READ: dict[str, Callable[[Any], object]] = {
    "hubspot": lambda crm: crm.read_deal("9001"),
    "asana": lambda tool: tool.find_project("baton:none"),
}
"""A call of each vendor that reads."""


PATIENCE = {"hubspot": 10.0, "asana": 7.0}
"""Seconds to wait after a 429 with Retry-After 7: HubSpot sends no such header but names the limit that was hit."""


def served(world: World) -> dict[str, str]:
    """The environment of a served world."""
    return environment(world.base_url)
