"""Who looks at a page: their zone, the moment, and the names they may see behind ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Reader:
    """One person in front of the page. `people` and `channels` map ids to names without `@` and `#`."""

    user: str
    tz: ZoneInfo
    now: datetime
    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    home: str = ""
    """Where links into Slack lead in the sandbox: the workspace's address without a trailing slash."""

    def at(self, seconds: float) -> datetime:
        """A moment (seconds since the epoch) in this person's zone."""
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.tz)

    @property
    def today(self) -> datetime:
        """Now in this person's zone."""
        return self.now.astimezone(self.tz)
