"""How each connection does: asked harmlessly every two minutes, by one of the replicas.

The admin hears once when a connection refuses its credential or is away for longer than 15 minutes, and once when it is
mended; of its webhooks `hooks` tells. What was told is a row, changed under the connection's lock. Times are the
machine's own: a rehearsal's jump makes no outage.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.effects import TellAdmin
from bot.errors import BatonError, NeedsReauth, RateLimited
from bot.ports import Crm, ProjectTool
from handlers.deps import Deps
from handlers.health import hooks
from store.unit import StoreUnit

log = logging.getLogger("baton.pulse")
EVERY = 120.0  # seconds between two looks, over all replicas
AWAY = timedelta(minutes=15)
RENEWED = timedelta(minutes=10)  # a refused credential that a job met since then is not mended, whatever else works
SLACK = "slack"
POLLED = "poll:"
IN_A_ROW = 2  # polls that failed: one alone may have met a bad moment


@dataclass(frozen=True)
class Problem:
    """What is wrong with a connection, in words that are safe to show; `refused`: only an admin can mend it."""

    words: str
    refused: bool = False


def titles(deps: Deps) -> dict[str, str]:
    """Every connection that is in use, by key, with the name that people know."""
    tool = {deps.tool.key: deps.tool.title} if deps.tool else {}
    return {SLACK: "Slack", **{key: crm.title for key, crm in deps.crms.items()}, **tool}


def beat(deps: Deps) -> None:
    """One look at everything whose turn it is. An outage is a finding, never an error."""
    for key, ask in _asks(deps):
        if deps.store.pace.reserve(f"pulse:{key}", EVERY, patience=0.0) <= 0:
            notice(deps, key, _asked(ask))
    for crm in deps.crms.values():
        hooks.looked(deps, crm, every=EVERY)


def polled(unit: StoreUnit, key: str, words: str) -> None:
    """Keeps how often in a row a connection could not be asked what changed; '' once it could.

    A search may work while that fails: then nothing that webhooks lose is found, and nobody else would say so.
    """
    before = unit.setting(f"{POLLED}{key}")
    if words:
        unit.keep_setting(f"{POLLED}{key}", f"{int(before.partition(' ')[0] or 0) + 1} {words}")
    elif before:
        unit.keep_setting(f"{POLLED}{key}", "")


def refused(deps: Deps, error: NeedsReauth) -> None:
    """A job met a credential that is refused: it is told at once, and once until it is mended."""
    keys = [key for key, title in titles(deps).items() if title == error.vendor]
    if keys:
        notice(deps, keys[0], Problem(error.words, refused=True))


def notice(deps: Deps, key: str, problem: Problem | None) -> None:
    """Keeps how the connection does now, and tells the admin when that is news."""
    now, title = deps.clock.machine_now(), titles(deps)[key]
    with deps.store.write() as unit:
        if problem is None:
            _works(unit, key, title, now)
        else:
            _fails(unit, key, title, now, problem)


def _works(unit: StoreUnit, key: str, title: str, now: datetime) -> None:
    state = unit.connection(key)
    serial, _, last = unit.setting(f"told:{key}").partition(" ")
    if serial and timedelta() <= now - datetime.fromisoformat(last) < RENEWED:  # the machine's clock may be set back
        return
    if serial:
        unit.emit(TellAdmin("connection_mended", serial, {"vendor": title}))
        unit.keep_setting(f"told:{key}", "")
    unit.keep_connection(replace(state, ok_at=now, broken_since=None, words=""))


def _fails(unit: StoreUnit, key: str, title: str, now: datetime, problem: Problem) -> None:
    state = unit.connection(key)
    since = state.broken_since or now
    unit.keep_connection(replace(state, broken_since=since, words=problem.words))
    told = unit.setting(f"told:{key}")
    if told and problem.refused:
        unit.keep_setting(f"told:{key}", f"{told.partition(' ')[0]} {now.isoformat()}")
    if told or not (problem.refused or (now - since >= AWAY and key != SLACK)):
        return  # while Slack itself is away nobody can be told
    name = "connection_broken" if problem.refused else "connection_away"
    at = (now if problem.refused else since).isoformat()
    serial = f"{key}:{at}"  # what breaks again on the same day is news again
    if unit.emit(TellAdmin(name, serial, {"vendor": title, "why": problem.words})):
        unit.keep_setting(f"told:{key}", f"{serial} {at}")


def _asks(deps: Deps) -> Iterator[tuple[str, Callable[[], str]]]:
    yield SLACK, lambda: str(deps.slack.call("auth.test").get("error", ""))
    for key, crm in deps.crms.items():
        yield key, partial(_searched, deps, crm)
    tool = deps.tool
    if tool is not None:
        yield tool.key, partial(_checked, tool)


def _checked(tool: ProjectTool) -> str:
    failed = next((line for line in tool.check() if not line.ok), None)
    if failed is not None and failed.error is not None:
        raise failed.error
    return failed.words if failed else ""


def _searched(deps: Deps, crm: Crm) -> str:
    crm.search("a", limit=1)
    with deps.store.read() as reader:
        count, _, words = reader.setting(f"{POLLED}{crm.key}").partition(" ")
    return f"what changed there cannot be read ({words})" if int(count or 0) >= IN_A_ROW else ""


def _asked(ask: Callable[[], str]) -> Problem | None:
    try:
        words = ask()
    except NeedsReauth as error:
        return Problem(error.words, refused=True)
    except RateLimited:
        return None  # it answers and knows us; that we ask too much is no outage
    except BatonError as error:
        return Problem(str(error))
    return Problem(words) if words else None
