"""How an inbound request proves who sent it: HMAC, a compare in constant time, a window of time.

Each vendor's scheme (which headers, which source string) lives in that vendor's folder; here is what all share.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from bot.errors import BadSignature

PAST = timedelta(seconds=300)
FUTURE = timedelta(seconds=60)


def hmac_base64(secret: str, source: bytes) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.new(secret.encode(), source, hashlib.sha256).digest()).decode()


def require_equal(*, given: str, expected: str) -> None:
    """Compares in constant time; raises BadSignature when they differ. An empty signature never matches."""
    # Bytes, as compare_digest refuses text with signs outside ASCII, which a forger may send.
    matches = hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
    if not matches or not given:
        raise BadSignature("the signature does not match")


def require_recent(*, sent: datetime, now: datetime) -> None:
    """Raises BadSignature when the request is more than 5 minutes old or more than a minute ahead of `now`."""
    if now - sent > PAST:
        raise BadSignature("the request is too old")
    if sent - now > FUTURE:
        raise BadSignature("the request is from the future")
