"""`serve`: one process, one port, until it is told to stop."""

import argparse
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
    """Raises ConfigError when the port cannot be opened: before anything begins, as a second `serve` would work too."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
    except socket.gaierror as error:
        raise ConfigError((f"BATON_HOST = {host!r} is no address of this machine: write 127.0.0.1.",)) from error
    except OSError as error:
        mend = "stop what listens there, or choose another port"
        raise ConfigError((f"BATON_PORT = {port} cannot be opened on {host} ({error.strerror}): {mend}.",)) from error
