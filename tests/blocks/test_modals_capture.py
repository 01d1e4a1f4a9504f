"""The modals "Add a promise" and "Add context"."""

import json
from typing import Any

import pytest

from blocks import capture
from blocks.capture import NewEntry, Promises
from blocks.frame import FieldErrors
from blocks.modal import options, submission
from blocks.modal.evidence import Evidence
from blocks.modal.kinds import KINDS
from bot.context import DETAILS, Kind
from bot.deal import Contact
from bot.handover import Handover, State
from tests.blocks.modals import ANA, BEN, FRAME, HOSTILE, block, checked, filled, handover, texts

MESSAGE = Evidence("C9", "1757066400.000100", "U0ANA")
PRIVATE = Evidence("D9", "1757066400.000100", "U0ANA", private=True)


def promise_view(**fields: Any) -> dict[str, Any]:
    return capture.promise_view(fields.pop("of", handover()), FRAME, nonce="n1", **fields)


@pytest.mark.req("R46")
def test_a_promise_is_three_fields_of_which_one_is_required() -> None:
    view = checked(promise_view())
    inputs = [b for b in view["blocks"] if b["type"] == "input"]
    assert [b["label"]["text"] for b in inputs] == ["What was promised?", "To whom?", "Is it in the signed scope?"]
    assert [b["optional"] for b in inputs] == [False, True, True]
    assert inputs[0]["hint"]["text"] == (
        "One per line: each becomes its own promise. Use the client's words, as if the client could read them."
    )
    assert inputs[0]["element"]["max_length"] == 1_000
    assert inputs[2]["element"]["initial_option"]["text"]["text"] == "Not sure"
    assert (view["title"]["text"], view["submit"]["text"], view["close"]["text"]) == ("Add a promise", "Save", "Cancel")


@pytest.mark.req("R46")
def test_each_line_becomes_a_promise() -> None:
    read = capture.promise_read(filled(promise_view(), {"words": "- Weekly call\n\n• Free training \x00"}))
    assert read == Promises(42, ["Weekly call", "Free training"], {"in_scope": "unsure"})


@pytest.mark.req("R216")
def test_more_details_open_in_the_same_view_and_are_read() -> None:
    first = promise_view()
    view = checked(capture.promise_detailed(filled(first, {"words": "Weekly call"}), handover(), FRAME))
    assert [b["block_id"] for b in view["blocks"]][:3] == [b["block_id"] for b in first["blocks"]][:3]
    assert "more" not in [b.get("block_id") for b in view["blocks"]]
    answers = {
        "words": "Weekly call",
        "to": "M. Klein",
        "in_scope": "no",
        "needed_by": "2025-10-01",
        "firm": "concession",
        "effort": "hours",
        "client_believes": "yes",
        "where": "https://mail.example/1",
    }
    read = capture.promise_read(filled(view, answers))
    assert isinstance(read, Promises)
    assert read.details == {key: value for key, value in answers.items() if key != "words"}


def test_the_wording_of_the_details_is_that_of_the_copy() -> None:
    words = texts(promise_view(details=True))
    for wanted in (
        "Needed by",
        "How firm?",
        "Explicit",
        "Implied",
        "Concession",
        "How big?",
        "No idea",
        "Client thinks it is included?",
        "Don't know",
        "Where was it said?",
    ):
        assert wanted in words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (None, "Write at least one promise."),
        (" \n\x00\n - ", "Write at least one promise."),
        ("\n".join(f"line {n}" for n in range(14)), "14 lines are too many at once: save 10, then add the rest."),
    ],
)
def test_lines_that_cannot_be_saved_get_a_sentence(typed: str | None, sentence: str) -> None:
    assert capture.promise_read(filled(promise_view(), {"words": typed})) == FieldErrors({"words": sentence})


@pytest.mark.parametrize("day", ["2025-09-05", "2024-01-01"])
def test_a_promise_is_needed_after_the_win(day: str) -> None:
    view = promise_view(details=True)
    read = capture.promise_read(filled(view, {"words": "Weekly call", "needed_by": day}))
    assert read == FieldErrors({"needed_by": "Pick a date after 5 Sep 2025."})


def test_without_a_deal_the_modal_asks_for_it_first() -> None:
    view = checked(promise_view(of=None))
    assert view["blocks"][0]["label"]["text"] == "Deal"
    assert view["blocks"][0]["element"]["min_query_length"] == 0
    assert capture.promise_read(filled(view, {"words": "Weekly call"})) == FieldErrors({"deal": "Choose the deal."})
    read = capture.promise_read(filled(view, {"words": "Weekly call", "deal": "42"}))
    assert isinstance(read, Promises)
    assert read.handover_id == 42


def test_only_a_single_deal_is_preselected() -> None:
    one = filled(promise_view(of=None, deals=[(7, "ABC – Cloud")]), {"words": "Weekly call"})
    read = capture.promise_read(one)
    assert isinstance(read, Promises)
    assert read.handover_id == 7
    two = promise_view(of=None, deals=[(7, "ABC – Cloud"), (8, "Ovo – Portal")])
    assert "initial_option" not in two["blocks"][0]["element"]


def test_a_preselected_deal_stays_so_after_more_details() -> None:
    view = filled(promise_view(of=None, deals=[(7, "ABC – Cloud")]), {"words": "Weekly call"})
    read = capture.promise_read(filled(capture.promise_detailed(view, None, FRAME), {"words": "Weekly call"}))
    assert isinstance(read, Promises)
    assert read.handover_id == 7


def test_a_message_is_prefilled_and_kept_as_evidence() -> None:
    view = checked(promise_view(evidence=MESSAGE, prefill="We will join the weekly call"))
    assert view["blocks"][-1]["elements"][0]["text"] == (
        "The message, its author and its time are kept as evidence. Everyone on this handover can read them."
    )
    read = capture.promise_read(filled(view))
    assert isinstance(read, Promises)
    assert (read.lines, read.evidence, read.keep_words) == (["We will join the weekly call"], MESSAGE, True)
    assert read.words == "We will join the weekly call"
    assert read.details["said_on"] == "2025-09-05"


def test_the_message_is_kept_as_it_was_even_when_the_promise_is_reworded_after_more_details() -> None:
    view = promise_view(evidence=MESSAGE, prefill="We will join the weekly call")
    again = checked(capture.promise_detailed(filled(view), handover(), FRAME))
    read = capture.promise_read(filled(again, {"words": "Weekly call until go-live"}))
    assert isinstance(read, Promises)
    assert (read.lines, read.words) == (["Weekly call until go-live"], "We will join the weekly call")


def test_from_a_private_place_only_the_link_is_kept_until_somebody_ticks() -> None:
    view = checked(promise_view(evidence=PRIVATE, prefill="between us"))
    assert "Keep the words too" in texts(view)
    unticked = capture.promise_read(filled(view))
    ticked = capture.promise_read(filled(view, {"keep_words": ["keep"]}))
    assert isinstance(unticked, Promises)
    assert isinstance(ticked, Promises)
    assert (unticked.keep_words, unticked.words, unticked.evidence) == (False, "", PRIVATE)
    assert (ticked.keep_words, ticked.words) == (True, "between us")


@pytest.mark.parametrize("details", [False, True])
@pytest.mark.parametrize("evidence", [None, MESSAGE, PRIVATE])
def test_no_words_travel_in_the_metadata_and_hostile_text_fits(evidence: Evidence | None, *, details: bool) -> None:
    view = checked(promise_view(evidence=evidence, prefill=HOSTILE, details=details, of=_hostile()))
    carried = json.loads(view["private_metadata"])
    assert (carried["h"], carried["n"]) == (42, "n1")
    assert set(carried) <= {"h", "n", "d", "ec", "et", "ea", "ep", "s"}
    assert "channel" not in view["private_metadata"]


def test_a_redraw_keeps_where_it_was_opened() -> None:
    opened = submission.placed(promise_view(), channel="C1", thread_ts="1.2", response_url="https://hooks.example/1")
    again = capture.promise_detailed(filled(opened), handover(), FRAME)
    known = submission.origin(again)
    assert (known.handover_id, known.nonce, known.channel, known.thread_ts) == (42, "n1", "C1", "1.2")
    assert known.response_url == "https://hooks.example/1"


def test_every_kind_has_its_form_with_the_fields_of_the_record() -> None:
    assert set(KINDS) == set(Kind)
    for kind, form in KINDS.items():
        asked = {one.key for one in form.fields}
        derived = {"why", "reason", "said_on"} & set(DETAILS[kind])
        assert asked | derived == set(DETAILS[kind]), kind


@pytest.mark.parametrize("kind", [None, *Kind])
def test_every_kind_fits_into_slack(kind: Kind | None) -> None:
    view = checked(capture.context_view(_hostile(), FRAME, nonce="n1", kind=kind, person=ANA))
    assert view["title"]["text"] == "Add context"
    assert block(view, "kind")["dispatch_action"] is True
    if kind is not None:
        assert capture.context_kind(filled(view)) is kind


@pytest.mark.parametrize(
    ("kind", "answers", "text", "details"),
    [
        (Kind.RISK, {"words": "Two teams", "risk.severity": "high"}, "Two teams", {"severity": "high"}),
        (
            Kind.REAL_DEADLINE,
            {"words": "board meets 17 Mar", "real_deadline.real_date": "2026-03-13"},
            "board meets 17 Mar",
            {"real_date": "2026-03-13", "contract_date": "2026-03-31", "why": "board meets 17 Mar"},
        ),
        (
            Kind.STAKEHOLDER,
            {"stakeholder.name": "M. Klein", "stakeholder.stance": "against", "stakeholder.topic": "cost"},
            "M. Klein",
            {"name": "M. Klein", "stance": "against", "topic": "cost"},
        ),
        (
            Kind.DISCOUNT,
            {"words": "a two-year term", "discount.value": "10 %"},
            "10 %: a two-year term",
            {"value": "10 %", "reason": "a two-year term", "in_sow": "unsure"},
        ),
        (Kind.PRESSURE, {"words": "The old data centre closes"}, "The old data centre closes", {}),
    ],
)
def test_what_somebody_knows_is_read_back(
    kind: Kind, answers: dict[str, str], text: str, details: dict[str, str]
) -> None:
    view = capture.context_view(handover(), FRAME, nonce="n1", kind=kind, person=ANA)
    assert capture.context_read(filled(view, answers)) == NewEntry(42, kind, text, details)


def test_a_promise_among_the_kinds_is_one_a_line_too() -> None:
    view = capture.context_view(handover(), FRAME, nonce="n1", kind=Kind.COMMITMENT, person=ANA)
    read = capture.context_read(filled(view, {"words": "One\nTwo"}))
    assert isinstance(read, NewEntry)
    assert read.lines == ["One", "Two"]
    eleven = capture.context_read(filled(view, {"words": "x\n" * 11}))
    assert eleven == FieldErrors({"words": "11 lines are too many at once: save 10, then add the rest."})


@pytest.mark.parametrize(
    ("kind", "answers", "errors"),
    [
        (None, {}, {"kind": "Choose what it is."}),
        (Kind.RISK, {"words": "  "}, {"words": "Write at least a few words."}),
        (
            Kind.STAKEHOLDER,
            {},
            {"stakeholder.name": "Choose somebody, or type a name.", "stakeholder.stance": "Choose one."},
        ),
        (
            Kind.REAL_DEADLINE,
            {"words": "board", "real_deadline.real_date": "2025-09-05"},
            {"real_deadline.real_date": "Pick a date after 5 Sep 2025."},
        ),
        (Kind.REAL_DEADLINE, {"words": "board"}, {"real_deadline.real_date": "Pick a date."}),
        (
            Kind.DISCOUNT,
            {"words": "x" * 999, "discount.value": "10 %"},
            {"words": "That is longer than 1,000 characters: cut it, and keep the evidence as a link."},
        ),
        (Kind.DISCOUNT, {"words": "term"}, {"discount.value": "Write at least a few words."}),
    ],
)
def test_what_is_missing_in_a_kind_gets_a_sentence(
    kind: Kind | None, answers: dict[str, str], errors: dict[str, str]
) -> None:
    view = capture.context_view(handover(), FRAME, nonce="n1", kind=kind, person=ANA)
    assert capture.context_read(filled(view, answers)) == FieldErrors(errors)


def test_the_chooser_begins_with_what_ones_role_adds_most() -> None:
    def first(person: Any) -> str:
        view = capture.context_view(handover(), FRAME, nonce="n1", kind=None, person=person)
        return str(block(view, "kind")["element"]["options"][0]["value"])

    assert (first(ANA), first(BEN)) == ("commitment", "scope_ambiguity")


def test_a_day_is_floored_by_the_opening_while_the_deal_is_open() -> None:
    view = promise_view(of=handover(State.PRESALE), details=True)
    assert json.loads(view["private_metadata"])["d"] == "2025-09-05"


def test_typed_names_are_offered_beside_the_contacts() -> None:
    contacts = [Contact("1", "M. Klein", title="CFO"), Contact("2", "M. Klein"), Contact("3", " ")]
    offered = options.contact_options(contacts, "kle")
    assert [o["value"] for o in offered] == ["M. Klein", "kle"]
    assert [o["value"] for o in options.contact_options(contacts, "")] == ["M. Klein"]
    crowd = [Contact(str(n), f"Person {n} {HOSTILE}") for n in range(300)]
    many = options.contact_options(crowd, "per" + HOSTILE)
    assert len(many) <= 100
    assert all(len(o["text"]["text"]) <= 75 for o in many)


def _hostile() -> Handover:
    return handover(client=HOSTILE, project=HOSTILE, workspace_name=HOSTILE)
