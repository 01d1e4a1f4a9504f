"""Webhooks that stopped, or never came: wins that only the poll found, over a working day in which no webhook came.

A quiet company is never suspected: what counts is a win of which a webhook should have told. The silence is reckoned
from the first such win to the last one, never to the present moment: what was won while Baton itself was away is found
all at once, and proves nothing. What was found before webhooks were set up does not count.
All moments are aware UTC, in business time.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.worktime import Office, day_length, elapsed

ENOUGH = 3  # wins: one alone may be a webhook that was lost on its way
STOPPED, NEVER = "stopped", "never"  # how webhooks are silent


@dataclass(frozen=True)
class Finds:
    """How many wins the poll found since the last webhook, the moments of the first and of the last one."""

    count: int
    first: datetime
    last: datetime

    def __str__(self) -> str:
        """As it is stored."""
        return f"{self.count} {self.first.isoformat()} {self.last.isoformat()}"


def read(stored: str) -> Finds | None:
    """What was stored; None for none."""
    if not stored:
        return None
    count, first, last = stored.split()
    return Finds(int(count), datetime.fromisoformat(first), datetime.fromisoformat(last))


def one_more(stored: str, now: datetime) -> str:
    """What is stored after the poll found one more win."""
    before = read(stored)
    return str(Finds(before.count + 1, before.first, now) if before else Finds(1, now, now))


def silent(stored: str, office: Office, *, heard: bool) -> str:
    """STOPPED or NEVER, by what was found since the last webhook, and whether any was ever heard; '' for neither."""
    finds = read(stored)
    if finds is None or finds.count < ENOUGH:
        return ""
    if elapsed(office, start=finds.first, end=finds.last) < day_length(office):
        return ""
    return STOPPED if heard else NEVER
