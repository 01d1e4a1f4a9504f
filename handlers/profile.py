"""What a profile in Slack says: who somebody is, and by their status whether they are away. Odd values are no error.

https://docs.slack.dev/reference/objects/user-object: `status_expiration` is in seconds since the epoch, 0 for no end.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from blocks.mrkdwn import zone_of
from bot.clock.absence import by_status
from bot.people import Person
from bot.settings import Settings


def person_of(user: Mapping[str, Any], team: str) -> Person:
    """A person from Slack's user object, not stored yet. A zone that nobody knows is read as UTC.

    `team` is our own workspace: who is not in it is a guest to us, whatever flags they have. `is_stranger` is false for
    everybody of a connected company with whom we share a channel.
    """
    profile = _fields(user)
    guest = any(user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    return Person(
        id=0,
        name=str(profile.get("real_name") or user.get("real_name") or user.get("name") or ""),
        email=str(profile.get("email") or "").lower(),
        slack_id=str(user.get("id", "")),
        tz=zone_of(str(user.get("tz") or "UTC")).key,
        guest=guest or _elsewhere(user, team),
        active=not user.get("deleted") and not user.get("is_bot"),
    )


def away_by_status(user: Mapping[str, Any], settings: Settings, now: datetime) -> datetime | None:
    """Until when this user's status says that they are away (UTC); None when it does not say so."""
    fields = _fields(user)
    emoji, text = str(fields.get("status_emoji") or ""), str(fields.get("status_text") or "")
    return by_status(emoji, text, _moment(fields.get("status_expiration")), settings=settings, now=now)


def _elsewhere(user: Mapping[str, Any], team: str) -> bool:
    # On Enterprise Grid somebody is in several workspaces, and `team_id` names one of them.
    grid = user.get("enterprise_user")
    teams = grid.get("teams") if isinstance(grid, Mapping) else None
    known = {str(user.get("team_id") or ""), *(map(str, teams) if isinstance(teams, list) else ())} - {""}
    return bool(team and known) and team not in known


def _fields(user: Mapping[str, Any]) -> Mapping[str, Any]:
    profile = user.get("profile")
    return profile if isinstance(profile, Mapping) else {}


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int | float) or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
