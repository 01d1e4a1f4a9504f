"""Block Kit as the page draws it: each block and element carries what a click needs, and nobody's words run wild."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.pages.reader import Reader
from sandbox.pages.render import blocks_html
from sandbox.pages.surface import Surface, Values

EVIL = '"><script>alert(1)</script>'
MOMENT = int(datetime(2026, 11, 30, 16, 0, tzinfo=UTC).timestamp())


def text(words: str, kind: str = "plain_text") -> dict[str, str]:
    return {"type": kind, "text": words}


def option(value: str, **more: Any) -> dict[str, Any]:
    return {"text": text(value.title()), "value": value, **more}


def drawn(*blocks: dict[str, Any], state: Values | None = None) -> str:
    people = {"U0ANA00001": "Ana Ruiz"}
    now = datetime(2026, 11, 21, tzinfo=UTC)
    reader = Reader("U0ANA00001", ZoneInfo("Europe/Berlin"), now, people, {"C01": "general"}, "http://127.0.0.1:1")
    return str(blocks_html(blocks, Surface(reader, "V1", state or {})))


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "block_id": "a", "elements": list(elements)}


def field(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    inner = {"action_id": "x", **element}
    return {"type": "input", "block_id": "f", "label": text("What was promised?"), "element": inner, **more}


def test_a_root_message_is_drawn_whole() -> None:
    html = drawn(
        {"type": "header", "text": text("ABC Fintech – Cloud Migration")},
        {"type": "section", "text": text("🟡 *Running*", "mrkdwn"), "fields": [text("*Sales rep* Ana", "mrkdwn")]},
        {"type": "context", "elements": [text("9 of 15 done", "mrkdwn")]},
        {"type": "divider"},
    )
    assert "<h3>ABC Fintech – Cloud Migration</h3>" in html
    assert "🟡 <b>Running</b>" in html
    assert '<div class="field"><b>Sales rep</b> Ana</div>' in html
    assert "<span>9 of 15 done</span>" in html
    assert "<hr>" in html


def test_a_button_carries_what_its_click_needs() -> None:
    confirm = {"title": text("Cancel it?"), "text": text("Gone"), "confirm": text("Cancel"), "deny": text("Keep it")}
    button = {"type": "button", "action_id": "gate.open", "text": text("Sign off"), "value": "h_1", "style": "primary"}
    html = drawn(actions(button | {"confirm": confirm, "accessibility_label": "Sign off ABC"}))
    assert 'data-action-id="gate.open" data-block-id="a" data-type="button" data-live' in html
    assert 'class="btn primary" value="h_1" aria-label="Sign off ABC"' in html
    assert "Keep it" in html


def test_a_link_button_and_a_menu_entry_keep_their_addresses() -> None:
    menu = {
        "type": "overflow",
        "action_id": "m",
        "options": [option("brief", url="https://x.example/b"), option("crm")],
    }
    html = drawn(actions({"type": "button", "action_id": "b", "text": text("Open"), "url": "https://x.example"}, menu))
    assert 'data-url="https://x.example"' in html
    assert 'role="menuitem" data-option="brief" data-url="https://x.example/b"' in html
    assert '<button type="button" role="menuitem" data-option="crm">Crm</button>' in html


def test_checkboxes_show_the_first_ticks_until_the_person_ticks() -> None:
    boxes = {
        "type": "checkboxes",
        "action_id": "x",
        "options": [option("one", description=text("due first")), option("two")],
        "initial_options": [option("one")],
    }
    assert 'value="one" checked' in drawn(actions(boxes))
    assert "due first" in drawn(actions(boxes))
    touched = {"a": {"x": {"type": "checkboxes", "selected_options": [option("two")]}}}
    html = drawn(actions(boxes), state=touched)
    assert 'value="one" checked' not in html
    assert 'value="two" checked' in html


def test_a_new_block_id_forgets_what_was_ticked() -> None:
    boxes = {"type": "checkboxes", "action_id": "x", "options": [option("one")]}
    kept = {"a": {"x": {"type": "checkboxes", "selected_options": [option("one")]}}}
    assert "checked" not in drawn({**actions(boxes), "block_id": "a:v2"}, state=kept)


@pytest.mark.parametrize(
    ("element", "part", "wanted"),
    [
        ({"type": "plain_text_input", "initial_value": "hi", "max_length": 9}, {"value": "typed"}, 'value="typed"'),
        ({"type": "plain_text_input", "multiline": True}, {"value": "a\nb"}, ">a\nb</textarea>"),
        (
            {"type": "number_input", "is_decimal_allowed": True},
            {"value": "12.5"},
            'step="any" type="number" value="12.5"',
        ),
        ({"type": "email_text_input"}, {"value": "a@b.example"}, 'type="email" value="a@b.example"'),
        ({"type": "url_text_input"}, {"value": "https://x.example"}, 'type="url" value="https://x.example"'),
        ({"type": "datepicker"}, {"selected_date": "2026-11-30"}, 'type="date"'),
        ({"type": "timepicker"}, {"selected_time": "17:00"}, 'value="17:00"'),
        ({"type": "datetimepicker"}, {"selected_date_time": MOMENT}, 'value="2026-11-30T17:00"'),
        ({"type": "users_select"}, {"selected_user": "U0ANA00001"}, '<option value="U0ANA00001" selected>Ana Ruiz'),
        ({"type": "multi_users_select"}, {"selected_users": ["U0ANA00001"]}, 'value="U0ANA00001" checked'),
        ({"type": "conversations_select"}, {"selected_conversation": "C01"}, '<option value="C01" selected>#general'),
        (
            {"type": "static_select", "options": [option("a"), option("b")]},
            {"selected_option": option("b")},
            '<option value="b" selected>',
        ),
        (
            {"type": "multi_static_select", "option_groups": [{"label": text("Kinds"), "options": [option("a")]}]},
            {"selected_options": [option("a")]},
            'value="a" checked',
        ),
        (
            {"type": "radio_buttons", "options": [option("yes"), option("no")]},
            {"selected_option": option("no")},
            'type="radio" name="V1|f|x" value="no" checked',
        ),
        ({"type": "external_select"}, {"selected_option": option("deal")}, 'value="Deal"'),
        ({"type": "file_input", "filetypes": ["pdf"]}, {"files": []}, 'type="file"'),
        ({"type": "file_input"}, {"files": [{"id": "F1", "name": "<b>.toml"}]}, "<ul><li>&lt;b&gt;.toml</li></ul>"),
        ({"type": "file_input"}, {"files": [{"id": "F1", "name": "a.toml"}]}, 'data-files="[&#34;F1&#34;]"'),
    ],
)
def test_every_input_shows_what_is_held(element: dict[str, Any], part: dict[str, Any], wanted: str) -> None:
    """What was typed wins over the initial value, as in Slack."""
    html = drawn(field(element), state={"f": {"x": {"type": element["type"], **part}}})
    assert wanted in html
    assert 'data-block-id="f"' in html


def test_an_input_says_its_label_whether_it_is_optional_and_where_errors_go() -> None:
    html = drawn(field({"type": "plain_text_input"}, optional=True, hint=text("One per line")))
    assert '<legend>What was promised?<span class="optional"> (optional)</span></legend>' in html
    assert '<p class="field-error" role="alert" hidden></p>' in html
    assert '<p class="hint">One per line</p>' in html


def test_only_inputs_with_dispatch_action_tell_the_app_at_once() -> None:
    select = {"type": "static_select", "options": [option("a")]}
    assert "data-live" not in drawn(field(select))
    assert "data-live" in drawn(field(select, dispatch_action=True))


def test_a_search_field_keeps_what_was_picked_for_the_script() -> None:
    state = {"f": {"x": {"type": "external_select", "selected_option": {"text": text(EVIL), "value": "deal:1"}}}}
    html = drawn(field({"type": "external_select", "min_query_length": 0}), state=state)
    picked = html.split('data-picked="')[1].split('"')[0]
    unescaped = picked.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert json.loads(unescaped) == [{"value": "deal:1", "text": EVIL}]
    assert 'data-min="0"' in html


def test_a_table_has_heads_cells_and_alignment() -> None:
    cell = {"type": "raw_text", "text": "3 h"}
    html = drawn({"type": "table", "column_settings": [{"align": "right"}], "rows": [[cell], [cell]]})
    assert '<th class="align-right">3 h</th>' in html
    assert '<td class="align-right">3 h</td>' in html


@pytest.mark.parametrize("kind", ["carousel", "data_visualization", "video"])
def test_what_is_not_drawn_says_so(kind: str) -> None:
    assert f"this sandbox does not draw {kind} yet" in drawn({"type": kind})


def test_an_unknown_element_says_so_too() -> None:
    assert "this sandbox does not draw icon_button yet" in drawn(actions({"type": "icon_button", "action_id": "i"}))


def test_words_of_people_and_of_the_crm_never_become_markup() -> None:
    html = drawn(
        {"type": "header", "text": text(EVIL)},
        {"type": "section", "block_id": EVIL, "text": text(EVIL, "mrkdwn"), "fields": [text(EVIL)]},
        {"type": "context", "elements": [text(EVIL), {"type": "image", "image_url": "javascript:x", "alt_text": EVIL}]},
        {"type": "image", "image_url": "https://x.example/" + EVIL, "alt_text": EVIL, "title": text(EVIL)},
        {"type": "markdown", "text": EVIL},
        actions(
            {"type": "button", "action_id": EVIL, "value": EVIL, "text": text(EVIL)},
            {"type": "static_select", "action_id": "s", "placeholder": text(EVIL), "options": [option(EVIL)]},
            {"type": "checkboxes", "action_id": "c", "options": [option(EVIL, description=text(EVIL))]},
        ),
        field({"type": "plain_text_input", "initial_value": EVIL, "multiline": True}, hint=text(EVIL)),
    )
    assert "<script" not in html
    assert 'src="javascript' not in html
    assert html.count("&lt;script&gt;") > 10
