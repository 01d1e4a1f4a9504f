"""The webhooks of each connection: the admin hears once when they are refused, stop or never come, and when one does.

They are refused by their signature when a secret or an address is wrong; that they are silent shows only in wins that
the poll alone finds (see `bot.clock.silence`), and only where they were set up: a secret, and an address for them. What
was told is a row, changed under the connection's lock.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.clock import silence
from bot.effects import TellAdmin
from bot.errors import BadSignature
from bot.ports import Crm
from bot.settings import Settings
from bot.worktime import Office
from handlers.deps import Deps
from store.inbox import Received
from store.unit import StoreUnit

SOME = 3  # refused deliveries within one look: one alone may be a stranger at the door
NONE = "none"  # none ever came
SILENT = {silence.STOPPED: "webhooks_stopped", silence.NEVER: "webhooks_never"}


def looked(deps: Deps, crm: Crm, *, every: float) -> None:
    """One look at a connection's webhooks, not more than one in `every` seconds over all replicas."""
    now, key = deps.clock.machine_now(), crm.key
    with deps.store.write() as unit:
        unit.connection(key)  # its lock: two replicas look one after the other
        count = unit.inbox.refused().get((key, BadSignature.__name__), 0)
        seen, _, at = unit.setting(f"hooks:{key}").partition(" ")
        if at and timedelta() <= now - datetime.fromisoformat(at) < timedelta(seconds=every):
            return
        unit.keep_setting(f"hooks:{key}", f"{count} {now.isoformat()}")
        if not awaited(deps.settings, crm):
            _forget(unit, key)
        name = _news(unit, key, count - int(seen or 0), first_office(deps))
        if name:
            data = {"vendor": crm.title, "page": page(deps.settings, key), "address": address(deps.settings, key)}
            _tell(unit, key, name, data, now)


def awaited(settings: Settings, crm: Crm) -> bool:
    """Whether webhooks were set up here: what proves them is given, and an address to which they can go."""
    return crm.takes_webhooks and settings.source("BATON_PUBLIC_URL") != "default"


def address(settings: Settings, key: str) -> str:
    """Where the webhooks of this connection should go."""
    return f"{settings.public_url}/webhooks/{key}"


def page(settings: Settings, key: str) -> str:
    """The page for the CRM's admin, which says how webhooks are set up."""
    return f"docs/connectors/{settings.connections[key].get('kind', key)}.md"


def silent(setting: Callable[[str], str], settings: Settings, crm: Crm, office: Office) -> str:
    """How the webhooks of this connection are silent, by what is stored: STOPPED, NEVER or ''."""
    if not awaited(settings, crm):
        return ""
    return silence.silent(setting(f"finds:{crm.key}"), office, heard=bool(setting(f"heard:{crm.key}")))


def first_office(deps: Deps) -> Office:
    """Whose working days are counted."""
    return deps.terms.offices[deps.settings.offices[0].name]


def _news(unit: StoreUnit, key: str, more: int, office: Office) -> str:
    newest, told = _heard(unit, key), unit.setting(f"hooks-told:{key}")
    before, _, serial = told.partition(" ")
    if more >= SOME and (not told or serial.partition(":")[0] in SILENT):
        return "webhooks_refused"
    if told and (more or newest in (NONE, before)):
        return ""
    if told:
        return "webhooks_came" if before == NONE else "webhooks_mended"
    how = silence.silent(unit.setting(f"finds:{key}"), office, heard=newest != NONE)
    return SILENT.get(how, "")


def _tell(unit: StoreUnit, key: str, name: str, data: dict[str, str], now: datetime) -> None:
    how = next((word for word, silent_name in SILENT.items() if silent_name == name), "")
    told = ""
    if name in ("webhooks_mended", "webhooks_came"):
        serial = unit.setting(f"hooks-told:{key}").partition(" ")[2]
    else:
        serial = f"{how}:{key}:{now.isoformat()}" if how else f"{key}:{now.isoformat()}"
        told = f"{unit.setting(f'heard:{key}') or NONE} {serial}"
    if unit.emit(TellAdmin(name, serial, data)) or not told:
        unit.keep_setting(f"hooks-told:{key}", told)


def _heard(unit: StoreUnit, key: str) -> str:
    """When the newest webhook came, kept as retention removes it; what the poll found before it counts no more."""
    last, heard = unit.inbox.received().get(key, Received()).last, unit.setting(f"heard:{key}")
    newest = last.isoformat() if last else heard
    if newest != heard:
        unit.keep_setting(f"heard:{key}", newest)
        _found_none(unit, key)
    return newest or NONE


def _forget(unit: StoreUnit, key: str) -> None:
    """Whoever lives by the poll awaits nothing: what it finds counts from the day on which webhooks are set up."""
    if unit.setting(f"finds:{key}"):
        _found_none(unit, key)
    if unit.setting(f"hooks-told:{key}").partition(" ")[2].partition(":")[0] in SILENT:
        unit.keep_setting(f"hooks-told:{key}", "")


def _found_none(unit: StoreUnit, key: str) -> None:
    unit.locked_setting(f"finds:{key}")
    unit.keep_setting(f"finds:{key}", "")
