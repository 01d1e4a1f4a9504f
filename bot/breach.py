"""A breach: a due time that passed with the gate shut, or with the scope unconfirmed. Who waited for what is its cause.

It belongs to the record and stays there: the weekly figures count it. It ends by itself when what was late is done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass
class Breach:
    """One breach. `clock`: gate or scope; `since` is the due time that passed (UTC).

    `cause` names for whom it waited when it began, as "sales_rep:1,pm:2" (role, number of things). `told_on` is the
    last office date on which the thread was told; `until` is when it ended, None while it lasts.
    """

    clock: str
    since: datetime
    cause: str = ""
    until: datetime | None = None
    told_on: date | None = None

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.until is None

    @property
    def serial(self) -> str:
        """What names it among the breaches of its record; those that a pause interrupted have one name."""
        return f"{self.clock}:{self.since:%Y%m%dT%H%M}"

    def end(self, breaches: Iterable["Breach"]) -> str:
        """What names its end; `breaches` are those of its record so far. Pauses may end what is late more than once."""
        n = sum(other.serial == self.serial for other in breaches)
        return f"{self.serial}:{n}" if n > 1 else self.serial

    def was_told(self, posts: Iterable[str], first: date) -> bool:
        """Whether one of these posts of the record is the word that it is late; `first` is the office date of `since`.

        `told_on` cannot say so: it is taken back when the word of a later day could not be said.
        """
        word = f"reply:late:{self.clock}:"
        return any(name.startswith(word) and name.removeprefix(word) >= first.isoformat() for name in posts)
