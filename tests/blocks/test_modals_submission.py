"""What comes back is read without ever failing: odd state, hostile metadata, other people's views."""

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import access, capture, forms, missing, points, roles, scope
from blocks.modal import evidence, inputs, submission
from blocks.record import split
from bot.context import Kind
from bot.deal import PresaleKind
from bot.handover import State, Step
from bot.people import Role
from tests.blocks.modals import BEN, FRAME, handover, promise, task

READS: list[Callable[[dict[str, Any]], Any]] = [
    capture.promise_read,
    capture.context_read,
    capture.context_kind,
    evidence.evidence_of,
    points.points_read,
    points.points_chosen,
    points.points_incomplete,
    points.question_read,
    scope.scope_read,
    missing.override_read,
    access.access_read,
    access.kickoff_read,
    access.tasks_read,
    roles.people_read,
    roles.not_mine_read,
    roles.hand_over_read,
    forms.by_hand_read,
    forms.new_read,
    forms.cancel_read,
    forms.presale_read,
    split.split_read,
    submission.origin,
]
DRAWN: list[dict[str, Any]] = [
    capture.promise_view(None, FRAME, nonce="n", details=True, evidence=evidence.Evidence("C", "1.2", private=True)),
    *(capture.context_view(handover(), FRAME, nonce="n", kind=kind, person=BEN) for kind in Kind),
    points.points_view(handover(entries=[promise(1)]), FRAME, nonce="n"),
    scope.scope_view(handover(), FRAME, nonce="n"),
    missing.override_view(handover(), FRAME, nonce="n"),
    access.access_view(handover(), FRAME, nonce="n", rights=("view",), tool="Asana"),
    access.access_confirm(handover(), access.Access(42, [("a@x.example", "A")], "view"), nonce="n"),
    access.kickoff_view(handover(), FRAME, nonce="n"),
    access.tasks_view(handover(State.PROVISIONED, tasks=[task("t1", "T")]), FRAME, nonce="n"),
    roles.people_view(handover(), FRAME, nonce="n"),
    roles.hand_over_view(handover(), Role.PM, FRAME, nonce="n"),
    forms.by_hand_view(handover(), Step("k", "slack", "t"), nonce="n"),
    forms.new_view(nonce="n"),
    split.split_view(handover(), [], nonce="n"),
    forms.presale_view(handover(), PresaleKind.PRICING, nonce="n"),
]
ODD: list[Any] = [
    {},
    None,
    [],
    "x",
    7,
    {"value": 7},
    {"value": None},
    {"selected_option": None},
    {"selected_option": {"value": None, "text": None}},
    {"selected_option": {"value": "nonsense"}},
    {"selected_options": None},
    {"selected_options": [None, {}, {"value": "x"}]},
    {"selected_date": "2025-02-31"},
    {"selected_date": 5},
    {"selected_user": 5},
]


@pytest.mark.parametrize("read", READS)
def test_odd_fields_never_raise(read: Callable[[dict[str, Any]], Any]) -> None:
    for view, odd in product(DRAWN, ODD):
        ids = [b["block_id"] for b in view["blocks"] if "block_id" in b]
        read(view | {"state": {"values": {block_id: {"field": odd} for block_id in ids}}})
        read(view | {"state": {"values": dict.fromkeys(ids, odd)}})


STATES: list[Any] = [None, [], {}, {"values": None}, {"values": []}, {"values": {}}]
BLOCKS: list[Any] = [None, [], [None], [{"block_id": None}], [{"block_id": "words", "element": None}]]
CARRIED = [None, "", "{", "[]", '{"h": "42"}', '{"h": 42, "d": 5, "ec": 1, "et": null}']


@pytest.mark.parametrize("read", READS)
def test_an_odd_view_never_raises(read: Callable[[dict[str, Any]], Any]) -> None:
    for state, blocks, carried in product(STATES, BLOCKS, CARRIED):
        read({"state": state, "blocks": blocks, "private_metadata": carried})
    read({})


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=8)
)
def test_no_metadata_is_too_odd(carried: Any) -> None:
    known = submission.origin({"private_metadata": json.dumps(carried)})
    assert isinstance(known.handover_id, int)


@pytest.mark.parametrize("view", DRAWN)
def test_every_field_is_named_by_its_block_and_keeps_its_name_when_drawn_again(view: dict[str, Any]) -> None:
    named = [b for b in view["blocks"] if b["type"] == "input"]
    assert all(b["block_id"] and b["element"]["action_id"] for b in named)


def test_the_ids_of_a_view_are_read_back() -> None:
    known = submission.origin({"private_metadata": submission.metadata(42, "n1", role="pm", d="")})
    assert (known.handover_id, known.nonce, known.rest) == (42, "n1", {"role": "pm"})


@pytest.mark.parametrize("room", [3, 40, 300])
@pytest.mark.parametrize("text", ["&" * 5_000, "plain " * 1_000, "short", "<&>" * 20])
def test_words_fit_also_after_they_were_escaped(text: str, room: int) -> None:
    shown = inputs.fitted(text, room)
    assert 0 < len(shown) <= room
