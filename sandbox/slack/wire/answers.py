"""What came back from the bot, and how a person sees it when nothing good did.

Follows https://docs.slack.dev/interactivity/handling-user-interaction: an answer is HTTP 200 within three seconds.
"""

import json
from dataclasses import dataclass
from typing import Any

ACK_SECONDS = 3.0
SEEN = {
    "command": {"timeout": "operation_timeout", "failed": "dispatch_failed"},
    "shortcut": {"timeout": "operation_timeout", "failed": "dispatch_failed"},
    "action": {
        "timeout": "⚠ This app did not answer in time.",
        "failed": "⚠ This app is not responding to what you clicked.",
    },
    "submission": dict.fromkeys(("timeout", "failed"), "We had some trouble connecting. Try again?"),
    "options": dict.fromkeys(("timeout", "failed"), "Result could not be loaded"),
    "event": {"timeout": "http_timeout", "failed": "http_error"},
}


@dataclass(frozen=True)
class Answer:
    """The bot's answer. `status` is 0 when there was none; `ms` is real time; `problem` is '', timeout or failed."""

    status: int
    body: str = ""
    ms: float = 0.0
    problem: str = ""
    reason: str = ""
    no_retry: bool = False

    def parsed(self) -> Any:
        """The body as JSON, or as the text that it is."""
        try:
            return json.loads(self.body)
        except ValueError:
            return self.body

    def error(self, kind: str) -> str | None:
        """What the person sees, by kind of request; None when all is well."""
        return SEEN[kind][self.problem] if self.problem else None
