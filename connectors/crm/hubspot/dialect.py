"""HubSpot's error bodies (developers.hubspot.com, error handling and usage guidelines): what they ask of us.

Fields are all optional on the vendor's page, so each is looked at and none is trusted to be there.
"""

from typing import Any

from connectors.answers import Complaint

_WAIT = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": 3600.0}
"""Seconds by `policyName`: HubSpot documents no Retry-After for its own limits."""


def read_complaint(status: int, body: Any) -> Complaint:
    """What an error answer says; a missing scope asks the admin for exactly the scopes which HubSpot names."""
    if not isinstance(body, dict):
        return Complaint()
    request_id = str(body.get("correlationId") or "")
    # "One or more of the following scopes are required": of several named ones, one is enough.
    scopes = _context(body, "requiredGranularScopes") or _context(body, "requiredScopes")
    if body.get("category") == "MISSING_SCOPES":
        needed = " or ".join(scopes) or "more scopes (HubSpot does not say which)"
        return Complaint(f"the token needs {needed}: add it in HubSpot", request_id, reauth=True)
    properties = _context(body, "propertyName")
    tail = f" (property {', '.join(properties)})" if properties else ""
    # A refused write repeats its values as JSON at the end of the sentence; what is in it stands in the tail.
    words = str(body.get("message") or status).partition("[{")[0].rstrip(" :")
    return Complaint(f"{words}{tail}", request_id, _WAIT.get(str(body.get("policyName"))))


def _context(body: dict[str, Any], name: str) -> list[str]:
    """The values under `errors[].context.<name>` and `context.<name>`, each once."""
    errors = body.get("errors")
    found: list[str] = []
    for entry in [body, *(errors if isinstance(errors, list) else [])]:
        context = entry.get("context") if isinstance(entry, dict) else None
        values = context.get(name) if isinstance(context, dict) else None
        if isinstance(values, list):
            found.extend(str(value) for value in values)
    return list(dict.fromkeys(found))
