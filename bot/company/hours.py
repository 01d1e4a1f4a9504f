"""Working hours as people write them: `Mon–Fri 09:00–17:00`, `Sun–Thu 9:00-18:00, Fri 09:00-14:00`, `08:00–16:30`.

Decides only what is meant; whether an office can be open like that, its calendar decides.
"""

import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = "mon-fri"
RUN = re.compile(
    r"(?:(?P<first>[a-z]{3})[a-z]*(?:-(?P<last>[a-z]{3})[a-z]*)? ?)?"
    r"(?P<from>\d{1,2}:\d\d)-(?P<to>\d{1,2}:\d\d)"
)  # fmt: skip


def read_hours(text: str) -> dict[str, list[str]] | None:
    """Opening and closing by weekday, as baton.toml has them; None for what cannot be understood."""
    found: dict[str, list[str]] = {}
    plain = re.sub(r"\s*(?:[-–—]|\bto\b)\s*", "-", text.strip().lower())
    for written in re.split(r"\s*[,;]\s*", plain):
        run = RUN.fullmatch(re.sub(r"\s+", " ", written))
        days = _days(run["first"], run["last"]) if run else []
        if not run or not days or found.keys() & set(days):
            return None
        found |= {day: [_padded(run["from"]), _padded(run["to"])] for day in days}
    return found


def _days(first: str | None, last: str | None) -> list[str]:
    if first is None:
        first, last = WEEK.split("-")
    if first not in DAYS or (last or first) not in DAYS:
        return []
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [DAYS[(start + n) % 7] for n in range((end - start) % 7 + 1)]


def _padded(clock: str) -> str:
    return clock.zfill(5)
