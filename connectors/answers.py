"""Reads what a vendor answered: exact JSON, the vendor's clock, how long to wait, and which error a refusal is.

Nothing here guesses: JSON that is none becomes None, an odd date no date.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NoReturn

import httpx

from bot.errors import Declined, NeedsReauth, RateLimited, Surprise, Unavailable, VendorError

_REFUSED_FOR_NOW = {423: 2.0, HTTPStatus.TOO_MANY_REQUESTS: 1.0, 477: 5.0}
"""Status to seconds: nothing was done. HubSpot's 423 (locked) and 477 (moving) are on its error handling page."""
_LONGEST_WAIT = 86_400.0


@dataclass(frozen=True)
class Complaint:
    """What a vendor's error body says, read by that vendor's dialect. `after` is in seconds."""

    words: str = ""
    request_id: str = ""
    after: float | None = None
    reauth: bool = False


Dialect = Callable[[int, Any], Complaint]
"""(HTTP status, parsed body or None) -> what it means. Must not raise on odd bodies."""


@dataclass(frozen=True)
class Answer:
    """A good answer: its JSON object, and the vendor's own clock at the moment when it was sent."""

    body: dict[str, Any]
    date: datetime | None


def refusal(response: httpx.Response, complaint: Complaint, *, vendor: str, call: str, words: str) -> VendorError:
    """The error which an answer outside 2xx is. `words` are already safe to show."""
    status = response.status_code
    about = (vendor, call, words, status, complaint.request_id)
    if status in _REFUSED_FOR_NOW:
        return RateLimited(*about, after=retry_after(response) or complaint.after or _REFUSED_FOR_NOW[status])
    if status == HTTPStatus.UNAUTHORIZED or complaint.reauth:
        return NeedsReauth(*about)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return Unavailable(*about)
    if status < HTTPStatus.BAD_REQUEST:
        return Surprise(vendor, call, "it sent us to another address", status)
    return Declined(*about)


def parse(content: bytes) -> Any:
    """The JSON with decimals kept exact; None when it is none (NaN and endless nesting included)."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def vendor_clock(response: httpx.Response) -> datetime | None:
    """The `Date` header, UTC."""
    return _moment(response.headers.get("Date", ""))


def retry_after(response: httpx.Response) -> float | None:
    """Seconds, or a date measured by the vendor's own clock (RFC 9110 §10.2.3); None when absent or odd."""
    value = response.headers.get("Retry-After", "").strip()
    digits = value.replace(".", "", 1)
    if digits.isascii() and digits.isdigit():
        return min(float(value), _LONGEST_WAIT)
    until, start = _moment(value), vendor_clock(response)
    return min(max((until - start).total_seconds(), 1.0), _LONGEST_WAIT) if until and start else None


def _moment(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
