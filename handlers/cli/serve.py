"""`serve`: one process, one port, until it is told to stop."""

import argparse
import errno
import logging
import socket
from collections.abc import Mapping
from typing import Any

import uvicorn

from bot.errors import ConfigError
from bot.settings import read
from handlers import listener
from handlers.logs import set_up
from handlers.wiring import wire

LACKING = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)  # as on a machine without IPv6


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Serves until SIGTERM or Ctrl-C."""
    set_up()
    settings = read(env, table, rehearsal=asked.rehearsal)
    port_free(settings.host, settings.port)
    running = wire(settings, env)
    running.start()
    logging.getLogger("baton").info("listening", extra={"host": settings.host, "port": settings.port})
    seconds = settings.delivery.request_seconds
    uvicorn.Server(listener.config(running.asgi, seconds=seconds, host=settings.host, port=settings.port)).run()
    return 0


def port_free(host: str, port: int) -> None:
    """Raises ConfigError when the port cannot be opened: before anything begins, as a second `serve` would work too.

    Of several addresses of one name, `localhost` in particular, those of a kind that this machine lacks do not count.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise ConfigError((f"BATON_HOST = {host!r} is no address of this machine: write 127.0.0.1.",)) from error
    refusals = [_refusal(*address) for address in addresses]
    told = [error for error in refusals if error and error.errno not in LACKING]
    told = told or [error for error in refusals if error and all(refusals)]
    if told:
        mend = "stop what listens there, or choose another port"
        raise ConfigError((f"BATON_PORT = {port} cannot be opened on {host} ({told[0].strerror}): {mend}.",))


def _refusal(family: int, kind: int, protocol: int, _: str, address: Any) -> OSError | None:
    try:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None
