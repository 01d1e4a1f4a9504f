"""Health in figures: whether the database answers, what waits, what was refused, how each connection does."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from blocks.company.health import Health, Hooks, Work
from bot.effects import TellAdmin
from bot.errors import Conflict, StoreAway
from handlers.deps import Deps
from handlers.health import hooks, unheard
from handlers.health.pulse import titles
from store.inbox import Received
from store.known import ConnectionState
from store.read import Reader

log = logging.getLogger("baton.health")
BLIP = timedelta(seconds=45)  # a shorter outage is nobody's business
LOOK = 1.0  # seconds that a look at the database waits for its lock
SILENT = "# TYPE baton_database_up gauge\nbaton_database_up 0\n"  # all that is known while it is away


def trouble(deps: Deps) -> str:
    """Why the database cannot be read or written right now, in words that are safe to show; '' when it can.

    While it cannot, nobody can be told through it; once it can again, the admin hears of it, once over all replicas.
    """
    why = _why(deps)
    now = deps.clock.machine_now()
    if why:
        deps.away_since = deps.away_since or now
        return why
    since = deps.away_since
    if since and now - since >= BLIP:
        try:
            with deps.store.write() as unit:
                unit.emit(TellAdmin("database_mended", f"{since:%Y-%m-%dT%H}", {"why": f"{since:%H:%M} UTC"}))
        except (StoreAway, Conflict) as error:
            return str(error)
    deps.stored_at, deps.away_since = now, None
    return ""


def _why(deps: Deps) -> str:
    try:
        with deps.store.hurried(LOOK):
            with deps.store.read() as reader:
                reader.counts()
            return deps.store.trouble()
    except StoreAway as error:
        return str(error)
    except Exception:
        log.exception("the database cannot be read")
        return "it cannot be read"


def of_connections(deps: Deps) -> list[Health]:
    """How each connection that is in use does; our own database first, when it cannot be written."""
    why = trouble(deps)
    found = [Health("Database", deps.stored_at, deps.away_since, why)] if why else []
    with deps.store.read() as reader:
        known, taken = reader.connections(), reader.inbox.received()
        silent = {key: _silent(deps, reader, key) for key in deps.crms}
    for key, title in titles(deps).items():
        state, last = known.get(key, ConnectionState(key)), taken.get(key, Received()).last
        how = silent.get(key, "")
        to = (hooks.page(deps.settings, key), hooks.address(deps.settings, key)) if how else ("", "")
        found.append(Health(title, state.ok_at, state.broken_since, state.words, last, Hooks(how, *to)))
    return found


def _silent(deps: Deps, reader: Reader, key: str) -> str:
    return hooks.silent(reader.setting, deps.settings, deps.crms[key], hooks.first_office(deps))


def work(deps: Deps) -> Work:
    """What waits, what is parked, and whether anybody can be told of it."""
    outbox = deps.store.outbox
    oldest = outbox.oldest()
    since = datetime.fromtimestamp(oldest, UTC) if oldest is not None else None
    with deps.store.read() as reader:
        untold = unheard.since(reader)
    return Work(outbox.waiting().total(), since, outbox.parked().total(), untold)


def metrics(deps: Deps) -> str:
    """Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/): numbers, no names."""
    try:
        return _metrics(deps)
    except StoreAway:
        return SILENT


def _metrics(deps: Deps) -> str:
    with deps.store.read() as reader:
        states, known = reader.counts(), reader.connections()
        taken, refused = reader.inbox.received(), reader.inbox.refused()
        silent = [(f'connection="{key}"', int(bool(_silent(deps, reader, key)))) for key in deps.crms]
        untold = unheard.since(reader)
    outbox, now = deps.store.outbox, deps.clock.tick()
    counts = [("waiting", outbox.waiting()), ("parked", outbox.parked())]
    oldest = outbox.oldest()
    asked = {key: state for key, state in known.items() if key in titles(deps)}
    ours = {key: n for key, n in refused.items() if key[0] in deps.crms}
    strangers = sum(refused.values()) - sum(ours.values())
    families = (
        _family("database_up", "gauge", [("", 1)]),
        _family("handovers", "gauge", ((f'state="{state}"', n) for state, n in sorted(states.items()))),
        _family(
            "jobs",
            "gauge",
            ((f'kind="{kind}",state="{state}"', n) for state, each in counts for kind, n in sorted(each.items())),
        ),
        _family("oldest_job_seconds", "gauge", [("", max(now - oldest, 0.0) if oldest is not None else 0)]),
        # Rows that are kept: retention takes some away, so it is no counter.
        _family("webhooks_kept", "gauge", ((f'connection="{key}"', taken[key].count) for key in taken)),
        _family(
            "webhooks_refused_total",
            "counter",
            [
                *((f'connection="{key}",reason="{reason}"', n) for (key, reason), n in sorted(ours.items())),
                ('connection="unknown",reason="Unrecognised"', strangers),
            ],
        ),
        _family("webhooks_stopped", "gauge", silent),
        _family("connection_up", "gauge", ((f'connection="{k}"', int(not s.broken_since)) for k, s in asked.items())),
        _family(
            "connection_last_success_timestamp_seconds",
            "gauge",
            ((f'connection="{k}"', s.ok_at.timestamp()) for k, s in asked.items() if s.ok_at),
        ),
        _family("admin_told", "gauge", [("", int(untold is None))]),
        _family("sweep_seconds", "gauge", [("", deps.sweep_seconds)]),
        _line(deps),
    )
    return "\n".join(line for family in families for line in family) + "\n"


def _line(deps: Deps) -> Iterator[str]:
    if deps.line is not None:
        yield from _family("slack_line_open", "gauge", [("", int(deps.line.open))])
        yield from _family("slack_line_silent_seconds", "gauge", [("", deps.line.silent_for)])


def _family(name: str, kind: str, samples: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# TYPE baton_{name} {kind}"
    for labels, value in samples:
        yield f"baton_{name}{{{labels}}} {value}" if labels else f"baton_{name} {value}"
