"""Asana's error bodies: `errors[].message`, on 500 a `phrase` to quote to support (developers.asana.com, errors)."""

from http import HTTPStatus
from typing import Any

from connectors.answers import Complaint


def read_complaint(status: int, body: Any) -> Complaint:
    """What an error answer says. A refused token is 401; 403 is about one thing and asks for no new token."""
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = "the token is refused: create a new one" if status == HTTPStatus.UNAUTHORIZED else first.get("message")
    return Complaint(str(words or status), str(first.get("phrase") or ""))
