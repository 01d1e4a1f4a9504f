"""How Baton asks, sends and listens: the `[delivery]` table of baton.toml."""

from dataclasses import dataclass

from bot.settings.reader import Reader


@dataclass(frozen=True)
class DeliverySettings:
    """`rate_share` is a share of Slack's limits, above 0; `tables.py` says what each of them is."""

    poll_seconds: float
    lease_seconds: float
    request_seconds: float
    silence_seconds: float
    rate_share: float
    workers: int


def read_delivery(reader: Reader) -> DeliverySettings:
    """The table in force; problems are collected in the reader."""
    names = ("poll_seconds", "lease_seconds", "request_seconds", "silence_seconds", "rate_share")
    numbers = {name: float(reader.number("delivery", name)) for name in names}
    return DeliverySettings(**numbers, workers=int(reader.number("delivery", "workers")))
