"""Start and due: which pairs Asana takes. Dates are `YYYY-MM-DD` without a time zone.

The vendor's OpenAPI description: `due_on` must be in the request that sets or unsets `start_on`, and the two differ.
"""

from datetime import date
from typing import Any

from sandbox.asana.errors import bad_request


def check(given: dict[str, Any], *, milestone: bool = False) -> None:
    """400 for a start without a due date in the same request, on the same day, after it, or on a milestone."""
    due, start = _day(given, "due_on"), _day(given, "start_on")
    if start and milestone:
        raise bad_request("start_on: Milestones cannot have a start date")
    if "start_on" in given and "due_on" not in given:
        raise bad_request("start_on: due_on or due_at must be present when setting or unsetting start_on")
    if start and due is None:
        raise bad_request("start_on: Cannot be set without a due date")
    if start and due and start >= due:
        raise bad_request("start_on: Must be before due_on")


def _day(given: dict[str, Any], name: str) -> date | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise bad_request(f"{name}: Not a valid date: {text}") from None
