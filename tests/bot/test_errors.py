"""The errors say what the door answers, and what happened to whom."""

from typing import Any

from bot.errors import BadSignature, StoreAway, TooLarge, Unrecognised, VendorError, WebhookRejected


def test_the_door_answers_what_the_error_says() -> None:
    answers = {kind: kind.status for kind in (WebhookRejected, BadSignature, Unrecognised, TooLarge)}
    assert answers == {WebhookRejected: 400, BadSignature: 401, Unrecognised: 400, TooLarge: 413}


def test_a_store_that_is_away_says_what_the_database_said_where_it_said_anything() -> None:
    away: Any = StoreAway("full")
    disk = OSError("no space left")
    assert away.cause is away
    away.__cause__ = disk
    assert away.cause is disk
    away.__cause__ = KeyboardInterrupt()
    assert away.cause is away, "a person who stops us is no error of the database"


def test_a_vendors_error_is_told_by_its_words_or_its_status_with_its_reference() -> None:
    assert str(VendorError("HubSpot", "read", "down", 503, "r1")) == "HubSpot read: down (reference r1)"
    assert str(VendorError("HubSpot", "read", status=503)) == "HubSpot read: 503"
