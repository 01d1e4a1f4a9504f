"""Values of properties: always text, checked by the property's type.

Page: developers.hubspot.com/docs/api-reference/crm-properties-v3/guide (types, dates at midnight UTC, options).
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.hubspot.errors import Refusal
from sandbox.shelf import Doc
from sandbox.stamps import DAY_MILLIS, iso, millis

LONGEST = 65_536
_FREE_ENUMERATIONS = {"dealstage", "pipeline", "hubspot_owner_id"}
_CODES = {"number": "NUMBER", "date": "DATE", "datetime": "DATE", "bool": "BOOLEAN", "enumeration": "OPTION"}


def refusal_code(definition: Doc) -> str:
    """The code of a refused value, such as INVALID_OPTION."""
    return f"INVALID_{_CODES.get(definition['type'], 'VALUE')}"


def invalid_values(problems: list[tuple[str, str, str]]) -> Refusal:
    """400 for a write; each problem is (property, code, sentence). The message repeats them as JSON, as in life."""
    rows = [
        {"isValid": False, "message": text, "error": code, "name": name, "localizedErrorMessage": text}
        for name, code, text in problems
    ]
    details = [{"message": text, "code": code, "context": {"propertyName": [name]}} for name, code, text in problems]
    return Refusal(400, f"Property values were not valid: {json.dumps(rows)}", details=details)


def stored_value(definition: Doc, value: Any) -> str | None:
    """One value as HubSpot stores it: text, or None when an empty string clears it. ValueError when refused."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if value is None or not text:
        return None
    return _STORED.get(definition["type"], _text)(definition, text)


def _text(definition: Doc, text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"{definition['name']} is longer than {LONGEST} characters")
    return text


def _number(_: Doc, text: str) -> str:
    try:
        if Decimal(text).is_finite():
            return text
    except InvalidOperation:
        pass
    raise ValueError(f"{text} was not a valid number.")


def _bool(_: Doc, text: str) -> str:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"{text} was not one of true and false.")
    return text.lower()


def _date(_: Doc, text: str) -> str:
    moment = millis(text)
    if moment is None or moment % DAY_MILLIS:
        raise ValueError(f"{text} is not at midnight UTC")
    return iso(moment / 1000)[:10]


def _datetime(_: Doc, text: str) -> str:
    moment = millis(text)
    if moment is None:
        raise ValueError(f"{text} was not a valid date-time.")
    return iso(moment / 1000)


def _option(definition: Doc, text: str) -> str:
    if definition["name"] in _FREE_ENUMERATIONS:
        return text
    allowed = {option["value"] for option in definition["options"]}
    chosen = text.split(";") if definition["fieldType"] == "checkbox" else [text]
    wrong = [one for one in chosen if one not in allowed]
    if wrong:
        raise ValueError(f"{wrong[0]} was not one of the allowed options: {sorted(allowed)}")
    return text


_STORED = {"number": _number, "bool": _bool, "date": _date, "datetime": _datetime, "enumeration": _option}
