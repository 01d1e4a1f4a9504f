"""What we last saw of a channel: whether amounts and quotes may stand there. Kept for all replicas alike, for seconds.

An event that somebody came forgets it in the event's own transaction. Whoever was asking Slack meanwhile may not keep
what they saw: it could be from before.
"""

from dataclasses import dataclass

from store.read import Reader
from store.unit import StoreUnit

PREFIX = "channel:"
FRESH = 30.0  # seconds: for what no event tells; a wrong "open" would leak
OPEN, CLOSED, FORGOTTEN = "open", "closed", "forgotten"


@dataclass(frozen=True)
class Fact:
    """One stored look at a channel; `at` is in machine seconds."""

    word: str = ""
    at: float = 0.0

    @classmethod
    def of(cls, stored: str) -> "Fact":
        """From its stored form; anything else is no fact."""
        word, _, at = stored.partition(" ")
        return cls(word, float(at)) if word in (OPEN, CLOSED) else cls()

    def fresh(self, t: float) -> bool:
        """Whether it still counts at that machine time."""
        return bool(self.word) and 0 <= t - self.at <= FRESH


def forget(unit: StoreUnit, channel: str, nonce: str) -> None:
    """What we saw of the channel counts no more. The nonce tells two events apart."""
    unit.keep_setting(PREFIX + channel, f"{FORGOTTEN} {nonce}")


def keep(unit: StoreUnit, channel: str, *, seen: bool, before: str, t: float) -> bool:
    """Keeps what was seen, unless an event forgot the channel since `before` was read; whether it counts."""
    stored = unit.setting(PREFIX + channel)
    if stored != before and stored.startswith(FORGOTTEN):
        return False
    unit.keep_setting(PREFIX + channel, f"{OPEN if seen else CLOSED} {t}")
    return True


def stored(reader: Reader, channel: str) -> str:
    """What is stored of the channel, '' when nothing is."""
    return reader.setting(PREFIX + channel)


def looked_at(reader: Reader) -> list[str]:
    """Every channel at which we ever looked: those in which something of ours may stand."""
    return _seen(reader, OPEN, CLOSED, FORGOTTEN)


def trusted(reader: Reader) -> list[str]:
    """Every channel in which amounts and quotes stand, as far as we last saw."""
    return _seen(reader, OPEN)


def _seen(reader: Reader, *words: str) -> list[str]:
    # The names that our channels have, or tried, are kept under the same prefix: they begin with none of the words.
    known = reader.settings(PREFIX).items()
    return sorted(key.removeprefix(PREFIX) for key, stored in known if stored.partition(" ")[0] in words)
