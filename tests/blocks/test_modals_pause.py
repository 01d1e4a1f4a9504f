"""The modals of waiting on the client: a date within the limits, in words that say who is told."""

from datetime import date

import pytest

from blocks import ids
from blocks.clock import pause
from blocks.frame import FieldErrors
from blocks.modal import submission
from bot.handover import Handover, Interval, State
from tests.blocks.modals import HOSTILE, NOW, block, checked, filled, handover, marked, texts

LATEST = date(2025, 9, 23)


def waiting(expected: date | None = date(2025, 9, 12), reason: str = "test data") -> Handover:
    return handover(State.SCOPED, intervals=[Interval("pause", NOW, reason, 2, expected)])


def test_a_pause_asks_what_for_and_until_when_and_names_the_latest_date() -> None:
    view = checked(pause.pause_view(handover(State.SCOPED), nonce="n1", latest=LATEST))
    assert (view["title"]["text"], view["submit"]["text"]) == ("Waiting on client", "Pause")
    assert block(view, "expected")["hint"]["text"] == "Tue 23 Sep 2025 at the latest."
    assert "The delivery manager is told and can take it back. You are asked on that day." in texts(view)
    assert [b["block_id"] for b in view["blocks"] if b["type"] == "input" and not b["optional"]] == [
        "reason",
        "expected",
    ]
    read = pause.pause_read(filled(view, {"reason": " test data\x00 ", "expected": "2025-09-12"}))
    assert read == pause.Waiting(42, "test data", date(2025, 9, 12))


def test_what_the_line_said_already_stands_there_and_the_item_is_carried() -> None:
    view = pause.pause_view(
        handover(), nonce="n1", latest=None, subject="confirm-team", reason="logins", expected=date(2025, 9, 12)
    )
    assert "hint" not in block(checked(view), "expected")
    assert pause.pause_read(filled(view)) == pause.Waiting(42, "logins", date(2025, 9, 12), "confirm-team")
    assert submission.origin(view).nonce == "n1"


def test_both_fields_say_what_is_missing() -> None:
    view = filled(pause.pause_view(handover(), nonce="n1", latest=LATEST), {"reason": "  "})
    assert pause.pause_read(view) == FieldErrors(
        {
            "reason": "Say in a few words what the client owes you.",
            "expected": "Pick the date on which you expect the answer.",
        }
    )


def test_still_waiting_shows_the_old_date_and_keeps_the_words() -> None:
    view = checked(pause.extend_view(waiting(), nonce="n1", latest=LATEST))
    assert view["callback_id"] == ids.VIEW_EXTEND
    assert "It was expected on Fri 12 Sep 2025." in texts(view)
    assert block(view, "expected")["hint"]["text"] == "Tue 23 Sep 2025 at the latest."
    read = pause.extend_read(filled(view, {"expected": "2025-09-16"}))
    assert read == pause.Waiting(42, "test data", date(2025, 9, 16))
    assert pause.extend_read(filled(view)) == FieldErrors({"expected": "Pick the date on which you expect the answer."})


@pytest.mark.parametrize("record", [handover(), waiting(expected=None)])
def test_still_waiting_can_be_drawn_without_a_pause_or_a_date(record: Handover) -> None:
    assert "No date was said." in texts(checked(pause.extend_view(record, nonce="n1", latest=None)))


def test_foreign_text_stays_text() -> None:
    for view in (
        pause.pause_view(handover(workspace_name=HOSTILE), nonce="n", latest=LATEST, reason=HOSTILE),
        pause.pause_view(handover(), nonce="n", latest=LATEST, note=pause.no_date(HOSTILE)),
        pause.extend_view(waiting(reason=HOSTILE), nonce="n", latest=LATEST),
    ):
        assert "<!channel>" not in marked(checked(view))
