"""`serve`: one process, one port, until it is told to stop."""

import argparse
import logging
from collections.abc import Mapping
from typing import Any

import uvicorn

from bot.settings import read
from handlers.logs import set_up
from handlers.wiring import wire


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Serves until SIGTERM or Ctrl-C."""
    set_up()
    settings = read(env, table, rehearsal=asked.rehearsal)
    running = wire(settings, env)
    running.start()
    logging.getLogger("baton").info("listening", extra={"host": settings.host, "port": settings.port})
    uvicorn.run(running.asgi, host=settings.host, port=settings.port, log_config=None, access_log=False)
    return 0
