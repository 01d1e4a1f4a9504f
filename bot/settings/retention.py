"""How many days things are kept: the `[retention]` table of baton.toml."""

from dataclasses import dataclass

from bot.settings.reader import Reader

LEAST = 3  # days: a vendor repeats a delivery for a day, and what was seen keeps it from acting twice
GUARDS = ("jobs", "seen")  # what keeps something from happening twice


@dataclass(frozen=True)
class Retention:
    """Days from the moment when a thing was done (opinions, timelines: when the record ended); 0 keeps it for ever."""

    webhooks: int
    jobs: int
    timelines: int
    opinions: int
    seen: int


def read_retention(reader: Reader) -> Retention:
    """The days in force; problems are collected in the reader."""
    names = ("webhooks", "jobs", "timelines", "opinions", "seen")
    days = {name: reader.days("retention", name) for name in names}
    for name in GUARDS:
        if 0 < days[name] < LEAST:
            reader.problems.append(f"[retention] {name} = {days[name]}: write {LEAST} or more, or 0 to keep them.")
    return Retention(**days)
