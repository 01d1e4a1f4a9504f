"""How HubSpot says no: a status and a body of status, message, category and correlationId.

Page: developers.hubspot.com/docs/api-reference/error-handling.
"""

import secrets
import uuid
from typing import Any

from sandbox.door import RefusedError


class Refusal(RefusedError):
    """One refused call. `details` become the `errors` list, `more` stands at the top of the body."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        category: str = "VALIDATION_ERROR",
        details: list[dict[str, Any]] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.details = details
        self.more = more

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        body: dict[str, Any] = {"status": "error", "message": self.message, "correlationId": correlation_id()}
        if self.category:
            body["category"] = self.category
        if self.details:
            body["errors"] = self.details
        return body | self.more


def correlation_id() -> str:
    """The id that support asks for; new in each answer."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def not_found(what: str = "resource not found") -> Refusal:
    """404 for a record, property or path that is not there."""
    return Refusal(404, what, category="OBJECT_NOT_FOUND")


def bad_request(message: str) -> Refusal:
    """400 for a request that HubSpot could not read or does not allow."""
    return Refusal(400, message)


def unauthorised() -> Refusal:
    """401 for a missing or wrong token."""
    return Refusal(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more"
        " details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        category="INVALID_AUTHENTICATION",
    )


def too_many(policy: str) -> Refusal:
    """429; the policy is SECONDLY (search) or TEN_SECONDLY_ROLLING (everything else). No Retry-After is documented."""
    return Refusal(
        429,
        f"You have reached your {policy.lower()} limit.",
        category="RATE_LIMITS",
        errorType="RATE_LIMIT",
        policyName=policy,
    )


def whole(value: Any, name: str, default: int) -> int:
    """A whole number of a query or body; the default when it is not given, 400 when it is something else."""
    if value in (None, ""):
        return default
    if not str(value).isdigit():
        raise bad_request(f"{name} must be a whole number")
    return int(value)
