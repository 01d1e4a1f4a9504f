"""Up to where a poll has seen everything, kept as opaque text between two runs, by HubSpot's own clock."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_OVERLAP = timedelta(minutes=10)
_SETTLING = timedelta(minutes=1)
_INSTANT = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cursor:
    """Up to where all was seen, that moment included.

    A `whole` run is repeated from ten minutes before it, as HubSpot's index lags; one that stopped midway goes on right
    after its last moment, else a busy one would never come to its end.
    """

    at: datetime
    whole: bool = True

    @staticmethod
    def read(written: str, *, since: datetime) -> "Cursor":
        """The cursor as it was kept; `since` when there is none yet or it is none of ours."""
        try:
            kept = json.loads(written)
            return Cursor(_EPOCH + timedelta(milliseconds=int(kept["ts"])), whole=bool(kept["whole"]))
        except (ValueError, KeyError, TypeError, OverflowError):
            return Cursor(since - _INSTANT, whole=False)

    def write(self) -> str:
        """The text to keep."""
        return json.dumps({"ts": milliseconds(self.at), "whole": self.whole})

    @property
    def start(self) -> datetime:
        """From where to read on."""
        return self.at - _OVERLAP if self.whole else self.at

    @property
    def operator(self) -> str:
        """Whether that moment itself is read (again): HubSpot's word for it."""
        return "GTE" if self.whole else "GT"

    def advanced(self, reached: datetime, *, clock: datetime | None, whole: bool) -> "Cursor":
        """The next cursor; after a whole run never beyond a minute before it by HubSpot's clock, and never back."""
        if whole and clock:
            reached = min(reached, clock - _SETTLING)
        return Cursor(max(reached, self.at), whole=whole)


def milliseconds(at: datetime) -> int:
    """A moment as HubSpot's filters take it."""
    return (at - _EPOCH) // timedelta(milliseconds=1)
