"""The webhook door: verify, keep the raw body, answer 2xx; no vendor call.

Forged, stale and oversized deliveries are refused and counted; a byte-identical one within its window is a duplicate:
2xx, no effect, counted. What the events mean is worked out later, by a job.
"""

import contextlib
import logging
from dataclasses import dataclass

from bot.effects import ReadInbox
from bot.errors import Conflict, StoreAway, TooLarge, Unrecognised, WebhookRejected
from handlers import trace
from handlers.deps import Deps

log = logging.getLogger("baton.webhooks")
LIMIT = 1_000_000  # bytes
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delivery:
    """A request as it came in, under which connection, to which path (with its query)."""

    connection: str
    body: bytes
    headers: dict[str, str]
    path: str


@trace.own
def receive(deps: Deps, delivery: Delivery) -> int:
    """The HTTP status for this delivery. Durable before 200; StoreAway or Conflict when it cannot be kept."""
    try:
        _verified(deps, delivery)
    except WebhookRejected as rejected:
        return refuse(deps, delivery.connection, rejected)
    with deps.store.write() as unit:
        inbox_id, new = unit.inbox.put(delivery.connection, delivery.body, {})
        if new:
            unit.emit(ReadInbox(inbox_id))
    log.info("webhook taken", extra={"connection": delivery.connection, "inbox": inbox_id, "new": new})
    return 200


def refuse(deps: Deps, connection: str, rejected: WebhookRejected) -> int:
    """Counts it, when that can be kept; the HTTP status."""
    reason = type(rejected).__name__
    log.warning("webhook refused", extra={"connection": connection[:40], "why": reason})
    with contextlib.suppress(StoreAway, Conflict), deps.store.write() as unit:
        # Who has no signature can make names up without end: they are counted together.
        unit.inbox.refuse(connection if connection in deps.crms else UNKNOWN, reason)
    return rejected.status


def _verified(deps: Deps, delivery: Delivery) -> None:
    crm = deps.crms.get(delivery.connection)
    if crm is None:
        raise Unrecognised(delivery.connection)
    if len(delivery.body) > LIMIT:
        raise TooLarge(delivery.connection)
    try:
        delivery.body.decode()
    except UnicodeDecodeError as error:
        raise Unrecognised(delivery.connection) from error
    url = deps.settings.public_url + delivery.path
    real = deps.clock.machine_now()
    crm.verify(body=delivery.body, headers=delivery.headers, url=url, now=real)
    crm.parse(delivery.body)
