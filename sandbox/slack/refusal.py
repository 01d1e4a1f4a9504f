"""How this workspace says no: the vendor's error names, and what comes along with them."""

from sandbox.shelf import Doc


class Refused(Exception):
    """A call that Slack refuses: HTTP 200 with `ok: false`, or another status where Slack uses one."""

    def __init__(
        self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **extra: object
    ) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> Doc:
        """The answer's body."""
        return {"ok": False, "error": self.error, **self.extra}


def bad_arguments(*messages: str) -> Refused:
    """`invalid_arguments` with its messages, as the Web API words them."""
    found = [f"[ERROR] {message}" for message in messages]
    return Refused("invalid_arguments", response_metadata={"messages": found})


class NotThere(LookupError):
    """A person can't do this: what they reach for is not on their screen."""
