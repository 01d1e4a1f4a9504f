"""`replay`: feeds a recorded webhook through the real door, signed as the vendor signs now."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from bot.settings import read
from connectors.options import variable_name
from handlers.clock import Clock
from handlers.webhooks import Delivery, receive
from handlers.wiring import build

REFUSED = {
    400: "is not what {} sends: give the body of a delivery, as it came.",
    413: "is longer than a webhook may be: give the body of one delivery.",
}


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Puts the file's bytes into the inbox; a running `serve` on the same database reads them."""
    settings = read(env, table)
    deps = build(settings, env, clock=Clock(), upgrade=False)
    crm = deps.crms.get(asked.crm)
    if crm is None:
        sys.stderr.write(f"There is no connection {asked.crm!r}. Connections: {', '.join(deps.crms) or 'none'}.\n")
        return 2
    if not crm.takes_webhooks:
        secret = variable_name(asked.crm, "CLIENT_SECRET")
        sys.stderr.write(f"{asked.crm} takes no webhooks, as {secret} is not set. Set it, then replay the file.\n")
        return 2
    try:
        body = asked.file.read_bytes()
    except OSError as error:
        sys.stderr.write(f"{asked.file} cannot be read: {error.strerror}.\n")
        return 2
    path = f"/webhooks/{asked.crm}"
    headers = dict(crm.sign(body=body, url=settings.public_url + path, now=deps.clock.machine_now()))
    status = receive(deps, Delivery(asked.crm, body, headers, path))
    sys.stdout.write(f"The door answered {status}.\n")
    if status in REFUSED:
        sys.stderr.write(f"{asked.file} {REFUSED[status].format(crm.title)}\n")
    return 0 if status < 300 else 1  # noqa: PLR2004 - any 2xx
