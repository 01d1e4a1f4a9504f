"""The one HTTP client: which error each answer is, what is repeated and what never, what its words may hold."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bot.errors import Declined, NeedsReauth, RateLimited, Surprise, Unavailable, VendorError
from connectors.answers import Complaint
from connectors.http import VendorHttp, path
from tests.connectors.wire import Reply, Wire

TOKEN = "pat-very-secret-0123456789"


def _dialect(status: int, body: Any) -> Complaint:
    return Complaint(str(body.get("message", status)) if isinstance(body, dict) else str(status), "ref-7")


def _http(wire: Wire, *, timeout: float = 2.0, outside: Callable[[], None] = lambda: None) -> VendorHttp:
    return VendorHttp(
        vendor="Acme", base_url=wire.url, token=TOKEN, dialect=_dialect, assert_outside=outside, timeout=timeout
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Declined),
        (401, NeedsReauth),
        (402, Declined),
        (403, Declined),
        (404, Declined),
        (408, Unavailable),
        (409, Declined),
        (423, RateLimited),
        (429, RateLimited),
        (477, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (524, Unavailable),
        (302, Surprise),
    ],
)
def test_each_status_is_one_reaction(status: int, kind: type[VendorError]) -> None:
    reply = Reply(status, {"message": "no"}, {"Location": "http://elsewhere.example/"})
    with Wire(reply) as wire, pytest.raises(VendorError) as raised:
        _http(wire).get("/x", call="read x")
    assert type(raised.value) is kind
    assert (raised.value.vendor, raised.value.call, raised.value.status) == ("Acme", "read x", status)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"Retry-After": "37"}, 37.0),
        ({"Retry-After": "Wed, 18 Nov 2026 12:00:30 GMT", "Date": "Wed, 18 Nov 2026 12:00:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 18 Nov 2026 11:00:00 GMT", "Date": "Wed, 18 Nov 2026 12:00:00 GMT"}, 1.0),
        ({"Retry-After": "99999999"}, 86_400.0),
        ({"Retry-After": "soon"}, 1.0),
        ({}, 1.0),
    ],
)
def test_how_long_to_wait_comes_from_the_answer(headers: dict[str, str], after: float) -> None:
    with Wire(Reply(429, {}, headers)) as wire, pytest.raises(RateLimited) as raised:
        _http(wire).get("/x", call="read x")
    assert raised.value.after == after


@pytest.mark.parametrize("body", ["<html>upstream error", "[1, 2]", '{"a": NaN}', "[" * 60_000, '"text"'])
def test_an_answer_which_is_no_json_object_is_a_surprise(body: str) -> None:
    with Wire(Reply(200, body)) as wire, pytest.raises(Surprise):
        _http(wire).get("/x", call="read x")


def test_decimals_stay_exact() -> None:
    with Wire(Reply(200, '{"amount": 0.1, "count": 3}')) as wire:
        assert _http(wire).get("/x", call="read x").body == {"amount": Decimal("0.1"), "count": 3}


def test_an_empty_answer_is_an_empty_object() -> None:
    with Wire(Reply(204, "")) as wire:
        assert _http(wire).write("DELETE", "/x", call="delete x").body == {}


def test_a_read_whose_connection_broke_is_tried_once_more() -> None:
    with Wire(Reply(cut=True), Reply(200, {"ok": True})) as wire:
        assert _http(wire).get("/x", call="read x").body == {"ok": True}
    assert len(wire.requests) == 2


def test_a_read_that_breaks_twice_is_unavailable() -> None:
    with Wire(Reply(cut=True)) as wire, pytest.raises(Unavailable):
        _http(wire).query("/x", call="search x", json={})
    assert len(wire.requests) == 2


@pytest.mark.req("R105")
def test_a_write_whose_answer_was_lost_is_never_repeated() -> None:
    with Wire(Reply(cut=True), Reply(200, {"ok": True})) as wire, pytest.raises(Unavailable):
        _http(wire).write("POST", "/x", call="make x", json={"a": 1})
    assert len(wire.requests) == 1


def test_nobody_there_is_unavailable() -> None:
    with Wire(Reply()) as wire:
        pass
    with pytest.raises(Unavailable):
        _http(wire).get("/x", call="read x")


@pytest.mark.parametrize("drip", [0.2, 3.0])
def test_a_slow_answer_ends_at_the_deadline_however_it_trickles(drip: float) -> None:
    """The library's own timeout is per read: an answer that sends a byte now and then would hang for ever."""
    started = time.monotonic()
    with Wire(Reply(200, {"some": "thing that is long enough to trickle"}, drip=drip)) as wire:
        with pytest.raises(Unavailable):
            _http(wire, timeout=0.5).get("/x", call="read x")
        took = time.monotonic() - started
    assert took < 1.5


def test_no_call_while_a_database_transaction_is_open() -> None:
    def inside() -> None:
        raise AssertionError("a transaction is open")

    with Wire(Reply()) as wire, pytest.raises(AssertionError, match="transaction"):
        _http(wire, outside=inside).get("/x", call="read x")
    assert wire.requests == []


def test_who_we_are_and_our_token_travel_in_headers() -> None:
    with Wire(Reply()) as wire:
        _http(wire).get("/x", call="read x", params={"q": "a b&c"})
    sent = wire.requests[0]
    assert sent["headers"]["Authorization"] == f"Bearer {TOKEN}"
    assert sent["headers"]["User-Agent"].startswith("Baton/")
    assert sent["path"] == "/x?q=a+b%26c"


def test_the_words_of_an_error_hold_no_secret_and_nothing_of_the_record() -> None:
    said = f"Bearer {TOKEN}: amount 84000-EUR of \"ABC Fintech\" for ana@acme.example is odd: [{{'x': 1}}]"
    with Wire(Reply(400, {"message": said})) as wire, pytest.raises(Declined) as raised:
        _http(wire).write("PATCH", "/x", call="write x", json={"properties": {"amount": "84000-EUR"}})
    words = str(raised.value)
    assert words == "Acme write x: Bearer …: amount … of … for … is odd: … (reference ref-7)"


def test_the_token_is_not_in_the_traceback_of_a_broken_call() -> None:
    with Wire(Reply(cut=True)) as wire, pytest.raises(Unavailable) as raised:
        _http(wire).get("/x", call="read x")
    assert TOKEN not in repr(raised.value) + repr(raised.value.__cause__)


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("deals", "9001"), "/deals/9001"),
        (("deals", "../contacts/1"), "/deals/..%2Fcontacts%2F1"),
        (("deals", ".."), "/deals/%2E%2E"),
        (("users", "ana+x@acme.example?a=1"), "/users/ana%2Bx%40acme.example%3Fa%3D1"),
    ],
)
def test_an_id_never_leaves_its_place_in_the_path(segments: tuple[str, ...], expected: str) -> None:
    assert path(*segments) == expected
