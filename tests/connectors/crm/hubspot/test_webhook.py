"""What HubSpot's webhook bodies mean."""

import json

from connectors.crm.hubspot.webhook import parse
from tests.connectors.crm.hubspot.files import FOLDER, load


def body(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def test_a_batch_is_put_in_order_and_its_duplicate_is_one_hint() -> None:
    parsed = parse(body("batch__duplicate_and_shuffled"))
    assert [(hint.deal_id, hint.kind) for hint in parsed.hints] == [
        ("9001", "propertyChange"),
        ("9001", "propertyChange"),
        ("9002", "propertyChange"),
    ]
    assert len({hint.dedupe for hint in parsed.hints}) == 3


def test_a_repeated_delivery_has_the_same_key_and_another_value_has_not() -> None:
    events = load("batch__duplicate_and_shuffled")
    first = parse(json.dumps([events[1]]).encode()).hints[0]
    again = parse(json.dumps([events[2]]).encode()).hints[0]
    other = parse(json.dumps([{**events[1], "propertyValue": "closedlost"}]).encode()).hints[0]
    assert first.dedupe == again.dedupe
    assert first.dedupe != other.dedupe


def test_the_key_holds_nothing_of_the_record() -> None:
    assert "closedwon" not in parse(body("batch__duplicate_and_shuffled")).hints[0].dedupe


def test_a_merge_makes_the_survivor_and_all_merged_deals_be_read() -> None:
    hints = parse(body("event__merge")).hints
    assert [hint.deal_id for hint in hints] == ["9090", "9001", "9002"]


def test_a_deletion_makes_the_deal_be_read() -> None:
    (hint,) = parse(body("event__deletion")).hints
    assert (hint.deal_id, hint.kind) == ("9003", "deletion")


def test_an_association_is_about_the_deal_it_starts_from() -> None:
    (hint,) = parse(body("event__association_change")).hints
    assert hint.deal_id == "9001"


def test_the_other_spelling_of_the_type_is_understood() -> None:
    (hint,) = parse(body("event__restore_in_event_type")).hints
    assert (hint.deal_id, hint.kind) == ("9003", "restore")


def test_a_workflow_sends_the_record_itself() -> None:
    for name in ("workflow__deal_body", "workflow__nested_id"):
        (hint,) = parse(body(name)).hints
        assert (hint.deal_id, hint.kind) == ("9001", "workflow")


def test_a_workflow_that_sends_the_same_again_speaks_of_something_new() -> None:
    """Its body may be the deal's id alone: nothing in it tells a second win from the first."""
    assert parse(body("workflow__deal_body")).hints[0].dedupe == ""


def test_events_of_another_account_are_ignored() -> None:
    parsed = parse(body("event__deletion"), portal_id="1")
    assert (parsed.hints, parsed.ignored) == ((), 1)
    assert parse(body("event__deletion"), portal_id="24680135").hints
