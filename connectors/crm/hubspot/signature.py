"""HubSpot's request signatures, versions 1 to 3 (developers.hubspot.com, "Validating requests").

v3 is checked whenever its header is there, and nothing else then counts. v1 and v2 carry no time and can be replayed:
they are refused unless the connection allows them (workflow webhooks sign with v2).
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.errors import BadSignature
from connectors.signatures import hmac_base64, require_equal, require_recent

_METHOD = "POST"
_ESCAPES = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
_ESCAPE = re.compile("|".join(_ESCAPES), re.IGNORECASE)
_STAMP = re.compile(r"[0-9]{1,15}", re.ASCII)


def verify(
    body: bytes, headers: Mapping[str, str], *, url: str, now: datetime, secret: str, minimum: str = "v3"
) -> None:
    """Raises BadSignature unless HubSpot sent exactly this POST body to this public address just now."""
    if not secret:
        raise BadSignature("this connection has no client secret, so it takes no webhooks")
    seen = {name.lower(): value for name, value in headers.items()}
    if "x-hubspot-signature-v3" in seen:
        _verify_v3(body, seen, url=url, now=now, secret=secret)
        return
    version = seen.get("x-hubspot-signature-version", "")
    if version not in {"v1", "v2"} or version < minimum:
        raise BadSignature("no signature of a version that this connection takes")
    source = secret.encode() + (b"" if version == "v1" else _bytes(_METHOD + url)) + body
    require_equal(given=seen.get("x-hubspot-signature", ""), expected=hashlib.sha256(source).hexdigest())


def sign(body: bytes, *, url: str, now: datetime, secret: str) -> dict[str, str]:
    """The headers with which HubSpot would send this body to this address now (v3): for recorded deliveries."""
    stamp = str(int(now.timestamp() * 1000))
    source = _bytes(_METHOD + signed_address(url)) + body + stamp.encode()
    return {"X-HubSpot-Signature-v3": hmac_base64(secret, source), "X-HubSpot-Request-Timestamp": stamp}


def signed_address(url: str) -> str:
    """The address as v3 signs it: exactly twelve escapes are decoded, in either case, and no others."""
    return _ESCAPE.sub(lambda match: _ESCAPES[match.group().upper()], url)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _verify_v3(body: bytes, headers: Mapping[str, str], *, url: str, now: datetime, secret: str) -> None:
    stamp = headers.get("x-hubspot-request-timestamp", "")
    if not _STAMP.fullmatch(stamp):
        raise BadSignature("the time of the request is missing")
    source = _bytes(_METHOD + signed_address(url)) + body + stamp.encode()
    require_equal(given=headers["x-hubspot-signature-v3"], expected=hmac_base64(secret, source))
    try:
        sent = datetime.fromtimestamp(int(stamp) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadSignature("the time of the request is impossible") from None
    require_recent(sent=sent, now=now)
