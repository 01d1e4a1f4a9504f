"""The modal "Confirm the scope"."""

import json
from datetime import date
from typing import Any

import pytest

from blocks import scope
from blocks.frame import FieldErrors
from blocks.scope import Scope
from bot.deal import Document, DocumentKind
from tests.blocks.modals import FRAME, HOSTILE, block, checked, deal, filled, handover, marked, texts


def scope_view(**fields: Any) -> dict[str, Any]:
    return scope.scope_view(handover(**fields), FRAME, nonce="n1")


def documents(*found: Document) -> dict[str, Any]:
    return {"deal": deal(documents=found, start=None, end=None)}


def test_one_click_confirms_the_signed_document_and_the_dates_of_the_deal() -> None:
    view = checked(scope_view())
    assert view["title"]["text"] == "Confirm the scope"
    assert "Confirmed by Dev Patel. The clock starts when you confirm." in texts(view)
    read = scope.scope_read(filled(view))
    assert read == Scope(42, "https://crm.example/d3?a=1&b=2", date(2025, 9, 15), date(2026, 3, 31))


def test_only_scope_documents_are_offered_and_each_can_be_opened() -> None:
    view = scope_view()
    assert [o["text"]["text"] for o in block(view, "document")["element"]["options"]] == [
        "SOW v3",
        "SOW draft",
        "Another link",
    ]
    assert block(view, "open:1")["accessory"]["url"] == "https://crm.example/d2"
    read = scope.scope_read(filled(view, {"document": "1"}))
    assert isinstance(read, Scope)
    assert read.document == "https://crm.example/d2"


def test_another_link_counts_when_it_is_chosen() -> None:
    given = {"document": "other", "link": "https://docs.example/sow"}
    read = scope.scope_read(filled(scope_view(), given))
    assert isinstance(read, Scope)
    assert read.document == "https://docs.example/sow"


def test_the_dates_of_the_record_come_before_those_of_the_deal() -> None:
    view = scope_view(start=date(2025, 10, 1), end=date(2026, 1, 31))
    read = scope.scope_read(filled(view))
    assert isinstance(read, Scope)
    assert (read.start, read.end) == (date(2025, 10, 1), date(2026, 1, 31))


def test_without_a_document_only_a_link_is_asked_for() -> None:
    view = checked(scope_view(**documents()))
    assert [b["block_id"] for b in view["blocks"] if b["type"] == "input"] == ["link", "start", "end"]
    assert scope.scope_read(filled(view)) == FieldErrors(
        {
            "link": "Link the scope document first: it is what delivery builds from.",
            "start": "Pick the project's first day.",
            "end": "Pick the project's last day.",
        }
    )


def test_a_document_without_an_address_is_confirmed_by_its_name() -> None:
    view = checked(scope_view(**documents(Document("d1", "SOW <final> & more", DocumentKind.SCOPE, ""))))
    read = scope.scope_read(filled(view, {"start": "2025-09-15", "end": "2026-03-31"}))
    assert isinstance(read, Scope)
    assert read.document == "SOW <final> & more"


@pytest.mark.parametrize("link", ["sow.pdf", "javascript:alert(1)", "ftp://a/b", "https://", "https://a b"])
def test_what_is_no_web_address_gets_a_sentence(link: str) -> None:
    read = scope.scope_read(filled(scope_view(), {"document": "other", "link": link}))
    assert read == FieldErrors({"link": "Paste a link that starts with https://."})


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("2025-10-01", "2025-10-01", "The end date must be after the start date."),
        ("2025-10-01", "2025-09-30", "The end date must be after the start date."),
        ("2025-08-01", "2025-09-05", "Pick a date after 5 Sep 2025."),
    ],
)
def test_the_end_comes_after_the_start_and_the_win(start: str, end: str, sentence: str) -> None:
    assert scope.scope_read(filled(scope_view(), {"start": start, "end": end})) == FieldErrors({"end": sentence})


def test_many_hostile_documents_fit() -> None:
    many = [
        Document(HOSTILE, f"{n} {HOSTILE}", DocumentKind.SCOPE, f"https://x.example/{'%' * 3000}") for n in range(30)
    ]
    view = checked(scope_view(**documents(*many), client=HOSTILE, workspace_name=HOSTILE, scope_document=HOSTILE))
    assert len(block(view, "document")["element"]["options"]) == 10
    assert "<!channel>" not in marked(view)
    assert set(json.loads(view["private_metadata"])) == {"h", "n", "d"}
