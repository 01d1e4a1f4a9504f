"""The webhooks of each connection: the admin hears once when they are refused or have stopped, and once when one comes.

They are refused by their signature when a secret or an address is wrong; that they stopped shows only in wins that the
poll alone finds (see `bot.clock.silence`). What was told is a row, changed under the connection's lock.
"""

from datetime import datetime, timedelta

from bot.clock import silence
from bot.effects import TellAdmin
from bot.errors import BadSignature
from bot.worktime import Office
from handlers.deps import Deps
from store.inbox import Received
from store.read import Reader
from store.unit import StoreUnit

SOME = 3  # refused deliveries within one look: one alone may be a stranger at the door
NONE = "none"  # none ever came: whoever never subscribed is told nothing
STOPPED = "stopped:"


def looked(deps: Deps, key: str, title: str, *, every: float) -> None:
    """One look at a connection's webhooks, not more than one in `every` seconds over all replicas."""
    now, office = deps.clock.machine_now(), deps.terms.offices[deps.settings.offices[0].name]
    with deps.store.write() as unit:
        unit.connection(key)  # its lock: two replicas look one after the other
        count = unit.inbox.refused().get((key, BadSignature.__name__), 0)
        seen, _, at = unit.setting(f"hooks:{key}").partition(" ")
        if at and timedelta() <= now - datetime.fromisoformat(at) < timedelta(seconds=every):
            return
        unit.keep_setting(f"hooks:{key}", f"{count} {now.isoformat()}")
        name = _news(unit, key, count - int(seen or 0), office)
        if name:
            _tell(unit, key, title, name, now)


def stopped(reader: Reader, key: str) -> bool:
    """Whether the admin was told that this connection's webhooks stopped, and none came since."""
    return reader.setting(f"hooks-told:{key}").partition(" ")[2].startswith(STOPPED)


def _news(unit: StoreUnit, key: str, more: int, office: Office) -> str:
    newest, told = _heard(unit, key), unit.setting(f"hooks-told:{key}")
    before, _, serial = told.partition(" ")
    if more >= SOME and (not told or serial.startswith(STOPPED)):
        return "webhooks_refused"
    if told:
        return "webhooks_mended" if not more and newest not in (NONE, before) else ""
    return "webhooks_stopped" if newest != NONE and silence.stopped(unit.setting(f"finds:{key}"), office) else ""


def _tell(unit: StoreUnit, key: str, title: str, name: str, now: datetime) -> None:
    if name == "webhooks_mended":
        serial, told = unit.setting(f"hooks-told:{key}").partition(" ")[2], ""
    else:
        serial = f"{STOPPED if name == 'webhooks_stopped' else ''}{key}:{now.isoformat()}"
        told = f"{unit.setting(f'heard:{key}') or NONE} {serial}"
    if unit.emit(TellAdmin(name, serial, {"vendor": title})) or not told:
        unit.keep_setting(f"hooks-told:{key}", told)


def _heard(unit: StoreUnit, key: str) -> str:
    """When the newest webhook came, kept as retention removes it; what the poll found before it counts no more."""
    last, heard = unit.inbox.received().get(key, Received()).last, unit.setting(f"heard:{key}")
    newest = last.isoformat() if last else heard
    if newest != heard:
        unit.keep_setting(f"heard:{key}", newest)
        unit.locked_setting(f"finds:{key}")
        unit.keep_setting(f"finds:{key}", "")
    return newest or NONE
