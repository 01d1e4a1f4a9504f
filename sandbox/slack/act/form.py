"""What a Slack client refuses before it sends a form: empty required fields, wrong lengths, numbers, addresses.

The sentences are the client's, below the field (https://docs.slack.dev/reference/block-kit/blocks/input-block).
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.slack.act.find import Element, Values, field, untouched

REQUIRED = "Please complete this required field."


def field_errors(blocks: list[dict[str, Any]], values: Values) -> dict[str, str]:
    """By block_id, the sentence below each field that can't be sent."""
    errors = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        state = values.get(block.get("block_id", ""), {}).get(element.get("action_id", ""), untouched(element))
        said = _said(block, element, state.get(field(element)[0]))
        if said:
            errors[str(block.get("block_id", ""))] = said
    return errors


def _said(block: dict[str, Any], element: Element, value: Any) -> str:
    if value in (None, "", []):
        return "" if block.get("optional") else REQUIRED
    checks = {"plain_text_input": _text, "number_input": _number, "email_text_input": _email, "url_text_input": _url}
    check = checks.get(element["type"])
    return check(element, str(value)) if check else ""


def _text(element: Element, value: str) -> str:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(value) > most else ""


def _number(element: Element, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Please enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return ""


def _email(_element: Element, value: str) -> str:
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "Please enter a valid email address."


def _url(_element: Element, value: str) -> str:
    return "" if re.match(r"https?://\S+\.\S+|https?://\d", value) else "Please enter a valid URL."
