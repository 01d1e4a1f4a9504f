"""The kit raises where Slack would refuse the whole message, and draws what Slack takes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from blocks import kit, limits
from blocks.frame import Message
from tests.blocks.reading import accepted

OPTIONS = [kit.option(f"Option {n}", str(n)) for n in range(101)]
TOO_MUCH: dict[str, Callable[[], Any]] = {
    "header": lambda: kit.header("x" * 151),
    "empty header": lambda: kit.header(""),
    "section": lambda: kit.section("x" * 3001),
    "empty section": kit.section,
    "section fields": lambda: kit.section(fields=["x"] * 11),
    "section field": lambda: kit.section(fields=["x" * 2001]),
    "context": lambda: kit.context(*["x"] * 11),
    "no context": kit.context,
    "no actions": kit.actions,
    "actions": lambda: kit.actions(*[kit.button("x", f"a{n}") for n in range(26)]),
    "two of one action": lambda: kit.actions(kit.button("x", "a"), kit.button("y", "a")),
    "block id": lambda: kit.actions(kit.button("x", "a"), block_id="b" * 256),
    "button text": lambda: kit.button("x" * 76, "a"),
    "button value": lambda: kit.button("x", "a", "v" * 2001),
    "button url": lambda: kit.button("x", "a", url="https://x.example/" + "u" * 3000),
    "button label": lambda: kit.button("x", "a", label="l" * 76),
    "action id": lambda: kit.button("x", ""),
    "option text": lambda: kit.option("x" * 76, "v"),
    "option value": lambda: kit.option("x", "v" * 151),
    "option without value": lambda: kit.option("x", ""),
    "option description": lambda: kit.option("x", "v", "d" * 76),
    "overflow": lambda: kit.overflow("a", [(str(n), str(n), None) for n in range(6)]),
    "empty overflow": lambda: kit.overflow("a", []),
    "two of one value": lambda: kit.overflow("a", [("x", "v", None), ("y", "v", None)]),
    "select": lambda: kit.select("a", OPTIONS),
    "empty select": lambda: kit.select("a", []),
    "multi select": lambda: kit.multi_select("a", OPTIONS),
    "placeholder": lambda: kit.users_select("a", placeholder="x" * 151),
    "checkboxes": lambda: kit.checkboxes("a", OPTIONS[:11]),
    "no checkboxes": lambda: kit.checkboxes("a", []),
    "radio": lambda: kit.radio("a", OPTIONS[:11]),
    "text input": lambda: kit.text_input("a", max_length=3001),
    "label": lambda: kit.input_("x" * 2001, kit.text_input("a"), block_id="b"),
    "hint": lambda: kit.input_("x", kit.text_input("a"), block_id="b", hint="x" * 2001),
    "confirm title": lambda: kit.confirm("x" * 101, "y", yes="Yes"),
    "confirm text": lambda: kit.confirm("x", "y" * 301, yes="Yes"),
    "confirm button": lambda: kit.confirm("x", "y", yes="Y" * 31),
    "modal title": lambda: kit.modal("x" * 25, [kit.divider()], callback_id="c"),
    "modal metadata": lambda: kit.modal("x", [kit.divider()], callback_id="c", metadata="m" * 3001),
    "modal blocks": lambda: kit.modal("x", [kit.divider()] * 101, callback_id="c"),
    "modal without submit": lambda: kit.modal(
        "x", [kit.input_("l", kit.text_input("a"), block_id="b")], callback_id="c"
    ),
    "view bytes": lambda: kit.home([kit.section("ü" * 3000) for _ in range(60)]),
    "two of one block id": lambda: kit.home([kit.section("x", block_id="b"), kit.section("y", block_id="b")]),
    "home blocks": lambda: kit.home([]),
    "message text": lambda: kit.check_message(Message("")),
    "long message text": lambda: kit.check_message(Message("x" * 4001)),
    "message blocks": lambda: kit.check_message(Message("x", [kit.divider()] * 51)),
    "message sum": lambda: kit.check_message(Message("x", [kit.section("x" * 3000)] * 4)),
    "message block ids": lambda: kit.check_message(Message("x", [kit.section("x", block_id="b")] * 2)),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_over_a_limit_raises(name: str) -> None:
    with pytest.raises(kit.LimitError):
        TOO_MUCH[name]()


def test_an_error_says_where_and_how_much() -> None:
    with pytest.raises(kit.LimitError, match=r"button_text: 76 characters, 1 to 75 allowed"):
        kit.button("x" * 76, "a")


def test_slack_takes_pieces_at_their_limits() -> None:
    sure = kit.confirm("q" * 100, "t" * 300, yes="Y" * 30, no="N" * 30, style="danger")
    button = kit.button("x" * 75, "a", "v" * 2000, style="primary", confirm=sure, label="l" * 75)
    message = Message(
        "x",
        [
            kit.header("h" * 150),
            kit.section("s" * 3000, accessory=kit.overflow("o", [(str(n), str(n), None) for n in range(5)])),
            kit.section(fields=["f" * 100] * 10),
            kit.context(*["c"] * 10),
            kit.actions(button, kit.users_select("u", placeholder="Who?"), block_id="b"),
            kit.actions(kit.checkboxes("c", OPTIONS[:10], initial=OPTIONS[:2]), kit.radio("r", OPTIONS[:10])),
            kit.actions(kit.select("s", OPTIONS[:100], initial=OPTIONS[3]), kit.external_select("e", min_query=0)),
            kit.actions(kit.multi_select("m", OPTIONS[:100], initial=OPTIONS[:2], most=3)),
            kit.divider(),
        ],
    )
    kit.check_message(message)
    accepted(message)


def test_slack_takes_a_modal_with_every_input() -> None:
    text = kit.text_input("t", multiline=True, initial="x", placeholder="y", max_length=3000, min_length=1)
    view = kit.modal(
        "x" * 24,
        [
            kit.input_("Words", text, block_id="words", hint="One per line", dispatch=True),
            kit.input_("Day", kit.date_input("d", initial=date(2025, 9, 5), placeholder="When?"), block_id="day"),
        ],
        callback_id="c",
        submit="Save",
        metadata="{}",
        notify_on_close=True,
    )
    accepted(view)


def test_the_sum_counts_every_text_of_a_message() -> None:
    blocks = [kit.section("12345", fields=["123"]), kit.context("12", "3"), kit.actions(kit.button("1234", "a"))]
    assert limits.text_size(blocks) == 15


def test_foreign_words_in_plain_text_make_no_emoji_and_no_links() -> None:
    assert kit.plain(":tada:")["emoji"] is False
    assert kit.mrkdwn("www.example.com @channel")["verbatim"] is True
