"""To which of a vendor's accounts each connection belongs: kept on the first contact, and from then on no other counts.

A token of another account would make each known deal a deleted one, and open handovers for deals that are not ours.
"""

from dataclasses import dataclass

from store.store import Store
from store.upkeep.condition import stored_setting

PREFIX = "account:"  # before the connection's key: the account's number


@dataclass
class Kept:
    """In the store, for all replicas alike; in memory once it is known. Fulfils `bot.ports.Belonging`."""

    store: Store
    key: str
    _known: str = ""

    def known(self) -> str:
        """Asked of the store until it is there."""
        if not self._known:
            with self.store.read() as reader:
                found = reader.setting(PREFIX + self.key)
            self._known = found or self._known  # another hand may have found it meanwhile
        return self._known

    def bind(self, found: str, *, anew: bool) -> str:
        """Of replicas that find different ones at once, the first one decides."""
        known = self.known()
        if known != found:
            with self.store.write() as unit:
                known = unit.locked_setting(PREFIX + self.key)
                if anew or not known:
                    unit.keep_setting(PREFIX + self.key, found)
                    known = found
            self._known = known
        return known


@dataclass(frozen=True)
class Seen:
    """What is stored in that database, for who changes nothing."""

    url: str
    key: str

    def known(self) -> str:
        """As it is now."""
        return stored_setting(self.url, PREFIX + self.key)

    def bind(self, found: str, *, anew: bool) -> str:
        """What it would be; nothing is kept."""
        return found if anew else self.known() or found
