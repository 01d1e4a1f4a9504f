"""Whether what the admin should know reaches anybody: since when it does not is a stored value, until somebody is told.

It ends as well when nothing is left to be told, as when all that was parked works on a second try.

The machine's time: a rehearsal's jump makes nobody deaf. It is shown where people look who are not told: `/handover
health`, `/metrics`, `doctor`; the log has a line for each message.
"""

from datetime import datetime

from bot.effects import TellAdmin
from handlers.deps import Deps
from store.read import Reader
from store.unit import StoreUnit

UNHEARD = "admin:unheard"


def told_nobody(unit: StoreUnit, now: datetime) -> None:
    """A message to the admin was given up."""
    if not unit.setting(UNHEARD):
        unit.keep_setting(UNHEARD, now.isoformat())


def heard(deps: Deps) -> None:
    """Somebody was told just now, or nothing is left to be told."""
    with deps.store.read() as reader:
        unheard = since(reader)
    if unheard:
        with deps.store.write() as unit:
            unit.drop_setting(UNHEARD)


def needless(deps: Deps) -> None:
    """A message need not be told any more: it is over when that was the last one."""
    if not deps.store.outbox.gave_up()[TellAdmin.__name__]:
        heard(deps)


def since(reader: Reader) -> datetime | None:
    """Since when nobody could be told; None while somebody can."""
    return moment(reader.setting(UNHEARD))


def moment(stored: str) -> datetime | None:
    """The same from its stored form."""
    return datetime.fromisoformat(stored) if stored else None
