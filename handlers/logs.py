"""Logs as one JSON object a line: what happened, ids and reasons; never a secret, never a word of the record.

All lines of one cause carry the same `trace`, from the door to the post.
"""

import json
import logging
import sys
import traceback
from typing import Any

from handlers.trace import current

# uvicorn adds its message once more, coloured for a terminal.
NOT_EXTRAS = {"message", "asctime", "taskName", "color_message"}
STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | NOT_EXTRAS


class Lines(logging.Formatter):
    """Formats a record as JSON; only the named extras are added, never request bodies."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        data: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": record.getMessage(),
        }
        if current():
            data["trace"] = current()
        data |= {key: str(value) for key, value in record.__dict__.items() if key not in STANDARD}
        if record.exc_info and record.exc_info[0]:
            data["error"] = record.exc_info[0].__name__
            data["frames"] = frames(record.exc_info[1])
        return json.dumps(data, ensure_ascii=False)


def frames(error: BaseException | None) -> str:
    """Where it broke, cause first: frames and kinds of error, never their words, which may quote the record."""
    lines: list[str] = []
    while error is not None:
        lines[:0] = [*traceback.format_tb(error.__traceback__), f"{type(error).__name__}\n"]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(lines)


def set_up(level: int = logging.INFO) -> None:
    """Logs go to standard error; the HTTP libraries are quiet, as their lines would hold addresses with ids."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.raiseExceptions = False  # a line that cannot be written, on a full disk, is not worth another one
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "slack_sdk", "slack_bolt", "apscheduler", "uvicorn.access", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It quotes what it cannot read, which may be half of a message; what came of a call our own wrapper says.
    logging.getLogger("slack_sdk.web").setLevel(logging.CRITICAL)
