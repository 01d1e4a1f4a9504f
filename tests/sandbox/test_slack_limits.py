"""Blocks and views over the published limits are refused as a whole, each with a pointer to the place."""

from typing import Any

import pytest

from sandbox.slack.checks.blocks import check_blocks
from sandbox.slack.checks.payloads import view_problems

Block = dict[str, Any]


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def button(**more: Any) -> Block:
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def option(value: str, **more: Any) -> Block:
    return {"text": plain("Option"), "value": value, **more}


def boxes(count: int, **more: Any) -> Block:
    return {"type": "checkboxes", "action_id": "boxes", "options": [option(str(n)) for n in range(count)], **more}


def typed(**more: Any) -> Block:
    element = {"type": "plain_text_input", "action_id": "a", **more}
    return {"type": "input", "label": plain("Name"), "element": element}


SELECT: Block = {"type": "static_select", "action_id": "s", "options": [option("a"), option("b")]}
GOOD: list[Block] = [
    {"type": "header", "text": plain("x" * 150)},
    {"type": "section", "text": mrkdwn("x" * 3000)},
    {"type": "section", "fields": [mrkdwn("x")] * 10, "accessory": button(style="primary", value="v")},
    {
        "type": "context",
        "elements": [mrkdwn("x"), {"type": "image", "image_url": "https://a.example", "alt_text": "a"}],
    },
    actions(boxes(10, initial_options=[option("3")])),
    actions({**SELECT, "initial_option": option("a"), "placeholder": plain("Pick")}),
    actions({"type": "overflow", "action_id": "o", "options": [option("a")]}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-12-01"}),
    {"type": "divider"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * 100},
]
BAD: list[tuple[Block, str]] = [
    ({"type": "dividor"}, "/blocks/0"),
    ({"type": "divider", "blok_id": "x"}, "/blocks/0"),
    ({"type": "divider", "block_id": "x" * 256}, "/blocks/0/block_id"),
    ({"type": "alert", "text": mrkdwn("x")}, "/blocks/0"),
    ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
    ({"type": "header", "text": mrkdwn("x")}, "/blocks/0/text/type"),
    ({"type": "section"}, "/blocks/0"),
    ({"type": "section", "text": mrkdwn("")}, "/blocks/0/text/text"),
    ({"type": "section", "text": mrkdwn("x" * 3001)}, "/blocks/0/text/text"),
    ({"type": "section", "text": {**mrkdwn("x"), "emoji": True}}, "/blocks/0/text"),
    ({"type": "section", "fields": [mrkdwn("x")] * 11}, "/blocks/0/fields"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/blocks/0/fields/0/text"),
    ({"type": "section", "text": mrkdwn("x"), "accessory": {"type": "plain_text_input"}}, "/blocks/0/accessory"),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "/blocks/0/elements"),
    ({"type": "image", "image_url": "https://a.example"}, "/blocks/0/alt_text"),
    (actions(), "/blocks/0/elements"),
    (actions(*[button(action_id=str(n)) for n in range(26)]), "/blocks/0/elements"),
    (actions(button(), button()), "/blocks/0/elements"),
    (actions(button(text=plain("x" * 76))), "/blocks/0/elements/0/text/text"),
    (actions(button(text=mrkdwn("x"))), "/blocks/0/elements/0/text/type"),
    (actions(button(value="x" * 2001)), "/blocks/0/elements/0/value"),
    (actions(button(style="secondary")), "/blocks/0/elements/0/style"),
    (actions(button(confirm={"title": plain("x")})), "/blocks/0/elements/0/confirm/text"),
    (actions(boxes(0)), "/blocks/0/elements/0/options"),
    (actions(boxes(11)), "/blocks/0/elements/0/options"),
    (actions(boxes(2, initial_options=[])), "/blocks/0/elements/0/initial_options"),
    (actions({**SELECT, "options": [option("a"), option("a")]}), "/blocks/0/elements/0/options"),
    (actions({**SELECT, "options": [option("x" * 151)]}), "/blocks/0/elements/0/options/0/value"),
    (actions({**SELECT, "initial_option": option("c")}), "/blocks/0/elements/0/initial_option"),
    (actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]}), "/options"),
    (actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-02-31"}), "/blocks/0/elements/0"),
    (actions({"type": "timepicker", "action_id": "d", "initial_time": "9:00"}), "/blocks/0/elements/0"),
    (actions({"type": "rich_text_input", "action_id": "r"}), "/blocks/0/elements/0"),
    ({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}], []]}, "/blocks/0/rows"),
    ({"type": "table", "rows": [[{"type": "raw_text", "text": "x" * 10_001}]]}, "/blocks/0"),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_blocks_at_their_limits_pass(block: Block) -> None:
    assert check_blocks([block], "message").messages() == []


@pytest.mark.parametrize(("block", "at"), BAD, ids=[f"{n}-{block['type']}" for n, (block, _) in enumerate(BAD)])
def test_blocks_over_a_limit_are_refused_where_it_is(block: Block, at: str) -> None:
    problems = check_blocks([block], "message").problems
    assert any(place.endswith(at) for place, _ in problems), problems


def test_counts_and_ids_are_checked_over_the_whole_message() -> None:
    divider = {"type": "divider"}
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}
    assert check_blocks([divider] * 50, "message").problems == []
    assert check_blocks([divider] * 51, "message").problems
    assert check_blocks([divider] * 51, "modal").problems == []
    assert check_blocks([{**divider, "block_id": "x"}] * 2, "message").problems
    assert check_blocks([table, table], "message").problems


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("Title"), "blocks": list(blocks) or [{"type": "divider"}], **more}


def test_a_modal_at_its_limits_passes() -> None:
    number = {"type": "number_input", "action_id": "n", "is_decimal_allowed": True}
    fields = [typed(max_length=3000), {"type": "input", "label": plain("How much"), "element": number}]
    view = modal(*fields, submit=plain("x" * 24), private_metadata="x" * 3000, callback_id="x" * 255)
    assert view_problems(view, "modal") == []


@pytest.mark.parametrize(
    ("view", "at"),
    [
        (modal(title=plain("x" * 25)), "/title/text"),
        (modal(typed()), "/submit"),
        (modal(submit=plain("x" * 25)), "/submit/text"),
        (modal(private_metadata="x" * 3001), "/private_metadata"),
        (modal(colour="red"), "invalid additional property: colour"),
        (modal(typed(max_length=3001), submit=plain("Save")), "/blocks/0/element/max_length"),
        (modal({**typed(), "label": mrkdwn("x")}, submit=plain("Save")), "/blocks/0/label/type"),
        (modal(typed(focus_on_load=True), typed(focus_on_load=True), submit=plain("Save")), "focus_on_load"),
        (modal({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}), "/blocks/0"),
        ({**modal(), "type": "home"}, "/type"),
    ],
)
def test_modals_over_a_limit_are_refused(view: Block, at: str) -> None:
    assert any(at in said for said in view_problems(view, "modal"))


def test_a_home_tab_has_no_title_and_no_modal_elements() -> None:
    email = {"type": "email_text_input", "action_id": "e"}
    assert view_problems({"type": "home", "blocks": [{"type": "divider"}]}, "home") == []
    assert view_problems({"type": "home", "title": plain("x"), "blocks": [{"type": "divider"}]}, "home")
    inputs = [{"type": "input", "label": plain("Mail"), "element": email}]
    assert any("not allowed in a home" in said for said in view_problems({"type": "home", "blocks": inputs}, "home"))
