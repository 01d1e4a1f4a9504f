"""How Asana says no: a status and `{"errors": [{"message", "help"}]}`.

Page: developers.asana.com/docs/errors.
"""

from typing import Any

from sandbox.door import RefusedError

HELP = (
    "For more information on API status codes and how to handle them, read the docs on errors:"
    " https://developers.asana.com/docs/errors"
)


class Refusal(RefusedError):
    """One refused call. `retry_after` (seconds) becomes the header of a 429; a 500 carries a phrase for support."""

    def __init__(self, status: int, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self._retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        error = {"message": self.message, "help": HELP}
        if self.status == 500:
            error["phrase"] = "6 sad squid snuggle softly"
        return {"errors": [error]}

    def headers(self) -> dict[str, str]:
        """`Retry-After` in seconds for a 429."""
        return {"Retry-After": str(self._retry_after)} if self._retry_after else {}


def bad_request(message: str) -> Refusal:
    """400 for a missing or malformed parameter."""
    return Refusal(400, message)


def unauthorised() -> Refusal:
    """401 for a missing or wrong token."""
    return Refusal(401, "Not Authorized")


def payment_required(what: str) -> Refusal:
    """402 for something that the plan does not include."""
    return Refusal(402, f"{what} are not available for free users or guests. Please upgrade your plan.")


def forbidden(message: str) -> Refusal:
    """403 for something that this token may not do."""
    return Refusal(403, message)


def not_found(kind: str, gid: str) -> Refusal:
    """404 for a resource that is not there or not visible."""
    return Refusal(404, f"{kind}: Unknown object: {gid}")


def too_many(retry_after: int) -> Refusal:
    """429 with the seconds to wait."""
    message = f"You have made too many requests recently. Please, be chill and retry after {retry_after} seconds."
    return Refusal(429, message, retry_after=max(1, retry_after))
