"""Moments as vendors write them: ISO 8601 with milliseconds and `Z`, or milliseconds since the epoch."""

from datetime import UTC, datetime

DAY_MILLIS = 86_400_000


def iso(seconds: float) -> str:
    """A moment given in seconds since the epoch, as `2026-11-18T11:46:44.901Z`."""
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def millis(text: str) -> int | None:
    """Milliseconds since the epoch of an ISO date, an ISO date-time or a number; None when it is none of these."""
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
