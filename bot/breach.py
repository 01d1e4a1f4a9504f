"""A breach: a due time that passed with the gate shut, or with the scope unconfirmed. Who waited for what is its cause.

It belongs to the record and stays there: the weekly figures count it. It ends by itself when what was late is done.
"""

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
    def roles(self) -> list[tuple[str, int]]:
        """The cause as pairs of role and number of things."""
        pairs = (part.partition(":") for part in self.cause.split(",") if part)
        return [(role, int(n or 1)) for role, _, n in pairs]
