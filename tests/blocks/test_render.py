"""Sentences come from copy/*.j2: escaped by default, and a missing value is an error, not a blank."""

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from blocks import render
from blocks.mrkdwn import Safe
from blocks.words import turns
from bot import gate

COPY = Path(render.__file__).parent / "copy"


def test_values_are_escaped_unless_they_are_safe() -> None:
    assert (
        render.sentence("replies.change", label="<b>", old="a&b", new=Safe("<@U1>")) == "• &lt;b&gt;: a&amp;b → <@U1>"
    )


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render.sentence("replies.change", label="x", old="y")


def test_none_is_not_a_word() -> None:
    with pytest.raises(TypeError):
        render.sentence("replies.change", label="x", old=None, new="y")


def test_an_unknown_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        render.sentence("replies.no_such_sentence")


def test_numbers_agree_with_their_nouns() -> None:
    assert [render.count(n, "point") for n in (0, 1, 2)] == ["0 points", "1 point", "2 points"]
    assert render.count(2, "person", "people") == "2 people"


def test_names_are_listed_as_people_say_them() -> None:
    assert [render.listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]


def test_only_the_first_letter_is_lowered_and_capitals_stay() -> None:
    assert render.lower_first("Say what") == "say what"
    assert render.lower_first("PM decides") == "PM decides"
    assert isinstance(render.lower_first(Safe("A &amp; B")), Safe)


def test_every_action_of_the_gate_has_words() -> None:
    blocks = set(re.findall(r"block (\w+)", (COPY / "turns.j2").read_text(encoding="utf-8")))
    for action in {*gate.MENDS.values(), "sign", "answer_question"}:
        name = action if action in turns.WORDED else "item"
        assert {f"does_{name}", f"do_{name}"} <= blocks, action


def test_one_word_one_thing() -> None:
    """No screen says ticket, SLA or entry: the words of the protocol only."""
    for file in sorted(COPY.glob("*.j2")):
        text = re.sub(r"\{[{%#].*?[}%#]\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\b(ticket|migration|SLA|entry|entries)\b", text, re.IGNORECASE), file.name
