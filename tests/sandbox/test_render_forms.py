"""What the browser sends becomes what a person's hands take; what Slack's client refuses is refused here."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.pages.forms import REQUIRED, problems, typed, value_of

BERLIN = ZoneInfo("Europe/Berlin")


def view(kind: str, *, optional: bool = False, **more: Any) -> dict[str, Any]:
    element = {"type": kind, "action_id": "x", **more}
    return {"blocks": [{"type": "input", "block_id": "b", "optional": optional, "element": element}]}


def test_a_moment_is_read_in_the_persons_own_zone() -> None:
    noon_utc = int(datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp())
    assert value_of("datetimepicker", "2026-07-01T14:00", BERLIN) == noon_utc
    assert value_of("datetimepicker", "2026-07-01T08:00", ZoneInfo("America/New_York")) == noon_utc
    assert value_of("datetimepicker", "", BERLIN) is None


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("plain_text_input", "", None),
        ("plain_text_input", " weekly call ", " weekly call "),
        ("static_select", "", None),
        ("checkboxes", ["a", "b"], ["a", "b"]),
        ("checkboxes", [], []),
        ("file_input", "C:\\fakepath\\sow.pdf", None),
        ("file_input", ["F01"], ["F01"]),
    ],
)
def test_each_value_as_its_element_holds_it(kind: str, raw: Any, value: Any) -> None:
    assert value_of(kind, raw, BERLIN) == value


def test_only_fields_of_the_view_are_taken() -> None:
    raw = {"b": {"x": "hello", "other": "no"}, "gone": {"x": "no"}}
    assert typed(raw, view("plain_text_input"), BERLIN) == {"b": {"x": "hello"}}


def test_elements_of_sections_and_actions_are_taken_too() -> None:
    blocks = [
        {"type": "section", "block_id": "s", "accessory": {"type": "users_select", "action_id": "u"}},
        {"type": "actions", "block_id": "a", "elements": [{"type": "checkboxes", "action_id": "c"}]},
    ]
    raw: dict[str, dict[str, Any]] = {"s": {"u": "U01"}, "a": {"c": ["1"]}}
    assert typed(raw, {"blocks": blocks}, BERLIN) == raw


@pytest.mark.parametrize(
    ("shown", "value", "said"),
    [
        (view("plain_text_input"), None, REQUIRED),
        (view("checkboxes"), [], REQUIRED),
        (view("plain_text_input", optional=True), None, None),
        (view("plain_text_input", min_length=20), "too short", "Please use at least 20 characters."),
        (view("email_text_input"), "ana at acme", "Enter a valid email address."),
        (view("url_text_input"), "acme.example", "Enter a valid URL, with https:// in front."),
        (view("number_input"), "seven", "Enter a number."),
    ],
)
def test_what_slacks_client_refuses_to_send(shown: dict[str, Any], value: Any, said: str | None) -> None:
    assert problems(shown, {"b": {"x": value}}) == ({"b": said} if said else {})
