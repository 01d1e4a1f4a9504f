"""Logs as one JSON object a line: what happened, ids and reasons; never a secret, never a word of the record."""

import json
import logging
import sys
from typing import Any

STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "taskName"}


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
        data |= {key: str(value) for key, value in record.__dict__.items() if key not in STANDARD}
        if record.exc_info and record.exc_info[0]:
            data["error"] = record.exc_info[0].__name__
            data["trace"] = self.formatException(record.exc_info)
        return json.dumps(data, ensure_ascii=False)


def set_up(level: int = logging.INFO) -> None:
    """Logs go to standard error; the HTTP libraries are quiet, as their lines would hold addresses with ids."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "slack_sdk", "slack_bolt", "apscheduler", "uvicorn.access", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
