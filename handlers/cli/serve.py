"""`serve`: one process, one port, until it is told to stop."""

import argparse
import logging
from collections.abc import Mapping
from typing import Any

import uvicorn

from bot.settings import read
from handlers import listener
from handlers.logs import set_up
from handlers.wiring import wire


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Serves until SIGTERM or Ctrl-C."""
    set_up()
    settings = read(env, table, rehearsal=asked.rehearsal)
    running = wire(settings, env)
    running.start()
    logging.getLogger("baton").info("listening", extra={"host": settings.host, "port": settings.port})
    seconds = settings.delivery.request_seconds
    uvicorn.Server(listener.config(running.asgi, seconds=seconds, host=settings.host, port=settings.port)).run()
    return 0
