"""Health in figures: whether the database answers, what waits, what was refused."""

import logging

from handlers.deps import Deps

log = logging.getLogger("baton.health")


def database_answers(deps: Deps) -> bool:
    """Whether a read works right now."""
    try:
        with deps.store.read() as reader:
            reader.counts()
    except Exception:
        log.exception("the database does not answer")
        return False
    return True


def metrics(deps: Deps) -> str:
    """Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/): numbers, no names."""
    with deps.store.read() as reader:
        states = reader.counts()
    lines = ["# TYPE baton_handovers gauge"]
    lines += [f'baton_handovers{{state="{state}"}} {count}' for state, count in sorted(states.items())]
    lines.append("# TYPE baton_jobs gauge")
    for state, counts in (("waiting", deps.store.outbox.waiting()), ("parked", deps.store.outbox.parked())):
        lines += [f'baton_jobs{{kind="{kind}",state="{state}"}} {n}' for kind, n in sorted(counts.items())]
    return "\n".join(lines) + "\n"
